//! Blocks with commands: run in a scene and compared, or read as command lines.

use std::collections::BTreeMap;
use std::process::Command;

use snapbox::Data;
use snapbox::filter::NormalizeToExpected;
use snapbox::report::{Palette, write_diff};

use crate::docs::pages::{Block, Page};
use crate::docs::scenes::{HOME, Scene, needs_alembic};
use crate::support::world::GUARD;

/// Beginnings of commands that are not run: they need a network, a project, or take long.
const OTHER_COMMANDS: [&str; 26] = [
    "./install.sh demo",
    "./install.sh path/to/your/repository",
    ".ci/run ",
    ".ci/wheel",
    "alembic downgrade ",
    "alembic heads",
    "alembic merge ",
    "alembic stamp ",
    "alembic upgrade ",
    "cargo bench ",
    "cargo install --path . --locked",
    "cargo test",
    "cd ",
    "flask db ",
    "git config ",
    "git fetch ",
    "git push ",
    "git -c alembic-guard.level=warn push",
    "pip install ",
    "pipx install alembic-head-guard",
    "pre-commit ",
    "prek ",
    "python -W error:Revision:UserWarning -m alembic ",
    "sqlite3 app.db ",
    "uv tool install alembic-head-guard",
    "uvx alembic-head-guard ",
];

/// Runs the blocks of a page that have a scene, with or without Alembic, and returns the page as it should be.
pub(crate) fn follow(page: &Page, with_alembic: bool) -> String {
    let mut scenes: BTreeMap<String, Scene> = BTreeMap::new();
    let mut text = page.text.clone();
    let mut shift: isize = 0;
    for block in page.blocks() {
        let Some(name) = block.scene.as_ref().filter(|name| needs_alembic(name) == with_alembic)
        else {
            continue;
        };
        let scene = scenes.entry(name.clone()).or_insert_with(|| Scene::new(name));
        for line in &block.hidden {
            scene.run(line);
        }
        let followed = follow_block(scene, &block.text);
        let start = block.range.start.checked_add_signed(shift).expect("it is on the page");
        text.replace_range(start..start + block.text.len(), &followed);
        shift += followed.len() as isize - block.text.len() as isize;
    }
    text
}

/// Runs the commands of a block, and returns the block with what they print.
fn follow_block(scene: &Scene, block: &str) -> String {
    let mut followed = String::new();
    for (command, expected) in commands(block) {
        let mut shown = scene.run(&command);
        assert!(!shown.contains('\r'), "`{command}` draws on the terminal: {shown:?}");
        if !shown.is_empty() && !shown.ends_with('\n') {
            shown.push('\n');
        }
        followed += &format!("$ {}\n", command.replace('\n', "\n> "));
        followed += &like(&shown, &expected);
    }
    followed
}

/// Returns what was printed, with `...` for lines that the page leaves out.
fn like(shown: &str, expected: &str) -> String {
    // Lines with a path of the scene are wrapped by the length of its real path.
    if shown.contains(HOME) && shown.split_whitespace().eq(expected.split_whitespace()) {
        return expected.to_owned();
    }
    let expected = Data::text(expected).raw();
    let shown = Data::text(shown).raw();
    NormalizeToExpected::new().redact().normalize(shown, &expected).to_string()
}

/// Returns the commands of a block with the lines that follow each.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), String::new()));
        } else {
            let (command, output) =
                commands.last_mut().expect("a block in a scene begins with `$ `");
            match line.strip_prefix("> ").filter(|_| output.is_empty()) {
                Some(more) => *command += &format!("\n{more}"),
                None => *output += &format!("{line}\n"),
            }
        }
    }
    commands
}

/// Returns how two texts differ.
pub(crate) fn difference(name: &str, expected: &str, actual: &str) -> String {
    let mut text = String::new();
    let (expected, actual) = (Data::text(expected.to_owned()), Data::text(actual.to_owned()));
    write_diff(&mut text, &expected, &actual, Some(&name), Some(&"now"), Palette::plain())
        .expect("memory can be written");
    text
}

/// Checks a block of commands that are not run.
pub(crate) fn check_lines(block: &Block) -> Result<(), String> {
    let joined = block.text.replace("\\\n", " ");
    for line in joined.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let line = line.strip_prefix("$ ").unwrap_or(line);
        let command = line.split(" #").next().unwrap_or_default().trim();
        for command in command.split("&&").map(str::trim).filter(|command| !command.is_empty()) {
            check_line(command)?;
        }
    }
    Ok(())
}

/// Checks one command: ours must be a valid command line, others must be known.
pub(crate) fn check_line(command: &str) -> Result<(), String> {
    let words = shlex::split(command).ok_or_else(|| format!("not a command line: {command}"))?;
    let own = ["alembic-guard", "alembic-head-guard"];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [program, arguments @ ..] if own.contains(program) => check_arguments(arguments),
        ["uvx", program, arguments @ ..] if own.contains(program) => check_arguments(arguments),
        _ if OTHER_COMMANDS
            .iter()
            .any(|known| command.replace('"', "").starts_with(known.trim_end())) =>
        {
            Ok(())
        }
        _ => Err(format!("neither run nor known: {command}")),
    }
}

/// Asks the program for help with these arguments, which it gives only if they are valid.
fn check_arguments(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(GUARD).args(arguments).arg("--help").output().expect("it runs");
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
