//! Repairs of the work tree, planned and proven before anything is written.

mod trial;
mod databases;
mod fixes;
mod starting_point;
mod holders;
mod id;
mod merge;
mod rebase;
mod refusal;
mod fixers;
mod unstaged;

use crate::advice::{Command, Step};
use crate::alembic::environment::Environment;
use crate::alembic::migration::RevisionId;
use crate::repair::{EnvironmentRepair, FileChange, Proposal, Refusal, RepairOutcome};
use crate::scope::Context;
use crate::tree::RepoPath;

use starting_point::StartingPoint;
use trial::Trial;

pub(crate) use fixes::propose_fixes;
pub use merge::MergeRequest;
pub(crate) use merge::propose_merge;
pub use rebase::RebaseRequest;
pub(crate) use rebase::propose_rebase;

/// The repair of one environment, its file changes, and the next steps.
pub(super) struct Outcome {
    repaired: RepairOutcome,
    changes: Vec<FileChange>,
    then: Vec<Step>,
    /// An alternative that may be better, or the remaining step if there is nothing to do.
    hint: Option<Step>,
}

impl Outcome {
    fn nothing(heads: Vec<RevisionId>) -> Outcome {
        Outcome::of(RepairOutcome::Nothing { heads })
    }

    fn of(repaired: RepairOutcome) -> Outcome {
        Outcome { repaired, changes: Vec::new(), then: Vec::new(), hint: None }
    }

    fn refused(refusal: Refusal) -> Outcome {
        Outcome::of(RepairOutcome::Refused(refusal))
    }

    fn put_into(self, proposal: &mut Proposal, environment: &Environment) {
        proposal.environments.push(EnvironmentRepair {
            environment: environment.name.clone(),
            script_location: environment.script_location.clone(),
            outcome: self.repaired,
            hint: self.hint,
        });
        // Version folders of two environments may overlap.
        for change in self.changes {
            if !proposal.changes.contains(&change) {
                proposal.changes.push(change);
            }
        }
        proposal.then.extend(self.then);
    }
}

/// Adds the next step after a proposal is written, and staged if so.
fn with_next_step(context: &Context<'_>, mut proposal: Proposal, staged: bool) -> Proposal {
    if proposal.changes.is_empty() {
        return proposal;
    }
    let go_on = commit_command(context);
    let go_on = if staged {
        go_on
    } else {
        let paths: Vec<RepoPath> =
            proposal.paths().into_iter().map(|path| context.path_from_here(path)).collect();
        Command::of("git add").paths(&paths).and(go_on)
    };
    proposal.then.insert(0, Step::run("commit the result", go_on));
    proposal
}

/// Returns the command that commits the index, or continues the current git operation.
fn commit_command(context: &Context<'_>) -> Command {
    match context.repository.operation() {
        Some(operation) => operation.go_on(),
        None => Command::of("git commit"),
    }
}
