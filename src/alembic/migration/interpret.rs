//! Tracks the four names through the statements of a module.

mod brief;
mod later;

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ruff_python_ast::{Expr, Operator, Stmt, StmtAugAssign};
use rustpython_ruff_text_size::{Ranged, TextSize};

use super::effects::{Collector, Deferred, Effect, Effects, On};
use super::fast_path::Plain;
use super::python::{self, spelling};
use super::sources::{Content, Refusal, Sources, words};
use super::statements::{self, Cut, Role, Unit};
use super::value::{self, Constant, Kind, Scope, Unknown};
use super::{Module, Text, Value, body, header, misspelling};
use crate::text::Span;

/// The names that Alembic reads.
pub(super) const NAMES: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];

/// A module function that may define missing names (PEP 562).
pub(super) const GETATTR: &str = "__getattr__";

const IN_EXPRESSION: &str = "it is assigned inside an expression";

/// Reads a module.
pub(super) fn interpret(text: &str) -> Module {
    let cut = statements::cut(text);
    brief::module(text, &cut).unwrap_or_else(|| follow(text, cut))
}

/// Reads a module whatever its statements are.
fn follow(text: &str, cut: Cut) -> Module {
    let mut sources = Sources::new(text, cut.units);
    let mut fault = None;
    if cut.broken || sources.refused() {
        fault = body::check(text);
        if fault.is_none() {
            sources = Sources::new(text, vec![whole(text)]);
        }
    }
    let names = sources.follow(&[&NAMES[..], &[GETATTR]].concat());
    let mut state = State::new(text, &names);
    state.run(&sources);
    let unstable = state.unstable(&sources.units);
    if !unstable.is_empty() {
        state = State::new(text, &names);
        state.unstable = unstable;
        state.run(&sources);
    }
    state.module(&sources.units, fault)
}

/// Reads the module as one unit, if it could not be split.
fn whole(text: &str) -> Unit {
    Unit { span: 0..text.len(), role: Role::Code, interesting: true }
}

/// The value of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Binding {
    Unbound,
    Known { constant: Constant, span: Span },
    Unknown(Unknown),
}

/// The names of a module at one point of its run.
struct State<'a> {
    text: &'a str,
    /// The start of the current statement.
    base: usize,
    names: BTreeMap<String, Binding>,
    deferred: Vec<Deferred>,
    /// The lists and sets that each name has stood for.
    objects: BTreeMap<String, BTreeSet<Kind>>,
    /// Names that a function may bind whenever something calls it.
    unstable: BTreeMap<String, Unknown>,
}

