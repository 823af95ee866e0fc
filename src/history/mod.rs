//! Audits a history: which commits of a branch the guard would have blocked, and how they were repaired.
//!
//! Every commit of a first-parent history is compared with the one before it, so a merge commit is
//! responsible for everything it brought in. The configuration of the newest commit is used for all of
//! them, since it expresses the team's current intent. So a configured environment is not searched for at
//! its earlier locations; a discovered one is followed wherever it moves.
//!
//! The walk uses git and [`crate::compare`]; its results go to a ledger that knows neither.

mod files;
mod incident;
mod incidents;
mod repair;
mod walk;
mod relevant_paths;

use crate::problem::Note;

pub(crate) use incident::{AuditedCommit, Evidence, Incident, IncidentKind};
pub(crate) use repair::{How, IncidentRepair};
pub(crate) use walk::audit;

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// The name of the range.
    pub range: String,
    /// The number of commits.
    pub commits: usize,
    /// The number of commits that changed a migration or the location of migrations.
    pub judged: usize,
    /// The names of all environments, sorted.
    pub environments: Vec<String>,
    /// The incidents, in the order of their commits.
    pub incidents: Vec<Incident>,
    /// The notes.
    pub notes: Vec<Note>,
}

impl Audit {
    /// Returns the repaired incidents, in the order of their commits.
    pub fn repairs(&self) -> impl Iterator<Item = &IncidentRepair> {
        self.incidents.iter().filter_map(|incident| incident.repair.as_ref())
    }

    /// Returns the median time to repair in seconds; the upper median for an even number.
    pub fn median_seconds(&self) -> Option<u64> {
        let mut seconds: Vec<u64> = self.repairs().map(|repair| repair.seconds).collect();
        seconds.sort_unstable();
        seconds.get(seconds.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests;
