//! What a repair would do, in data: the steps of each environment and the files that they change.

use super::FileChange;
use crate::advice::{Advice, Step};
use crate::alembic::migration::RevisionId;
use crate::finding::Base;
use crate::tree::RepoPath;

/// A repair that was laid over the work tree and found to repair it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal {
    /// What had landed as far as was known; nothing where the work tree was looked at alone.
    pub base: Option<Base>,
    /// The environments, by name.
    pub environments: Vec<EnvironmentRepair>,
    /// The files, by path.
    pub changes: Vec<FileChange>,
    /// What is to be done once it is written, a step or alternative each.
    pub then: Vec<Step>,
}

/// What becomes of one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentRepair {
    /// Its name.
    pub environment: String,
    /// Where `env.py` is.
    pub script_location: RepoPath,
    /// What is done.
    pub outcome: RepairOutcome,
    /// Another way that may fit better, or what is left to do if nothing is done.
    pub hint: Option<Step>,
}

/// What is done in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepairOutcome {
    /// Nothing: nothing is wrong.
    Nothing {
        /// Its heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// This, in order.
    Steps(Vec<RepairStep>),
    /// Nothing, although something is wrong.
    Refused(Refusal),
}

/// One thing that a repair does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepairStep {
    /// A revision builds on others than before.
    Repoint {
        /// The revision.
        revision: RevisionId,
        /// Its file.
        path: RepoPath,
        /// What it builds on now.
        from: Vec<RevisionId>,
        /// What it will build on.
        to: Vec<RevisionId>,
    },
    /// A new revision joins heads.
    Join {
        /// The new revision.
        revision: RevisionId,
        /// Its file.
        path: RepoPath,
        /// The heads, in the order in which it names them.
        heads: Vec<RevisionId>,
    },
    /// A fault is taken out of a file.
    Repair(Repaired),
}

/// One fault that is taken out of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The rule that found it.
    pub rule: &'static str,
    /// The file, where it is then.
    pub path: RepoPath,
    /// What is done, in a few words.
    pub done: String,
}

/// Why something that is wrong is not repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, in one sentence.
    pub message: String,
    /// What to do instead.
    pub advice: Advice,
}

impl Proposal {
    /// Tells whether something that is wrong stays so.
    pub fn is_refused(&self) -> bool {
        self.environments.iter().any(|one| matches!(one.outcome, RepairOutcome::Refused(_)))
    }

    /// Returns the paths that it changes, those of files that go too.
    pub fn paths(&self) -> Vec<&RepoPath> {
        self.changes.iter().map(|change| &change.path).collect()
    }
}
