//! Plans for databases over histories made at random: whatever a database has run, real Alembic runs every
//! migration exactly once by the commands of the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use alembic_guard::alembic::graph::Graph;
use alembic_guard::alembic::migration::RevisionId;
use alembic_guard::compare::Reader;
use alembic_guard::config::Config;
use alembic_guard::heads::HeadLimits;
use alembic_guard::repair::{self, DatabaseStep, Rebase, Seniority, UnknownState, database_steps};
use alembic_guard::tree::MemoryTree;
use serde::Deserialize;
use serde_json::{Value, json};

use super::script::Script;
use crate::conformance::guard::{ENVIRONMENT, VERSIONS};
use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;

const CASES: u64 = 200;
const SEED: u64 = 20_241_129;

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum State {
    Error { error: String },
    Done { stamps: BTreeSet<String>, ran: BTreeMap<String, usize> },
}

#[test]
#[ignore = "needs Alembic"]
fn every_migration_runs_exactly_once_whatever_a_database_has_run() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "database_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES);
        let mut figures = Figures::default();
        for case in 0..cases {
            let mut random = Random::new(seed.wrapping_add(case));
            let history = std::iter::repeat_with(|| History::made_by(&mut random));
            let history = history.take(100).find_map(Moved::of).expect("most histories fork");
            history.holds(&mut judge, &mut random, &mut figures);
        }
        say(&format!("plans for databases, seed {seed}: {figures:?}"));
        let Figures {
            second_bases, several_chains, parts, merges, labels, dependencies, both, ..
        } = figures;
        let kinds = [second_bases, several_chains, parts, merges, labels, dependencies, both];
        assert!(kinds.iter().all(|count| *count > 0), "{figures:?}");
    });
}

#[derive(Debug, Default)]
struct Figures {
    plans: usize,
    without_steps: usize,
    second_bases: usize,
    several_chains: usize,
    parts: usize,
    merges: usize,
    labels: usize,
    dependencies: usize,
    both: usize,
}

/// What has landed, and that with what is new.
struct History {
    landed: Vec<Script>,
    all: Vec<Script>,
}

impl History {
    /// Makes up to eight migrations of which the first few have landed.
    fn made_by(random: &mut Random) -> History {
        let mut notation = String::new();
        let mut known: Vec<String> = Vec::new();
        let landed = 1 + random.below(4);
        for place in 0..landed + 1 + random.below(4) {
            let name = format!("r{place}");
            let parents = match random.below(10) {
                0 => 0,
                1 | 2 => 2,
                _ => 1,
            };
            let parents: BTreeSet<String> =
                (0..parents).filter_map(|_| chosen(&known, random)).collect();
            let parents: Vec<String> = parents.into_iter().collect();
            let label = if random.percent(10) { format!("#label{place}") } else { String::new() };
            let needs = chosen(&known, random).filter(|_| random.percent(15));
            let needs = needs.map(|needed| format!("!{needed}")).unwrap_or_default();
            let _ = write!(notation, "{name}*{label}({}){needs} ", parents.join(","));
            known.push(name);
        }
        let scripts = || notation.split_whitespace().map(Script::parse);
        History { landed: scripts().take(landed).collect(), all: scripts().collect() }
    }
}

fn chosen(known: &[String], random: &mut Random) -> Option<String> {
    let back = if random.percent(50) { 0 } else { random.below(known.len()) };
    known.len().checked_sub(back + 1).map(|place| known[place].clone())
}

/// A history, and the same after a rebase.
struct Moved {
    history: History,
    old: Graph,
    new: Graph,
    moved: BTreeMap<RevisionId, Vec<RevisionId>>,
}

impl Moved {
    /// Rebases a history; nothing if that moves nothing, or if Alembic fails on the history for a reason of
    /// its own.
    fn of(history: History) -> Option<Moved> {
        let before = graph(&history.landed);
        let old = graph(&history.all);
        let repointed = repair::rebase(&Rebase {
            before: &before,
            after: &old,
            limits: HeadLimits { heads: 1, branches: &[] },
            onto: None,
            holder: &|_| None,
            seniority: &|_| Seniority::New,
        });
        let moved: BTreeMap<_, _> =
            repointed.ok()?.moved.into_iter().map(|one| (one.revision, one.parents)).collect();
        let new = old.with_parents(&moved);
        let is_usable = !moved.is_empty() && upgrades(&old) && upgrades(&new);
        is_usable.then_some(Moved { history, old, new, moved })
    }

