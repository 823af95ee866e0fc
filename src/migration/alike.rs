//! Whether two versions of a migration do the same.

use rustpython_ruff_python_ast::comparable::ComparableStmt;
use rustpython_ruff_python_ast::{Expr, Stmt};
use rustpython_ruff_text_size::{Ranged, TextRange};

use super::interpret::NAMES;
use super::{nesting, python};
use crate::text::Span;

/// Returns the bytes of `after` that first differ from `before`, where running it would not be the same.
///
/// The syntax trees are compared, so comments and formatting make no difference; neither do docstrings
/// and the four identifiers, of which the graph is made. Code that does not parse is the same as any.
pub(super) fn first_change(before: &str, after: &str) -> Option<Span> {
    let before = operations(before)?;
    let after = operations(after)?;
    difference(&before, &after).map(span)
}

/// Parses a module and leaves out what nothing depends on when it runs.
fn operations(code: &str) -> Option<Vec<Stmt>> {
    if nesting::check(code).is_some() {
        return None;
    }
    let mut statements = python::statements(code)?;
    statements.retain(|statement| !is_identifier(statement));
    drop_docstring(&mut statements);
    for statement in &mut statements {
        if let Stmt::FunctionDef(function) = statement {
            drop_docstring(&mut function.body);
        }
    }
    Some(statements)
}

fn is_identifier(statement: &Stmt) -> bool {
    let is_name = |target: &Expr| match target {
        Expr::Name(name) => NAMES.contains(&name.id.as_str()),
        _ => false,
    };
    match statement {
        Stmt::Assign(assign) => assign.targets.iter().all(is_name),
        Stmt::AnnAssign(assign) => is_name(&assign.target),
        _ => false,
    }
}

fn drop_docstring(body: &mut Vec<Stmt>) {
    let first = body.first();
    if first.is_some_and(
        |first| matches!(first, Stmt::Expr(alone) if alone.value.is_string_literal_expr()),
    ) {
        body.remove(0);
    }
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
