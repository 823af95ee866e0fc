//! The scopes around a place in a module, as CPython's symbol table sees them.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    ExceptHandler, Expr, ExprContext, Identifier, Parameters, Pattern, Stmt, StmtFunctionDef,
};
use rustpython_ruff_text_size::TextRange;

/// One scope.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: Kind,
    /// The names that a function or a lambda takes.
    pub(super) parameters: BTreeSet<String>,
    names: Names,
    /// Whether the place is in a loop of this scope.
    pub(super) in_loop: bool,
}

/// What makes a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Comprehension { is_async: bool },
    Generator,
}

impl Scope {
    /// Makes the scope of a module or class.
    pub(super) fn of_body(kind: Kind, body: &[Stmt]) -> Scope {
        let mut names = Names::default();
        names.visit_body(body);
        Scope { kind, parameters: BTreeSet::new(), names, in_loop: false }
    }

    /// Makes the scope of a function.
    pub(super) fn of_function(function: &StmtFunctionDef) -> Scope {
        let kind = Kind::Function { is_async: function.is_async };
        Scope {
            parameters: parameters(&function.parameters),
            ..Scope::of_body(kind, &function.body)
        }
    }

    /// Makes the scope of an expression.
    pub(super) fn of_expression(kind: Kind, taken: Option<&Parameters>) -> Scope {
        let parameters = taken.map(parameters).unwrap_or_default();
        Scope { kind, parameters, names: Names::default(), in_loop: false }
    }

    /// Finds where a name is declared `global`.
    pub(super) fn global(&self, name: &str) -> Option<TextRange> {
        self.names.globals.get(name).copied()
    }

    /// Finds where a name is declared `nonlocal`.
    pub(super) fn nonlocal(&self, name: &str) -> Option<TextRange> {
        self.names.nonlocals.get(name).copied()
    }

    /// Returns whether a function inside may have a name of this scope as its `nonlocal`.
    pub(super) fn lends(&self, name: &str) -> bool {
        match self.kind {
            Kind::Function { .. } | Kind::Lambda => {
                self.parameters.contains(name) || self.names.bound.contains(name)
            }
            Kind::Class => name == "__class__",
            Kind::Module | Kind::Comprehension { .. } | Kind::Generator => false,
        }
    }
}

/// Returns the names that statements bind in their own scope.
pub(super) fn bound(body: &[Stmt]) -> BTreeSet<String> {
    let mut names = Names::default();
    names.visit_body(body);
    names.bound
}

fn parameters(parameters: &Parameters) -> BTreeSet<String> {
    parameters.iter().map(|parameter| parameter.name().to_string()).collect()
}

/// The names that statements bind in their own scope, or declare to be of another.
#[derive(Debug, Default)]
struct Names {
    bound: BTreeSet<String>,
    globals: BTreeMap<String, TextRange>,
    nonlocals: BTreeMap<String, TextRange>,
}

impl Names {
    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_owned());
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            Stmt::Global(global) => {
                for name in &global.names {
                    self.globals.entry(name.to_string()).or_insert(global.range);
                }
            }
            // What is `nonlocal` here can be `nonlocal` further inside.
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    self.bind(name);
                    self.nonlocals.entry(name.to_string()).or_insert(nonlocal.range);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.bind(alias.asname.as_ref().map_or(first, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(&name.id),
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(parts) = handler;
        parts.name.iter().for_each(|name| self.bind(name));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        captured_name(pattern).iter().for_each(|name| self.bind(name));
        visitor::walk_pattern(self, pattern);
    }
}

/// Returns the name that a pattern of a `match` statement binds by itself, not through what is in it.
pub(super) fn captured_name(pattern: &Pattern) -> Option<&Identifier> {
    match pattern {
        Pattern::MatchAs(pattern) => pattern.name.as_ref(),
        Pattern::MatchStar(pattern) => pattern.name.as_ref(),
        Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
        Pattern::MatchValue(_)
        | Pattern::MatchSingleton(_)
        | Pattern::MatchSequence(_)
        | Pattern::MatchClass(_)
        | Pattern::MatchOr(_) => None,
    }
}
