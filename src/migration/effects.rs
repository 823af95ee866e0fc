//! What running a statement can do to the names of the module, other than by plain assignment.

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    Alias, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Parameters, Pattern, Stmt,
    StmtIf, StmtImportFrom,
};
use rustpython_ruff_text_size::Ranged;

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

/// Collects the effects of code that starts at byte `base` on the names for which `wanted` holds.
pub(super) struct Collector<'a> {
    base: usize,
    wanted: &'a dyn Fn(&str) -> bool,
    effects: Effects,
    /// How a name is bound here.
    how: &'static str,
    /// Whether this is the body of a class, whose names are its own.
    in_class: bool,
}

impl<'a> Collector<'a> {
    pub(super) fn new(base: usize, wanted: &'a dyn Fn(&str) -> bool) -> Collector<'a> {
        Collector {
            base,
            wanted,
            effects: Effects::default(),
            how: "it is assigned inside an expression",
            in_class: false,
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

    fn push(&mut self, on: On, node: &dyn Ranged, reason: &'static str) {
        let span = span(self.base, node);
        self.effects.now.push(Effect { on, span, reason });
    }

    fn bind(&mut self, name: &str, node: &dyn Ranged, reason: &'static str) {
        if !self.in_class && (self.wanted)(name) {
            self.push(On::Name(name.to_owned()), node, reason);
        }
    }

    /// Notes that code gets hold of the object that a name stands for.
    fn used(&mut self, expression: &Expr) {
        if let Expr::Name(name) = expression
            && (self.wanted)(&name.id)
        {
            let reason = "other code may change the object it names";
            self.push(On::Object(name.id.to_string()), name, reason);
        }
    }

    fn identifier(&mut self, name: &Identifier, reason: &'static str) {
        self.bind(name.as_str(), name, reason);
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            match alias.name.as_str() {
                "*" if import.level > 0 || !is_harmless(module) => {
                    self.push(On::Everything, import, "a star import may bind it");
                }
                "modules" if module == "sys" => {
                    self.push(On::Everything, import, "`sys.modules` may rebind it");
                }
                _ => self.imported(alias),
            }
        }
    }

    fn imported(&mut self, alias: &Alias) {
        match &alias.asname {
            Some(name) => self.identifier(name, "it is imported"),
            None => {
                let first = alias.name.as_str().split('.').next().unwrap_or_default();
                self.bind(first, alias, "it is imported");
            }
        }
    }

    /// Collects from the parts of a parameter list that run where the function is defined.
    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
        }
    }

    fn condition(&mut self, statement: &StmtIf) {
        self.visit_expr(&statement.test);
        if !never_holds(&statement.test) {
            self.visit_body(&statement.body);
        }
        for clause in &statement.elif_else_clauses {
            self.visit_elif_else_clause(clause);
        }
    }

    fn defer(&mut self, function: &Identifier, body: &[Stmt], may_run_at_once: bool) {
        let mut inner = Body::default();
        inner.visit_body(body);
        let globals = inner.globals.iter().filter(|name| (self.wanted)(name.as_str()));
        let mut effects: Vec<Effect> = globals
            .map(|name| Effect {
                on: On::Name(name.as_str().to_owned()),
                span: span(self.base, name),
                reason: "a function that may run has it as a `global`",
            })
            .collect();
        effects.extend(inner.reaches.iter().map(|node| Effect {
            on: On::Everything,
            span: span(self.base, node),
            reason: "a function that may run reaches for the names of the module",
        }));
        if !effects.is_empty() {
            self.effects.deferred.push(Deferred {
                function: function.as_str().to_owned(),
                may_run_at_once,
                effects,
            });
        }
    }
}

impl<'ast> Visitor<'ast> for Collector<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.identifier(&function.name, "it is a function");
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.defaults(&function.parameters);
                self.defer(&function.name, &function.body, !function.decorator_list.is_empty());
            }
            Stmt::ClassDef(class) => {
                self.identifier(&class.name, "it is a class");
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.defer(&class.name, &class.body, true);
                let outer = std::mem::replace(&mut self.in_class, true);
                self.visit_body(&class.body);
                self.in_class = outer;
            }
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.imported(alias)),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(condition) => self.condition(condition),
            Stmt::AnnAssign(assignment) if assignment.value.is_none() => {}
            Stmt::AugAssign(assignment) => {
                self.used(&assignment.target);
                visitor::walk_stmt(self, statement);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, _: &'ast Expr) {}

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load if matches!(name.id.as_str(), "globals" | "exec" | "eval") => {
                    self.push(
                        On::Everything,
                        name,
                        "code that uses `globals`, `exec` or `eval` may rebind it",
                    );
                }
                ExprContext::Load => self.used(expression),
                ExprContext::Store => self.bind(&name.id, name, self.how),
                ExprContext::Del => self.bind(&name.id, name, "it is deleted"),
                ExprContext::Invalid => {}
            },
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
            }
            _ => {
                if reaches_module(expression) {
                    self.push(
                        On::Everything,
                        expression,
                        "code that reaches for the names of the module may rebind it",
                    );
                }
                visitor::walk_expr(self, expression);
            }
        }
    }

    /// The targets of a comprehension are its own names.
    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.visit_expr(&comprehension.iter);
        for condition in &comprehension.ifs {
            self.visit_expr(condition);
        }
    }

    fn visit_except_handler(&mut self, handler: &'ast ExceptHandler) {
        let ExceptHandler::ExceptHandler(parts) = handler;
        if let Some(name) = &parts.name {
            self.identifier(name, self.how);
        }
        visitor::walk_except_handler(self, handler);
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
            self.identifier(name, self.how);
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// What the body of a function or class takes from the module.
#[derive(Default)]
struct Body<'ast> {
    globals: Vec<&'ast Identifier>,
    reaches: Vec<&'ast Expr>,
}

impl<'ast> Visitor<'ast> for Body<'ast> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Global(global) = statement {
            self.globals.extend(&global.names);
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        let is_globals = matches!(expression, Expr::Name(name) if name.id.as_str() == "globals");
        if is_globals || reaches_module(expression) {
            self.reaches.push(expression);
        }
        visitor::walk_expr(self, expression);
    }
}

/// Tells whether an expression gives the names of a module, as far as its shape says so.
fn reaches_module(expression: &Expr) -> bool {
    match expression {
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "f_globals" | "__globals__" => true,
            "modules" => is_name(&attribute.value, "sys"),
            _ => false,
        },
        Expr::Call(call) => {
            let is_bare = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
            is_bare && (is_name(&call.func, "vars") || is_name(&call.func, "locals"))
        }
        _ => false,
    }
}

fn is_name(expression: &Expr, wanted: &str) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == wanted)
}

/// Tells whether a condition is false wherever Alembic loads the module.
fn never_holds(condition: &Expr) -> bool {
    match condition {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
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
        Stmt::For(_) => "it is assigned under `for`",
        Stmt::While(_) => "it is assigned under `while`",
        Stmt::With(_) => "it is assigned under `with`",
        Stmt::Try(_) => "it is assigned under `try`",
        Stmt::Match(_) => "it is assigned under `match`",
        _ => "it is assigned inside an expression",
    }
}

fn span(base: usize, node: &dyn Ranged) -> Span {
    base + node.start().to_usize()..base + node.end().to_usize()
}
