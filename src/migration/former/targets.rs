//! The targets of assignments: which are valid, what they bind and what they evaluate.
//!
//! RustPython's parser takes any expression for a target: there, the compiler behind it is what refuses.

use rustpython_parser::ast::{Comprehension, Expr, Stmt};

use super::python::spelling;
use super::walk::{self, Visitor};

/// Tells whether every target of an assignment in `body` can be one.
pub(super) fn are_valid(body: &[Stmt]) -> bool {
    let mut targets = Targets { are_valid: true };
    targets.visit_body(body);
    targets.are_valid
}

struct Targets {
    are_valid: bool,
}

impl Targets {
    fn check(&mut self, is_target: fn(&Expr) -> bool, target: &Expr) {
        self.are_valid &= is_target(target);
    }
}

impl<'ast> Visitor<'ast> for Targets {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.check(is_target, target));
            }
            Stmt::AugAssign(assign) => self.check(is_place, &assign.target),
            Stmt::AnnAssign(assign) => self.check(is_place, &assign.target),
            Stmt::Delete(delete) => {
                delete.targets.iter().for_each(|target| self.check(is_deletable, target));
            }
            Stmt::For(each) => self.check(is_target, &each.target),
            Stmt::AsyncFor(each) => self.check(is_target, &each.target),
            Stmt::With(with) => {
                let targets = with.items.iter().filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.check(is_target, target));
            }
            Stmt::AsyncWith(with) => {
                let targets = with.items.iter().filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.check(is_target, target));
            }
            _ => {}
        }
        walk::walk_stmt(self, statement);
    }

    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.check(is_target, &comprehension.target);
        self.visit_expr(&comprehension.iter);
        self.visit_exprs(&comprehension.ifs);
    }
}

/// Tells whether an expression is one place that a value can go to.
fn is_place(target: &Expr) -> bool {
    matches!(target, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_))
}

fn is_target(target: &Expr) -> bool {
    let is_item = |item: &Expr| match item {
        Expr::Starred(starred) => is_target(&starred.value),
        _ => is_target(item),
    };
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_item),
        Expr::List(list) => list.elts.iter().all(is_item),
        _ => is_place(target),
    }
}

fn is_deletable(target: &Expr) -> bool {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_deletable),
        Expr::List(list) => list.elts.iter().all(is_deletable),
        _ => is_place(target),
    }
}

/// Returns the names that a target binds.
pub(super) fn names(target: &Expr) -> Vec<String> {
    match target {
        Expr::Name(name) => vec![spelling(&name.id).into_owned()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(names).collect(),
        Expr::List(list) => list.elts.iter().flat_map(names).collect(),
        Expr::Starred(starred) => names(&starred.value),
        _ => Vec::new(),
    }
}

/// Returns the parts of a target that are evaluated to find the place: in `a.b[c]`, all but the names
/// that it binds.
pub(super) fn computed_parts(target: &Expr) -> Vec<&Expr> {
    match target {
        Expr::Name(_) => Vec::new(),
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(computed_parts).collect(),
        Expr::List(list) => list.elts.iter().flat_map(computed_parts).collect(),
        Expr::Starred(starred) => computed_parts(&starred.value),
        _ => vec![target],
    }
}
