//! Python expressions to constants, as far as that needs no running.

use std::collections::BTreeSet;

use rustpython_parser::ast::{Constant as Literal, Expr, Operator, Ranged};

use super::python::spelling;
use super::{Shape, Text};
use crate::text::Span;

/// The most text that a constant holds which was put together from others, in bytes.
const MAX_TEXT: usize = 4096;
/// The most strings that a constant holds which was put together from others.
const MAX_TEXTS: usize = 256;

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

/// Why a value cannot be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) span: Span,
    pub(super) reason: String,
}

impl Constant {
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

/// A source text that expressions point into, and what its names stand for.
pub(super) trait Scope {
    /// The source of the expression at `span`.
    fn source(&self, span: &Span) -> &str;
    /// The bytes of a node.
    fn span(&self, node: &dyn Ranged) -> Span;
    /// What a name stands for at this point.
    fn look_up(&self, name: &str, span: &Span) -> Result<Constant, Unknown>;
}

/// Evaluates an expression.
pub(super) fn evaluate(expression: &Expr, scope: &dyn Scope) -> Result<Constant, Unknown> {
    let span = scope.span(expression);
    match expression {
        Expr::Constant(constant) => match &constant.value {
            Literal::None => Ok(Constant { texts: Vec::new(), kind: Kind::None }),
            Literal::Str(text) => string(text, span, scope),
            other => Err(unknown(span, describe_literal(other))),
        },
        Expr::Name(name) => {
            let constant = scope.look_up(&spelling(&name.id), &span)?;
            if constant.is_small() {
                Ok(constant.named(&span))
            } else {
                Err(unknown(span, "it stands for a very long value"))
            }
        }
        Expr::Tuple(tuple) => items(&tuple.elts, Kind::Tuple, scope),
        Expr::List(list) => items(&list.elts, mutable(&span, false), scope),
        Expr::Set(set) => items(&set.elts, mutable(&span, true), scope),
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            let left = evaluate(&sum.left, scope)?;
            add(left, evaluate(&sum.right, scope)?, span)
        }
        _ => Err(unknown(span, describe(expression))),
    }
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
        _ => return Err(unknown(span, "it adds what Python does not add")),
    };
    if sum.is_small() { Ok(sum) } else { Err(unknown(span, "it is a very long value")) }
}

fn mutable(span: &Span, is_set: bool) -> Kind {
    Kind::Mutable { is_set, made_at: span.start }
}

fn unknown(span: Span, reason: &str) -> Unknown {
    Unknown { span, reason: reason.to_owned() }
}

fn string(text: &str, span: Span, scope: &dyn Scope) -> Result<Constant, Unknown> {
    // Python reads CR and CRLF in a string as LF, which no id is meant to hold.
    if scope.source(&span).contains('\r') {
        return Err(unknown(span, "its string holds a carriage return"));
    }
    // The parser puts this in place of half a surrogate pair, which Python lets stand.
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(unknown(span, "its string holds what is no character"));
    }
    Ok(Constant { texts: vec![Text { text: text.to_owned(), span }], kind: Kind::String })
}

fn items(items: &[Expr], kind: Kind, scope: &dyn Scope) -> Result<Constant, Unknown> {
    let mut texts = Vec::with_capacity(items.len());
    let mut copied = 0;
    for item in items {
        let constant = evaluate(item, scope)?;
        if !matches!(item, Expr::Constant(_)) {
            copied += constant.texts.iter().map(|text| text.text.len()).sum::<usize>();
        }
        if copied > MAX_TEXT {
            return Err(unknown(scope.span(item), "it is a very long value"));
        }
        if constant.kind != Kind::String {
            return Err(unknown(scope.span(item), "it holds something other than strings"));
        }
        texts.extend(constant.texts);
    }
    if let Kind::Mutable { is_set: true, .. } = kind {
        let mut seen = BTreeSet::new();
        texts.retain(|text| seen.insert(text.text.clone()));
    }
    Ok(Constant { texts, kind })
}

/// Says what an expression is that is no constant.
fn describe(expression: &Expr) -> &'static str {
    match expression {
        Expr::Call(_) => "it is the result of a call",
        Expr::Attribute(_) => "it is an attribute of something else",
        Expr::Subscript(_) => "it is an item of something else",
        Expr::JoinedStr(_) => "it is an f-string",
        Expr::IfExp(_) => "it depends on a condition",
        Expr::Dict(_) => "it is a dictionary",
        Expr::Starred(_) => "it unpacks something else",
        _ => "it is computed",
    }
}

fn describe_literal(literal: &Literal) -> &'static str {
    match literal {
        Literal::Bytes(_) => "it is bytes, not a string",
        Literal::Int(_) | Literal::Float(_) | Literal::Complex { .. } => {
            "it is a number, not a string"
        }
        Literal::Bool(_) => "it is a truth value, not a string",
        Literal::Ellipsis => "it is `...`, not a string",
        Literal::None | Literal::Str(_) | Literal::Tuple(_) => "it is computed",
    }
}
