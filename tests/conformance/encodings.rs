//! What Python compiles and the guard reads: encodings, byte order marks, long numbers.

use std::process::Command;

use alembic_guard::alembic::migration::{ReadLimits, Value, check_body, read};
use serde_json::json;

use crate::support::judge::Judge;
use crate::support::prerequisites::{python, run, say, source, with};

#[test]
#[ignore = "needs Alembic"]
fn bytes_are_read_as_python_decodes_them() {
    with(python(), |python| {
        let answers = run(Command::new(python).arg(source("encodings_judge.py")));
        let answers = answers.expect("the judge runs");
        let mut wrong = Vec::new();
        let mut read = 0;
        for answer in answers.lines() {
            let (name, is_known, table): (String, bool, Vec<Option<String>>) =
                serde_json::from_str(answer).expect("the judge writes JSON");
            if !is_readable(&name, b"1") {
                continue;
            }
            read += 1;
            if !is_known {
                wrong.push(format!("{name}: Python has no such encoding"));
                continue;
            }
            for (byte, expected) in (0x80..=0xff).zip(table) {
                let found = text(&name, byte);
                if found != expected {
                    wrong.push(format!("{name} {byte:#x}: {found:?}, Python {expected:?}"));
                }
            }
        }
        let count = answers.lines().count();
        say(&format!("encodings: {read} of {count} names are read"));
        assert!(wrong.is_empty(), "{} disagree\n{}", wrong.len(), wrong.join("\n"));
        assert!(read > 50, "hardly any encoding is read");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn what_python_refuses_for_its_bytes_or_numbers_is_refused() {
    let digits = "1".repeat(4_300);
    let sources = [
        "\u{feff}\u{feff}x = 1\n".to_owned(),
        "\u{feff}\u{feff}# x\n".to_owned(),
        "\u{feff}x = 1\n".to_owned(),
        "\u{feff}".to_owned(),
        "x = 1\n\u{feff}y = 2\n".to_owned(),
        "# \u{feff}\nx = '\u{feff}'\n".to_owned(),
        format!("x = {digits}"),
        format!("x = {digits}1"),
        format!("x = -{digits}1"),
        format!("x = 1_{digits}"),
        format!("x = {}", "1_".repeat(4_299) + "1"),
        format!("x = {}", "0".repeat(5_000)),
        format!("x = {digits}1.0"),
        format!("x = {digits}1e1"),
        format!("x = {digits}1j"),
        format!("x = 0x{digits}1"),
        format!("x = 0b{digits}1"),
        format!("x = f'{{{digits}1}}'"),
        format!("def upgrade():\n    match 1:\n        case {digits}1: pass\n"),
        format!("def upgrade():\n    return {digits}1\n"),
    ];
    with(python(), |python| {
        let mut judge = Judge::new(&python, "module_judge.py");
        for source in sources {
            let source = format!("{source}\nrevision = 'a'\ndown_revision = None\n");
            let characters: String = source.bytes().map(char::from).collect();
            let verdict: serde_json::Value =
                judge.ask(&json!({ "name": "a.py", "source": characters }));
            let is_refused = check_body(source.as_bytes(), &ReadLimits::default()).is_some();
            let shown: String = source.chars().take(40).collect();
            assert_eq!(is_refused, verdict["stage"] == "compile", "{shown:?}: {verdict}");
        }
    });
}

fn declaring(name: &str, value: &[u8]) -> Vec<u8> {
    let mut source = format!("# coding: {name}\nrevision = ").into_bytes();
    source.extend(value);
    source
}

fn is_readable(name: &str, value: &[u8]) -> bool {
    read(&declaring(name, value), &ReadLimits::default()).fault.is_none()
}

/// Returns the string that one byte is in a file of an encoding.
fn text(name: &str, byte: u8) -> Option<String> {
    let module = read(&declaring(name, &[b'\'', byte, b'\'']), &ReadLimits::default());
    match (module.fault, module.revision) {
        (None, Value::Known { texts, .. }) => texts.into_iter().next().map(|text| text.text),
        _ => None,
    }
}
