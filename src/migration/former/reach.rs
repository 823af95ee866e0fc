//! What code does that gets at the names of its module, as far as its shape says so.

use std::collections::BTreeSet;

use rustpython_parser::ast::{Arguments, Comprehension, Expr, ExprContext, ExprName, Ranged, Stmt};

use super::namespace;
use super::pieces::{Kind, Pieces};
use super::python::spelling;
use super::walk::{self, Function, Visitor};
use crate::text::Span;

/// Finds what the body of a function or class takes from the module.
pub(super) struct Body<'a> {
    source: Source<'a>,
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
    pub(super) fn new(source: Source<'a>, wanted: &'a dyn Fn(&str) -> bool) -> Body<'a> {
        Body {
            source,
            wanted,
            locals: Vec::new(),
            globals: Vec::new(),
            uses: Vec::new(),
            reaches: Vec::new(),
        }
    }

    /// Visits the body of a function.
    pub(super) fn function(&mut self, arguments: &Arguments, body: &[Stmt]) {
        let mut locals = Locals { names: parameters(arguments), globals: BTreeSet::new() };
        locals.visit_body(body);
        self.locals.push(&locals.names - &locals.globals);
        self.visit_body(body);
        self.locals.pop();
    }

    fn used(&mut self, name: &ExprName) {
        let id = spelling(&name.id);
        let is_local = self.locals.iter().any(|locals| locals.contains(&*id));
        if (self.wanted)(&id) && !is_local {
            self.uses.push((id.into_owned(), self.source.span(name)));
        }
    }
}

impl<'ast> Visitor<'ast> for Body<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Some(function) = Function::of(statement) {
            function.walk_head(self);
            return self.function(function.arguments, function.body);
        }
        if namespace::imports_way(statement) {
            self.reaches.push(self.source.span(statement));
        }
        match statement {
            Stmt::Global(global) => {
                let mut within = self.source.span(global);
                for name in &global.names {
                    let span = self.source.first(name, within.clone());
                    within.start = span.end;
                    self.globals.push((spelling(name).into_owned(), span));
                }
            }
            _ => walk::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if namespace::is_way(expression) {
            self.reaches.push(self.source.span(expression));
        }
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.used(name),
            Expr::Call(call) if namespace::is_harmless_call(call, true) => {
                walk::walk_arguments_of_call(self, call);
            }
            Expr::Lambda(lambda) => {
                self.visit_exprs(walk::defaults(&lambda.args));
                self.locals.push(parameters(&lambda.args));
                self.visit_expr(&lambda.body);
                self.locals.pop();
            }
            _ => walk::walk_expr(self, expression),
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
        let mut bind = |name: &str| {
            self.names.insert(spelling(name).into_owned());
        };
        if let Some(function) = Function::of(statement) {
            return bind(function.name);
        }
        match statement {
            Stmt::ClassDef(class) => bind(&class.name),
            Stmt::Global(global) => {
                let names = global.names.iter().map(|name| spelling(name).into_owned());
                self.globals.extend(names);
            }
            _ => walk::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.names.insert(spelling(&name.id).into_owned());
            }
            Expr::Lambda(_) => {}
            _ => walk::walk_expr(self, expression),
        }
    }

    /// The targets of a comprehension are its own names.
    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.visit_expr(&comprehension.iter);
        self.visit_exprs(&comprehension.ifs);
    }
}

/// Returns the names that a function or lambda takes.
pub(super) fn parameters(arguments: &Arguments) -> BTreeSet<String> {
    let named = [&arguments.posonlyargs, &arguments.args, &arguments.kwonlyargs];
    let named = named.into_iter().flatten().map(|argument| &argument.def);
    let rest = arguments.vararg.as_deref().into_iter().chain(arguments.kwarg.as_deref());
    named.chain(rest).map(|argument| spelling(&argument.arg).into_owned()).collect()
}

/// The text of a module and where in it the code at hand starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) base: usize,
}

impl Source<'_> {
    /// Returns the bytes of a node.
    pub(super) fn span(self, node: &dyn Ranged) -> Span {
        // The parser counts a CRLF in front of a field of an f-string as one byte.
        let place = |offset: usize| self.text.floor_char_boundary(self.base + offset);
        place(node.start().to_usize())..place(node.end().to_usize())
    }

    /// Finds the first place at which code has a name; all of the code where it has it nowhere.
    pub(super) fn first(self, name: &str, within: Span) -> Span {
        let place = self.places(name, &within).next();
        place.unwrap_or(within)
    }

    /// Finds the last place at which code has a name; all of the code where it has it nowhere.
    pub(super) fn last(self, name: &str, within: Span) -> Span {
        let place = self.places(name, &within).last();
        place.unwrap_or(within)
    }

    fn places(self, name: &str, within: &Span) -> impl Iterator<Item = Span> {
        let code = &self.text[within.clone()];
        let start = within.start;
        Pieces::new(code)
            .filter(move |piece| piece.kind == Kind::Word && &code[piece.start..piece.end] == name)
            .map(move |piece| start + piece.start..start + piece.end)
    }
}

pub(super) fn is_name(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Name(name) if spelling(&name.id) == wanted)
}
