//! Lines of a file as in Python's text mode, and blanks as in Python's `str`.

use std::ops::Range;

use super::Fault;

/// One line.
pub(super) struct Line<'t> {
    /// The line without the blanks around it.
    pub(super) text: &'t str,
    /// The position of `text` in the file.
    pub(super) start: usize,
    /// The number of characters before `text`.
    pub(super) indentation: usize,
}

impl Line<'_> {
    /// Returns whether the line is only a comment.
    pub(super) fn is_comment(&self) -> bool {
        self.text.starts_with(['#', ';'])
    }

    /// Returns a fault that marks the line.
    pub(super) fn fault(&self, message: String) -> Fault {
        Fault { message, span: self.start..self.start + self.text.len() }
    }
}

/// Splits a text into lines at `\n`, `\r\n` and a lone `\r`.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = &rest[..end];
        let inner = trimmed(line);
        let found = Line {
            text: &line[inner.clone()],
            start: start + inner.start,
            indentation: line[..inner.start].chars().count(),
        };
        let terminator = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        start += end + terminator;
        Some(found)
    })
}

/// Returns the range of a text without the blanks around it, as `str.strip` finds it.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let end = text.trim_end_matches(is_blank).len();
    let start = end - text[..end].trim_start_matches(is_blank).len();
    start..end
}

/// Unlike Unicode, Python treats the four separators U+001C to U+001F as blanks.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}
