//! Whether two versions of a migration do the same.

mod plain;

use std::collections::BTreeSet;

use rustpython_ruff_python_ast::Stmt;
use rustpython_ruff_python_ast::comparable::ComparableStmt;
use rustpython_ruff_text_size::{Ranged, TextRange};

use self::plain::{Plain, plain};
use super::{nesting, python};
use crate::text::Span;

/// Returns the bytes of `after` that first differ from `before`, where running it would not be the same.
///
/// The syntax trees are compared, so comments and formatting make no difference; neither do docstrings,
/// annotations, the order of imports and those that nothing uses, and the four identifiers, of which the
/// graph is made. Code that does not parse is the same as any.
pub(super) fn first_change(before: &str, after: &str) -> Option<Span> {
    let before = operations(before)?;
    let after = operations(after)?;
    let other = difference(&before.statements, &after.statements);
    other.or_else(|| other_import(&before, &after)).map(span)
}

/// Parses a module and leaves out what nothing depends on when it runs.
fn operations(code: &str) -> Option<Plain> {
    match nesting::check(code) {
        Some(_) => None,
        None => python::statements(code).map(plain),
    }
}

/// Finds a name that is imported anew or from elsewhere; where one is only gone, where its use begins.
fn other_import(before: &Plain, after: &Plain) -> Option<TextRange> {
    let bindings = |plain: &Plain| -> BTreeSet<(String, String)> {
        plain.imports.iter().map(|import| import.binding.clone()).collect()
    };
    let (known, now) = (bindings(before), bindings(after));
    let new = after.imports.iter().find(|import| !known.contains(&import.binding));
    let gone = || (!known.is_subset(&now)).then(|| after.statements.first().map(Ranged::range))?;
    new.map(|import| import.range).or_else(gone)
}

/// Finds where two bodies part: the statement inside of a function, where it is one that differs.
fn difference(before: &[Stmt], after: &[Stmt]) -> Option<TextRange> {
    let same =
        |(one, other): &(&Stmt, &Stmt)| ComparableStmt::from(*one) == ComparableStmt::from(*other);
    let equal = before.iter().zip(after).take_while(same).count();
    match (before.get(equal), after.get(equal)) {
        (None, None) => None,
        (Some(Stmt::FunctionDef(one)), Some(Stmt::FunctionDef(other))) => {
            let name = other.name.range();
            Some(difference(&one.body, &other.body).unwrap_or(name))
        }
        (_, Some(changed)) => Some(changed.range()),
        (Some(_), None) => {
            let last = after.last().map(Ranged::range);
            Some(last.unwrap_or_default())
        }
    }
}

fn span(range: TextRange) -> Span {
    range.start().to_usize()..range.end().to_usize()
}