impl<'a> State<'a> {
    fn new(text: &'a str, names: &BTreeSet<String>) -> State<'a> {
        let unbound = names.iter().map(|name| (name.clone(), Binding::Unbound));
        State {
            text,
            base: 0,
            names: unbound.collect(),
            deferred: Vec::new(),
            objects: BTreeMap::new(),
            unstable: BTreeMap::new(),
        }
    }

    fn run(&mut self, sources: &Sources<'_>) {
        for (unit, content) in sources.units.iter().zip(&sources.contents) {
            self.base = unit.span.start;
            match content {
                None => {}
                Some(Content::Plain(assignment)) => self.plain(assignment),
                Some(Content::Statements(statements)) => {
                    statements.iter().for_each(|statement| self.statement(statement));
                }
                Some(Content::Refused(Refusal::Nested)) => {
                    self.unreadable(&unit.span, "its statement is nested too deeply");
                }
                Some(Content::Refused(Refusal::Syntax)) => {
                    self.unreadable(&unit.span, "its statement is not valid Python");
                }
            }
        }
    }

    fn plain(&mut self, assignment: &Plain<'_>) {
        let span = self.base + assignment.value.start..self.base + assignment.value.end;
        let text = assignment.text.map(|text| Text { text: text.to_owned(), span: span.clone() });
        self.bind(assignment.name, Ok(Constant::plain(text)), &span);
    }

    /// Gives up on the names that code without a syntax tree mentions.
    fn unreadable(&mut self, span: &Span, reason: &str) {
        for word in words(self.text, span) {
            self.lose(&spelling(word), span.clone(), reason);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                let last = assign.targets.last();
                let behind = last.map_or(assign.start(), |target| target.end());
                let span = self.value_span(behind, statement);
                self.assign(&assign.targets, &assign.value, &span);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let span = self.value_span(assign.annotation.end(), statement);
                    self.assign(std::slice::from_ref(&*assign.target), value, &span);
                }
                let effects = self.collect(|collector| collector.annotated(assign, IN_EXPRESSION));
                self.apply(effects);
            }
            Stmt::AugAssign(assign) => self.augment(assign),
            _ => {
                let effects = self.collect(|collector| collector.statement(statement));
                self.apply(effects);
            }
        }
    }

    /// Finds the whole value of an assignment, its parentheses included, behind the last `=`.
    fn value_span(&self, behind: TextSize, statement: &Stmt) -> Span {
        let end = self.base + statement.end().to_usize();
        let rest = &self.text[self.base + behind.to_usize()..end];
        let value = rest.find('=').map_or(rest, |equals| &rest[equals + 1..]);
        let value = value.trim_start_matches([' ', '\t', '\x0c', '\\', '\r', '\n']);
        end - value.len()..end
    }

    fn assign(&mut self, targets: &[Expr], value: &Expr, span: &Span) {
        let result = self.evaluate(value);
        // A name that is not followed takes the object along, so it comes last.
        let is_followed = |target: &&Expr| match target {
            Expr::Name(name) => self.names.contains_key(name.id.as_str()),
            _ => false,
        };
        let (followed, others): (Vec<_>, Vec<_>) = targets.iter().partition(is_followed);
        for target in followed.into_iter().chain(others) {
            match target {
                Expr::Name(name) => self.bind(&name.id, result.clone(), span),
                Expr::Tuple(tuple) => self.unpack(target, &tuple.elts, value),
                Expr::List(list) => self.unpack(target, &list.elts, value),
                _ => {
                    self.hand_over(&result, span);
                    self.run_expression(target, IN_EXPRESSION);
                }
            }
        }
    }

    /// Marks an object as unknown because other code gets hold of it.
    fn hand_over(&mut self, value: &Result<Constant, Unknown>, span: &Span) {
        if let Ok(Constant { kind, .. }) = value {
            self.change_object(*kind, span, "another name refers to the same object");
        }
    }

    /// Evaluates an expression; one that is not a constant may have side effects.
    fn evaluate(&mut self, expression: &Expr) -> Result<Constant, Unknown> {
        let result = value::evaluate(expression, self.base, self);
        if result.is_err() {
            self.run_expression(expression, IN_EXPRESSION);
        }
        result
    }

    fn run_expression(&mut self, expression: &Expr, how: &'static str) {
        let effects = self.collect(|collector| collector.expression(expression, how));
        self.apply(effects);
    }

    /// Assigns item by item if both sides are sequences of the same length.
    fn unpack(&mut self, target: &Expr, targets: &[Expr], value: &Expr) {
        let values = match value {
            Expr::Tuple(tuple) => &tuple.elts[..],
            Expr::List(list) => &list.elts[..],
            _ => &[],
        };
        let is_plain = |(target, value): (&Expr, &Expr)| {
            matches!(target, Expr::Name(_)) && !matches!(value, Expr::Starred(_))
        };
        if targets.len() != values.len() || !targets.iter().zip(values).all(is_plain) {
            return self.run_expression(target, "it is unpacked from another value");
        }
        let results: Vec<_> = values
            .iter()
            .map(|value| (value::evaluate(value, self.base, self), python::span(self.base, value)))
            .collect();
        for (target, (result, span)) in targets.iter().zip(results) {
            if let Expr::Name(name) = target {
                self.bind(&name.id, result, &span);
            }
        }
    }

    fn augment(&mut self, assign: &StmtAugAssign) {
        let result = self.evaluate(&assign.value);
        let span = python::span(self.base, assign);
        self.hand_over(&result, &span);
        let Expr::Name(name) = &*assign.target else {
            return self.run_expression(&assign.target, IN_EXPRESSION);
        };
        let name = name.id.as_str();
        let sum = match (self.names.get(name), result, assign.op) {
            (Some(Binding::Known { constant, .. }), Ok(right), Operator::Add)
                if !matches!(constant.kind, Kind::Mutable { .. }) =>
            {
                value::add(constant.clone(), right, span.clone())
            }
            _ => {
                self.change(name, &span, "it is a list that is extended");
                Err(Unknown { span: span.clone(), reason: "it is extended".to_owned() })
            }
        };
        self.bind(name, sum, &span);
    }

    fn bind(&mut self, name: &str, value: Result<Constant, Unknown>, span: &Span) {
        let Some(binding) = self.names.get_mut(name) else {
            // A name that is not followed could change the object behind the back of those that are.
            return self.hand_over(&value, span);
        };
        *binding = match value {
            Ok(constant) => {
                if let Kind::Mutable { .. } = constant.kind {
                    self.objects.entry(name.to_owned()).or_default().insert(constant.kind);
                }
                Binding::Known { constant, span: span.clone() }
            }
            Err(unknown) => Binding::Unknown(unknown),
        };
    }

    fn lose(&mut self, name: &str, span: Span, reason: &str) {
        if let Some(binding) = self.names.get_mut(name) {
            *binding = Binding::Unknown(Unknown { span, reason: reason.to_owned() });
        }
    }

    /// Marks all names that share the list or set of `name` as unknown.
    fn change(&mut self, name: &str, span: &Span, reason: &str) {
        if let Some(Binding::Known { constant, .. }) = self.names.get(name) {
            self.change_object(constant.kind, span, reason);
        }
    }

    fn change_object(&mut self, kind: Kind, span: &Span, reason: &str) {
        if !matches!(kind, Kind::Mutable { .. }) {
            return;
        }
        for binding in self.names.values_mut() {
            match binding {
                Binding::Known { constant, .. } if constant.kind == kind => {
                    *binding =
                        Binding::Unknown(Unknown { span: span.clone(), reason: reason.to_owned() });
                }
                Binding::Known { .. } | Binding::Unbound | Binding::Unknown(_) => {}
            }
        }
    }

    fn collect(&self, run: impl FnOnce(&mut Collector<'_>)) -> Effects {
        let wanted = |name: &str| self.names.contains_key(name);
        let mut collector = Collector::new(self.base, &wanted);
        run(&mut collector);
        collector.finish()
    }

    fn apply(&mut self, effects: Effects) {
        self.deferred.extend(effects.deferred);
        for effect in effects.now {
            match effect.on {
                // Whatever got hold of the namespace may bind a name after its last assignment too.
                On::Namespace => {
                    self.deferred.push(Deferred { function: None, effects: vec![effect] });
                }
                On::Name(_) | On::Object(_) | On::Everything => self.suffer(effect),
            }
        }
    }

    fn suffer(&mut self, effect: Effect) {
        match &effect.on {
            On::Name(name) => self.lose(name, effect.span, effect.reason),
            On::Object(name) => self.change(name, &effect.span, effect.reason),
            On::Everything | On::Namespace => {
                for binding in self.names.values_mut() {
                    *binding = Binding::Unknown(Unknown {
                        span: effect.span.clone(),
                        reason: effect.reason.to_owned(),
                    });
                }
            }
        }
    }

    fn module(&self, units: &[Unit], fault: Option<super::Fault>) -> Module {
        let [revision, down_revision, branch_labels, depends_on] =
            NAMES.map(|name| self.value(name));
        let missing: Vec<&'static str> =
            NAMES.into_iter().filter(|name| self.value(name) == Value::Missing).collect();
        Module {
            revision,
            down_revision,
            branch_labels,
            depends_on,
            misspellings: misspelling::find(self.text, units, &missing),
            allows: header::allows(self.text),
            fault,
            kept_by: None,
        }
    }

    fn value(&self, name: &str) -> Value {
        if let Some(unknown) = self.unstable.get(name) {
            return Value::Computed { span: unknown.span.clone(), reason: unknown.reason.clone() };
        }
        match self.names.get(name) {
            Some(Binding::Known { constant, span }) => Value::Known {
                texts: constant.texts.clone(),
                shape: constant.shape(),
                span: span.clone(),
            },
            Some(Binding::Unknown(unknown)) => {
                Value::Computed { span: unknown.span.clone(), reason: unknown.reason.clone() }
            }
            Some(Binding::Unbound) | None => self.missing(),
        }
    }

    fn missing(&self) -> Value {
        let span = match self.names.get(GETATTR) {
            Some(Binding::Known { span, .. }) => span.clone(),
            Some(Binding::Unknown(unknown)) => unknown.span.clone(),
            Some(Binding::Unbound) | None => return Value::Missing,
        };
        Value::Computed { span, reason: "the module's `__getattr__` may define it".to_owned() }
    }
}

impl Scope for State<'_> {
    fn text(&self) -> &str {
        self.text
    }

    fn look_up(&self, name: &str, span: &Span) -> Result<Constant, Unknown> {
        match self.names.get(name) {
            Some(Binding::Known { constant, .. }) if !self.unstable.contains_key(name) => {
                Ok(constant.clone())
            }
            _ => Err(Unknown {
                span: span.clone(),
                reason: format!("`{}` is not a known constant", crate::text::escape(name)),
            }),
        }
    }
}
