//! The ledger of incidents and their ends. It only knows the commits that are entered.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Report;

use super::incident::{AuditedCommit, Incident, Seen};
use super::repair::{How, IncidentRepair, how};

/// Tracks environments through a history, even if they are renamed or moved.
type Line = usize;

/// The incidents so far, and every environment after the last commit.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    incidents: Vec<(Line, Incident)>,
    environments: BTreeMap<Line, Seen>,
    lines: usize,
    names: BTreeSet<String>,
}

impl Ledger {
    /// Enters a commit with its problems and the environments after it.
    pub(super) fn enter(&mut self, landed: &AuditedCommit, report: &Report, seen: Vec<Seen>) {
        let now = self.follow(seen);
        for (line, incident) in &mut self.incidents {
            if incident.repair.is_none() {
                let end = end(incident, self.environments.get(line), now.get(line), report);
                incident.repair = end.map(|how| IncidentRepair::new(&incident.landed, landed, how));
            }
        }
        for (line, seen) in &now {
            let mut incidents = Incident::of(landed, report, &seen.environment.name);
            incidents.retain(|incident| !self.is_listed(*line, incident));
            self.incidents.extend(incidents.into_iter().map(|incident| (*line, incident)));
            self.names.insert(seen.environment.name.clone());
        }
        self.environments = now;
    }

    /// Returns whether a persisting incident is about the same problem.
    fn is_listed(&self, line: Line, incident: &Incident) -> bool {
        let mut open = self.incidents.iter().filter(|(_, open)| open.repair.is_none());
        open.any(|(other, open)| *other == line && open.covers(incident))
    }

    /// Closes the ledger: returns the incidents in the order of their commits, and the environments' names.
    pub(super) fn close(self) -> (Vec<Incident>, Vec<String>) {
        let incidents = self.incidents.into_iter().map(|(_, incident)| incident);
        (incidents.collect(), self.names.into_iter().collect())
    }

    /// Matches environments with earlier ones: first by version folders, then by revisions.
    fn follow(&mut self, seen: Vec<Seen>) -> BTreeMap<Line, Seen> {
        let mut now = BTreeMap::new();
        let mut moved = Vec::new();
        for seen in seen {
            let same = |(line, other): &(&Line, &Seen)| {
                other.environment.key() == seen.environment.key() && !now.contains_key(*line)
            };
            match self.environments.iter().find(same).map(|(line, _)| *line) {
                Some(line) => drop(now.insert(line, seen)),
                None => moved.push(seen),
            }
        }
        for seen in moved {
            let free = self.environments.iter().filter(|(line, _)| !now.contains_key(*line));
            let alike = free.map(|(line, other)| (shared(&seen, other), Reverse(*line)));
            let line = match alike.max() {
                Some((shared, Reverse(line))) if shared > 0 => line,
                Some(_) | None => {
                    self.lines += 1;
                    self.lines
                }
            };
            now.insert(line, seen);
        }
        now
    }
}

/// Counts the common revisions of two states.
fn shared(one: &Seen, other: &Seen) -> usize {
    one.graph.revisions().filter(|revision| other.graph.contains(&revision.id)).count()
}

/// Returns how an incident ended, if it did.
fn end(
    incident: &Incident,
    before: Option<&Seen>,
    after: Option<&Seen>,
    report: &Report,
) -> Option<How> {
    match (before, after) {
        (_, Some(after)) if incident.stands(after, report) => None,
        (Some(before), Some(after)) => Some(how(incident, &before.graph, &after.graph)),
        (None, _) | (_, None) => Some(How::Dropped),
    }
}
