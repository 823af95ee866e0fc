//! The plan of a repair as data: the steps of each environment, and the changed files.

use super::FileChange;
use crate::advice::{Advice, Step};
use crate::alembic::migration::RevisionId;
use crate::finding::Base;
use crate::tree::RepoPath;

/// A verified plan of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal {
    /// The base; `None` if the work tree was checked on its own.
    pub base: Option<Base>,
    /// The environments, by name.
    pub environments: Vec<EnvironmentRepair>,
    /// The files, by path.
    pub changes: Vec<FileChange>,
    /// The next steps, one step or alternative each.
    pub then: Vec<Step>,
}

/// The plan for one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentRepair {
    /// Its name.
    pub environment: String,
    /// The folder of `env.py`.
    pub script_location: RepoPath,
    /// The outcome.
    pub outcome: RepairOutcome,
    /// An alternative that may be better, or the remaining step if there is nothing to do.
    pub hint: Option<Step>,
}

/// The outcome for one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepairOutcome {
    /// There is nothing to repair.
    Nothing {
        /// Its heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// These steps, in order.
    Steps(Vec<RepairStep>),
    /// There is a problem that is not repaired.
    Refused(Refusal),
}

/// One step of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepairStep {
    /// A revision gets other parents.
    Repoint {
        /// The revision.
        revision: RevisionId,
        /// Its file.
        path: RepoPath,
        /// Its current parents.
        from: Vec<RevisionId>,
        /// Its new parents.
        to: Vec<RevisionId>,
    },
    /// A new revision joins heads.
    Join {
        /// The new revision.
        revision: RevisionId,
        /// Its file.
        path: RepoPath,
        /// The heads, in the order of its parents.
        heads: Vec<RevisionId>,
    },
    /// A problem in a file is fixed.
    Repair(Repaired),
}

/// One problem in a file that is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The rule that found it.
    pub rule: &'static str,
    /// The path of the file after the fix.
    pub path: RepoPath,
    /// The fix, as a short phrase.
    pub done: String,
}

/// The reason why a problem is not repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, in one sentence.
    pub message: String,
    /// What to do instead.
    pub advice: Advice,
}

impl Proposal {
    /// Returns whether a problem is left.
    pub fn is_refused(&self) -> bool {
        self.environments.iter().any(|one| matches!(one.outcome, RepairOutcome::Refused(_)))
    }

    /// Returns the changed paths, including removed files.
    pub fn paths(&self) -> Vec<&RepoPath> {
        self.changes.iter().map(|change| &change.path).collect()
    }
}
