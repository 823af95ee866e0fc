//! Blocks with the contents of files: each must be a valid file of its kind.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use rustpython_parser::{Mode, parse};
use saphyr_parser::Parser;

use crate::docs::console::{check_line, check_lines};
use crate::docs::pages::Block;
use crate::support::scratch;
use crate::support::world::GUARD;

/// Checks a block by its kind, without running it.
pub(crate) fn check(block: &Block) -> Result<(), String> {
    let text = &block.text;
    match block.kind.as_str() {
        "console" => check_lines(block),
        "toml" if text.starts_with("# pyproject.toml") => toml_file(text),
        "toml" => configuration(text),
        "yaml" => yaml(text),
        "json" => serde_json::from_str::<serde_json::Value>(text)
            .map(|_| ())
            .map_err(|error| error.to_string()),
        "python" => {
            parse(text, Mode::Module, "<block>").map(|_| ()).map_err(|error| error.to_string())
        }
        "sh" => shell(text),
        "ini" => ini(text),
        "markdown" => commands_in(text),
        "" => Err("an indented block: use a fence with a kind".to_owned()),
        kind => Err(format!("nothing checks blocks of kind `{kind}`")),
    }
}

fn toml_file(text: &str) -> Result<(), String> {
    text.parse::<toml::Table>().map(|_| ()).map_err(|error| error.to_string())
}

/// Has the program read a `.alembic-guard.toml`.
fn configuration(text: &str) -> Result<(), String> {
    let folder = scratch::folder();
    let git = Command::new("git").args(["init", "-q"]).arg(folder.path()).status();
    assert!(git.expect("git runs").success());
    // The schema that `#:schema` names is for editors.
    fs::write(folder.path().join(".alembic-guard.toml"), text).expect("the file can be written");
    let mut guard = Command::new(GUARD);
    let guard = guard.arg("-C").arg(folder.path()).arg("config").env_remove("GIT_DIR");
    let output = guard.output().expect("it runs");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn yaml(text: &str) -> Result<(), String> {
    for event in Parser::new_from_str(text) {
        event.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn shell(text: &str) -> Result<(), String> {
    let mut shell = Command::new("sh");
    let shell = shell.arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().expect("sh runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(text.as_bytes()).expect("sh reads");
    drop(stdin);
    let output = child.wait_with_output().expect("sh ends");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    for line in text.lines().filter(|line| line.starts_with("alembic-")) {
        let line = line.split(" || ").next().unwrap_or_default();
        let arguments =
            if line.contains(" update ") { "refs/heads/main 1 2" } else { "origin url" };
        check_line(&line.replace("\"$@\"", arguments))?;
    }
    Ok(())
}

fn ini(text: &str) -> Result<(), String> {
    let mut has_section = false;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        has_section |= line.starts_with('[') && line.ends_with(']');
        if !has_section || !(line.starts_with('[') || line.contains(" = ")) {
            return Err(format!("not an ini file: {line}"));
        }
    }
    Ok(())
}

/// Checks the commands in a text for people that the reader is to copy.
fn commands_in(text: &str) -> Result<(), String> {
    let spans = text.split('`').skip(1).step_by(2);
    let mut own = spans.filter(|span| span.starts_with("alembic-guard "));
    own.try_for_each(check_line)
}
