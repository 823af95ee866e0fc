//! Whether a whole file is Python that some supported version loads.

use rustpython_ruff_python_parser::{ParseError, parse_module};

use super::{Fault, nesting};

/// Returns why no supported Python loads `text`, if it is so.
pub(super) fn check(text: &str) -> Option<Fault> {
    if let Some(fault) = nesting::check(text) {
        return Some(fault);
    }
    let error = parse_module(text).err()?;
    Some(conflict_marker(text).unwrap_or_else(|| fault(text, &error)))
}

/// Words what the parser found.
pub(super) fn fault(text: &str, error: &ParseError) -> Fault {
    let message = error.error.to_string();
    let mut characters = message.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    let start = floor(text, error.location.start().to_usize());
    let end = floor(text, error.location.end().to_usize());
    Fault { message: first.into_iter().chain(characters).collect(), span: start..end.max(start) }
}

/// Finds the first line that git left behind in a merge.
fn conflict_marker(text: &str) -> Option<Fault> {
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let is_marker = ["<<<<<<<", ">>>>>>>"].iter().any(|marker| line.starts_with(marker));
        if is_marker {
            return Some(Fault {
                message: "a merge conflict marker".to_owned(),
                span: start..start + "<<<<<<<".len(),
            });
        }
        start += line.len();
    }
    None
}

fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}
