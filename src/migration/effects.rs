//! What running a statement can do to the names of the module, other than by plain assignment.

use std::collections::BTreeSet;

use rustpython_parser::ast::{
    Alias, Arguments, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Pattern, Ranged,
    Stmt, StmtIf, StmtImportFrom,
};

use super::python::spelling;
use super::reach::{Body, Source, gives_names, is_name, parameters, reaches_module};
use super::walk::{self, Visitor};
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
}

/// What a function does if something calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deferred {
    pub(super) function: String,
    /// A decorator may call it, and the body of a class runs at once.
    pub(super) may_run_at_once: bool,
    pub(super) effects: Vec<Effect>,
}

/// What a statement does.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) now: Vec<Effect>,
    pub(super) deferred: Vec<Deferred>,
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
        for alias in &import.names {
            match alias.name.as_str() {
                "*" if import.level.is_some_and(|level| level.to_u32() > 0)
                    || !is_harmless(module) =>
                {
                    self.push(On::Everything, self.span(import), "a star import may bind it");
                }
                "modules" if module == "sys" => {
                    self.push(On::Everything, self.span(import), "`sys.modules` may rebind it");
                }
                _ => self.imported(alias),
            }
        }
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

    fn condition(&mut self, statement: &StmtIf) {
        self.visit_expr(&statement.test);
        if !never_holds(&statement.test) {
            self.visit_body(&statement.body);
        }
        self.visit_body(&statement.orelse);
    }

    /// Visits a comprehension, whose targets are its own names.
    fn comprehension(&mut self, generators: &[Comprehension], items: &[&Expr]) {
        let Some(first) = generators.first() else { return };
        self.visit_expr(&first.iter);
        self.hidden.push(generators.iter().flat_map(|each| targets(&each.target)).collect());
        let others = generators.iter().skip(1).map(|each| &each.iter);
        self.visit_exprs(others.chain(generators.iter().flat_map(|each| &each.ifs)));
        self.visit_exprs(items.iter().copied());
        self.hidden.pop();
    }

    fn function(
        &mut self,
        whole: Span,
        name: &Identifier,
        decorators: &[Expr],
        arguments: &Arguments,
        body: &[Stmt],
    ) {
        self.bind(name, self.source.first(name, whole), "it is a function");
        self.visit_exprs(decorators);
        self.visit_exprs(walk::defaults(arguments));
        let may_run_at_once = !decorators.is_empty();
        self.defer(name, may_run_at_once, |inner| inner.function(arguments, body));
    }

    fn defer(
        &mut self,
        function: &Identifier,
        may_run_at_once: bool,
        visit: impl FnOnce(&mut Body<'_>),
    ) {
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
            on: On::Everything,
            span,
            reason: "a function that may run reaches for the names of the module",
        });
        let effects: Vec<Effect> = globals.chain(reaches).chain(uses).collect();
        if !effects.is_empty() {
            self.effects.deferred.push(Deferred {
                function: function.to_string(),
                may_run_at_once,
                effects,
            });
        }
    }
}

impl<'ast> Visitor<'ast> for Collector<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(
                self.span(function),
                &function.name,
                &function.decorator_list,
                &function.args,
                &function.body,
            ),
            Stmt::AsyncFunctionDef(function) => self.function(
                self.span(function),
                &function.name,
                &function.decorator_list,
                &function.args,
                &function.body,
            ),
            Stmt::ClassDef(class) => {
                let name = self.source.first(&class.name, self.span(class));
                self.bind(&class.name, name, "it is a class");
                self.visit_exprs(&class.decorator_list);
                self.visit_exprs(&class.bases);
                self.visit_exprs(class.keywords.iter().map(|keyword| &keyword.value));
                self.defer(&class.name, true, |inner| inner.visit_body(&class.body));
                let outer = std::mem::replace(&mut self.is_inner, true);
                self.visit_body(&class.body);
                self.is_inner = outer;
            }
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.imported(alias)),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(condition) => self.condition(condition),
            Stmt::AnnAssign(assignment) if assignment.value.is_none() => {
                self.visit_expr(&assignment.annotation);
            }
            Stmt::AugAssign(assignment) => {
                self.used(&assignment.target);
                walk::walk_stmt(self, statement);
            }
            _ => walk::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load if gives_names(expression) => self.push(
                    On::Everything,
                    self.span(name),
                    "code that uses `globals`, `exec` or `eval` may rebind it",
                ),
                ExprContext::Load => self.used(expression),
                ExprContext::Store => self.bind(&name.id, self.span(name), self.how),
                ExprContext::Del => self.bind(&name.id, self.span(name), "it is deleted"),
            },
            Expr::Lambda(lambda) => {
                self.visit_exprs(walk::defaults(&lambda.args));
                self.hidden.push(parameters(&lambda.args));
                let outer = std::mem::replace(&mut self.is_inner, true);
                self.visit_expr(&lambda.body);
                self.is_inner = outer;
                self.hidden.pop();
            }
            Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt]),
            Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt]),
            Expr::DictComp(dict) => {
                self.comprehension(&dict.generators, &[&dict.key, &dict.value]);
            }
            Expr::GeneratorExp(each) => self.comprehension(&each.generators, &[&each.elt]),
            Expr::JoinedStr(text) => {
                let span = self.span(text);
                let outer = self.around.clone();
                if self.source.text[span.clone()].contains('\r') {
                    self.around = Some(span);
                }
                walk::walk_expr(self, expression);
                self.around = outer;
            }
            _ => {
                if reaches_module(expression) {
                    self.push(
                        On::Everything,
                        self.span(expression),
                        "code that reaches for the names of the module may rebind it",
                    );
                }
                walk::walk_expr(self, expression);
            }
        }
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

/// Returns the names that a target binds.
fn targets(target: &Expr) -> Vec<String> {
    match target {
        Expr::Name(name) => vec![spelling(&name.id).into_owned()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(targets).collect(),
        Expr::List(list) => list.elts.iter().flat_map(targets).collect(),
        Expr::Starred(starred) => targets(&starred.value),
        _ => Vec::new(),
    }
}

/// Tells whether a condition is false wherever Alembic loads the module.
fn never_holds(condition: &Expr) -> bool {
    match condition {
        Expr::Name(_) => is_name(condition, "TYPE_CHECKING"),
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == "TYPE_CHECKING" && is_name(&attribute.value, "typing")
        }
        _ => false,
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
