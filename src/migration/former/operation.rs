//! Whether `upgrade` and `downgrade` do anything.

use rustpython_parser::ast::{Expr, Ranged, Stmt};

use super::reach::{Source, is_name};
use super::units::{self, Role};
use super::walk::Function;
use super::{nesting, python};
use crate::text::Span;

/// Finds the first statement of `upgrade` or `downgrade` that does something; nothing where that cannot
/// be read.
///
/// Templates for several databases have a function for each, `upgrade_users` for one, which `upgrade`
/// looks up in `globals()`.
pub(super) fn first(text: &str) -> Option<Span> {
    let cut = units::cut(text);
    let functions = cut.units.iter().filter(|unit| match &unit.role {
        Role::Definition(name) => is_migrating(&text[name.clone()]),
        Role::Code => false,
    });
    functions.map(|unit| &unit.span).find_map(|span| first_in(text, span))
}

/// Tells whether the module defines `upgrade` as a function; it may import one.
pub(super) fn has_upgrade(text: &str) -> bool {
    let cut = units::cut(text);
    cut.units.iter().any(|unit| match &unit.role {
        Role::Definition(name) => &text[name.clone()] == "upgrade",
        Role::Code => false,
    })
}

fn is_migrating(name: &str) -> bool {
    ["upgrade", "downgrade"].iter().any(|whole| match name.strip_prefix(whole) {
        Some(rest) => rest.is_empty() || rest.starts_with('_'),
        None => false,
    })
}

fn first_in(text: &str, span: &Span) -> Option<Span> {
    let code = &text[span.clone()];
    if nesting::check(code).is_some() {
        return None;
    }
    let statements = python::parse(code)?;
    let function = statements.iter().find_map(Function::of)?;
    let reached =
        function.body.iter().take_while(|statement| !matches!(statement, Stmt::Return(_)));
    let statement = reached.into_iter().find(|statement| does_something(statement))?;
    Some(Source { text, base: span.start }.span(statement as &dyn Ranged))
}

fn does_something(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) | Stmt::Raise(_) => false,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::Constant(_) => false,
            Expr::Call(call) => !is_look_up(&call.func),
            _ => true,
        },
        _ => true,
    }
}

/// Tells whether an expression is `globals()[...]`.
fn is_look_up(expression: &Expr) -> bool {
    let Expr::Subscript(subscript) = expression else {
        return false;
    };
    matches!(&*subscript.value, Expr::Call(call) if is_name(&call.func, "globals"))
}
