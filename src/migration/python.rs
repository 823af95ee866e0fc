//! The two parsers of Python.
//!
//! Migrations are read by RustPython's, which knows Python up to 3.12 without the f-strings of PEP 701.
//! Ruff's says whether what that one refuses is newer Python or none, and where it goes wrong.

use std::borrow::Cow;

use rustpython_parser::{Parse, ast};
use rustpython_ruff_python_ast::{ModModule, Stmt};
use rustpython_ruff_python_parser::{ParseError, Parsed, parse_module};
use rustpython_ruff_text_size::TextRange;
use unicode_normalization::UnicodeNormalization;

use super::blank::blanked;
use super::pieces::{Kind, Pieces};
use super::{Fault, compile, targets};

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
    parse_newest(code).is_ok()
}

/// Parses code whose nesting is bounded into trees that can be compared; `None` where it is no Python.
pub(super) fn statements(code: &str) -> Option<Vec<Stmt>> {
    Some(parse_newest(code).ok()?.into_suite())
}

/// Returns why a module is no Python: it cannot be parsed, or not be compiled.
pub(super) fn refusal(code: &str) -> Option<Fault> {
    match parse_newest(code) {
        Ok(module) => {
            let refusal = compile::check(code, &module.syntax().body)?;
            Some(fault(code, &refusal.message, refusal.range))
        }
        Err(error) => Some(fault(code, &error.error.to_string(), error.location)),
    }
}

/// Parses by ruff's parser. What is no Python it must not see with anything in its strings: going on
/// behind a mistake it could take that for code, whose nesting nobody has bounded.
fn parse_newest(code: &str) -> Result<Parsed<ModModule>, ParseError> {
    parse_module(&blanked(code))?;
    parse_module(code)
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

/// Words what ruff's parser found.
fn fault(code: &str, message: &str, range: TextRange) -> Fault {
    let mut characters = message.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    let start = code.floor_char_boundary(range.start().to_usize());
    let end = code.floor_char_boundary(range.end().to_usize());
    Fault { message: first.into_iter().chain(characters).collect(), span: start..end.max(start) }
}
