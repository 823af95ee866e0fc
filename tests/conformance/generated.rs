//! Generated histories, sound and broken, judged by Alembic and by the guard.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use alembic_guard::rules;
use serde::Deserialize;

use crate::guard::{Revision, opinion};
use crate::judge::Judge;
use crate::prerequisites::{number, python, say, with};
use crate::random::Random;

const CASES: usize = 300;
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

/// One migration.
#[derive(Debug, Clone)]
struct Script {
    file: String,
    id: String,
    parents: Vec<String>,
    labels: Vec<String>,
    depends_on: Vec<String>,
}

impl Script {
    fn parents(&mut self) -> &mut Vec<String> {
        &mut self.parents
    }

    fn labels(&mut self) -> &mut Vec<String> {
        &mut self.labels
    }

    fn depends_on(&mut self) -> &mut Vec<String> {
        &mut self.depends_on
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "revision = {:?}", self.id)?;
        writeln!(out, "down_revision = {}", python_value(&self.parents))?;
        writeln!(out, "branch_labels = {}", python_value(&self.labels))?;
        writeln!(out, "depends_on = {}", python_value(&self.depends_on))?;
        writeln!(out, "def upgrade(): pass")
    }
}

fn python_value(texts: &[String]) -> String {
    match texts {
        [] => "None".to_owned(),
        [one] => format!("{one:?}"),
        several => format!("{several:?}"),
    }
}

#[test]
fn generated_histories_are_judged_as_alembic_judges_them() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "alembic_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let mut figures = Figures::default();
        let mut disagreements = Vec::new();
        for case in 0..cases {
            let scripts = history(&mut Random::new(seed.wrapping_add(case)));
            let verdict: Verdict = judge.ask(&files(&scripts));
            figures.count(&verdict);
            if let Some(disagreement) = disagreement(&scripts, &verdict) {
                match disagreement {
                    Disagreement::Gap => figures.gaps += 1,
                    Disagreement::UnnoticedCycle => figures.unnoticed_cycles += 1,
                    Disagreement::Fault(kind, _) => {
                        disagreements.push(shrunk(scripts, kind, &mut judge));
                    }
                }
            }
        }
        say(&format!("seed {seed}: {figures}"));
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
    gaps: usize,
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
            "{} histories with one head, {} with several, {} that Alembic refuses \
             ({} of them by what the guard has no rule for yet), {} in which an upgrade stops at a \
             merge, {} with a cycle of dependencies that Alembic does not notice",
            self.one_head,
            self.more_heads,
            self.refused,
            self.gaps,
            self.stops,
            self.unnoticed_cycles
        )
    }
}

/// Makes a history; about half of them have a fault or two.
fn history(random: &mut Random) -> Vec<Script> {
    let mut scripts: Vec<Script> = Vec::new();
    for number in 0..=random.below(8) {
        let parents = match random.below(10) {
            0 => 0,
            1 | 2 => 2 + random.below(2),
            _ => 1,
        };
        let script = Script {
            file: format!("{}_r{number}.py", random.below(100)),
            id: format!("r{number}"),
            parents: chosen(&scripts, parents, random),
            labels: match random.percent(15) {
                true => vec![format!("label{number}")],
                false => Vec::new(),
            },
            depends_on: match random.percent(20) {
                true => vec![dependency(&scripts, random)],
                false => Vec::new(),
            },
        };
        scripts.push(script);
    }
    if random.percent(50) {
        for _ in 0..=random.below(2) {
            break_something(&mut scripts, random);
        }
    }
    for script in &mut scripts {
        script.depends_on.retain(|name| !name.is_empty());
    }
    scripts
}

/// Chooses parents, recent ones above all, so that most histories are more line than bush.
fn chosen(scripts: &[Script], count: usize, random: &mut Random) -> Vec<String> {
    let mut parents: Vec<String> = Vec::new();
    for _ in 0..count.min(scripts.len()) {
        let back = match random.percent(70) {
            true => 0,
            false => random.below(scripts.len()),
        };
        let id = scripts[scripts.len() - 1 - back].id.clone();
        if !parents.contains(&id) {
            parents.push(id);
        }
    }
    parents
}

fn dependency(scripts: &[Script], random: &mut Random) -> String {
    let Some(script) = scripts.get(random.below(scripts.len())) else {
        return String::new();
    };
    match script.labels.first().filter(|_| random.percent(50)) {
        Some(label) => label.clone(),
        None => script.id.clone(),
    }
}

