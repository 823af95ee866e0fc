//! Whether a whole file is Python that some supported version loads.

use super::{Fault, nesting, python};

/// Returns why no supported Python loads `text`, if it is so.
pub(super) fn check(text: &str) -> Option<Fault> {
    if let Some(fault) = nesting::check(text) {
        return Some(fault);
    }
    let fault = python::refusal(text)?;
    Some(conflict_marker(text).unwrap_or(fault))
}

/// Finds the first line that git left behind in a merge.
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
