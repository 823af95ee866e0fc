//! An edit of a file: some bytes are replaced, and the rest is unchanged.

use crate::text::Span;

/// New text for a range of bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The replaced bytes; empty if text is only added.
    pub span: (usize, usize),
    /// The new bytes, in the file's own encoding.
    pub text: Vec<u8>,
}

impl Edit {
    /// Replaces a range.
    pub fn replace(span: &Span, text: impl Into<Vec<u8>>) -> Edit {
        Edit { span: (span.start, span.end), text: text.into() }
    }
}

/// Applies edits to a source; `None` if two of them overlap or one is out of range.
pub fn edited(source: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut out = Vec::with_capacity(source.len());
    let mut done = 0;
    for edit in sorted {
        let (start, end) = edit.span;
        out.extend_from_slice(source.get(done..start)?);
        source.get(start..end)?;
        out.extend_from_slice(&edit.text);
        done = end;
    }
    out.extend_from_slice(source.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_their_bytes_alone() {
        let source = b"one two three";
        let edits = [
            Edit::replace(&(8..13), "3"),
            Edit::replace(&(0..3), "1"),
            Edit::replace(&(3..3), "!"),
        ];
        assert_eq!(edited(source, &edits), Some(b"1! two 3".to_vec()));
        assert_eq!(edited(source, &[]), Some(source.to_vec()));
    }

    #[test]
    fn edits_that_meet_or_lie_outside_are_refused() {
        let source = b"one two";
        let meeting = [Edit::replace(&(0..3), "1"), Edit::replace(&(2..4), "2")];
        assert_eq!(edited(source, &meeting), None);
        assert_eq!(edited(source, &[Edit::replace(&(5..9), "x")]), None);
    }
}
