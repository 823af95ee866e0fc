//! Follows the four names through the statements of a module.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ruff_python_ast::{Expr, Operator, Stmt, StmtAugAssign};
use rustpython_ruff_python_parser::parse_module;
use rustpython_ruff_text_size::Ranged;

use super::effects::{Collector, Deferred, Effect, Effects, On};
use super::pieces::{Kind as Piece, Pieces};
use super::units::{self, Role, Unit};
use super::value::{self, Constant, Kind, Scope, Unknown};
use super::{Module, Value, body, header, misspelling, nesting};
use crate::text::Span;

/// The names that Alembic reads.
pub(super) const NAMES: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];

/// A module may answer for names that it does not have (PEP 562).
const GETATTR: &str = "__getattr__";

/// How many other names are followed because the four refer to them.
const MAX_NAMES: usize = 256;
/// Over how many names one of the four may refer to its constant.
const MAX_HOPS: usize = 16;

/// Reads a module.
pub(super) fn interpret(text: &str) -> Module {
    let cut = units::cut(text);
    let mut sources = Sources::new(text, cut.units);
    let mut fault = None;
    if cut.broken || sources.refused() {
        fault = body::check(text);
        if fault.is_none() {
            sources = Sources::new(text, vec![whole(text)]);
        }
    }
    let names = sources.follow();
    let mut state = State::new(text, names);
    for index in 0..sources.units.len() {
        state.unit(&sources.units[index], sources.parsed[index].as_ref());
    }
    state.settle(&sources.units);
    state.module(&sources.units, fault)
}

/// Takes the module as one unit, for when it could not be cut.
fn whole(text: &str) -> Unit {
    Unit { span: 0..text.len(), role: Role::Code, interesting: true }
}

/// Why a unit has no syntax tree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    Nested,
    Syntax,
}

/// The units of a module, parsed where that matters.
struct Sources<'a> {
    text: &'a str,
    units: Vec<Unit>,
    parsed: Vec<Option<Result<Vec<Stmt>, Refusal>>>,
}

impl<'a> Sources<'a> {
    fn new(text: &'a str, units: Vec<Unit>) -> Sources<'a> {
        let parse = |unit: &Unit| unit.interesting.then(|| parse(text, unit));
        Sources { text, parsed: units.iter().map(parse).collect(), units }
    }

    fn refused(&self) -> bool {
        self.parsed.iter().any(|parsed| *parsed == Some(Err(Refusal::Syntax)))
    }

    /// Finds the names that the four stand on, and parses every unit that mentions one.
    fn follow(&mut self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        names.insert(GETATTR.to_owned());
        let mut index = None;
        for _ in 0..MAX_HOPS {
            let fresh = self.referred(&names);
            if fresh.is_empty() || names.len() + fresh.len() > MAX_NAMES {
                break;
            }
            let index = index.get_or_insert_with(|| mentions(self.text, &self.units));
            for unit in fresh.iter().filter_map(|name| index.get(name.as_str())).flatten() {
                if self.parsed[*unit].is_none() {
                    self.parsed[*unit] = Some(parse(self.text, &self.units[*unit]));
                }
            }
            names.extend(fresh);
        }
        names
    }

    /// Returns the names, not yet in `names`, that assignments to those refer to.
    fn referred(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for statement in self.parsed.iter().flatten().flatten().flatten() {
            let (targets, value) = match statement {
                Stmt::Assign(assign) => (&assign.targets[..], Some(&assign.value)),
                Stmt::AnnAssign(assign) => {
                    (std::slice::from_ref(&*assign.target), assign.value.as_ref())
                }
                Stmt::AugAssign(assign) => {
                    (std::slice::from_ref(&*assign.target), Some(&assign.value))
                }
                _ => continue,
            };
            if let Some(value) = value
                && targets.iter().any(|target| binds(target, names))
            {
                operands(value, &mut found);
            }
        }
        found.retain(|name| !names.contains(name));
        found
    }
}

fn parse(text: &str, unit: &Unit) -> Result<Vec<Stmt>, Refusal> {
    let code = &text[unit.span.clone()];
    if nesting::check(code).is_some() {
        return Err(Refusal::Nested);
    }
    match parse_module(code) {
        Ok(parsed) => Ok(parsed.into_suite()),
        Err(_) => Err(Refusal::Syntax),
    }
}

fn binds(target: &Expr, names: &BTreeSet<String>) -> bool {
    match target {
        Expr::Name(name) => names.contains(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().any(|item| binds(item, names)),
        Expr::List(list) => list.elts.iter().any(|item| binds(item, names)),
        _ => false,
    }
}

/// Collects the names that evaluating `expression` looks up.
fn operands(expression: &Expr, found: &mut BTreeSet<String>) {
    match expression {
        Expr::Name(name) => {
            found.insert(name.id.to_string());
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| operands(item, found)),
        Expr::List(list) => list.elts.iter().for_each(|item| operands(item, found)),
        Expr::Set(set) => set.elts.iter().for_each(|item| operands(item, found)),
        Expr::BinOp(sum) => {
            operands(&sum.left, found);
            operands(&sum.right, found);
        }
        _ => {}
    }
}

/// Lists for each word of the code the units that it occurs in.
fn mentions<'a>(text: &'a str, units: &[Unit]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut index: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, unit) in units.iter().enumerate() {
        for word in words(text, unit) {
            let units = index.entry(word).or_default();
            if units.last() != Some(&number) {
                units.push(number);
            }
        }
    }
    index
}

