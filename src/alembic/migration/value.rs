//! Python expressions to constants, as far as that needs no running.
//!
//! Ruff's tree says which expressions can be constants; RustPython's parser reads those, as Python's
//! `ast.literal_eval` would.

use std::collections::BTreeSet;

use rustpython_parser::Parse;
use rustpython_parser::ast::{Constant as Literal, Expr, Operator, Ranged};
use rustpython_parser::text_size::TextSize;
use rustpython_ruff_python_ast as ruff;

use super::obstacle::obstacle;
use super::python::{self, spelling};
use super::{Shape, Text};
use crate::text::Span;

/// The most text that a constant holds which was put together from others, in bytes.
const MAX_TEXT: usize = 4096;
/// The most strings that a constant holds which was put together from others.
const MAX_TEXTS: usize = 256;

/// Why a value is unknown that can be a constant by its shape, but that RustPython's parser refuses: it
/// knows fewer characters than Ruff's.
const UNREADABLE: &str = "it cannot be parsed";

/// A value that needs no running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Constant {
    pub(super) texts: Vec<Text>,
    pub(super) kind: Kind,
}

/// The Python type of a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    None,
    String,
    Tuple,
    /// A list, or a set, by the place it was made: other names may stand for the same object.
    Mutable {
        is_set: bool,
        made_at: usize,
    },
}

/// Why a value is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) span: Span,
    pub(super) reason: String,
}

impl Constant {
    /// Makes a constant of one string, or `None` of nothing.
    pub(super) fn plain(text: Option<Text>) -> Constant {
        let kind = if text.is_some() { Kind::String } else { Kind::None };
        Constant { texts: text.into_iter().collect(), kind }
    }

    pub(super) fn shape(&self) -> Shape {
        match self.kind {
            Kind::None => Shape::None,
            Kind::String => Shape::String,
            Kind::Tuple | Kind::Mutable { .. } => Shape::Sequence,
        }
    }

    /// Returns the constant as a name stands for it: an editor finds no literal at `span`.
    fn named(mut self, span: &Span) -> Constant {
        for text in &mut self.texts {
            text.span = span.clone();
        }
        self
    }

    fn is_small(&self) -> bool {
        let size: usize = self.texts.iter().map(|text| text.text.len()).sum();
        size <= MAX_TEXT && self.texts.len() <= MAX_TEXTS
    }
}

/// A module, and what its names stand for.
pub(super) trait Scope {
    /// The source of the module.
    fn text(&self) -> &str;
    /// What a name stands for at this point.
    fn look_up(&self, name: &str, span: &Span) -> Result<Constant, Unknown>;
}

/// Evaluates an expression in code that starts at byte `base` of the module.
pub(super) fn evaluate(
    expression: &ruff::Expr,
    base: usize,
    scope: &dyn Scope,
) -> Result<Constant, Unknown> {
    if let Some((part, reason)) = obstacle(expression) {
        return Err(unknown(python::span(base, part), reason));
    }
    let span = python::span(base, expression);
    match parse(scope.text(), &span) {
        Some(tree) => constant(&tree, scope),
        None => Err(unknown(span, UNREADABLE)),
    }
}

/// Parses an expression, in parentheses because it may go over several lines.
fn parse(text: &str, span: &Span) -> Option<Expr> {
    let offset = u32::try_from(span.start.checked_sub("(".len())?).ok()?;
    let code = format!("({})", &text[span.clone()]);
    Expr::parse_starts_at(&code, "", TextSize::new(offset)).ok()
}

fn constant(expression: &Expr, scope: &dyn Scope) -> Result<Constant, Unknown> {
    let span = span(expression);
    match expression {
        Expr::Constant(literal) => match &literal.value {
            Literal::None => Ok(Constant::plain(None)),
            Literal::Str(text) => string(text, span, scope),
            _ => Err(unknown(span, UNREADABLE)),
        },
        Expr::Name(name) => {
            let constant = scope.look_up(&spelling(&name.id), &span)?;
            if constant.is_small() {
                Ok(constant.named(&span))
            } else {
                Err(unknown(span, "its value is too long"))
            }
        }
        Expr::Tuple(tuple) => items(&tuple.elts, Kind::Tuple, scope),
        Expr::List(list) => items(&list.elts, mutable(&span, false), scope),
        Expr::Set(set) => items(&set.elts, mutable(&span, true), scope),
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            let left = constant(&sum.left, scope)?;
            add(left, constant(&sum.right, scope)?, span)
        }
        _ => Err(unknown(span, UNREADABLE)),
    }
}

fn span(expression: &Expr) -> Span {
    expression.start().to_usize()..expression.end().to_usize()
}

/// Adds two constants as Python's `+` does.
pub(super) fn add(left: Constant, right: Constant, span: Span) -> Result<Constant, Unknown> {
    let sum = match (left.kind, right.kind) {
        (Kind::String, Kind::String) => {
            let texts = left.texts.iter().chain(&right.texts);
            Constant {
                texts: vec![Text {
                    text: texts.map(|text| text.text.as_str()).collect(),
                    span: span.clone(),
                }],
                kind: Kind::String,
            }
        }
        (Kind::Tuple, Kind::Tuple)
        | (Kind::Mutable { is_set: false, .. }, Kind::Mutable { is_set: false, .. }) => Constant {
            kind: match left.kind {
                Kind::Mutable { .. } => mutable(&span, false),
                kind @ (Kind::Tuple | Kind::None | Kind::String) => kind,
            },
            texts: left.texts.into_iter().chain(right.texts).collect(),
        },
        _ => return Err(unknown(span, "it adds values of incompatible types")),
    };
    if sum.is_small() { Ok(sum) } else { Err(unknown(span, "its value is too long")) }
}

fn mutable(span: &Span, is_set: bool) -> Kind {
    Kind::Mutable { is_set, made_at: span.start }
}

fn unknown(span: Span, reason: &str) -> Unknown {
    Unknown { span, reason: reason.to_owned() }
}

fn string(text: &str, span: Span, scope: &dyn Scope) -> Result<Constant, Unknown> {
    // Python reads CR and CRLF in a string as LF, which no id is meant to hold.
    if scope.text()[span.clone()].contains('\r') {
        return Err(unknown(span, "the string contains a carriage return"));
    }
    // The parser puts this in place of half a surrogate pair, which Python lets stand.
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(unknown(span, "the string contains an invalid character"));
    }
    Ok(Constant::plain(Some(Text { text: text.to_owned(), span })))
}

fn items(items: &[Expr], kind: Kind, scope: &dyn Scope) -> Result<Constant, Unknown> {
    let mut texts = Vec::with_capacity(items.len());
    let mut copied = 0;
    for item in items {
        let value = constant(item, scope)?;
        if !matches!(item, Expr::Constant(_)) {
            copied += value.texts.iter().map(|text| text.text.len()).sum::<usize>();
        }
        if copied > MAX_TEXT {
            return Err(unknown(span(item), "its value is too long"));
        }
        if value.kind != Kind::String {
            return Err(unknown(span(item), "it contains something other than strings"));
        }
        texts.extend(value.texts);
    }
    if let Kind::Mutable { is_set: true, .. } = kind {
        let mut seen = BTreeSet::new();
        texts.retain(|text| seen.insert(text.text.clone()));
    }
    Ok(Constant { texts, kind })
}
