//! Edits that give one of the four names other ids.

use super::alignment::{Alignment, Fate, align};
use super::edit::Edit;
use super::elements::Elements;
use super::literal::{Literal, literal};
use super::sequence::{Sequence, end_of_line, is_enclosed};
use super::verify::{Identifier, Uneditable};
use crate::alembic::migration::{Module, Shape, Text, Value};
use crate::text::Span;

/// A constant in the source.
struct Written<'a> {
    source: &'a [u8],
    texts: &'a [Text],
    shape: Shape,
    span: &'a Span,
    /// The quote of added strings.
    quote: u8,
}

/// Returns the edits that set a name to these ids, in this order; none if it has them.
pub(super) fn write(
    source: &[u8],
    module: &Module,
    identifier: Identifier,
    ids: &[&str],
) -> Result<Vec<Edit>, Uneditable> {
    if let Some(fault) = &module.fault {
        return Err(Uneditable::Unreadable(fault.message.clone()));
    }
    let (texts, shape, span) = match identifier.of(module) {
        Value::Missing => return Err(Uneditable::Missing(identifier)),
        Value::Computed { reason, .. } => {
            return Err(Uneditable::Computed { identifier, reason: reason.clone() });
        }
        Value::Known { texts, shape, span } => (texts, *shape, span),
    };
    if is_added_to(&source[span.clone()]) {
        return Err(Uneditable::AddedTo(identifier));
    }
    let quotes = texts.iter().chain(module.revision.texts());
    let quote = quotes.filter_map(|text| Literal::at(source, text.span.start)).next();
    let quote = quote.map_or(b'\'', |literal| literal.quote);
    Ok(Written { source, texts, shape, span, quote }.edits(ids))
}

/// Returns whether a value is an assignment with `+=`, which adds to another value.
fn is_added_to(value: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let behind = value.iter().position(|byte| !is_word(byte)).unwrap_or(value.len());
    behind > 0 && value[behind..].trim_ascii_start().starts_with(b"+=")
}

impl Written<'_> {
    fn edits(&self, ids: &[&str]) -> Vec<Edit> {
        let said: Vec<&str> = self.texts.iter().map(|text| text.text.as_str()).collect();
        if said == ids {
            return Vec::new();
        }
        match (self.shape, self.texts) {
            (Shape::None, _) => self.over(self.none().unwrap_or(self.span.clone()), ids),
            (Shape::String, [text]) if ids.is_empty() => self.over(text.span.clone(), ids),
            (Shape::String, [text]) => self.one(text, &align(&said, ids)),
            (Shape::String | Shape::Sequence, _) => self.several(ids, &align(&said, ids)),
        }
    }

    /// Replaces some bytes.
    fn over(&self, span: Span, ids: &[&str]) -> Vec<Edit> {
        let literals: Vec<String> = ids.iter().map(|id| literal(id, self.quote)).collect();
        let text = match literals.as_slice() {
            [] => "None".to_owned(),
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        vec![Edit::replace(&span, text)]
    }

    /// Finds the `None` of a value, ignoring parentheses and comments around it.
    fn none(&self) -> Option<Span> {
        let mut at = self.span.start;
        while at < self.span.end {
            match self.source[at] {
                b'#' => at = end_of_line(self.source, at),
                b' ' | b'\t' | b'\x0c' | b'\r' | b'\n' | b'\\' | b'(' => at += 1,
                _ => break,
            }
        }
        self.source[at..self.span.end].starts_with(b"None").then_some(at..at + 4)
    }

    /// Turns a string into a tuple with other strings, or exchanges it.
    fn one(&self, text: &Text, alignment: &Alignment<'_>) -> Vec<Edit> {
        let mut edits = self.exchanges(&alignment.fates);
        if alignment.added.is_empty() {
            return edits;
        }
        let is_enclosed = is_enclosed(self.source, self.span, self.texts);
        let (open, close) = if is_enclosed { ("", "") } else { ("(", ")") };
        let (mut before, mut behind) = (open.to_owned(), String::new());
        for (place, ids) in &alignment.added {
            for id in ids.iter().map(|id| literal(id, self.quote)) {
                match place {
                    None => before.push_str(&format!("{id}, ")),
                    Some(_) => behind.push_str(&format!(", {id}")),
                }
            }
        }
        edits.push(Edit::replace(&(text.span.start..text.span.start), before));
        edits.push(Edit::replace(&(text.span.end..text.span.end), behind + close));
        edits
    }

    fn several(&self, ids: &[&str], alignment: &Alignment<'_>) -> Vec<Edit> {
        let Some(sequence) = Sequence::of(self.source, self.span, self.texts) else {
            return if self.is_sum_of_as_many(alignment) {
                self.exchanges(&alignment.fates)
            } else {
                self.over(self.span.clone(), ids)
            };
        };
        if ids.is_empty() {
            return self.over(sequence.brackets.unwrap_or(self.span.clone()), ids);
        }
        let elements = Elements { source: self.source, sequence: &sequence, quote: self.quote };
        let mut edits = self.exchanges(&alignment.fates);
        edits.extend(elements.edits(alignment));
        edits
    }

    /// Returns whether only literals need to be exchanged, in a value that cannot hold others.
    fn is_sum_of_as_many(&self, alignment: &Alignment<'_>) -> bool {
        let is_literal = |text: &Text| Literal::at(self.source, text.span.start).is_some();
        let stays_or_is_literal = |(text, fate): (&Text, &Fate<'_>)| match fate {
            Fate::Kept => true,
            Fate::Exchanged(_) => is_literal(text),
            Fate::Removed => false,
        };
        // A set says a string once that is written in it twice.
        let is_set = self.source[self.span.clone()].contains(&b'{');
        alignment.added.is_empty()
            && !is_set
            && self.texts.iter().zip(&alignment.fates).all(stays_or_is_literal)
    }

    fn exchanges(&self, fates: &[Fate<'_>]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (text, fate) in self.texts.iter().zip(fates) {
            if let Fate::Exchanged(id) = fate {
                edits.push(self.exchanged(&text.span, id));
            }
        }
        edits
    }

    /// Replaces the id in a literal, or replaces something else, such as a name or several literals, with a
    /// literal.
    fn exchanged(&self, span: &Span, id: &str) -> Edit {
        let (span, text) = match Literal::of(self.source, span) {
            Some(literal) => literal.exchanged(self.source, id),
            None => {
                let first = Literal::at(self.source, span.start);
                (span.clone(), literal(id, first.map_or(self.quote, |first| first.quote)))
            }
        };
        Edit::replace(&span, text)
    }
}
