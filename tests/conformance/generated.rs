//! Generated histories, sound and broken, judged by Alembic and by the guard.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::conformance::binary::Folder;
use crate::conformance::guard::{Revision, opinion};
use crate::conformance::history::{
    Script, files, has_cycle, has_duplicates, history, required, smaller,
};
use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;

const CASES: usize = 2_000;
/// How many of the cases the binary judges too.
const BINARY: u64 = 100;
const SEED: u64 = 20_240_101;

/// What Alembic makes of some files.
#[derive(Debug, Clone, Deserialize)]
struct Verdict {
    revisions: BTreeMap<String, Revision>,
    heads: Vec<String>,
    real_heads: Vec<String>,
    bases: Vec<String>,
    /// Why it loads nothing, where it does not.
    error: Option<String>,
    /// Why it could not plan an upgrade, where it loads.
    upgrade_error: Option<String>,
    /// The revisions that it cannot write into `alembic_version` when an upgrade comes to them.
    stops: Vec<String>,
}

#[test]
#[ignore = "needs Alembic"]
fn generated_histories_are_judged_as_alembic_judges_them() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "alembic_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let folder = Folder::new();
        let mut figures = Figures::default();
        let mut disagreements = Vec::new();
        for case in 0..cases {
            let scripts = history(&mut Random::new(seed.wrapping_add(case)));
            let verdict: Verdict = judge.ask(&files(&scripts));
            figures.count(&verdict);
            let is_due = figures.binary < BINARY && case % (cases / BINARY / 2).max(1) == 0;
            if is_due && !has_duplicates(&scripts) {
                let files = files(&scripts);
                if let Some(difference) = folder.difference(&files, &opinion(&files)) {
                    disagreements.push(format!("=== the binary says otherwise: {difference}"));
                }
                figures.binary += 1;
            }
            if let Some(disagreement) = disagreement(&scripts, &verdict) {
                match disagreement {
                    Disagreement::UnnoticedCycle => figures.unnoticed_cycles += 1,
                    Disagreement::Fault(kind, _) => {
                        disagreements.push(shrunk(scripts, kind, &mut judge));
                    }
                }
            }
        }
        say(&format!("graphs, seed {seed}: {figures}"));
        let some = disagreements.iter().take(10).cloned();
        assert!(
            disagreements.is_empty(),
            "{} of {cases} disagree, such as\n{}",
            disagreements.len(),
            some.collect::<Vec<_>>().join("\n")
        );
    });
}

#[derive(Default)]
struct Figures {
    one_head: usize,
    more_heads: usize,
    refused: usize,
    stops: usize,
    binary: u64,
    unnoticed_cycles: usize,
}

impl Figures {
    fn count(&mut self, verdict: &Verdict) {
        match (&verdict.error, verdict.heads.len()) {
            (Some(_), _) => self.refused += 1,
            (None, 0 | 1) => self.one_head += 1,
            (None, _) => self.more_heads += 1,
        }
        self.stops += usize::from(!verdict.stops.is_empty());
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} histories with one head, {} with several, {} that Alembic refuses, {} in which an \
             upgrade stops at a merge, {} with a cycle of dependencies that Alembic does not notice; \
             {} went before the binary too",
            self.one_head,
            self.more_heads,
            self.refused,
            self.stops,
            self.unnoticed_cycles,
            self.binary
        )
    }
}

/// What Alembic and the guard do not agree on.
enum Disagreement {
    /// A cycle through `depends_on` that Alembic loads, since it looks for cycles from the ends alone;
    /// `upgrade` to a revision in it then runs a dependency and its dependent in the wrong order.
    UnnoticedCycle,
    /// Something else: its kind, and both opinions.
    Fault(&'static str, String),
}

fn disagreement(scripts: &[Script], verdict: &Verdict) -> Option<Disagreement> {
    let guard = opinion(&files(scripts));
    let fault = |kind, detail: String| Some(Disagreement::Fault(kind, detail));
    if let Some(error) = &verdict.error {
        if !guard.errors.is_empty() {
            return None;
        }
        return fault("Alembic refuses, the guard does not", error.clone());
    }
    let refuses = |rule: &str| guard.errors.iter().any(|(found, _)| *found == rule);
    if has_duplicates(scripts) {
        return if refuses("duplicate-revision") {
            None
        } else {
            fault("a duplicate id passes", String::new())
        };
    }
    let lists = [
        ("heads differ", &guard.heads, &verdict.heads),
        ("real heads differ", &guard.real_heads, &verdict.real_heads),
        ("bases differ", &guard.bases, &verdict.bases),
    ];
    for (kind, guard, alembic) in lists {
        if guard != alembic {
            return fault(kind, format!("guard {guard:?}, Alembic {alembic:?}"));
        }
    }
    if let Some(error) = &verdict.upgrade_error {
        return if guard.errors.is_empty() {
            fault("an upgrade that Alembic cannot plan passes", error.clone())
        } else {
            None
        };
    }
    if guard.revisions != verdict.revisions {
        let both = format!("guard {:?}, Alembic {:?}", guard.revisions, verdict.revisions);
        return fault("revisions differ", both);
    }
    if !same_stops(scripts, &guard.stops, &verdict.stops) {
        let both = format!("guard {:?}, Alembic {:?}", guard.stops, verdict.stops);
        return fault("upgrades stop elsewhere", both);
    }
    match (verdict.heads.len() > 1, refuses("multiple-heads")) {
        (true, false) => fault("several heads pass", format!("{:?}", verdict.heads)),
        (false, _) if !guard.errors.is_empty() => {
            let cycle = guard.errors.iter().all(|(rule, _)| *rule == "revision-cycle");
            if cycle && has_cycle(scripts) {
                Some(Disagreement::UnnoticedCycle)
            } else {
                fault("one head is refused", format!("{:?}", guard.errors))
            }
        }
        _ => None,
    }
}

/// Tells whether upgrades stop where the guard says. One that stops early does not show what it would do
/// further up, and a cycle has no order.
fn same_stops(scripts: &[Script], guard: &[String], alembic: &[String]) -> bool {
    let is_beyond = |id: &String| {
        let below = required(scripts, id);
        alembic.iter().any(|stop| stop != id && below.contains(stop.as_str()))
    };
    has_cycle(scripts)
        || alembic.iter().all(|stop| guard.contains(stop))
            && guard.iter().all(|stop| alembic.contains(stop) || is_beyond(stop))
}

/// Takes away what the disagreement does not need, and writes it down.
fn shrunk(mut scripts: Vec<Script>, kind: &str, judge: &mut Judge) -> String {
    let mut found = fault_of(&scripts, kind, judge);
    while let Some((smaller, detail)) = smaller(&scripts)
        .into_iter()
        .find_map(|smaller| Some((smaller.clone(), fault_of(&smaller, kind, judge)?)))
    {
        scripts = smaller;
        found = Some(detail);
    }
    let sources = scripts.iter().map(|script| format!("--- {}\n{script}", script.file));
    let sources: String = sources.collect();
    format!("=== {kind}: {}\n{sources}", found.unwrap_or_default())
}

fn fault_of(scripts: &[Script], kind: &str, judge: &mut Judge) -> Option<String> {
    match disagreement(scripts, &judge.ask(&files(scripts)))? {
        Disagreement::Fault(same, detail) if same == kind => Some(detail),
        Disagreement::UnnoticedCycle | Disagreement::Fault(..) => None,
    }
}
