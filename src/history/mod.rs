//! Looking back: which commits of a branch the guard would have refused, and what became of it.
//!
//! Every commit of a first-parent history is compared with the one before it, so what a merge commit
//! brought counts as that commit's. The configuration is the one of the newest commit, for all of them:
//! it says what the team means today. An environment that the configuration names is therefore not
//! looked for at places it had earlier; one that is discovered is followed wherever it moves.
//!
//! The walk asks git and [`crate::compare`]; what it finds is kept in a ledger that knows neither.

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

/// What came of looking through a history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// The history, as somebody named it.
    pub range: String,
    /// How many commits it has.
    pub commits: usize,
    /// How many of them changed a migration, or where migrations are looked for.
    pub judged: usize,
    /// The names of all environments that were met, sorted.
    pub environments: Vec<String>,
    /// What went wrong, in the order in which it landed.
    pub incidents: Vec<Incident>,
    /// What else must be said.
    pub notes: Vec<Note>,
}

impl Audit {
    /// Returns what was repaired, in the order in which it had landed.
    pub fn repairs(&self) -> impl Iterator<Item = &IncidentRepair> {
        self.incidents.iter().filter_map(|incident| incident.repair.as_ref())
    }

    /// Returns in how many seconds the repair in the middle came; of two in the middle the later one.
    pub fn median_seconds(&self) -> Option<u64> {
        let mut seconds: Vec<u64> = self.repairs().map(|repair| repair.seconds).collect();
        seconds.sort_unstable();
        seconds.get(seconds.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests;