fn words<'a>(text: &'a str, unit: &Unit) -> impl Iterator<Item = &'a str> {
    let code = &text[unit.span.clone()];
    Pieces::new(code)
        .filter(|piece| piece.kind == Piece::Word)
        .map(|piece| &code[piece.start..piece.end])
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Binding {
    Unbound,
    Known { constant: Constant, span: Span },
    Unknown(Unknown),
}

/// The names of a module at one point of its run.
struct State<'a> {
    text: &'a str,
    /// Where the statement at hand starts.
    base: usize,
    names: BTreeMap<String, Binding>,
    deferred: Vec<Deferred>,
}

impl<'a> State<'a> {
    fn new(text: &'a str, names: BTreeSet<String>) -> State<'a> {
        let unbound = names.into_iter().map(|name| (name, Binding::Unbound));
        State { text, base: 0, names: unbound.collect(), deferred: Vec::new() }
    }

    fn unit(&mut self, unit: &Unit, parsed: Option<&Result<Vec<Stmt>, Refusal>>) {
        self.base = unit.span.start;
        match parsed {
            None => {}
            Some(Ok(statements)) => {
                for statement in statements {
                    self.statement(statement);
                }
            }
            Some(Err(refusal)) => self.unreadable(unit, refusal),
        }
    }

    /// Gives up on the names that a unit without a syntax tree mentions.
    fn unreadable(&mut self, unit: &Unit, refusal: &Refusal) {
        let reason = match refusal {
            Refusal::Nested => "its statement is nested too deeply to be read",
            Refusal::Syntax => "its statement is no Python",
        };
        for word in words(self.text, unit) {
            if self.names.contains_key(word) {
                self.lose(word, unit.span.clone(), reason);
            }
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                let last = assign.targets.last();
                let behind = last.map_or(assign.start(), |target| target.end());
                let span = self.value_span(behind.to_usize(), statement);
                self.assign(&assign.targets, &assign.value, &span);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let span = self.value_span(assign.annotation.end().to_usize(), statement);
                    self.assign(std::slice::from_ref(&*assign.target), value, &span);
                }
            }
            Stmt::AugAssign(assign) => self.augment(assign),
            _ => {
                let effects = self.collect(|collector| collector.statement(statement));
                self.apply(effects);
            }
        }
    }

    /// Finds the whole value of an assignment, its parentheses included, behind the last `=`.
    fn value_span(&self, behind: usize, statement: &Stmt) -> Span {
        let end = self.base + statement.end().to_usize();
        let rest = &self.text[self.base + behind..end];
        let value = rest.find('=').map_or(rest, |equals| &rest[equals + 1..]);
        let value = value.trim_start_matches([' ', '\t', '\x0c', '\\', '\r', '\n']);
        end - value.len()..end
    }

    fn assign(&mut self, targets: &[Expr], value: &Expr, span: &Span) {
        let result = value::evaluate(value, self);
        if result.is_err() {
            let how = "it is assigned inside an expression";
            let effects = self.collect(|collector| collector.expression(value, how));
            self.apply(effects);
        }
        for target in targets {
            match target {
                Expr::Name(name) => self.bind(&name.id, result.clone(), span),
                Expr::Tuple(tuple) => self.unpack(target, &tuple.elts, value),
                Expr::List(list) => self.unpack(target, &list.elts, value),
                _ => {
                    let effects = self.collect(|collector| collector.expression(target, ""));
                    self.apply(effects);
                }
            }
        }
    }

    /// Assigns item by item where both sides are written out.
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
            let how = "it is unpacked from something else";
            let effects = self.collect(|collector| collector.expression(target, how));
            return self.apply(effects);
        }
        let results: Vec<_> = values
            .iter()
            .map(|value| (value::evaluate(value, self), Scope::span(self, value)))
            .collect();
        for (target, (result, span)) in targets.iter().zip(results) {
            if let Expr::Name(name) = target {
                self.bind(&name.id, result, &span);
            }
        }
    }

    fn augment(&mut self, assign: &StmtAugAssign) {
        let result = value::evaluate(&assign.value, self);
        let Expr::Name(name) = &*assign.target else {
            let effects = self.collect(|collector| {
                collector.expression(&assign.value, "it is assigned inside an expression");
                collector.expression(&assign.target, "");
            });
            return self.apply(effects);
        };
        let span = Scope::span(self, assign);
        let sum = match (self.names.get(name.id.as_str()), result, assign.op) {
            (Some(Binding::Known { constant, .. }), Ok(right), Operator::Add)
                if !matches!(constant.kind, Kind::Mutable { .. }) =>
            {
                value::add(constant.clone(), right, span.clone())
            }
            _ => {
                self.change(name.id.as_str(), &span, "it is a list that is added to");
                Err(Unknown { span: span.clone(), reason: "it is added to".to_owned() })
            }
        };
        self.bind(&name.id, sum, &span);
    }

    fn bind(&mut self, name: &str, value: Result<Constant, Unknown>, span: &Span) {
        let Some(binding) = self.names.get_mut(name) else {
            // A name that is not followed could change the object behind the back of those that are.
            if let Ok(Constant { kind, .. }) = value {
                self.change_object(kind, span, "another name stands for the same object");
            }
            return;
        };
        *binding = match value {
            Ok(constant) => Binding::Known { constant, span: span.clone() },
            Err(unknown) => Binding::Unknown(unknown),
        };
    }

    fn lose(&mut self, name: &str, span: Span, reason: &str) {
        if let Some(binding) = self.names.get_mut(name) {
            *binding = Binding::Unknown(Unknown { span, reason: reason.to_owned() });
        }
    }

    /// Gives up on all names that stand for the same list or set as `name`.
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
        for effect in effects.now {
            self.suffer(effect);
        }
        self.deferred.extend(effects.deferred);
    }

    fn suffer(&mut self, effect: Effect) {
        match &effect.on {
            On::Name(name) => self.lose(name, effect.span, effect.reason),
            On::Object(name) => self.change(name, &effect.span, effect.reason),
            On::Everything => {
                for binding in self.names.values_mut() {
                    *binding = Binding::Unknown(Unknown {
                        span: effect.span.clone(),
                        reason: effect.reason.to_owned(),
                    });
                }
            }
        }
    }

    /// Applies what functions do that running the module may call.
    fn settle(&mut self, units: &[Unit]) {
        if self.deferred.is_empty() {
            return;
        }
        let reached = reached(self.text, units);
        for deferred in std::mem::take(&mut self.deferred) {
            if deferred.may_run_at_once || reached.contains(deferred.function.as_str()) {
                for effect in deferred.effects {
                    self.suffer(effect);
                }
            }
        }
    }

    fn module(&self, units: &[Unit], fault: Option<super::Fault>) -> Module {
        let [revision, down_revision, branch_labels, depends_on] =
            NAMES.map(|name| self.value(name));
        let missing: Vec<&'static str> = NAMES
            .into_iter()
            .filter(|name| self.names.get(*name) == Some(&Binding::Unbound))
            .collect();
        Module {
            revision,
            down_revision,
            branch_labels,
            depends_on,
            misspellings: misspelling::find(self.text, units, &missing),
            allows: header::allows(self.text),
            fault,
        }
    }

    fn value(&self, name: &str) -> Value {
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
        Value::Computed { span, reason: "the module's `__getattr__` may answer for it".to_owned() }
    }
}

