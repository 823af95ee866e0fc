//! A repair for a program: version 1, under the promises of [`crate::report::json`].

use serde::Serialize;

use super::Written;
use crate::fix::{Change, Mended, Mending, Proposal, Step};
use crate::migration::RevisionId;
use crate::report::json::{self, BaseJson};

/// What `rebase` and `merge` say.
#[derive(Debug, Serialize)]
pub struct Repair {
    version: u32,
    /// `nothing`, `planned`, `written` or `refused`; where one environment is refused, all of it is.
    outcome: &'static str,
    base: Option<BaseJson>,
    environments: Vec<EnvironmentJson>,
    changes: Vec<ChangeJson>,
    staged: bool,
    then: Vec<String>,
}

#[derive(Debug, Serialize)]
struct EnvironmentJson {
    name: String,
    script_location: String,
    outcome: &'static str,
    steps: Vec<StepJson>,
    message: Option<String>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct StepJson {
    step: &'static str,
    revision: String,
    path: String,
    down_revision_before: Vec<String>,
    down_revision: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ChangeJson {
    path: String,
    change: &'static str,
}

/// Says what a repair came to.
pub fn repair(proposal: &Proposal, written: Written) -> Repair {
    Repair {
        version: json::VERSION,
        outcome: outcome(proposal, written),
        base: proposal.base.as_ref().map(json::base),
        environments: proposal.environments.iter().map(environment).collect(),
        changes: proposal.changes.iter().map(change).collect(),
        staged: written == Written::Staged,
        then: proposal.then.clone(),
    }
}

fn outcome(proposal: &Proposal, written: Written) -> &'static str {
    if proposal.is_refused() {
        return "refused";
    }
    match (proposal.changes.is_empty(), written) {
        (true, _) => "nothing",
        (false, Written::Not) => "planned",
        (false, Written::Files | Written::Staged) => "written",
    }
}

fn environment(one: &Mending) -> EnvironmentJson {
    let mut shown = EnvironmentJson {
        name: one.environment.clone(),
        script_location: json::path(&one.script_location),
        outcome: "nothing",
        steps: Vec::new(),
        message: None,
        help: None,
    };
    match &one.outcome {
        Mended::Nothing { .. } => {}
        Mended::Steps(steps) => {
            shown.outcome = "steps";
            shown.steps = steps.iter().map(step).collect();
        }
        Mended::Refused(refusal) => {
            shown.outcome = "refused";
            shown.message = Some(refusal.message.clone());
            shown.help = json::lines(&refusal.help);
        }
    }
    shown
}

fn step(step: &Step) -> StepJson {
    let ids = |ids: &[RevisionId]| ids.iter().map(|id| id.as_str().to_owned()).collect();
    match step {
        Step::Repoint { revision, path, from, to } => StepJson {
            step: "repoint",
            revision: revision.as_str().to_owned(),
            path: json::path(path),
            down_revision_before: ids(from),
            down_revision: ids(to),
        },
        Step::Join { revision, path, heads } => StepJson {
            step: "merge",
            revision: revision.as_str().to_owned(),
            path: json::path(path),
            down_revision_before: Vec::new(),
            down_revision: ids(heads),
        },
    }
}

fn change(change: &Change) -> ChangeJson {
    ChangeJson {
        path: json::path(&change.path),
        change: match (&change.before, &change.after) {
            (None, _) => "added",
            (Some(_), Some(_)) => "edited",
            (Some(_), None) => "removed",
        },
    }
}
