//! Finds the elements, commas and brackets of a tuple, list or set of strings.
//!
//! This is not a parser: it knows where the strings are, so that only brackets, commas, blanks and comments
//! are left. If there is anything else, as in the sum of two tuples, elements have no position of their
//! own, and there is no sequence.

use crate::alembic::migration::Text;
use crate::text::Span;

/// A sequence in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Its elements, in order.
    pub(super) items: Vec<Item>,
    /// Its brackets, both included; a tuple needs none.
    pub(super) brackets: Option<Span>,
    /// Whether a single element takes a comma.
    pub(super) is_tuple: bool,
}

/// An element of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The bytes of the element, its parentheses included.
    pub(super) span: Span,
    /// The position of the comma after it.
    pub(super) comma: Option<usize>,
}

impl Item {
    /// Returns where the element ends, its comma included.
    pub(super) fn end(&self) -> usize {
        self.comma.map_or(self.span.end, |comma| comma + 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open(u8),
    Close,
    Comma,
    Element,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    span: Span,
    /// The number of brackets around it.
    depth: usize,
}

impl Sequence {
    /// Finds the elements of a value whose texts are known.
    pub(super) fn of(source: &[u8], span: &Span, texts: &[Text]) -> Option<Sequence> {
        let tokens = tokens(source, span, texts)?;
        let Some(open) = opening(&tokens)? else {
            return Some(Sequence { items: items(&tokens)?, brackets: None, is_tuple: true });
        };
        let is_its_end =
            |token: &Token| token.kind == Kind::Close && token.depth == tokens[open].depth;
        let close = open + tokens[open..].iter().position(is_its_end)?;
        let mut around = tokens[..open].iter().chain(&tokens[close + 1..]);
        let is_only_enclosed =
            around.all(|token| matches!(token.kind, Kind::Open(b'(') | Kind::Close));
        is_only_enclosed.then_some(Sequence {
            items: items(&tokens[open + 1..close])?,
            brackets: Some(tokens[open].span.start..tokens[close].span.end),
            is_tuple: tokens[open].kind == Kind::Open(b'('),
        })
    }
}

/// Returns whether a value starts with parentheses that enclose it.
pub(super) fn is_enclosed(source: &[u8], span: &Span, texts: &[Text]) -> bool {
    let tokens = tokens(source, span, texts).unwrap_or_default();
    tokens.first().is_some_and(|token| token.kind == Kind::Open(b'('))
}

/// Splits a value; `None` if it contains more than its strings.
fn tokens(source: &[u8], span: &Span, texts: &[Text]) -> Option<Vec<Token>> {
    let mut texts = texts.iter().map(|text| &text.span).peekable();
    let mut tokens = Vec::new();
    let (mut at, mut depth) = (span.start, 0);
    while at < span.end {
        let start = at;
        if let Some(text) = texts.next_if(|text| text.start == at) {
            at = text.end;
            tokens.push(Token { kind: Kind::Element, span: text.clone(), depth });
            continue;
        }
        at += 1;
        let kind = match source[start] {
            b' ' | b'\t' | b'\x0c' | b'\r' | b'\n' | b'\\' => continue,
            b'#' => {
                at = end_of_line(source, start);
                continue;
            }
            b',' => Kind::Comma,
            byte @ (b'(' | b'[' | b'{') => Kind::Open(byte),
            b')' | b']' | b'}' => Kind::Close,
            _ => return None,
        };
        depth -= usize::from(kind == Kind::Close).min(depth);
        tokens.push(Token { kind, span: start..at, depth });
        depth += usize::from(matches!(kind, Kind::Open(_)));
    }
    texts.peek().is_none().then_some(tokens)
}

/// Finds the token that opens the sequence, if there is one; the outer `None` means no sequence.
fn opening(tokens: &[Token]) -> Option<Option<usize>> {
    let commas = || tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Comma);
    let opens = |token: &Token| matches!(token.kind, Kind::Open(_));
    let Some((first, comma)) = commas().next() else {
        let is_empty = !tokens.iter().any(|token| token.kind == Kind::Element);
        let needs_no_comma =
            |token: &Token| opens(token) && (is_empty || token.kind != Kind::Open(b'('));
        return tokens.iter().rposition(needs_no_comma).map(Some);
    };
    if !commas().all(|(_, other)| other.depth == comma.depth) {
        return None;
    }
    Some(tokens[..first].iter().rposition(|token| opens(token) && token.depth + 1 == comma.depth))
}

/// Reads the contents of the brackets.
fn items(inside: &[Token]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    for part in inside.split_inclusive(|token| token.kind == Kind::Comma) {
        let (comma, element) = match part.split_last() {
            Some((last, element)) if last.kind == Kind::Comma => (Some(last.span.start), element),
            Some(_) | None => (None, part),
        };
        let elements = element.iter().filter(|token| token.kind == Kind::Element).count();
        let (first, last) = (element.first()?, element.last()?);
        let span = first.span.start..last.span.end;
        (elements == 1).then(|| items.push(Item { span, comma }))?;
    }
    Some(items)
}

/// Returns the end of the line at an offset, without its line ending.
pub(super) fn end_of_line(source: &[u8], at: usize) -> usize {
    let rest = &source[at..];
    at + rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of a value whose strings are all `'x'`, each between bars and with its comma.
    fn seen(value: &str) -> Option<String> {
        let texts: Vec<Text> = value
            .match_indices("'x'")
            .map(|(at, text)| Text { text: text.to_owned(), span: at..at + text.len() })
            .collect();
        let sequence = Sequence::of(value.as_bytes(), &(0..value.len()), &texts)?;
        let brackets = sequence.brackets.map_or("", |brackets| &value[brackets][..1]);
        let items: String = sequence
            .items
            .iter()
            .map(|item| {
                format!("|{}|{}", &value[item.span.clone()], item.comma.map_or("", |_| ","))
            })
            .collect();
        Some(format!("{brackets}{items}{}", if sequence.is_tuple { "t" } else { "" }))
    }

    #[test]
    fn elements_are_told_from_what_is_around_them() {
        for (value, expected) in [
            ("('x', 'x')", Some("(|'x'|,|'x'|t")),
            ("'x',", Some("|'x'|,t")),
            ("'x', \\\n  ('x')", Some("|'x'|,|('x')|t")),
            ("['x']", Some("[|'x'|")),
            ("([  # ,\n('x'), 'x',])", Some("[|('x')|,|'x'|,")),
            ("((\n'x',))", Some("(|'x'|,t")),
            ("{'x'}", Some("{|'x'|")),
            ("(())", Some("(t")),
            ("[]", Some("[")),
            ("('x')", None),
            ("('x',) + ('x',)", None),
            ("NAME", None),
            ("['x', NAME]", None),
            ("['x' 'y']", None),
        ] {
            assert_eq!(seen(value).as_deref(), expected, "{value}");
        }
    }
}
