//! Validates the guard's JSON output against docs/schemas.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

/// The first words of commands with an output of their own.
const COMMANDS: [&str; 9] =
    ["check", "hook", "rebase", "merge", "heads", "graph", "audit", "explain", "config"];

/// Asserts that the output of a command follows its schema, if it is JSON.
#[track_caller]
pub(crate) fn check_output(arguments: &[&str], output: &Output) {
    if !arguments.windows(2).any(|pair| pair == ["--format", "json"]) {
        return;
    }
    // git's own hooks print to standard error.
    for printed in [&output.stdout, &output.stderr] {
        if let Ok(printed) = serde_json::from_slice(printed) {
            check_printed(arguments, &printed);
        }
    }
}

/// Asserts that JSON follows the schema of the command that printed it.
#[track_caller]
fn check_printed(arguments: &[&str], printed: &Value) {
    let name = schema_of(arguments, printed);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/output");
    let file = file.join(format!("{name}.schema.json"));
    let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
    let schema = fs::read(&file).expect("every output has a schema");
    let schema = serde_json::from_slice(&schema).expect("it is JSON");
    compiler.add_resource(name, schema).expect("it is a schema");
    let index = compiler.compile(name, &mut schemas).expect("it is a schema");
    if let Err(error) = schemas.validate(printed, index) {
        panic!("{name}, {arguments:?}: {error:#}\n{printed:#}");
    }
}

/// Returns the name of a schema, as listed in docs/json.md.
fn schema_of(arguments: &[&str], printed: &Value) -> &'static str {
    if printed.get("error").is_some() {
        return "error";
    }
    let command = arguments.iter().position(|word| COMMANDS.contains(word));
    let words = &arguments[command.expect("it is a command")..];
    match (words[0], words.get(1).copied()) {
        ("hook", Some("install" | "uninstall")) => "hook-install",
        ("hook", Some("status")) => "hook-status",
        ("hook", Some("post-merge" | "post-checkout")) => "post-checkout",
        ("hook", Some("pre-push" | "pre-receive" | "update")) => "push",
        ("hook", Some("hosted")) if printed.get("refs").is_some() => "push",
        ("check" | "hook", _) if arguments.contains(&"--fix") => "check-fix",
        ("check" | "hook", _) => "check",
        ("rebase" | "merge", _) => "repair",
        ("heads" | "graph", _) => "graph",
        ("audit", _) => "audit",
        ("explain", None) => "explain",
        ("explain", Some(_)) => "explain-rule",
        ("config", Some("init")) => "config-init",
        ("config", _) => "config",
        (command, _) => panic!("`{command}` is no command"),
    }
}

#[test]
#[should_panic(expected = "missing properties 'folders'")]
fn an_output_that_lacks_a_key_does_not_follow_its_schema() {
    check_printed(&["hook", "status"], &serde_json::json!({ "version": 1, "ok": true }));
}
