//! What running a statement can do to the names of the module, other than by plain assignment.

use std::collections::BTreeSet;

use rustpython_parser::ast::{
    Alias, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Pattern, Ranged, Stmt,
    StmtAnnAssign, StmtClassDef, StmtImportFrom, TypeParam,
};

use super::namespace;
use super::python::spelling;
use super::reach::{Body, Source, parameters};
use super::targets;
use super::walk::{self, Function, Visitor};
use crate::text::Span;

/// One thing that a statement can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) on: On,
    pub(super) span: Span,
    /// What it does to the names, in words that follow "because".
    pub(super) reason: &'static str,
}

/// What an effect changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum On {
    /// Binds a name to something unknown.
    Name(String),
    /// Uses the object that a name stands for, which may change it.
    Object(String),
    /// May bind any name.
    Everything,
    /// Gets hold of the namespace, and may bind any name from here on.
    Namespace,
}

/// What a function does if something calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deferred {
    /// Its name; none where anything may call it: a lambda, a method, what a decorator gets.
    pub(super) function: Option<String>,
    pub(super) effects: Vec<Effect>,
}

/// What a statement does.
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
    source: Source<'a>,
    wanted: &'a dyn Fn(&str) -> bool,
    effects: Effects,
    /// How a name is bound here.
    how: &'static str,
    /// Whether this is the body of a class or lambda, whose names are its own.
    is_inner: bool,
    /// The names that lambdas and comprehensions around this have for themselves.
    hidden: Vec<BTreeSet<String>>,
    /// The f-string around, where the parser lost count of the bytes in it.
    around: Option<Span>,
}

impl<'a> Collector<'a> {
    /// Prepares for code that starts at byte `base` of `text`.
    pub(super) fn new(
        text: &'a str,
        base: usize,
        wanted: &'a dyn Fn(&str) -> bool,
    ) -> Collector<'a> {
        Collector {
            source: Source { text, base },
            wanted,
            effects: Effects::default(),
            how: "it is assigned inside an expression",
            is_inner: false,
            hidden: Vec::new(),
            around: None,
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
        if assignment.value.is_none() && !matches!(&*assignment.target, Expr::Name(_)) {
            self.visit_expr(&assignment.target);
        }
        self.visit_annotation(&assignment.annotation);
    }

    fn span(&self, node: &dyn Ranged) -> Span {
        self.around.clone().unwrap_or_else(|| self.source.span(node))
    }

    fn push(&mut self, on: On, span: Span, reason: &'static str) {
        self.effects.now.push(Effect { on, span, reason });
    }

    fn bind(&mut self, name: &str, span: Span, reason: &'static str) {
        let name = spelling(name);
        if !self.is_inner && (self.wanted)(&name) {
            self.push(On::Name(name.into_owned()), span, reason);
        }
    }

    /// Notes that code gets hold of the object that a name stands for.
    fn used(&mut self, expression: &Expr) {
        if let Expr::Name(name) = expression {
            let id = spelling(&name.id);
            let is_hidden = self.hidden.iter().any(|names| names.contains(&*id));
            if (self.wanted)(&id) && !is_hidden {
                let reason = "other code may change the object it names";
                self.push(On::Object(id.into_owned()), self.span(name), reason);
            }
        }
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let is_relative = import.level.is_some_and(|level| level.to_u32() > 0);
        for alias in &import.names {
            match alias.name.as_str() {
                "*" if is_relative || !is_harmless(module) => {
                    self.push(On::Everything, self.span(import), "a star import may bind it");
                }
                _ => self.imported(alias),
            }
        }
    }

    /// Notes that code gets hold of the namespace.
    fn reach(&mut self, span: Span) {
        self.push(On::Namespace, span, "code that may run reaches for the names of the module");
    }

