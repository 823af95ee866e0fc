//! The JSON output of a repair: version 1, with the guarantees of [`crate::report::json`].

use serde::Serialize;

use super::Written;
use crate::advice::Advice;
use crate::alembic::migration::RevisionId;
use crate::repair::{self, EnvironmentRepair, FileChange, Proposal, RepairOutcome, RepairStep};
use crate::report::json::{self, BaseJson, PlanJson, StepJson};
use crate::tree::RepoPath;

/// What `rebase` and `merge` print.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RepairJson {
    version: u32,
    /// `refused` if a problem is left; `partly` if other environments were repaired nevertheless.
    #[cfg_attr(test, schemars(extend("enum" = ["nothing", "planned", "written", "refused", "partly"])))]
    outcome: &'static str,
    base: Option<BaseJson>,
    environments: Vec<EnvironmentJson>,
    changes: Vec<ChangeJson>,
    staged: bool,
    /// What to do next, as text.
    then: Vec<String>,
    then_advice: Vec<StepJson>,
    /// Changes that were not written, as a unified diff.
    diff: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentJson {
    name: String,
    script_location: String,
    #[cfg_attr(test, schemars(extend("enum" = ["nothing", "steps", "refused"])))]
    outcome: &'static str,
    steps: Vec<RepairStepJson>,
    /// Why it was refused.
    message: Option<String>,
    help: Option<String>,
    advice: Vec<StepJson>,
    plan: PlanJson,
    hint: Option<String>,
    hint_advice: Vec<StepJson>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RepairStepJson {
    #[cfg_attr(test, schemars(extend("enum" = ["repoint", "merge", "fix"])))]
    step: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_revision_before: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_revision: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// What a fix did.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<String>,
}

impl RepairStepJson {
    fn new(step: &'static str, path: &RepoPath) -> RepairStepJson {
        RepairStepJson {
            step,
            path: json::path(path),
            revision: None,
            down_revision_before: None,
            down_revision: None,
            rule: None,
            done: None,
        }
    }
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ChangeJson {
    path: String,
    #[cfg_attr(test, schemars(extend("enum" = ["added", "edited", "removed"])))]
    change: &'static str,
}

/// Returns the result of a repair.
pub fn repair(proposal: &Proposal, written: Written) -> RepairJson {
    RepairJson {
        version: json::VERSION,
        outcome: outcome(proposal, written),
        base: proposal.base.as_ref().map(json::base),
        environments: proposal.environments.iter().map(environment).collect(),
        changes: proposal.changes.iter().map(change).collect(),
        staged: written == Written::Staged,
        then: proposal.then.iter().map(ToString::to_string).collect(),
        then_advice: json::steps(&proposal.then),
        diff: (written == Written::Not && !proposal.changes.is_empty())
            .then(|| String::from_utf8_lossy(&repair::unified(&proposal.changes)).into_owned()),
    }
}

fn outcome(proposal: &Proposal, written: Written) -> &'static str {
    if proposal.is_refused() {
        return if written == Written::Not { "refused" } else { "partly" };
    }
    match (proposal.changes.is_empty(), written) {
        (true, _) => "nothing",
        (false, Written::Not) => "planned",
        (false, Written::Files | Written::Staged) => "written",
    }
}

fn environment(one: &EnvironmentRepair) -> EnvironmentJson {
    let mut shown = EnvironmentJson {
        name: one.environment.clone(),
        script_location: json::path(&one.script_location),
        outcome: "nothing",
        steps: Vec::new(),
        message: None,
        help: None,
        advice: Vec::new(),
        plan: json::plan(&Advice::default()),
        hint: one.hint.as_ref().map(ToString::to_string),
        hint_advice: json::steps(one.hint.as_slice()),
    };
    match &one.outcome {
        RepairOutcome::Nothing { .. } => {}
        RepairOutcome::Steps(steps) => {
            shown.outcome = "steps";
            shown.steps = steps.iter().map(step).collect();
        }
        RepairOutcome::Refused(refusal) => {
            shown.outcome = "refused";
            shown.message = Some(refusal.message.clone());
            shown.help = json::lines(&refusal.advice.steps());
            shown.advice = json::steps(&refusal.advice.steps());
            shown.plan = json::plan(&refusal.advice);
        }
    }
    shown
}

fn step(step: &RepairStep) -> RepairStepJson {
    let ids = |ids: &[RevisionId]| ids.iter().map(|id| id.as_str().to_owned()).collect();
    match step {
        RepairStep::Repoint { revision, path, from, to } => RepairStepJson {
            revision: Some(revision.as_str().to_owned()),
            down_revision_before: Some(ids(from)),
            down_revision: Some(ids(to)),
            ..RepairStepJson::new("repoint", path)
        },
        RepairStep::Join { revision, path, heads } => RepairStepJson {
            revision: Some(revision.as_str().to_owned()),
            down_revision: Some(ids(heads)),
            ..RepairStepJson::new("merge", path)
        },
        RepairStep::Repair(repaired) => RepairStepJson {
            rule: Some(repaired.rule),
            done: Some(repaired.done.clone()),
            ..RepairStepJson::new("fix", &repaired.path)
        },
    }
}

fn change(change: &FileChange) -> ChangeJson {
    ChangeJson {
        path: json::path(&change.path),
        change: match (&change.before, &change.after) {
            (None, _) => "added",
            (Some(_), Some(_)) => "edited",
            (Some(_), None) => "removed",
        },
    }
}
