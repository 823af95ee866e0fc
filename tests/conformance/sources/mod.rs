//! Generated migrations, plain and odd, loaded by Alembic and read by the guard.

mod bindings;
mod case;
mod edits;
mod lines;
mod refused;
mod values;

use std::collections::BTreeMap;
use std::fmt;

use alembic_guard::alembic::migration::{
    Module, ReadLimits, Shape, Value, check_body, legacy_id, read,
};
use serde::Deserialize;
use serde_json::json;

use crate::conformance::guard::refusals;
use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;
use case::{Case, NAMES};

const CASES: usize = 1_500;
const SEED: u64 = 20_240_102;
/// How many disagreements of one kind are shown.
const SHOWN: usize = 5;

/// Rules by which a file is refused that loads by itself: what they speak of shows when something names
/// the revision, or in the map of all revisions.
const SHOWN_LATER: [&str; 3] = ["duplicate-branch-label", "invalid-revision-id", "revision-cycle"];

/// What Alembic takes from a file; a string is written behind a quote.
#[derive(Debug, Clone, Deserialize)]
struct Verdict {
    /// Which step failed: `compile`, `run` or `script`.
    stage: Option<String>,
    error: Option<String>,
    revision: String,
    down_revision: Vec<String>,
    branch_labels: Vec<String>,
    depends_on: Vec<String>,
    /// The names that the module answers for.
    stated: Vec<String>,
    /// The minor version of the Python that judges.
    minor: u8,
}

#[test]
#[ignore = "needs Alembic"]
fn generated_sources_are_read_as_alembic_loads_them() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "module_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let mut figures = Figures::default();
        let mut disagreements: BTreeMap<&str, Disagreements> = BTreeMap::new();
        for number in 0..cases {
            let case = Case::new(&mut Random::new(seed.wrapping_add(number)));
            match compare(&case, &mut judge) {
                Opinion::Same(outcome) => figures.count(outcome),
                Opinion::Different(kind, _) => {
                    let found = disagreements.entry(kind).or_default();
                    found.count += 1;
                    if found.shown.len() < SHOWN {
                        found.shown.push(shrunk(case, kind, &mut judge));
                    }
                }
            }
        }
        say(&format!("sources, seed {seed}: {figures}"));
        let shown: Vec<String> = disagreements
            .iter()
            .map(|(kind, found)| format!("##### {}: {kind}\n{}", found.count, found.shown.concat()))
            .collect();
        assert!(shown.is_empty(), "of {cases} disagree\n{}", shown.join("\n"));
    });
}

/// All disagreements of one kind.
#[derive(Debug, Default)]
struct Disagreements {
    count: usize,
    /// The first of them.
    shown: Vec<String>,
}

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Alembic loads it, and so many values are known to the guard.
    Loaded { known: usize, computed: usize },
    /// It ended in an exception when it was run, which only running could tell.
    Died,
    /// Both refuse it.
    Refused,
    /// The guard refuses what it says that it does not read, and Alembic does not.
    OutOfBounds,
    /// It takes a newer Python than the one that judges.
    TooNew,
}

enum Opinion {
    Same(Outcome),
    /// A kind of disagreement, and what exactly.
    Different(&'static str, String),
}

#[derive(Debug, Default)]
struct Figures {
    loaded: usize,
    known: usize,
    computed: usize,
    died: usize,
    refused: usize,
    out_of_bounds: usize,
    too_new: usize,
}

impl Figures {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Loaded { known, computed } => {
                self.loaded += 1;
                self.known += known;
                self.computed += computed;
            }
            Outcome::Died => self.died += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::OutOfBounds => self.out_of_bounds += 1,
            Outcome::TooNew => self.too_new += 1,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} load, in which {} values are known and {} computed, {} are refused by both, \
             {} fail only when they run, {} declare an encoding that the guard does not read, \
             {} are too new for this Python",
            self.loaded,
            self.known,
            self.computed,
            self.refused,
            self.died,
            self.out_of_bounds,
            self.too_new
        )
    }
}

