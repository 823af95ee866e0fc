//! The two parsers of Python.
//!
//! Migrations are read by RustPython's, which knows Python up to 3.12 without the f-strings of PEP 701.
//! Ruff's says whether what that one refuses is newer Python or none, and where it goes wrong.

use std::borrow::Cow;

use rustpython_parser::{Parse, ast};
use unicode_normalization::UnicodeNormalization;

use super::pieces::{Kind, Pieces};
use super::targets;

/// How many `elif` there may be: each is a level of the tree.
const MAX_ELIFS: usize = 200;
/// How long a number may be, in bytes: reading one takes the square of its length.
const MAX_NUMBER: usize = 10_000;

/// Parses code whose nesting is bounded; `None` where RustPython's parser refuses it.
pub(super) fn parse(code: &str) -> Option<ast::Suite> {
    if is_laborious(code) {
        return None;
    }
    ast::Suite::parse(code, "").ok().filter(|body| targets::are_valid(body))
}

/// Tells whether code that [`parse`] refuses is Python all the same.
pub(super) fn is_newer(code: &str) -> bool {
    super::super::python::statements(code).is_some()
}

/// Returns a name as Python compares it (PEP 3131).
pub(super) fn spelling(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfkc().collect()) }
}

/// Tells whether code holds what takes RustPython's parser more stack or time than there is.
fn is_laborious(code: &str) -> bool {
    if code.len() <= MAX_ELIFS * "elif".len() {
        return false;
    }
    let mut elifs = 0;
    Pieces::new(code).filter(|piece| piece.kind == Kind::Word).any(|piece| {
        let word = &code[piece.start..piece.end];
        elifs += usize::from(word == "elif");
        elifs > MAX_ELIFS
            || word.len() > MAX_NUMBER && word.starts_with(|c: char| c.is_ascii_digit())
    })
}
