//! Holds the two interpreters to each other.

use std::path::Path;

use proptest::prelude::*;

use super::super::{Module, Value, body, interpret, operation, python, units};
use super::sources::{Refusal, Sources};

/// How far the two can agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    /// Both have a tree of each statement that matters.
    Common,
    /// RustPython's parser does not know all of it.
    Newer,
    /// Ruff's parser refuses a statement that RustPython's takes.
    Lenient,
}

fn syntax(text: &str) -> Syntax {
    let units = units::cut(text).units;
    let is_lenient =
        |code: &str| super::python::parse(code).is_some() && python::statements(code).is_none();
    if units.iter().any(|unit| is_lenient(&text[unit.span.clone()])) {
        return Syntax::Lenient;
    }
    let sources = Sources::new(text, units);
    let mut parts = sources.parsed.iter().flatten().flatten();
    let is_newer = parts.any(|part| part.tree == Err(Refusal::Newer))
        || super::python::parse(text).is_none() && body::check(text).is_none();
    if is_newer { Syntax::Newer } else { Syntax::Common }
}

/// Two values are alike where neither is known: of several obstacles to a constant, the former reader
/// tells the first and the present one the first that its shape shows.
fn are_alike(before: &Value, after: &Value) -> bool {
    matches!((before, after), (Value::Computed { .. }, Value::Computed { .. })) || before == after
}

fn values(module: &Module) -> [&Value; 4] {
    [&module.revision, &module.down_revision, &module.branch_labels, &module.depends_on]
}

fn compare(text: &str) {
    let before = super::interpret::follow(text, units::cut(text));
    let after = interpret::interpret(text);
    let syntax = syntax(text);
    if syntax == Syntax::Lenient {
        // No supported Python loads it, so it was refused before as soon as all of it was looked at.
        assert!(body::check(text).is_some(), "{text}");
        return;
    }
    assert_eq!(before.fault, after.fault, "{text}");
    assert_eq!(before.allows, after.allows, "{text}");
    if syntax == Syntax::Common {
        assert_eq!(before.misspellings, after.misspellings, "{text}");
    }
    for (before, after) in values(&before).into_iter().zip(values(&after)) {
        let are_known = matches!((before, after), (Value::Known { .. }, Value::Known { .. }));
        if syntax == Syntax::Common || are_known {
            assert!(are_alike(before, after), "{before:?}\n{after:?}\n{text}");
        }
    }
    if syntax == Syntax::Common && body::check(text).is_none() {
        assert_eq!(super::operation::first(text), operation::first(text), "{text}");
    }
}

/// Returns the string literals of Rust code.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\'' {
            // A character or a lifetime.
            let mut ahead = characters.clone();
            match (ahead.next(), ahead.next()) {
                (Some('\\'), _) => {
                    characters.next();
                    characters.next();
                }
                (Some(_), Some('\'')) => {
                    characters.next();
                    characters.next();
                }
                _ => {}
            }
            continue;
        }
        if character != '"' {
            continue;
        }
        let mut text = String::new();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => match characters.next() {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some('0') => text.push('\0'),
                    Some('x') => {
                        let code: String = characters.by_ref().take(2).collect();
                        text.push(char::from(u8::from_str_radix(&code, 16).unwrap_or(b'x')));
                    }
                    Some('u') => {
                        let code: String =
                            characters.by_ref().skip(1).take_while(|c| *c != '}').collect();
                        let code = u32::from_str_radix(&code, 16).unwrap_or(0x78);
                        text.push(char::from_u32(code).unwrap_or('x'));
                    }
                    Some('\n') => {
                        while characters.peek().is_some_and(|c| c.is_whitespace()) {
                            characters.next();
                        }
                    }
                    Some(other) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        found.push(text);
    }
    found
}

/// Statements that other tests are about: whatever they write in quotes.
fn statements() -> Vec<String> {
    let codes = [
        include_str!("../../../tests/conformance/sources/bindings.rs"),
        include_str!("../../../tests/conformance/sources/edits.rs"),
        include_str!("../../../tests/conformance/sources/lines.rs"),
        include_str!("../../../tests/conformance/sources/refused.rs"),
        include_str!("../../../tests/conformance/sources/values.rs"),
        include_str!("../../../tests/migration_body.rs"),
        include_str!("../../../tests/migration_properties.rs"),
        include_str!("../../../tests/migration_read.rs"),
        include_str!("../interpret/brief.rs"),
    ];
    codes.iter().flat_map(|code| literals(code)).filter(|text| text.len() < 400).collect()
}

/// Puts names and values into a template of the conformance tests.
fn filled(template: &str, [name, helper, value]: [&str; 3]) -> String {
    let mut parts = template.split('$');
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let filling = match part.chars().next() {
            Some('N' | 'M') => name,
            Some('x' | 'y' | 'f') => helper,
            Some('s' | 'l' | 'q' | 'p' | 'v') => value,
            _ => "down_revision ",
        };
        code.push_str(filling);
        code.push_str(part.get(1..).unwrap_or_default());
    }
    code
}

#[test]
fn the_sources_of_the_fuzzers_and_of_other_tests_are_read_alike() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let folders = ["seeds/migration", "seeds/edit", "found/migration", "found/edit"];
    for file in folders.iter().filter_map(|folder| fuzz.join(folder).read_dir().ok()).flatten() {
        let source = std::fs::read(file.expect("the folder is there").path());
        compare(&String::from_utf8_lossy(&source.expect("the file is there")));
    }
    for statement in statements() {
        compare(&filled(&statement, ["down_revision", "A", "'a'"]));
        compare(&format!("down_revision = {statement}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn generated_sources_are_read_alike(
        parts in prop::collection::vec((
            prop::sample::select(statements()),
            prop::sample::select(&["revision", "down_revision", "branch_labels"]),
            prop::sample::select(&["A", "B", "f"]),
            prop::sample::select(&["'a'", "['a']", "('a', 'b')", "A", "None", "f()", "f'{A}'"]),
            prop::sample::select(&["", "", "", "if x:\n  ", "def f():\n  ", "class B:\n  "]),
        ), 1..6),
        newline in prop::sample::select(&["\n", "\n", "\r\n", "\r"]),
    ) {
        let mut text = String::new();
        for (template, name, helper, value, block) in parts {
            let code = filled(&template, [name, helper, value]);
            text.push_str(&format!("{name} = {value}\n{block}"));
            text.push_str(&if block.is_empty() { code } else { code.replace('\n', "\n  ") });
            text.push('\n');
        }
        compare(&text.replace('\n', newline));
    }
}
