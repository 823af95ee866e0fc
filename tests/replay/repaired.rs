//! What a repair has written, beside Alembic and beside what had landed.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::replay::exceptions::About;
use crate::replay::repair::Incident;
use crate::replay::verdicts::{list, names};
use crate::support::judge::Judge;

/// What a repair came to.
pub(crate) struct Repaired {
    /// What is wrong with it; nothing where it is as it must be.
    pub(crate) faults: Vec<String>,
    /// Whether Alembic finds the guard's heads; nothing where it does not load the incident anyway.
    pub(crate) alembic_agrees: Option<bool>,
    /// How many files that have landed were compared, and which of them are others now.
    pub(crate) compared: usize,
    pub(crate) changed: Vec<String>,
}

/// The question for `repair_judge.py`.
#[derive(Serialize)]
struct Question<'a> {
    folder: &'a str,
    version_locations: &'a [&'a str],
    recursive: bool,
}

#[derive(Deserialize)]
struct Answer {
    heads: BTreeSet<String>,
    error: Option<String>,
}

impl Repaired {
    /// Judges what is in the work tree of an incident after its repair.
    pub(crate) fn look(
        incident: &Incident<'_, '_>,
        about: About,
        errors_before: &BTreeSet<String>,
        alembic: &mut Judge,
    ) -> Repaired {
        let repository = &incident.rebuilt.repository;
        let view = repository.ask(&["heads"]);
        let heads = names(&view["environments"][0]["heads"]);
        let (compared, changed) = compare_published(incident);
        let mut repaired = Repaired { faults: Vec::new(), alembic_agrees: None, compared, changed };
        let before = incident.commit.heads_before.len();
        let is_enough = match about {
            About::Rebase => heads.len() == before,
            // Heads that were there may be joined too.
            _ => (1..=before).contains(&heads.len()),
        };
        if !is_enough {
            repaired.fault(format!("heads are {heads:?}, where {before} were before"));
        }
        let errors = errors(&repository.ask(&["check"]));
        let is_wrong = |error: &&String| !errors_before.contains(*error) || is_about_heads(error);
        let wrong: Vec<&String> = errors.iter().filter(is_wrong).collect();
        if !wrong.is_empty() {
            repaired.fault(format!("check finds {wrong:?}"));
        }
        if !repaired.changed.is_empty() {
            repaired.fault(format!("published files changed: {:?}", repaired.changed));
        }
        repaired.compare_heads(incident, &heads, alembic);
        repaired
    }

    fn compare_heads(
        &mut self,
        incident: &Incident<'_, '_>,
        heads: &BTreeSet<&str>,
        alembic: &mut Judge,
    ) {
        let layout = &incident.state.layout;
        let answer: Answer = alembic.ask(&Question {
            folder: &incident.rebuilt.repository.work_tree().to_string_lossy(),
            version_locations: &layout.version_locations,
            recursive: layout.recursive,
        });
        if answer.error.is_some() && !incident.commit.loads {
            return;
        }
        let agrees = answer.error.is_none() && answer.heads.iter().eq(heads.iter().copied());
        self.alembic_agrees = Some(agrees);
        if !agrees {
            let Answer { heads: alembic, error } = answer;
            self.fault(format!("Alembic says {alembic:?} {error:?}, the guard {heads:?}"));
        }
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }
}

/// Returns what blocks, by rule and place.
pub(crate) fn errors(report: &Value) -> BTreeSet<String> {
    let errors = list(&report["findings"]).iter().filter(|finding| finding["level"] == "error");
    let named = errors.map(|finding| {
        let text = |key: &str| finding[key].as_str().expect("a finding has it");
        format!("{} at {}", text("rule"), text("path"))
    });
    named.collect()
}

fn is_about_heads(error: &str) -> bool {
    ["multiple-heads", "stale-down-revision"].iter().any(|rule| error.starts_with(rule))
}

/// Compares each file that has landed with what the incident left of it, byte for byte.
fn compare_published(incident: &Incident<'_, '_>) -> (usize, Vec<String>) {
    let folder = incident.rebuilt.repository.work_tree();
    let is_same = |path: &str| match (fs::read(folder.join(path)), incident.state.files.get(path)) {
        (Ok(found), Some(left)) => found == left.as_bytes(),
        (found, left) => found.is_err() && left.is_none(),
    };
    let landed = &incident.landed.files;
    let changed = landed.keys().filter(|path| !is_same(path)).map(|path| path.to_string());
    (landed.len(), changed.collect())
}
