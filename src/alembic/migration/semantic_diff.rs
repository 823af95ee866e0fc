//! Compares the behavior of two versions of a migration.

mod plain;
mod slice;

use std::collections::BTreeSet;

use rustpython_ruff_python_ast::Stmt;
use rustpython_ruff_python_ast::comparable::ComparableStmt;
use rustpython_ruff_text_size::{Ranged, TextRange};

use self::plain::{Plain, plain};
use self::slice::{Slice, slice};
use super::{nesting, python};
use crate::text::Span;

/// The kind of a difference between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `upgrade` differs.
    Upgrade,
    /// Only `downgrade` differs.
    Downgrade,
}

/// A difference between two versions of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemanticChange {
    /// The kind of the difference.
    pub part: Part,
    /// Its position in the later version, in bytes.
    pub span: Span,
}

/// Returns the first difference in the behavior of `upgrade` or `downgrade`.
///
/// The syntax trees of the two functions and of everything that they depend on are compared. So comments,
/// formatting, docstrings, annotations, the order of imports, unused code and the four identifiers do not
/// matter. Code that cannot be parsed is equal to any code.
pub(super) fn first_change(before: &str, after: &str) -> Option<SemanticChange> {
    let (before, after) = (operations(before)?, operations(after)?);
    let find = |part, root, other| {
        let (before, after) = (slice(&before, root, other), slice(&after, root, other));
        let changed = difference(&before.statements, &after.statements);
        let range = changed.or_else(|| other_import(&before, &after))?;
        Some(SemanticChange { part, span: span(range) })
    };
    let upgrade = find(Part::Upgrade, "upgrade", "downgrade");
    upgrade.or_else(|| find(Part::Downgrade, "downgrade", "upgrade"))
}

/// Parses a module and drops everything that does not affect its behavior.
fn operations(code: &str) -> Option<Plain> {
    match nesting::check(code) {
        Some(_) => None,
        None => python::statements(code).map(plain),
    }
}

/// Finds a new or changed import or, if one was only removed, the first use of its name.
fn other_import(before: &Slice<'_>, after: &Slice<'_>) -> Option<TextRange> {
    let bindings = |slice: &Slice<'_>| -> BTreeSet<(String, String)> {
        slice.imports.iter().map(|import| import.binding.clone()).collect()
    };
    let (known, now) = (bindings(before), bindings(after));
    let new = after.imports.iter().find(|import| !known.contains(&import.binding));
    let gone = || (!known.is_subset(&now)).then(|| after.statements.first().map(Ranged::range))?;
    new.map(|import| import.range).or_else(gone)
}

/// Finds the first differing statement of two bodies, within a function if it is one.
fn difference(before: &[&Stmt], after: &[&Stmt]) -> Option<TextRange> {
    let same = |(one, other): &(&&Stmt, &&Stmt)| {
        ComparableStmt::from(**one) == ComparableStmt::from(**other)
    };
    let equal = before.iter().zip(after).take_while(same).count();
    match (before.get(equal), after.get(equal)) {
        (None, None) => None,
        (Some(Stmt::FunctionDef(one)), Some(Stmt::FunctionDef(other))) => {
            let name = other.name.range();
            let (one, other): (Vec<_>, Vec<_>) =
                (one.body.iter().collect(), other.body.iter().collect());
            Some(difference(&one, &other).unwrap_or(name))
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
