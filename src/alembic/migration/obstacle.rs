//! Finds the reason why an expression is not a constant.

use rustpython_ruff_python_ast::{Expr, Operator};

/// Finds the first part of an expression that is not a string, `None`, a name, or a collection or sum of
/// these, and returns what it is, as a short clause.
pub(super) fn obstacle(expression: &Expr) -> Option<(&Expr, &'static str)> {
    let reason = match expression {
        Expr::StringLiteral(_) | Expr::NoneLiteral(_) | Expr::Name(_) => return None,
        Expr::Tuple(tuple) => return tuple.elts.iter().find_map(obstacle),
        Expr::List(list) => return list.elts.iter().find_map(obstacle),
        Expr::Set(set) => return set.elts.iter().find_map(obstacle),
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            return obstacle(&sum.left).or_else(|| obstacle(&sum.right));
        }
        Expr::Call(_) => "it is a function call",
        Expr::Attribute(_) => "it is an attribute",
        Expr::Subscript(_) => "it is a subscript expression",
        Expr::FString(_) => "it is an f-string",
        Expr::TString(_) => "it is a t-string",
        Expr::If(_) => "it is a conditional expression",
        Expr::Dict(_) => "it is a dictionary",
        Expr::Starred(_) => "it unpacks another value",
        Expr::BytesLiteral(_) => "it is bytes, not a string",
        Expr::NumberLiteral(_) => "it is a number, not a string",
        Expr::BooleanLiteral(_) => "it is a boolean, not a string",
        Expr::EllipsisLiteral(_) => "it is `...`, not a string",
        _ => "it is computed",
    };
    Some((expression, reason))
}
