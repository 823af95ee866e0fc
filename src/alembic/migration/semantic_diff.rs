//! Whether two versions of a migration do the same.

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

/// What a migration does otherwise than another version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What `upgrade` does.
    Upgrade,
    /// What `downgrade` does, and nothing else.
    Downgrade,
}

/// A difference between two versions of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemanticChange {
    /// What is different.
    pub part: Part,
    /// The bytes of the later version at which that begins.
    pub span: Span,
}

/// Returns the first difference, where running `upgrade` or `downgrade` would not be the same.
///
/// The syntax trees of the two functions and of all that they depend on are compared, so comments and
/// formatting make no difference; neither do docstrings, annotations, the order of imports, what neither
/// function reads, and the four identifiers, of which the graph is made. Code that does not parse is the
/// same as any.
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

/// Parses a module and leaves out what makes no difference when it runs.
fn operations(code: &str) -> Option<Plain> {
    match nesting::check(code) {
        Some(_) => None,
        None => python::statements(code).map(plain),
    }
}

/// Finds a name that is imported anew or from elsewhere; where one is only gone, where its use begins.
fn other_import(before: &Slice<'_>, after: &Slice<'_>) -> Option<TextRange> {
    let bindings = |slice: &Slice<'_>| -> BTreeSet<(String, String)> {
        slice.imports.iter().map(|import| import.binding.clone()).collect()
    };
    let (known, now) = (bindings(before), bindings(after));
    let new = after.imports.iter().find(|import| !known.contains(&import.binding));
    let gone = || (!known.is_subset(&now)).then(|| after.statements.first().map(Ranged::range))?;
    new.map(|import| import.range).or_else(gone)
}

/// Finds where two bodies part: the statement inside of a function, where it is one that differs.
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
