//! Finds operations in `upgrade` and `downgrade`.

use rustpython_ruff_python_ast::{Expr, Stmt};

use super::statements::{self, Role};
use super::{nesting, python};
use crate::text::Span;

/// Returns the first operation in `upgrade` or `downgrade`; nothing if the file cannot be parsed.
///
/// Templates for several databases have a function for each, such as `upgrade_users`, which `upgrade` looks
/// up in `globals()`.
pub(super) fn first(text: &str) -> Option<Span> {
    let cut = statements::cut(text);
    let functions = cut.units.iter().filter(|unit| match &unit.role {
        Role::Definition(name) => is_migrating(&text[name.clone()]),
        Role::Code => false,
    });
    functions.map(|unit| &unit.span).find_map(|span| first_in(text, span))
}

/// Returns whether the module defines `upgrade` as a function; it may import one.
pub(super) fn has_upgrade(text: &str) -> bool {
    let cut = statements::cut(text);
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
    let statements = python::statements(code)?;
    let function = statements.iter().find_map(Stmt::as_function_def_stmt)?;
    let reached =
        function.body.iter().take_while(|statement| !matches!(statement, Stmt::Return(_)));
    let statement = reached.into_iter().find(|statement| does_something(statement))?;
    Some(python::span(span.start, statement))
}

fn does_something(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) | Stmt::Raise(_) => false,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::Call(call) => !is_look_up(&call.func),
            value => !value.is_literal_expr(),
        },
        _ => true,
    }
}

/// Returns whether an expression is `globals()[...]`.
fn is_look_up(expression: &Expr) -> bool {
    let looked_up_in = expression.as_subscript_expr().map(|item| &*item.value);
    let function = looked_up_in.and_then(Expr::as_call_expr).map(|call| &*call.func);
    function.and_then(Expr::as_name_expr).is_some_and(|name| name.id == "globals")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_effect_does_nothing() {
        for body in [
            "pass",
            "...",
            "'''Upgrade schema.'''",
            "'''doc'''\n    # comment\n    pass",
            "return",
            "return None",
            "return\n    op.drop_table('a')",
            "raise NotImplementedError()",
            "globals()['upgrade_%s' % engine_name]()",
        ] {
            let text = format!("x = 1\n\ndef upgrade():\n    {body}\n\ndef downgrade(): pass\n");
            assert_eq!(first(&text), None, "{text}");
        }
        assert_eq!(first("upgrade = downgrade = noop"), None);
        assert!(!has_upgrade(
            "from common import upgrade\nupgrade = noop\ndef upgrade_users(): pass"
        ));
        assert!(has_upgrade("def upgrade(): pass"));
    }

    #[test]
    fn the_first_statement_that_does_something_is_found() {
        for (text, found) in [
            (
                "def upgrade():\n    '''doc'''\n    op.drop_table('é')\n    x()",
                "op.drop_table('é')",
            ),
            ("def upgrade(): pass\nasync def downgrade() -> None: x = 1; y()", "x = 1"),
            ("def upgrade(name):\n  globals()[name]()\ndef upgrade_users():\n  op.x()", "op.x()"),
            ("def upgrade():\n  if x:\n    pass", "if x:\n    pass"),
            ("def upgrade():\n  '''doc'''\n  op.x(f'{y['a']}')", "op.x(f'{y['a']}')"),
        ] {
            assert_eq!(first(text).map(|span| &text[span]), Some(found), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_silent() {
        assert_eq!(first("def upgrade():\n    op.execute(x y)"), None);
        assert_eq!(first("def helper():\n    op.x()"), None);
    }
}
