//! The syntax trees of the statements that matter, and the words of those that do not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustpython_ruff_python_ast::{Expr, Stmt};

use super::fast_path::{self, Plain};
use super::interpret::GETATTR;
use super::lexer::{Kind, Piece, Pieces};
use super::python::spelling;
use super::statements::{Role, Unit};
use super::{nesting, python};
use crate::text::Span;

/// How many other names are followed because the four refer to them.
const MAX_NAMES: usize = 256;
/// Over how many names one of the four may refer to its constant.
const MAX_HOPS: usize = 16;

/// What a unit holds.
pub(super) enum Content<'a> {
    /// An assignment that is read without a parser.
    Plain(Plain<'a>),
    Statements(Vec<Stmt>),
    /// Nothing that can be parsed.
    Refused(Refusal),
}

/// Why a unit has no syntax tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Nested,
    Syntax,
}

/// The units of a module, parsed where that matters.
pub(super) struct Sources<'a> {
    text: &'a str,
    pub(super) units: Vec<Unit>,
    /// What each of them holds, where that matters.
    pub(super) contents: Vec<Option<Content<'a>>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(text: &'a str, units: Vec<Unit>) -> Sources<'a> {
        let parse = |unit: &Unit| unit.interesting.then(|| parse(text, unit));
        Sources { text, contents: units.iter().map(parse).collect(), units }
    }

    pub(super) fn refused(&self) -> bool {
        let mut contents = self.contents.iter().flatten();
        contents.any(|content| matches!(content, Content::Refused(Refusal::Syntax)))
    }

    /// Finds the names that `roots` stand on, and parses every unit that mentions one.
    pub(super) fn follow(&mut self, roots: &[&str]) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = roots.iter().map(|name| (*name).to_owned()).collect();
        let mut index = None;
        for _ in 0..MAX_HOPS {
            let fresh = self.referred(&names);
            if fresh.is_empty() || names.len() + fresh.len() > MAX_NAMES {
                break;
            }
            let index = index.get_or_insert_with(|| mentions(self.text, &self.units));
            for unit in fresh.iter().filter_map(|name| index.get(name.as_str())).flatten() {
                if self.contents[*unit].is_none() {
                    self.contents[*unit] = Some(parse(self.text, &self.units[*unit]));
                }
            }
            names.extend(fresh);
        }
        names
    }

    /// Returns the names, not yet in `names`, that assignments to those refer to.
    fn referred(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let statements = self.contents.iter().flatten().filter_map(|content| match content {
            Content::Statements(statements) => Some(statements),
            Content::Plain(_) | Content::Refused(_) => None,
        });
        for statement in statements.flatten() {
            let (targets, value) = match statement {
                Stmt::Assign(assign) => (&assign.targets[..], Some(&assign.value)),
                Stmt::AnnAssign(assign) => {
                    (std::slice::from_ref(&*assign.target), assign.value.as_ref())
                }
                Stmt::AugAssign(assign) => {
                    (std::slice::from_ref(&*assign.target), Some(&assign.value))
                }
                _ => continue,
            };
            if let Some(value) = value
                && targets.iter().any(|target| binds(target, names))
            {
                operands(value, &mut found);
            }
        }
        found.retain(|name| !names.contains(name));
        found
    }
}

fn parse<'a>(text: &'a str, unit: &Unit) -> Content<'a> {
    let code = &text[unit.span.clone()];
    if let Some(assignment) = fast_path::read(code) {
        return Content::Plain(assignment);
    }
    if nesting::check(code).is_some() {
        return Content::Refused(Refusal::Nested);
    }
    python::statements(code).map_or(Content::Refused(Refusal::Syntax), Content::Statements)
}

