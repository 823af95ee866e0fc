//! Parses modules with ruff's Python parser, and reports their errors.
//!
//! [`value`](super::value) reads literals with RustPython's parser.

use std::borrow::Cow;

use rustpython_ruff_python_ast::{ModModule, Stmt};
use rustpython_ruff_python_parser::{ParseError, Parsed, parse_module};
use rustpython_ruff_text_size::{Ranged, TextRange};
use unicode_normalization::UnicodeNormalization;

use super::blank::blanked;
use super::{Fault, compile_errors};
use crate::text::Span;

/// Parses code with bounded nesting; `None` if it is not valid Python.
pub(super) fn statements(code: &str) -> Option<Vec<Stmt>> {
    Some(parse(code).ok()?.into_suite())
}

/// Returns why a module is not valid Python: it cannot be parsed or compiled.
pub(super) fn refusal(code: &str) -> Option<Fault> {
    match parse(code) {
        Ok(module) => {
            let refusal = compile_errors::check(code, &module.syntax().body)?;
            Some(fault(code, &refusal.message, refusal.range))
        }
        Err(error) => Some(fault(code, &error.error.to_string(), error.location)),
    }
}

/// Parses code. Invalid code is first parsed with empty strings: after an error, the parser could treat the text
/// of a string as code, and that text may be nested without a limit.
fn parse(code: &str) -> Result<Parsed<ModModule>, ParseError> {
    parse_module(&blanked(code))?;
    parse_module(code)
}

/// Returns the bytes of a node of code that starts at byte `base`.
pub(super) fn span(base: usize, node: &impl Ranged) -> Span {
    base + node.start().to_usize()..base + node.end().to_usize()
}

/// Returns a name as Python compares it (PEP 3131); ruff's parser already normalizes names like this.
pub(super) fn spelling(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfkc().collect()) }
}

/// Formats an error of ruff's parser.
fn fault(code: &str, message: &str, range: TextRange) -> Fault {
    let mut characters = message.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    let start = code.floor_char_boundary(range.start().to_usize());
    let end = code.floor_char_boundary(range.end().to_usize());
    Fault { message: first.into_iter().chain(characters).collect(), span: start..end.max(start) }
}
