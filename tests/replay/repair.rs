//! One history: its incidents repaired, each in a real work tree.
//!
//! What has landed is the commit before the incident. The branch of the incident is checked out, what
//! has landed is brought in without committing where the branch was begun earlier, and the files are
//! those of the incident. From there both repairs are made, each by itself.

use std::collections::BTreeSet;

use crate::replay::branch::Branch;
use crate::replay::exceptions::{About, Disagreement};
use crate::replay::facts::{Commit, Facts};
use crate::replay::rebuilt::{Rebuilt, branch_name, mark, rebuild};
use crate::replay::repair_figures::RepairFigures;
use crate::replay::repaired::{Repaired, errors};
use crate::replay::state::State;
use crate::replay::verdicts::list;
use crate::support::judge::Judge;

/// What `rebase` and `merge` must make of an incident, by the facts.
enum Kind<'f> {
    /// Only what nobody else has is a head by it: either repair does.
    Unpublished,
    /// Something that has landed is a head again: no new revision can be moved for that, but heads be
    /// joined.
    Published,
    /// No file defines these parents any more, or ever did: `merge` refuses, and `rebase` unless it is told
    /// which head takes their place.
    Gap(BTreeSet<&'f str>),
}

/// A commit that gave the branch another head.
pub(crate) struct Incident<'r, 'f> {
    number: usize,
    pub(crate) commit: &'f Commit,
    pub(crate) rebuilt: &'r Rebuilt<'f>,
    /// What had landed before.
    pub(crate) landed: &'r State<'f>,
    /// What it comes to.
    pub(crate) state: &'r State<'f>,
}

/// Why there is nothing repaired.
struct Refused {
    messages: String,
    /// What it advises to run in its place, where that is the same command with more arguments.
    advice: Option<Vec<String>>,
}

/// Rebuilds a history and repairs each of its incidents.
pub(crate) fn repair(facts: &Facts, alembic: &mut Judge) -> RepairFigures {
    let mut figures = RepairFigures::default();
    if !facts.history.iter().any(|commit| commit.introduces_head) {
        return figures;
    }
    let rebuilt = rebuild(facts);
    for (number, branch) in &rebuilt.incidents {
        let incident = Incident {
            number: *number,
            commit: &facts.history[*number],
            rebuilt: &rebuilt,
            landed: &rebuilt.states[*number],
            state: &rebuilt.states[number + 1],
        };
        incident.begin(branch);
        incident.judge(facts, alembic, &mut figures);
    }
    figures
}