impl Scope for State<'_> {
    fn source(&self, span: &Span) -> &str {
        &self.text[span.clone()]
    }

    fn span(&self, node: &dyn Ranged) -> Span {
        self.base + node.start().to_usize()..self.base + node.end().to_usize()
    }

    fn look_up(&self, name: &str, span: &Span) -> Result<Constant, Unknown> {
        match self.names.get(name) {
            Some(Binding::Known { constant, .. }) => Ok(constant.clone()),
            Some(Binding::Unknown(_) | Binding::Unbound) | None => Err(Unknown {
                span: span.clone(),
                reason: format!("`{}` is no known constant", crate::text::escape(name)),
            }),
        }
    }
}

/// Returns the words of all code that running the module may run.
///
/// A function that no such code mentions is never called by it.
fn reached<'a>(text: &'a str, units: &[Unit]) -> BTreeSet<&'a str> {
    let mut definitions: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    let mut waiting: Vec<&str> = Vec::new();
    for unit in units {
        match &unit.role {
            Role::Code => waiting.extend(words(text, unit)),
            Role::Definition(name) => {
                let name = &text[name.clone()];
                definitions.entry(name).or_default().push(unit);
            }
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(word) = waiting.pop() {
        if reached.insert(word) {
            for unit in definitions.remove(word).unwrap_or_default() {
                waiting.extend(words(text, unit));
            }
        }
    }
    reached
}
