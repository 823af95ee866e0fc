//! The possible effects of a statement on the names of the module, besides plain assignments.

use std::collections::BTreeSet;

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    Alias, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Pattern, Stmt,
    StmtAnnAssign, StmtClassDef, StmtFunctionDef, StmtImportFrom, TypeParams,
};
use rustpython_ruff_text_size::Ranged;

use super::definitions::{
    bound_names, computed_parts, names, visit_class_head, visit_defaults, visit_function_head,
};
use super::module_access::Body;
use super::namespace;
use super::python::span;
use super::scopes::captured_name;
use crate::text::Span;

/// A possible effect of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) on: On,
    pub(super) span: Span,
    /// The reason, as a short clause.
    pub(super) reason: &'static str,
}

/// The target of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum On {
    /// Binds a name to something unknown.
    Name(String),
    /// Uses the object that a name stands for, which may change it.
    Object(String),
    /// May bind any name.
    Everything,
    /// Accesses the namespace, and may bind any name from here on.
    Namespace,
}

/// The effects of a function that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deferred {
    /// Its name; `None` if anything may call it: a lambda, a method, or a decorated function.
    pub(super) function: Option<String>,
    pub(super) effects: Vec<Effect>,
}

/// The effects of a statement.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) now: Vec<Effect>,
    pub(super) deferred: Vec<Deferred>,
}

impl Effects {
    /// Adds what may happen whenever `function` is called; without a name, at any time.
    pub(super) fn defer(&mut self, function: Option<String>, effects: Vec<Effect>) {
        if !effects.is_empty() {
            self.deferred.push(Deferred { function, effects });
        }
    }
}

/// Collects the effects of code on the names for which `wanted` holds.
pub(super) struct Collector<'a> {
    /// The start of the current code.
    base: usize,
    wanted: &'a dyn Fn(&str) -> bool,
    effects: Effects,
    /// How a name is bound here.
    how: &'static str,
    /// Whether this is the body of a class or lambda, whose names are its own.
    is_inner: bool,
    /// The names that lambdas and comprehensions around this have for themselves.
    hidden: Vec<BTreeSet<String>>,
}

