//! Each character that Python knows is a word, or printed, or made small, as Python has it.

use std::collections::BTreeMap;
use std::process::Command;

use alembic_guard::python::{is_word, repr};
use serde::Deserialize;

use crate::support::prerequisites::{python, run, with};

const CHARACTERS: &str = r#"
import json, re, unicodedata
surrogates = range(0xD800, 0xE000)
every = [chr(code) for code in range(0x110000) if code not in surrogates]
known = [c for c in every if unicodedata.category(c) != "Cn"]
print(json.dumps({
    "known": len(known),
    "strange": [c for c in every if unicodedata.category(c) == "Cn"],
    "words": [c for c in known if re.fullmatch(r"\w", c)],
    "written": {c: repr(c) for c in known if repr(c) != f"'{c}'"},
    "small": {c: c.lower() for c in known if c.lower() != c},
}))
"#;

#[derive(Debug, Deserialize)]
struct Characters {
    known: usize,
    strange: Vec<char>,
    words: Vec<char>,
    written: BTreeMap<char, String>,
    small: BTreeMap<char, String>,
}

#[test]
#[ignore = "needs Alembic"]
fn characters_are_what_python_takes_them_for() {
    with(python(), |python| {
        let said = run(Command::new(python).args(["-c", CHARACTERS])).expect("Python runs");
        let python: Characters = serde_json::from_str(&said).expect("it is JSON");
        let known = ('\0'..=char::MAX).filter(|c| python.strange.binary_search(c).is_err());
        let mut count = 0;
        let mut other = Vec::new();
        for character in known {
            count += 1;
            let text = character.to_string();
            let written = python.written.get(&character);
            let is_same = python.words.binary_search(&character).is_ok() == is_word(character)
                && written.unwrap_or(&format!("'{text}'")) == &repr(&text)
                && python.small.get(&character).unwrap_or(&text) == &text.to_lowercase();
            if !is_same {
                other.push(character);
            }
        }
        assert_eq!(count, python.known);
        assert!(
            other.is_empty(),
            "{} of {count}: {:?}",
            other.len(),
            &other[..other.len().min(20)]
        );
    });
}
