//! `file_template`: a text with fields in it, as Python's `%` reads one.
//!
//! Names are made by it, and ids are found again in the names that it made.

mod parse;
mod render;

pub(super) use parse::revision_ids;
pub use render::Fields;
pub(super) use render::stem;

use crate::text::escape;

/// No file has a longer name.
const MAX_WIDTH: usize = 255;

/// Why a template makes no names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// A `%` that begins nothing.
    #[error("a `%` is neither doubled nor the start of a field such as `%(rev)s`")]
    NoField,
    /// A field that Alembic does not fill.
    #[error("`%({})` is not a field that Alembic knows", escape(.0))]
    UnknownField(String),
    /// A way of writing a value that is not known here, or that Python refuses.
    #[error("`%({field})` cannot be formatted with `{}`", escape(.conversion))]
    Conversion {
        /// The name of the field.
        field: &'static str,
        /// What stands behind it.
        conversion: String,
    },
}

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text(char),
    Placeholder(Placeholder),
}

/// The place of a value and how it is written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placeholder {
    field: Field,
    flags: Flags,
    width: usize,
    precision: Option<usize>,
    conversion: Conversion,
}

/// What Alembic fills in (`ScriptDirectory._rev_path`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Rev,
    Slug,
    Epoch,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Flags {
    left: bool,
    plus: bool,
    blank: bool,
    zero: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conversion {
    /// `d`, `i` and `u`, which mean the same.
    Decimal,
    /// `s`.
    Str,
    /// `r`.
    Repr,
}

impl Field {
    const ALL: [Field; 9] = [
        Field::Rev,
        Field::Slug,
        Field::Epoch,
        Field::Year,
        Field::Month,
        Field::Day,
        Field::Hour,
        Field::Minute,
        Field::Second,
    ];

    fn name(self) -> &'static str {
        match self {
            Field::Rev => "rev",
            Field::Slug => "slug",
            Field::Epoch => "epoch",
            Field::Year => "year",
            Field::Month => "month",
            Field::Day => "day",
            Field::Hour => "hour",
            Field::Minute => "minute",
            Field::Second => "second",
        }
    }
}

/// Reads a template as Python's `%` does, as far as Alembic's names go.
fn parts(template: &str) -> Result<Vec<Part>, BadTemplate> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        if character != '%' {
            parts.push(Part::Text(character));
        } else if let Some(left) = rest.strip_prefix('%') {
            parts.push(Part::Text('%'));
            rest = left;
        } else {
            let (placeholder, left) = placeholder(rest)?;
            parts.push(Part::Placeholder(placeholder));
            rest = left;
        }
    }
    Ok(parts)
}

/// Reads `(name)`, flags, width, precision, a length that means nothing, and the conversion.
fn placeholder(text: &str) -> Result<(Placeholder, &str), BadTemplate> {
    let named = text.strip_prefix('(').and_then(|text| text.split_once(')'));
    let (name, behind) = named.ok_or(BadTemplate::NoField)?;
    let field = Field::ALL.into_iter().find(|field| field.name() == name);
    let field = field.ok_or_else(|| BadTemplate::UnknownField(name.to_owned()))?;
    let (flags, rest) = flags(behind);
    let (width, rest) = number(rest);
    let (precision, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (precision, rest) = number(rest);
            (Some(precision), rest)
        }
        None => (None, rest),
    };
    let rest = rest.strip_prefix(['h', 'l', 'L']).unwrap_or(rest);
    let conversion = match rest.chars().next() {
        Some('d' | 'i' | 'u') => Some(Conversion::Decimal),
        Some('s') => Some(Conversion::Str),
        Some('r') => Some(Conversion::Repr),
        Some(_) | None => None,
    };
    let is_written = width.max(precision.unwrap_or(0)) <= MAX_WIDTH;
    match conversion.filter(|_| is_written) {
        Some(conversion) => {
            Ok((Placeholder { field, flags, width, precision, conversion }, &rest[1..]))
        }
        None => {
            let end = rest.chars().next().map_or(0, char::len_utf8);
            let conversion = behind[..behind.len() - rest.len() + end].to_owned();
            Err(BadTemplate::Conversion { field: field.name(), conversion })
        }
    }
}

/// `#` changes none of the conversions.
fn flags(text: &str) -> (Flags, &str) {
    let rest = text.trim_start_matches(['-', '+', ' ', '0', '#']);
    let written = &text[..text.len() - rest.len()];
    let flags = Flags {
        left: written.contains('-'),
        plus: written.contains('+'),
        blank: written.contains(' '),
        zero: written.contains('0'),
    };
    (flags, rest)
}

/// Reads digits; none are zero, and too many are more than any width.
fn number(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &text[..text.len() - rest.len()];
    let none = digits.is_empty().then_some(0);
    (none.unwrap_or_else(|| digits.parse().unwrap_or(usize::MAX)), rest)
}