impl<'a> Collector<'a> {
    /// Prepares for code that starts at byte `base` of the module.
    pub(super) fn new(base: usize, wanted: &'a dyn Fn(&str) -> bool) -> Collector<'a> {
        Collector {
            base,
            wanted,
            effects: Effects::default(),
            how: "it is assigned inside an expression",
            is_inner: false,
            hidden: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Effects {
        self.effects
    }

    /// Collects from one statement of the module.
    pub(super) fn statement(&mut self, statement: &Stmt) {
        self.how = how(statement);
        self.visit_stmt(statement);
    }

    /// Collects from one expression that the module runs.
    pub(super) fn expression(&mut self, expression: &Expr, how: &'static str) {
        self.how = how;
        self.visit_expr(expression);
    }

    /// Collects from what an annotated assignment evaluates beside its value.
    pub(super) fn annotated(&mut self, assignment: &StmtAnnAssign, how: &'static str) {
        self.how = how;
        // The name in a mere declaration is not touched, but the parts of any other target are.
        if assignment.value.is_none() && !assignment.target.is_name_expr() {
            self.visit_expr(&assignment.target);
        }
        self.visit_annotation(&assignment.annotation);
    }

    fn push(&mut self, on: On, node: &impl Ranged, reason: &'static str) {
        self.effects.now.push(Effect { on, span: span(self.base, node), reason });
    }

    fn bind(&mut self, name: &str, node: &impl Ranged, reason: &'static str) {
        if !self.is_inner && (self.wanted)(name) {
            self.push(On::Name(name.to_owned()), node, reason);
        }
    }

    /// Records that code may change the object of a name.
    fn used(&mut self, expression: &Expr) {
        if let Expr::Name(name) = expression {
            let is_hidden = self.hidden.iter().any(|names| names.contains(name.id.as_str()));
            if (self.wanted)(&name.id) && !is_hidden {
                let reason = "other code may change its value";
                self.push(On::Object(name.id.to_string()), name, reason);
            }
        }
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            match alias.name.as_str() {
                "*" if import.level > 0 || !is_harmless(module) => {
                    self.push(On::Everything, import, "a star import may bind it");
                }
                _ => self.imported(alias),
            }
        }
    }

    /// Records that code may access the namespace.
    fn reach(&mut self, node: &impl Ranged) {
        self.push(On::Namespace, node, "code may change the module's globals");
    }

    fn imported(&mut self, alias: &Alias) {
        match &alias.asname {
            Some(name) => self.bind(name, name, "it is imported"),
            None => {
                let first = alias.name.split('.').next().unwrap_or_default();
                self.bind(first, alias, "it is imported");
            }
        }
    }

    /// Visits code that runs later, as often as anything asks for it, or never.
    fn postponed(&mut self, visit: impl FnOnce(&mut Self)) {
        let now = std::mem::take(&mut self.effects.now);
        visit(self);
        let later = std::mem::replace(&mut self.effects.now, now);
        self.effects.defer(None, later);
    }

    /// Visits code whose names are its own.
    fn inner(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.is_inner, true);
        visit(self);
        self.is_inner = outer;
    }

    fn with_hidden(&mut self, names: BTreeSet<String>, visit: impl FnOnce(&mut Self)) {
        self.hidden.push(names);
        visit(self);
        self.hidden.pop();
    }

    /// Visits what the first `for` of a comprehension goes through, which is evaluated outside of it.
    fn iterated(&mut self, generators: &[Comprehension]) {
        generators.first().iter().for_each(|first| self.visit_expr(&first.iter));
    }

    /// Visits the rest of a comprehension, whose targets are its own names.
    fn comprehended(&mut self, generators: &[Comprehension], items: &[&Expr]) {
        let names = generators.iter().flat_map(|each| bound_names(&each.target)).collect();
        self.with_hidden(names, |inner| {
            generators.iter().skip(1).for_each(|each| inner.visit_expr(&each.iter));
            for each in generators {
                let parts = computed_parts(&each.target).into_iter().chain(&each.ifs);
                parts.for_each(|part| inner.visit_expr(part));
            }
            items.iter().for_each(|item| inner.visit_expr(item));
        });
    }

    fn comprehension(&mut self, generators: &[Comprehension], items: &[&Expr]) {
        self.iterated(generators);
        self.comprehended(generators, items);
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        self.bind(&function.name, &function.name, "it is a function");
        visit_function_head(self, function);
        let name = function.decorator_list.is_empty().then_some(&function.name);
        self.defer(name, |inner| inner.function(function));
    }

    fn class(&mut self, class: &StmtClassDef) {
        self.bind(&class.name, &class.name, "it is a class");
        visit_class_head(self, class);
        self.defer(None, |inner| inner.visit_body(&class.body));
        self.inner(|inner| inner.visit_body(&class.body));
    }

    fn defer(&mut self, function: Option<&Identifier>, visit: impl FnOnce(&mut Body<'_>)) {
        let mut inner = Body::new(self.base, self.wanted);
        visit(&mut inner);
        let uses = inner.uses.into_iter().map(|(name, span)| Effect {
            on: On::Object(name),
            span,
            reason: "a function may change its value",
        });
        let globals = inner.globals.into_iter().filter(|(name, _)| (self.wanted)(name));
        let globals = globals.map(|(name, span)| Effect {
            on: On::Name(name),
            span,
            reason: "a function declares it `global`",
        });
        let reaches = inner.reaches.into_iter().map(|span| Effect {
            on: On::Namespace,
            span,
            reason: "a function may change the module's globals",
        });
        let effects = globals.chain(reaches).chain(uses).collect();
        self.effects.defer(function.map(ToString::to_string), effects);
    }
}

impl<'ast> Visitor<'ast> for Collector<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if namespace::imports_way(statement) {
            self.reach(statement);
        }
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.imported(alias)),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::AnnAssign(assignment) if assignment.value.is_none() => {
                self.annotated(assignment, self.how);
            }
            Stmt::AugAssign(assignment) => {
                self.used(&assignment.target);
                visitor::walk_stmt(self, statement);
            }
            Stmt::TypeAlias(alias) => {
                self.postponed(|later| later.visit_expr(&alias.value));
                alias.type_params.iter().for_each(|parameters| self.visit_type_params(parameters));
                self.visit_expr(&alias.name);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if namespace::is_way(expression) {
            self.reach(expression);
        }
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => self.used(expression),
                ExprContext::Del => self.bind(&name.id, name, "it is deleted"),
                ExprContext::Store | ExprContext::Invalid => self.bind(&name.id, name, self.how),
            },
            Expr::Call(call) if namespace::is_harmless_call(call, self.is_inner) => {
                self.visit_arguments(&call.arguments);
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.as_deref();
                visit_defaults(self, parameters);
                let visit = |inner: &mut Self| inner.visit_expr(&lambda.body);
                self.postponed(|later| {
                    later.with_hidden(names(parameters), |hidden| hidden.inner(visit));
                });
            }
            Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt]),
            Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt]),
            Expr::DictComp(dict) => {
                self.comprehension(&dict.generators, &[&dict.key, &dict.value]);
            }
            Expr::Generator(each) => {
                self.iterated(&each.generators);
                self.postponed(|later| later.comprehended(&each.generators, &[&each.elt]));
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    /// Python up to 3.13 evaluates an annotation at once, later versions when something asks for it; those
    /// have no `:=` in it.
    fn visit_annotation(&mut self, annotation: &'ast Expr) {
        let start = self.effects.now.len();
        self.visit_expr(annotation);
        let later = self.effects.now[start..].iter();
        let later = later.filter(|effect| matches!(effect.on, On::Object(_))).cloned().collect();
        self.effects.defer(None, later);
    }

    /// Python evaluates the bounds and defaults of type parameters when something asks for them.
    fn visit_type_params(&mut self, parameters: &'ast TypeParams) {
        self.postponed(|later| visitor::walk_type_params(later, parameters));
    }

    fn visit_except_handler(&mut self, handler: &'ast ExceptHandler) {
        let ExceptHandler::ExceptHandler(parts) = handler;
        parts.name.iter().for_each(|name| self.bind(name, name, self.how));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'ast Pattern) {
        captured_name(pattern).iter().for_each(|name| self.bind(name, *name, self.how));
        visitor::walk_pattern(self, pattern);
    }
}

/// Returns whether all names of a module are known to be none of those that matter.
fn is_harmless(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or_default();
    matches!(first, "sqlalchemy" | "typing" | "datetime") || module == "alembic.op"
}

fn how(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::If(_) => "it is assigned under `if`",
        Stmt::For(_) => "it is assigned under `for`",
        Stmt::While(_) => "it is assigned under `while`",
        Stmt::With(_) => "it is assigned under `with`",
        Stmt::Try(_) => "it is assigned under `try`",
        Stmt::Match(_) => "it is assigned under `match`",
        _ => "it is assigned inside an expression",
    }
}
