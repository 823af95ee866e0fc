//! The part of a module that one of its functions depends on.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{Expr, ExprContext, Stmt};

use super::plain::{Imported, Plain};
use crate::alembic::migration::scopes;

/// Functions by which code can read names that it does not spell out.
const DYNAMIC: &[&str] = &["globals", "exec", "eval"];

/// What a function depends on, in the order of the module.
#[derive(Debug)]
pub(super) struct Slice<'a> {
    pub(super) imports: Vec<&'a Imported>,
    pub(super) statements: Vec<&'a Stmt>,
}

/// Returns what calling `root` depends on: what it reads, what that reads in turn, and the statements of
/// the module that do more than bind a name.
///
/// Code that looks names up dynamically reads all but the functions of `other`, which are named after it:
/// `downgrade_users` is none of `upgrade`'s.
pub(super) fn slice<'a>(plain: &'a Plain, root: &str, other: &str) -> Slice<'a> {
    let facts: Vec<Facts> = plain.statements.iter().map(Facts::of).collect();
    let own: BTreeSet<&str> =
        facts.iter().flat_map(|facts| &facts.binds).map(String::as_str).collect();
    let mut concerned: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, facts) in facts.iter().enumerate() {
        for name in facts.binds.union(&facts.hands_over).filter(|name| own.contains(name.as_str()))
        {
            concerned.entry(name).or_default().push(place);
        }
    }
    let mut taken = BTreeSet::new();
    let mut needed = BTreeSet::new();
    let mut names: Vec<&str> = vec![root];
    let mut places: Vec<usize> = (0..facts.len()).filter(|place| facts[*place].acts).collect();
    loop {
        while let Some(place) = places.pop() {
            if taken.insert(place) {
                names.extend(facts[place].reads.iter().map(String::as_str));
            }
        }
        let Some(name) = names.pop() else { break };
        if needed.insert(name) {
            places.extend(concerned.get(name).into_iter().flatten());
            if DYNAMIC.contains(&name) {
                names.extend(own.iter().filter(|name| !name.starts_with(other)));
            }
        }
    }
    let imports = plain.imports.iter().filter(|import| needed.contains(import.binding.0.as_str()));
    Slice {
        imports: imports.collect(),
        statements: taken.into_iter().map(|place| &plain.statements[place]).collect(),
    }
}

/// What a statement of a module does when the module runs.
#[derive(Debug, Default)]
struct Facts {
    /// The names that it binds, or whose objects it changes by an assignment.
    binds: BTreeSet<String>,
    /// The names whose objects it hands to something that may change them: a call, a new class.
    hands_over: BTreeSet<String>,
    /// All names that it and the functions in it mention.
    reads: BTreeSet<String>,
    /// Whether it does more than bind names.
    acts: bool,
}

impl Facts {
    fn of(statement: &Stmt) -> Facts {
        let body = std::slice::from_ref(statement);
        let mut facts =
            Facts { binds: scopes::bound(body), acts: acts(statement), ..Facts::default() };
        facts.reads = Mentions::of(|mentions| mentions.visit_stmt(statement));
        Effects { facts: &mut facts }.visit_stmt(statement);
        facts
    }
}

/// Returns whether a statement does more than bind names.
fn acts(statement: &Stmt) -> bool {
    let any = |body: &[Stmt]| body.iter().any(acts);
    match statement {
        Stmt::FunctionDef(function) => !function.decorator_list.is_empty(),
        Stmt::ClassDef(class) => !class.decorator_list.is_empty(),
        Stmt::ImportFrom(import) => import.names.iter().any(|alias| &alias.name == "*"),
        Stmt::Import(_)
        | Stmt::Assign(_)
        | Stmt::AnnAssign(_)
        | Stmt::AugAssign(_)
        | Stmt::TypeAlias(_)
        | Stmt::Pass(_) => false,
        Stmt::If(condition) => {
            any(&condition.body) || condition.elif_else_clauses.iter().any(|other| any(&other.body))
        }
        Stmt::Try(attempt) => {
            let handlers = attempt.handlers.iter();
            let handled = handlers.filter_map(|handler| handler.as_except_handler());
            any(&attempt.body)
                || handled.into_iter().any(|handler| any(&handler.body))
                || any(&attempt.orelse)
                || any(&attempt.finalbody)
        }
        Stmt::For(each) => any(&each.body) || any(&each.orelse),
        Stmt::With(with) => any(&with.body),
        _ => true,
    }
}

/// The names that code mentions.
#[derive(Debug, Default)]
struct Mentions {
    names: BTreeSet<String>,
}

impl Mentions {
    fn of(visit: impl FnOnce(&mut Mentions)) -> BTreeSet<String> {
        let mut mentions = Mentions::default();
        visit(&mut mentions);
        mentions.names
    }
}

impl<'ast> Visitor<'ast> for Mentions {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        if let Expr::Name(name) = expression {
            self.names.insert(name.id.to_string());
        }
        visitor::walk_expr(self, expression);
    }
}

/// Looks at what a statement evaluates itself, which the bodies of functions are not.
struct Effects<'a> {
    facts: &'a mut Facts,
}

impl<'ast> Visitor<'ast> for Effects<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::FunctionDef(_) => {}
            Stmt::ClassDef(_) => {
                let names = Mentions::of(|mentions| mentions.visit_stmt(statement));
                self.facts.hands_over.extend(names);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Attribute(place) if place.ctx != ExprContext::Load => self.changes(&place.value),
            Expr::Subscript(place) if place.ctx != ExprContext::Load => self.changes(&place.value),
            Expr::Call(_) => {
                let names = Mentions::of(|mentions| mentions.visit_expr(expression));
                self.facts.hands_over.extend(names);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

impl Effects<'_> {
    fn changes(&mut self, object: &Expr) {
        let names = Mentions::of(|mentions| mentions.visit_expr(object));
        self.facts.binds.extend(names);
    }
}
