//! Checks whether a whole file is valid Python in a supported version.

use super::{Fault, nesting, python};

/// Returns why no supported version of Python loads `text`, if so.
pub(super) fn check(text: &str) -> Option<Fault> {
    if let Some(fault) = nesting::check(text) {
        return Some(fault);
    }
    let fault = python::refusal(text)?;
    Some(conflict_marker(text).unwrap_or(fault))
}

/// Finds the first merge conflict marker.
fn conflict_marker(text: &str) -> Option<Fault> {
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let is_marker = ["<<<<<<<", ">>>>>>>"].iter().any(|marker| line.starts_with(marker));
        if is_marker {
            return Some(Fault {
                message: "merge conflict marker".to_owned(),
                span: start..start + "<<<<<<<".len(),
            });
        }
        start += line.len();
    }
    None
}