fn compare(case: &Case, judge: &mut Judge) -> Opinion {
    let source = case.bytes();
    let characters: String = source.iter().map(|byte| char::from(*byte)).collect();
    let verdict: Verdict = judge.ask(&json!({ "name": case.file, "source": characters }));
    let limits = ReadLimits::default();
    let module = read(&source, &limits);
    let fault = module.fault.clone().or_else(|| check_body(&source, &limits));
    if let Some(fault) = fault {
        let is_bound = fault.message.contains("unsupported encoding") && !case.owes_encoding();
        return match verdict.stage.as_deref() {
            Some("compile") => Opinion::Same(Outcome::Refused),
            _ if is_bound => Opinion::Same(Outcome::OutOfBounds),
            _ => Opinion::Different("the guard cannot read what Python can", fault.message),
        };
    }
    let refusals = refusals(case.file, &source);
    if let Some(stage) = &verdict.stage {
        let error = verdict.error.clone().unwrap_or_default();
        let computed =
            values(&module).iter().any(|(_, value)| matches!(value, Value::Computed { .. }));
        return match stage.as_str() {
            "run" => Opinion::Same(Outcome::Died),
            "compile" if verdict.minor < case.since() => Opinion::Same(Outcome::TooNew),
            _ if !refusals.is_empty() => Opinion::Same(Outcome::Refused),
            "compile" => Opinion::Different("Python does not compile it", error),
            _ if computed => Opinion::Same(Outcome::Died),
            _ => Opinion::Different("Alembic does not load it", error),
        };
    }
    let (mut known, mut computed) = (0, 0);
    for (name, value) in values(&module) {
        if let Some(fault) = value_fault(name, value, case, &verdict) {
            return fault;
        }
        known += usize::from(matches!(value, Value::Known { .. }));
        computed += usize::from(matches!(value, Value::Computed { .. }));
    }
    let mut wrong = refusals.iter().filter(|(rule, _)| !SHOWN_LATER.contains(rule));
    match wrong.next_back() {
        Some((rule, message)) if computed == 0 => {
            Opinion::Different("the guard refuses what loads", format!("{rule}: {message}"))
        }
        _ => Opinion::Same(Outcome::Loaded { known, computed }),
    }
}

fn values(module: &Module) -> [(&'static str, &Value); 4] {
    let [revision, down_revision, branch_labels, depends_on] = NAMES;
    [
        (revision, &module.revision),
        (down_revision, &module.down_revision),
        (branch_labels, &module.branch_labels),
        (depends_on, &module.depends_on),
    ]
}

/// Compares one value of a file that loads.
fn value_fault(name: &str, value: &Value, case: &Case, verdict: &Verdict) -> Option<Opinion> {
    let alembic = match name {
        "revision" => std::slice::from_ref(&verdict.revision),
        "down_revision" => &verdict.down_revision,
        "branch_labels" => &verdict.branch_labels,
        _ => &verdict.depends_on,
    };
    let stated = verdict.stated.iter().any(|stated| stated == name);
    let different = |kind, guard: &dyn fmt::Debug| {
        let detail = format!("`{name}`: guard {guard:?}, Alembic {alembic:?}");
        Some(Opinion::Different(kind, detail))
    };
    match value {
        Value::Computed { reason, .. } if case.owes(name) => {
            different("a plain value is computed", reason)
        }
        Value::Computed { .. } => None,
        Value::Missing if name == "revision" && !stated => {
            let id = legacy_id(case.file.as_bytes()).map(|id| vec![format!("'{id}")]);
            (id.as_deref() != Some(alembic)).then(|| different("legacy ids differ", &id))?
        }
        Value::Missing => stated.then(|| different("a value is missed", value))?,
        // The graph has no place for such an id, and the guard refuses it.
        Value::Known { shape: Shape::None | Shape::Sequence, .. } if name == "revision" => None,
        Value::Known { texts, .. } => {
            let mut texts: Vec<String> =
                texts.iter().map(|text| format!("'{}", text.text)).collect();
            let mut alembic = alembic.to_vec();
            // A set has no order.
            texts.sort();
            alembic.sort();
            (texts != alembic).then(|| different("values differ", &texts))?
        }
    }
}

/// Takes away what the disagreement does not need, and writes it down.
fn shrunk(mut case: Case, kind: &str, judge: &mut Judge) -> String {
    while let Some(smaller) =
        case.smaller().into_iter().find(|smaller| fault_of(smaller, kind, judge).is_some())
    {
        case = smaller;
    }
    let detail = fault_of(&case, kind, judge).unwrap_or_default();
    let source = case.bytes();
    format!("=== {detail}\n--- {}\n{}", case.file, String::from_utf8_lossy(&source))
}

fn fault_of(case: &Case, kind: &str, judge: &mut Judge) -> Option<String> {
    match compare(case, judge) {
        Opinion::Different(same, detail) if same == kind => Some(detail),
        Opinion::Different(..) | Opinion::Same(_) => None,
    }
}