fn break_something(scripts: &mut Vec<Script>, random: &mut Random) {
    let place = random.below(scripts.len());
    let other = scripts[random.below(scripts.len())].clone();
    match random.below(9) {
        0 => scripts[place].id = other.id,
        1 => scripts.push(Script {
            file: format!("{}_again.py", random.below(100)),
            id: other.id,
            ..scripts[place].clone()
        }),
        2 => scripts[place].parents.push("nowhere".to_owned()),
        3 => scripts[place].parents = vec![other.id],
        4 => scripts[place].depends_on = vec![other.id],
        5 => scripts[place].depends_on = vec!["nowhere".to_owned()],
        6 => scripts[place].labels = vec![other.labels.first().cloned().unwrap_or(other.id)],
        7 => scripts[place].parents = vec![String::new()],
        _ if scripts.len() > 1 => drop(scripts.remove(place)),
        _ => {}
    }
}

fn files(scripts: &[Script]) -> BTreeMap<String, String> {
    let files = scripts.iter();
    files.map(|script| (script.file.clone(), script.to_string())).collect()
}

/// What Alembic and the guard do not agree on.
enum Disagreement {
    /// Something for which a rule is still to come.
    Gap,
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
        let gap = rule_to_come(scripts, error).is_some_and(|rule| rules::find(rule).is_none());
        return match gap {
            true => Some(Disagreement::Gap),
            false => fault("Alembic refuses, the guard does not", error.clone()),
        };
    }
    let refuses = |rule: &str| guard.errors.iter().any(|(found, _)| *found == rule);
    if has_duplicates(scripts) {
        return match refuses("duplicate-revision") {
            true => None,
            false => fault("a duplicate id passes", String::new()),
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
        return match guard.errors.is_empty() {
            true => fault("an upgrade that Alembic cannot plan passes", error.clone()),
            false => None,
        };
    }
    if guard.revisions != verdict.revisions {
        let both = format!("guard {:?}, Alembic {:?}", guard.revisions, verdict.revisions);
        return fault("revisions differ", both);
    }
    if guard.stops != verdict.stops {
        let both = format!("guard {:?}, Alembic {:?}", guard.stops, verdict.stops);
        return fault("upgrades stop elsewhere", both);
    }
    match (verdict.heads.len() > 1, refuses("multiple-heads")) {
        (true, false) => fault("several heads pass", format!("{:?}", verdict.heads)),
        (false, _) if !guard.errors.is_empty() => {
            let cycle = guard.errors.iter().all(|(rule, _)| *rule == "revision-cycle");
            match cycle && has_cycle(scripts) {
                true => Some(Disagreement::UnnoticedCycle),
                false => fault("one head is refused", format!("{:?}", guard.errors)),
            }
        }
        _ => None,
    }
}

/// Names the rule for what Alembic says, where the guard may still lack it.
fn rule_to_come(scripts: &[Script], error: &str) -> Option<&'static str> {
    if error.starts_with("RevisionError: Branch name") {
        return Some("duplicate-branch-label");
    }
    let key = error.strip_prefix("KeyError: '")?.strip_suffix('\'')?;
    let mut dependencies = scripts.iter().flat_map(|script| &script.depends_on);
    dependencies.any(|name| name == key).then_some("unknown-dependency")
}

/// Tells whether no order could apply the scripts.
fn has_cycle(scripts: &[Script]) -> bool {
    let mut left: Vec<&Script> = scripts.iter().collect();
    loop {
        let names = left.iter().flat_map(|script| script.labels.iter().chain([&script.id]));
        let names: BTreeSet<&String> = names.collect();
        let waits = |script: &&Script| {
            let mut needs = script.parents.iter().chain(&script.depends_on);
            needs.any(|need| names.contains(need))
        };
        let waiting: Vec<&Script> = left.iter().copied().filter(|script| waits(script)).collect();
        if waiting.len() == left.len() {
            return !left.is_empty();
        }
        left = waiting;
    }
}

fn has_duplicates(scripts: &[Script]) -> bool {
    let mut ids: Vec<&str> = scripts.iter().map(|script| script.id.as_str()).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
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
        Disagreement::Gap | Disagreement::UnnoticedCycle | Disagreement::Fault(..) => None,
    }
}

/// Returns every history with one thing less.
fn smaller(scripts: &[Script]) -> Vec<Vec<Script>> {
    let mut all = Vec::new();
    for place in 0..scripts.len() {
        let mut less = scripts.to_vec();
        less.remove(place);
        all.push(less);
        for list in [Script::parents, Script::labels, Script::depends_on] {
            let mut less = scripts.to_vec();
            if list(&mut less[place]).pop().is_some() {
                all.push(less);
            }
        }
    }
    all
}