fn binds(target: &Expr, names: &BTreeSet<String>) -> bool {
    match target {
        Expr::Name(name) => names.contains(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().any(|item| binds(item, names)),
        Expr::List(list) => list.elts.iter().any(|item| binds(item, names)),
        _ => false,
    }
}

/// Collects the names that evaluating `expression` looks up.
fn operands(expression: &Expr, found: &mut BTreeSet<String>) {
    match expression {
        Expr::Name(name) => {
            found.insert(name.id.to_string());
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| operands(item, found)),
        Expr::List(list) => list.elts.iter().for_each(|item| operands(item, found)),
        Expr::Set(set) => set.elts.iter().for_each(|item| operands(item, found)),
        Expr::BinOp(sum) => {
            operands(&sum.left, found);
            operands(&sum.right, found);
        }
        _ => {}
    }
}

/// Lists for each word of the code the units that it occurs in.
fn mentions<'a>(text: &'a str, units: &[Unit]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut index: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, unit) in units.iter().enumerate() {
        for word in words(text, &unit.span) {
            let units = index.entry(word).or_default();
            if units.last() != Some(&number) {
                units.push(number);
            }
        }
    }
    index
}

pub(super) fn words<'a>(text: &'a str, span: &Span) -> impl Iterator<Item = &'a str> {
    let code = &text[span.clone()];
    Pieces::new(code)
        .filter(|piece| piece.kind == Kind::Word)
        .map(|piece| &code[piece.start..piece.end])
}

/// Returns the words of code that may stand for a function of the module.
///
/// An attribute is a function of something else; a name that is defined or assigned is none yet.
fn references(code: &str) -> Vec<Cow<'_, str>> {
    let pieces: Vec<Piece> = Pieces::new(code).collect();
    let text = |place: usize| pieces.get(place).map_or("", |piece| &code[piece.start..piece.end]);
    let is_reference = |place: &usize| {
        let before = place.checked_sub(1).map_or("", text);
        let is_bound = text(place + 1) == "=" && text(place + 2) != "=";
        pieces[*place].kind == Kind::Word && !matches!(before, "." | "def" | "class") && !is_bound
    };
    (0..pieces.len()).filter(is_reference).map(|place| spelling(text(place))).collect()
}

/// Returns the code of a function's decorators and first line.
fn head<'a>(text: &'a str, unit: &Unit, name: &Span) -> &'a str {
    let code = &text[unit.span.clone()];
    let name = name.start - unit.span.start;
    let is_end = |piece: &Piece| piece.kind == Kind::Newline && piece.start >= name;
    let end = Pieces::new(code).find(is_end).map_or(code.len(), |piece| piece.start);
    &code[..end]
}

/// Returns the words of all code that running the module may run.
///
/// A function that no such code mentions is never called by it, unless a decorator gets hold of it; the
/// module's `__getattr__` is called when a name is missing.
pub(super) fn reached<'a>(text: &'a str, units: &[Unit]) -> BTreeSet<Cow<'a, str>> {
    let mut definitions: BTreeMap<Cow<'_, str>, Vec<&Unit>> = BTreeMap::new();
    let mut waiting: Vec<Cow<'_, str>> = vec![Cow::Borrowed(GETATTR)];
    for unit in units {
        match &unit.role {
            Role::Code => waiting.extend(references(&text[unit.span.clone()])),
            Role::Definition(name) => {
                waiting.extend(references(head(text, unit, name)));
                let name = spelling(&text[name.clone()]);
                if text[unit.span.clone()].starts_with('@') {
                    waiting.push(name.clone());
                }
                definitions.entry(name).or_default().push(unit);
            }
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(word) = waiting.pop() {
        if reached.insert(word.clone()) {
            for unit in definitions.remove(&word).unwrap_or_default() {
                waiting.extend(references(&text[unit.span.clone()]));
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn a_function_is_referred_to_by_its_name_alone() {
        let code = "def a(b=c):\n  d.e(f=g, h=i == j)\n  class k(l): m = n\n  f'{o.p} {q}' # r";
        assert_eq!(references(code), ["def", "c", "d", "g", "i", "j", "class", "l", "n", "o", "q"]);
    }
}
