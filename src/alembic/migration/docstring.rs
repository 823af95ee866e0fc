//! The revision ids in the docstring of a migration, which are for people: Alembic does not read them.

use std::collections::BTreeSet;

use super::Text;
use super::lexer::{Kind, Pieces};
use crate::text::Span;

/// The lines of Alembic's template in the docstring, if they are still there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Docstring {
    /// The text after `Revision ID:`.
    pub revision: Option<Text>,
    /// The text after `Revises:`; empty for a base.
    pub revises: Option<Text>,
}

impl Docstring {
    /// Returns whether a line has exactly these ids.
    pub fn names(said: &Text, ids: &[&str]) -> bool {
        let known: BTreeSet<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
        let named = named(&said.text);
        let says_none = named.iter().all(|word| matches!(*word, "None" | "base" | "<base>"));
        named == known || known.is_empty() && says_none || said.text == ids.join(", ")
    }

    pub(super) fn map_spans(mut self, map: impl Fn(&Span) -> Span) -> Docstring {
        for text in [&mut self.revision, &mut self.revises].into_iter().flatten() {
            text.span = map(&text.span);
        }
        self
    }
}

/// Reads the docstring of a module; escapes in it are not resolved.
///
/// The span of an empty text is that of its heading.
pub(super) fn read(text: &str) -> Docstring {
    let mut docstring = Docstring::default();
    let Some(within) = literal(text) else {
        return docstring;
    };
    let mut start = within.start;
    for line in text[within].split_inclusive(['\n', '\r']) {
        for (heading, found) in
            [("Revision ID:", &mut docstring.revision), ("Revises:", &mut docstring.revises)]
        {
            if found.is_none() {
                *found = behind(heading, line, start);
            }
        }
        start += line.len();
    }
    docstring
}

/// Returns the first line of a module's docstring; escapes in it are not resolved.
pub(super) fn title(text: &str) -> Option<&str> {
    let docstring = text[literal(text)?].trim();
    docstring.split(['\n', '\r']).next().map(str::trim_end).filter(|line| !line.is_empty())
}

/// Finds the text between the quotes of the module's first statement, if that is a plain string.
fn literal(text: &str) -> Option<Span> {
    let mut pieces = Pieces::new(text);
    let first = pieces.find(|piece| !matches!(piece.kind, Kind::Comment | Kind::Newline))?;
    if first.kind != Kind::Text {
        return None;
    }
    let literal = &text[first.start..first.end];
    let quote = literal.find(['"', '\''])?;
    if literal[..quote].contains(['b', 'B', 'f', 'F', 't', 'T']) {
        return None;
    }
    let quoted = &literal[quote..];
    let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
    let length = if is_triple { 3 } else { 1 };
    let (start, end) = (first.start + quote + length, first.end.checked_sub(length)?);
    (start <= end).then_some(start..end)
}

/// Returns the text after a heading at the start of a line.
fn behind(heading: &str, line: &str, start: usize) -> Option<Text> {
    let blank = line.len() - line.trim_start().len();
    let found = line[blank..].get(..heading.len())?;
    if !found.eq_ignore_ascii_case(heading) {
        return None;
    }
    let heading = start + blank..start + blank + heading.len();
    let rest = &line[blank + found.len()..];
    let text = rest.trim();
    if text.is_empty() {
        return Some(Text { text: String::new(), span: heading });
    }
    let start = heading.end + rest.len() - rest.trim_start().len();
    Some(Text { text: text.to_owned(), span: start..start + text.len() })
}

/// Reads the ids of a line; the text after the first blank of each is ignored.
///
/// Templates before Alembic 0.7 wrote the Python value: `None`, `('a', 'b')`.
fn named(text: &str) -> BTreeSet<&str> {
    let items = text.split(',').filter_map(|item| item.split_whitespace().next());
    let items = items.map(|item| item.trim_matches(['\'', '"', '(', ')', '[', ']', '`']));
    items.filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands behind the two headings, each with the bytes that it points at.
    fn seen(text: &str) -> [Option<(String, &str)>; 2] {
        let docstring = read(text);
        [docstring.revision, docstring.revises]
            .map(|found| found.map(|found| (found.text, &text[found.span])))
    }

    #[test]
    fn the_lines_of_alembics_template_are_found() {
        let text = "# x\n\"\"\"add users\n\nRevision ID: a1\r\nRevises: b2, c3\n\n\"\"\"\nx = 1\n";
        let [revision, revises] = seen(text);
        assert_eq!(revision, Some(("a1".to_owned(), "a1")));
        assert_eq!(revises, Some(("b2, c3".to_owned(), "b2, c3")));
    }

    #[test]
    fn an_empty_line_points_at_its_heading() {
        let [revision, revises] = seen("'''x\n  Revises:  \n'''");
        assert_eq!(revision, None);
        assert_eq!(revises, Some((String::new(), "Revises:")));
    }

    #[test]
    fn the_title_is_the_first_line_that_says_anything() {
        for (text, expected) in [
            ("# x\n'''add users\n\nRevises: a'''", Some("add users")),
            ("\"\"\"\r\n  add users \r\nand more\"\"\"", Some("add users")),
            ("'add users'", Some("add users")),
            ("''", None),
            ("'''\n\n'''", None),
            ("x = 'add users'", None),
        ] {
            assert_eq!(title(text), expected, "{text}");
        }
    }

    #[test]
    fn other_text_says_nothing() {
        for text in [
            "",
            "x = '''\nRevises: a\n'''",
            "b'''\nRevises: a\n'''",
            "f'''\nRevises: a\n'''",
            "'''\nx Revises: a\n'''",
            "# Revises: a",
            "'",
            "'''",
        ] {
            assert_eq!(seen(text), [None, None], "{text}");
        }
    }
}
