//! What code does that gets at the names of its module, as far as its shape says so.

use rustpython_parser::ast::{Expr, Ranged, Stmt};

use super::pieces::{Kind, Pieces};
use super::python::spelling;
use super::walk::{self, Visitor};
use crate::text::Span;

/// Finds what the body of a function or class takes from the module.
pub(super) struct Body<'a> {
    source: Source<'a>,
    /// The names that are `global` in it.
    pub(super) globals: Vec<(String, Span)>,
    /// Expressions that may give all names of the module.
    pub(super) reaches: Vec<Span>,
}

impl<'a> Body<'a> {
    pub(super) fn new(source: Source<'a>) -> Body<'a> {
        Body { source, globals: Vec::new(), reaches: Vec::new() }
    }
}

impl<'ast> Visitor<'ast> for Body<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Global(global) = statement {
            let mut within = self.source.span(global);
            for name in &global.names {
                let span = self.source.first(name, within.clone());
                within.start = span.end;
                self.globals.push((spelling(name).into_owned(), span));
            }
        }
        walk::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if is_name(expression, "globals") || reaches_module(expression) {
            self.reaches.push(self.source.span(expression));
        }
        walk::walk_expr(self, expression);
    }
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

/// Tells whether an expression gives the names of a module.
pub(super) fn reaches_module(expression: &Expr) -> bool {
    match expression {
        Expr::Attribute(attribute) => match &*spelling(&attribute.attr) {
            "f_globals" | "__globals__" => true,
            "modules" => is_name(&attribute.value, "sys"),
            _ => false,
        },
        Expr::Call(call) => {
            let is_bare = call.args.is_empty() && call.keywords.is_empty();
            is_bare && (is_name(&call.func, "vars") || is_name(&call.func, "locals"))
        }
        _ => false,
    }
}

pub(super) fn is_name(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Name(name) if spelling(&name.id) == wanted)
}
