//! The databases that main left behind: each upgrades to what main is next, and runs every migration once.

use std::collections::BTreeSet;

use crate::team::referee::{Database, Facts, Referee};

/// The databases that somebody may have made from main and not upgraded since.
#[derive(Debug, Default)]
pub(crate) struct Databases {
    /// Those at the end of what main once was.
    ends: BTreeSet<Database>,
    /// Those on the way through what main is now.
    ways: BTreeSet<Database>,
}

/// A database that an upgrade did not serve.
#[derive(Debug)]
pub(crate) struct Harmed {
    pub(crate) database: Database,
    pub(crate) fault: String,
}

impl Harmed {
    /// Tells whether it only skips what published migrations do since they were edited.
    pub(crate) fn is_by_edit(&self, edited: &BTreeSet<String>) -> bool {
        let skipped = self.fault.strip_prefix("skipped: ");
        skipped.is_some_and(|ids| ids.split(' ').all(|id| edited.contains(id)))
    }
}

impl Databases {
    /// Returns those that an upgrade to a commit would not serve.
    pub(crate) fn harmed(&self, referee: &mut Referee<'_>, commit: &str) -> Vec<Harmed> {
        let facts = referee.facts(commit);
        let databases: Vec<Database> = self.ends.union(&self.ways).cloned().collect();
        let upgraded = referee.upgraded(commit, &databases);
        let pairs = databases.into_iter().zip(upgraded);
        let harmed = pairs.filter_map(|(database, upgraded)| {
            let fault = upgraded.error.or_else(|| fault(&facts, &upgraded.database))?;
            Some(Harmed { database, fault })
        });
        harmed.collect()
    }

    /// Goes on with what main is now. Databases that it does not serve are given up; returns how many.
    pub(crate) fn advance(&mut self, referee: &mut Referee<'_>, commit: &str) -> usize {
        let harmed = self.harmed(referee, commit);
        for one in &harmed {
            self.ends.remove(&one.database);
            self.ways.remove(&one.database);
        }
        let facts = referee.facts(commit);
        if facts.works() {
            let all: Vec<Database> = self.ends.union(&self.ways).cloned().collect();
            let upgraded = referee.upgraded(commit, &all);
            self.ends.extend(upgraded.into_iter().map(|one| one.database));
            self.ends.insert(facts.upgraded.database.clone());
            self.ways = referee.stops(commit).into_iter().collect();
        }
        harmed.len()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.union(&self.ways).count()
    }
}

/// Says what is wrong with a database that was upgraded without an error.
pub(crate) fn fault(facts: &Facts, database: &Database) -> Option<String> {
    let ran: BTreeSet<&String> = database.ran.iter().collect();
    if ran.len() < database.ran.len() {
        return Some(format!("ran twice: {}", database.ran.join(" ")));
    }
    let wanted = facts.revisions.values().flat_map(|revision| &revision.writes);
    let skipped: Vec<&str> = wanted.filter(|id| !ran.contains(id)).map(String::as_str).collect();
    (!skipped.is_empty()).then(|| format!("skipped: {}", skipped.join(" ")))
}