    fn holds(&self, judge: &mut Judge, random: &mut Random, figures: &mut Figures) {
        let targets: Vec<&str> = match random.below(3) {
            0 => vec!["heads"],
            _ => (0..=random.below(3))
                .map(|_| self.history.all[random.below(self.history.all.len())].id.as_str())
                .collect(),
        };
        let ids = targets.iter().map(|target| RevisionId::new(*target));
        let ids: Vec<RevisionId> = match targets.as_slice() {
            ["heads"] => self.old.heads().into_iter().cloned().collect(),
            _ => ids.collect(),
        };
        let has_run = self.old.requirements_of(&ids);
        let stamped: Vec<RevisionId> = self.old.uppermost(&has_run).into_iter().cloned().collect();
        let steps = database_steps(&self.old, &self.new, &stamped);
        let steps = steps.unwrap_or_else(|UnknownState| panic!("{}", self.told(&targets)));
        self.count(&steps, &has_run, figures);
        let mut line = vec![json!({ "files": self.files(false) })];
        line.extend(targets.iter().map(|target| json!({ "run": ["upgrade", target] })));
        line.push(json!({ "files": self.files(true) }));
        line.extend(steps.iter().map(|step| json!({ "run": words(step) })));
        line.push(json!({ "run": ["upgrade", "heads"] }));
        let states: Vec<State> = judge.ask(&line);
        let told = || format!("{}{steps:?}\n{states:#?}", self.told(&targets));
        let done = states.iter().filter_map(|state| match state {
            State::Done { stamps, ran } => Some((stamps, ran)),
            State::Error { .. } => None,
        });
        let done: Vec<_> = done.collect();
        assert_eq!(done.len(), targets.len() + steps.len() + 1, "{}", told());
        let before = done[targets.len() - 1];
        assert_eq!(*before.0, names(&stamped), "{}", told());
        let caught_up = done[targets.len() + steps.len() - 1];
        let needed = self.new.requirements_of(has_run.iter().copied());
        assert_eq!(*caught_up.0, names(self.new.uppermost(&needed)), "{}", told());
        assert_eq!(*caught_up.1, once(needed), "{}", told());
        let everything = self.new.revisions().map(|revision| &revision.id);
        assert_eq!(*done[done.len() - 1].1, once(everything), "{}", told());
    }

    fn count(
        &self,
        steps: &[DatabaseStep],
        has_run: &BTreeSet<&RevisionId>,
        figures: &mut Figures,
    ) {
        if steps.is_empty() {
            figures.without_steps += 1;
            return;
        }
        let is_own = |id: &RevisionId| !graph(&self.history.landed).contains(id);
        let own = || self.old.revisions().filter(|revision| is_own(&revision.id));
        let has = |holds: bool| usize::from(holds);
        figures.plans += 1;
        figures.second_bases += has(own().any(|one| one.parents.ids().is_empty()));
        figures.several_chains += has(self.moved.len() > 1);
        figures.parts += has(own().any(|one| !has_run.contains(&one.id)));
        figures.merges += has(own().any(|one| one.parents.ids().len() > 1));
        figures.labels += has(own().any(|one| one.labels().next().is_some()));
        figures.dependencies += has(own().any(|one| one.dependencies().next().is_some()));
        figures.both += has(has_run.len() == self.old.len());
    }

    /// Writes the files before or after the rebase.
    fn files(&self, is_moved: bool) -> BTreeMap<String, String> {
        let files = self.history.all.iter().map(|script| {
            let parents = self.moved.get(&RevisionId::new(script.id.as_str()));
            let script = match parents.filter(|_| is_moved) {
                Some(parents) => script.with_parents(names(parents)),
                None => script.clone(),
            };
            (format!("{}.py", script.id), script.counting())
        });
        files.collect()
    }

    fn told(&self, targets: &[&str]) -> String {
        let mut told = format!("landed: {}, upgraded to {targets:?}\n", self.history.landed.len());
        for source in self.files(false).values().chain(self.files(true).values()) {
            told += source;
        }
        told
    }
}

fn words(step: &DatabaseStep) -> Value {
    match step {
        DatabaseStep::Purge(Some(id)) => json!(["stamp", "--purge", id.as_str()]),
        DatabaseStep::Purge(None) => json!(["stamp", "--purge", "base"]),
        DatabaseStep::Stamp(id) => json!(["stamp", id.as_str()]),
        DatabaseStep::Upgrade(id) => json!(["upgrade", id.as_str()]),
    }
}

fn names<'i>(ids: impl IntoIterator<Item = &'i RevisionId>) -> BTreeSet<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

fn once<'i>(ids: impl IntoIterator<Item = &'i RevisionId>) -> BTreeMap<String, usize> {
    ids.into_iter().map(|id| (id.to_string(), 1)).collect()
}

/// Tells whether Alembic can upgrade at all: it fails with `KeyError` on a revision of which one parent is
/// below another, or below what it depends on.
fn upgrades(graph: &Graph) -> bool {
    let is_below =
        |low: &RevisionId, high: &RevisionId| low != high && graph.requirements(high).contains(low);
    graph.cycles().is_empty()
        && graph.revisions().all(|revision| {
            let needed: Vec<_> = graph.prerequisites(&revision.id).map(|one| &one.id).collect();
            !needed.iter().any(|low| needed.iter().any(|high| is_below(low, high)))
        })
}

fn graph(scripts: &[Script]) -> Graph {
    let files = scripts.iter().enumerate();
    let files = files.map(|(place, script)| {
        (format!("{VERSIONS}/{place:02}_{}.py", script.id), script.counting())
    });
    let environment = ENVIRONMENT.map(|(path, content)| (path.to_owned(), content.to_owned()));
    let tree = MemoryTree::new(environment.into_iter().chain(files));
    let mut reader = Reader::new(Config::default());
    let found = reader.discover(&tree).expect("memory never fails");
    reader.state(&tree, &found.environments[0], &[]).expect("memory never fails").graph.clone()
}