impl<'f> Incident<'_, 'f> {
    /// Brings the repository to where somebody is who has just met the incident.
    fn begin(&self, branch: &Branch<'_>) {
        let repository = &self.rebuilt.repository;
        repository.set_seen("main", mark(self.number));
        let name = branch_name(self.number);
        if branch.cut == self.number {
            repository.check_out(&name)
        } else {
            repository.begin_merge(&name)
        }
        repository.fill(mark(self.number + 1));
    }

    fn judge(&self, facts: &'f Facts, alembic: &mut Judge, figures: &mut RepairFigures) {
        figures.incidents += 1;
        let errors_before = errors(&self.rebuilt.repository.ask(&["check"]));
        let mut made = |about| self.made(about, &errors_before, alembic, figures);
        let rebase = made(About::Rebase);
        let merge = made(About::Merge);
        let mut is_good = |about, result: Result<(), String>| {
            let fault = result.as_ref().err().cloned();
            let disagreement =
                fault.map(|guard| Disagreement::new(facts, self.commit, about, guard));
            figures.disagreements.extend(disagreement);
            result.is_ok()
        };
        match self.kind(facts) {
            Kind::Unpublished => {
                figures.rebased.count(is_good(About::Rebase, rebase));
                figures.merged_too.count(is_good(About::Merge, merge));
            }
            Kind::Published => {
                figures.not_rebased.count(is_good(About::Rebase, refused(&rebase)));
                figures.merged.count(is_good(About::Merge, merge));
            }
            Kind::Gap(missing) => {
                figures.bridged += usize::from(rebase.is_ok());
                let rebase = rebase.is_ok() || is_good(About::Rebase, names_one(&rebase, &missing));
                let merge = is_good(About::Merge, names_one(&merge, &missing));
                figures.gaps.count(rebase && merge);
            }
        }
    }

    fn kind(&self, facts: &'f Facts) -> Kind<'f> {
        let gaps = facts.new_gaps(self.number);
        if !gaps.is_empty() {
            return Kind::Gap(gaps);
        }
        let landed: BTreeSet<&str> = self.landed.revisions().collect();
        if self.commit.new_heads().any(|head| landed.contains(head)) {
            Kind::Published
        } else {
            Kind::Unpublished
        }
    }

    /// Makes one repair of the incident as it is, or says why that does not do.
    fn made(
        &self,
        about: About,
        errors_before: &BTreeSet<String>,
        alembic: &mut Judge,
        figures: &mut RepairFigures,
    ) -> Result<(), String> {
        self.rebuilt.repository.fill(mark(self.number + 1));
        let command = if about == About::Rebase { "rebase" } else { "merge" };
        let mut written = self.run(&[command]);
        if let Err(Refused { advice: Some(advice), .. }) = &written {
            let advice: Vec<&str> = advice.iter().map(String::as_str).collect();
            written = self.run(&advice);
            if about == About::Rebase {
                figures.onto_a_chosen_head += usize::from(written.is_ok());
            } else {
                figures.of_named_heads += usize::from(written.is_ok());
            }
        }
        let repaired = match written {
            Ok(()) => Repaired::look(self, about, errors_before, alembic),
            Err(refused) => {
                let changed = self.rebuilt.repository.changed();
                assert!(changed.is_empty(), "refused and written: {changed}");
                return Err(format!("refused: {}", refused.messages));
            }
        };
        figures.count(&repaired);
        match repaired.faults.as_slice() {
            [] => Ok(()),
            faults => Err(faults.join("; ")),
        }
    }

    fn run(&self, command: &[&str]) -> Result<(), Refused> {
        let report = self.rebuilt.repository.try_ask(command);
        let report = report.map_err(|messages| Refused { messages, advice: None })?;
        if report["outcome"] == "written" {
            return Ok(());
        }
        let said = |key: &str| -> String {
            let environments = list(&report["environments"]).iter();
            let said: Vec<&str> = environments.filter_map(|it| it[key].as_str()).collect();
            said.join("; ")
        };
        let messages = match report["outcome"].as_str() {
            Some("refused") => said("message"),
            _ => report.to_string(),
        };
        Err(Refused { messages, advice: advised(command[0], &said("help")) })
    }
}

/// Expects a refusal.
fn refused(result: &Result<(), String>) -> Result<(), String> {
    match result {
        Ok(()) => Err("written".to_owned()),
        Err(_) => Ok(()),
    }
}

/// Expects a refusal that names one of these parents.
fn names_one(result: &Result<(), String>, missing: &BTreeSet<&str>) -> Result<(), String> {
    match result {
        Ok(()) => Err("written".to_owned()),
        Err(refusal) => {
            let names =
                |gap: &&str| refusal.contains(&format!("`{gap}`, is not defined in any file"));
            if missing.iter().any(names) { Ok(()) } else { Err(refusal.clone()) }
        }
    }
}

/// Reads the first command in the advice that is this one with arguments.
fn advised(command: &str, help: &str) -> Option<Vec<String>> {
    let start = format!("`alembic-guard {command} ");
    let (_, rest) = help.split_once(&start)?;
    let (arguments, _) = rest.split_once('`')?;
    let arguments = arguments.split_whitespace().map(|word| word.trim_matches('\''));
    Some([command].into_iter().chain(arguments).map(str::to_owned).collect())
}
