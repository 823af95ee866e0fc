//! String literals of Python: reading them, and writing an id as one.

use crate::text::Span;

/// The parts of a string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    prefix: Span,
    /// The first byte of its quotes.
    pub(super) quote: u8,
    /// The text between the quotes.
    body: Span,
    end: usize,
}

impl Literal {
    /// Reads the literal at an offset; `None` if there is none.
    pub(super) fn at(source: &[u8], start: usize) -> Option<Literal> {
        let is_prefix = |byte: &u8| matches!(byte, b'r' | b'R' | b'u' | b'U');
        let length = source.get(start..)?.iter().take_while(|byte| is_prefix(byte)).count();
        let open = start + length;
        let quote = *source.get(open).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let marks = if source[open..].starts_with(&[quote; 3]) { 3 } else { 1 };
        let body = open + marks;
        let mut at = body;
        while !source.get(at..at + marks)?.iter().all(|byte| *byte == quote) {
            at += if source[at] == b'\\' { 2 } else { 1 };
        }
        Some(Literal { prefix: start..open, quote, body: body..at, end: at + marks })
    }

    /// Reads a range of bytes as a single literal.
    pub(super) fn of(source: &[u8], span: &Span) -> Option<Literal> {
        Literal::at(source, span.start).filter(|literal| literal.end == span.end)
    }

    /// Returns the bytes to replace so that the literal has an id, and their replacement.
    pub(super) fn exchanged(&self, source: &[u8], id: &str) -> (Span, String) {
        let is_raw =
            source[self.prefix.clone()].iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
        if is_raw && !is_plain(id) {
            (self.prefix.start..self.body.end, self.opened(source, id))
        } else {
            (self.body.clone(), escaped(id, self.quote))
        }
    }

    fn opened(&self, source: &[u8], id: &str) -> String {
        let marks = &source[self.prefix.end..self.body.start];
        let marks: String = marks.iter().map(|byte| char::from(*byte)).collect();
        marks + &escaped(id, self.quote)
    }
}

/// Writes an id as a literal.
pub(super) fn literal(id: &str, quote: u8) -> String {
    let mark = char::from(quote);
    format!("{mark}{}{mark}", escaped(id, quote))
}

/// Returns whether an id needs no escapes in any string or encoding.
pub(super) fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'"' | b'\''))
}

/// Escapes an id so that it is valid between these quotes in any encoding.
fn escaped(id: &str, quote: u8) -> String {
    let mut text = String::with_capacity(id.len());
    for character in id.chars() {
        match u32::from(character) {
            _ if character == '\\' || character == char::from(quote) => {
                text.extend(['\\', character]);
            }
            0x20..=0x7e => text.push(character),
            code @ ..=0xff => text.push_str(&format!("\\x{code:02x}")),
            code @ ..=0xffff => text.push_str(&format!("\\u{code:04x}")),
            code => text.push_str(&format!("\\U{code:08x}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_takes_the_place_of_another_within_the_quotes() {
        for (before, id, after) in [
            ("'a'", "b", "'b'"),
            ("u\"a\"", "b", "u\"b\""),
            ("'''a'b'''", "c", "'''c'''"),
            (r"'a\'b'", "c", "'c'"),
            ("R'a'", "b c", "R'b c'"),
            ("r'''a'''", "é", r"'''\xe9'''"),
            ("'a'", "it's", r"'it\'s'"),
            ("\"a\"", "it's", "\"it's\""),
            ("''", "\\ \n\u{20ac}\u{1f600}", r"'\\ \x0a\u20ac\U0001f600'"),
        ] {
            let literal = Literal::of(before.as_bytes(), &(0..before.len()));
            let (span, text) = literal.expect(before).exchanged(before.as_bytes(), id);
            let mut edited = before.to_owned();
            edited.replace_range(span, &text);
            assert_eq!(edited, after, "{before} {id}");
        }
    }

    #[test]
    fn several_literals_and_none_are_not_one() {
        for code in ["'a' 'b'", "'a' + 'b'", "PARENT", "u", "b'a'", "'a", "'''a'", r"'a\'", ""] {
            assert_eq!(Literal::of(code.as_bytes(), &(0..code.len())), None, "{code}");
        }
    }
}