    fn imported(&mut self, alias: &Alias) {
        let span = self.span(alias);
        match &alias.asname {
            Some(name) => self.bind(name, self.source.last(name, span), "it is imported"),
            None => {
                let first = alias.name.as_str().split('.').next().unwrap_or_default();
                self.bind(first, span, "it is imported");
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
        self.visit_exprs(generators.first().map(|first| &first.iter));
    }

    /// Visits the rest of a comprehension, whose targets are its own names.
    fn comprehended(&mut self, generators: &[Comprehension], items: &[&Expr]) {
        let names = generators.iter().flat_map(|each| targets::names(&each.target)).collect();
        self.with_hidden(names, |inner| {
            inner.visit_exprs(generators.iter().skip(1).map(|each| &each.iter));
            for each in generators {
                inner.visit_exprs(targets::computed_parts(&each.target));
                inner.visit_exprs(&each.ifs);
            }
            inner.visit_exprs(items.iter().copied());
        });
    }

    fn comprehension(&mut self, generators: &[Comprehension], items: &[&Expr]) {
        self.iterated(generators);
        self.comprehended(generators, items);
    }

    fn function(&mut self, function: Function<'_>, whole: Span) {
        self.bind(function.name, self.source.first(function.name, whole), "it is a function");
        function.walk_head(self);
        let name = function.decorators.is_empty().then_some(function.name);
        self.defer(name, |inner| inner.function(function.arguments, function.body));
    }

    fn class(&mut self, class: &StmtClassDef) {
        let name = self.source.first(&class.name, self.span(class));
        self.bind(&class.name, name, "it is a class");
        walk::walk_class_head(self, class);
        self.defer(None, |inner| inner.visit_body(&class.body));
        self.inner(|inner| inner.visit_body(&class.body));
    }

    fn defer(&mut self, function: Option<&Identifier>, visit: impl FnOnce(&mut Body<'_>)) {
        let mut inner = Body::new(self.source, self.wanted);
        visit(&mut inner);
        let uses = inner.uses.into_iter().map(|(name, span)| Effect {
            on: On::Object(name),
            span,
            reason: "a function that may run uses the object it names",
        });
        let globals = inner.globals.into_iter().filter(|(name, _)| (self.wanted)(name));
        let globals = globals.map(|(name, span)| Effect {
            on: On::Name(name),
            span,
            reason: "a function that may run has it as a `global`",
        });
        let reaches = inner.reaches.into_iter().map(|span| Effect {
            on: On::Namespace,
            span,
            reason: "a function that may run reaches for the names of the module",
        });
        let effects = globals.chain(reaches).chain(uses).collect();
        self.effects.defer(function.map(|name| spelling(name).into_owned()), effects);
    }
}

impl<'ast> Visitor<'ast> for Collector<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Some(function) = Function::of(statement) {
            return self.function(function, self.span(statement));
        }
        if namespace::imports_way(statement) {
            self.reach(self.span(statement));
        }
        match statement {
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.imported(alias)),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::AnnAssign(assignment) if assignment.value.is_none() => {
                self.annotated(assignment, self.how);
            }
            Stmt::AugAssign(assignment) => {
                self.used(&assignment.target);
                walk::walk_stmt(self, statement);
            }
            _ => walk::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if namespace::is_way(expression) {
            self.reach(self.span(expression));
        }
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => self.used(expression),
                ExprContext::Store => self.bind(&name.id, self.span(name), self.how),
                ExprContext::Del => self.bind(&name.id, self.span(name), "it is deleted"),
            },
            Expr::Call(call) if namespace::is_harmless_call(call, self.is_inner) => {
                walk::walk_arguments_of_call(self, call);
            }
            Expr::Lambda(lambda) => {
                self.visit_exprs(walk::defaults(&lambda.args));
                let visit = |inner: &mut Self| inner.visit_expr(&lambda.body);
                let names = parameters(&lambda.args);
                self.postponed(|later| {
                    later.with_hidden(names, |hidden| hidden.inner(visit));
                });
            }
            Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt]),
            Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt]),
            Expr::DictComp(dict) => {
                self.comprehension(&dict.generators, &[&dict.key, &dict.value]);
            }
            Expr::GeneratorExp(each) => {
                self.iterated(&each.generators);
                self.postponed(|later| later.comprehended(&each.generators, &[&each.elt]));
            }
            Expr::JoinedStr(text) => {
                let span = self.span(text);
                let outer = self.around.clone();
                if self.source.text[span.clone()].contains('\r') {
                    self.around = Some(span);
                }
                walk::walk_expr(self, expression);
                self.around = outer;
            }
            _ => walk::walk_expr(self, expression),
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

    fn visit_type_params(&mut self, params: &'ast [TypeParam]) {
        self.postponed(|later| walk::walk_type_params(later, params));
    }

    fn visit_alias_value(&mut self, value: &'ast Expr) {
        self.postponed(|later| later.visit_expr(value));
    }

    fn visit_except_handler(&mut self, handler: &'ast ExceptHandler) {
        let ExceptHandler::ExceptHandler(parts) = handler;
        if let Some(name) = &parts.name {
            let whole = self.span(handler);
            let start = parts.type_.as_deref().map_or(whole.start, |kind| self.span(kind).end);
            self.bind(name, self.source.first(name, start..whole.end), self.how);
        }
        walk::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'ast Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            Pattern::MatchValue(_)
            | Pattern::MatchSingleton(_)
            | Pattern::MatchSequence(_)
            | Pattern::MatchClass(_)
            | Pattern::MatchOr(_) => None,
        };
        if let Some(name) = name {
            self.bind(name, self.source.last(name, self.span(pattern)), self.how);
        }
        walk::walk_pattern(self, pattern);
    }
}

/// Tells whether all names of a module are known to be none of those that matter.
fn is_harmless(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or_default();
    matches!(first, "sqlalchemy" | "typing" | "datetime") || module == "alembic.op"
}

fn how(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::If(_) => "it is assigned under `if`",
        Stmt::For(_) | Stmt::AsyncFor(_) => "it is assigned under `for`",
        Stmt::While(_) => "it is assigned under `while`",
        Stmt::With(_) | Stmt::AsyncWith(_) => "it is assigned under `with`",
        Stmt::Try(_) | Stmt::TryStar(_) => "it is assigned under `try`",
        Stmt::Match(_) => "it is assigned under `match`",
        _ => "it is assigned inside an expression",
    }
}
