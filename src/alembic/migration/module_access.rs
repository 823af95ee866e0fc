//! What code does that gets at the names of its module, as far as its shape says so.

use std::collections::BTreeSet;

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    Comprehension, Expr, ExprContext, ExprName, Stmt, StmtFunctionDef,
};

use super::definitions::{self, visit_defaults, visit_function_head};
use super::namespace;
use super::python::span;
use crate::text::Span;

/// Finds what the body of a function or class takes from the module.
pub(super) struct Body<'a> {
    /// Where the code at hand starts.
    base: usize,
    wanted: &'a dyn Fn(&str) -> bool,
    /// The names of the functions around, which hide those of the module.
    locals: Vec<BTreeSet<String>>,
    /// The names that are `global` in it.
    pub(super) globals: Vec<(String, Span)>,
    /// The names whose objects it uses.
    pub(super) uses: Vec<(String, Span)>,
    /// Expressions that may give all names of the module.
    pub(super) reaches: Vec<Span>,
}

impl<'a> Body<'a> {
    pub(super) fn new(base: usize, wanted: &'a dyn Fn(&str) -> bool) -> Body<'a> {
        Body {
            base,
            wanted,
            locals: Vec::new(),
            globals: Vec::new(),
            uses: Vec::new(),
            reaches: Vec::new(),
        }
    }

    /// Visits the body of a function.
    pub(super) fn function(&mut self, function: &StmtFunctionDef) {
        let names = definitions::names(Some(&function.parameters));
        let mut locals = Locals { names, globals: BTreeSet::new() };
        locals.visit_body(&function.body);
        self.locals.push(&locals.names - &locals.globals);
        self.visit_body(&function.body);
        self.locals.pop();
    }

    fn used(&mut self, name: &ExprName) {
        let is_local = self.locals.iter().any(|locals| locals.contains(name.id.as_str()));
        if (self.wanted)(&name.id) && !is_local {
            self.uses.push((name.id.to_string(), span(self.base, name)));
        }
    }
}

impl<'ast> Visitor<'ast> for Body<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if namespace::imports_way(statement) {
            self.reaches.push(span(self.base, statement));
        }
        match statement {
            Stmt::FunctionDef(function) => {
                visit_function_head(self, function);
                self.function(function);
            }
            Stmt::Global(global) => {
                let names = global.names.iter();
                self.globals.extend(names.map(|name| (name.to_string(), span(self.base, name))));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if namespace::is_way(expression) {
            self.reaches.push(span(self.base, expression));
        }
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.used(name),
            Expr::Call(call) if namespace::is_harmless_call(call, true) => {
                self.visit_arguments(&call.arguments);
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.as_deref();
                visit_defaults(self, parameters);
                self.locals.push(definitions::names(parameters));
                self.visit_expr(&lambda.body);
                self.locals.pop();
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

/// The names that a function binds itself.
#[derive(Default)]
struct Locals {
    names: BTreeSet<String>,
    globals: BTreeSet<String>,
}

impl<'ast> Visitor<'ast> for Locals {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.names.insert(function.name.to_string());
            }
            Stmt::ClassDef(class) => {
                self.names.insert(class.name.to_string());
            }
            Stmt::Global(global) => {
                self.globals.extend(global.names.iter().map(ToString::to_string));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.names.insert(name.id.to_string());
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expression),
        }
    }

    /// The targets of a comprehension are its own names.
    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.visit_expr(&comprehension.iter);
        comprehension.ifs.iter().for_each(|condition| self.visit_expr(condition));
    }
}
