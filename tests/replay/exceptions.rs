//! Where the guard and the facts may disagree: each case with the reason.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use crate::replay::facts::{Commit, Facts};

/// A disagreement that is meant to be.
#[derive(Deserialize)]
pub(crate) struct Exception {
    #[serde(flatten)]
    pub(crate) disagreement: Disagreement,
    reason: String,
}

/// One place at which the guard says something else than the facts.
#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Disagreement {
    pub(crate) history: String,
    pub(crate) commit: String,
    pub(crate) about: About,
    /// What the guard says.
    pub(crate) guard: String,
}

/// What was asked.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    /// Whether the commit blocks.
    Commit,
    /// The heads after it.
    Heads,
    /// The branch of the incident, pushed against the later base.
    Push,
    /// The same against its own base.
    OwnPush,
    /// What `rebase` makes of the incident.
    Rebase,
    /// What `merge` makes of it.
    Merge,
}

impl About {
    /// What is asked where incidents are repaired; all else is asked where commits are judged.
    pub(crate) const REPAIRS: [About; 2] = [About::Rebase, About::Merge];
}

impl Disagreement {
    /// Says where it is.
    pub(crate) fn new(facts: &Facts, commit: &Commit, about: About, guard: String) -> Disagreement {
        let history = facts.name.clone();
        let commit = commit.commit.chars().take(10).collect();
        Disagreement { history, commit, about, guard }
    }
}

#[derive(Deserialize)]
struct Table {
    exception: Vec<Exception>,
}

/// Reads the table of exceptions.
pub(crate) fn exceptions() -> Vec<Exception> {
    let table: Table = toml::from_str(include_str!("exceptions.toml")).expect("the table is TOML");
    let mut seen = BTreeSet::new();
    for exception in &table.exception {
        assert!(seen.insert(&exception.disagreement), "twice: {}", exception.disagreement);
        assert!(exception.reason.len() > 40, "no reason: {}", exception.disagreement);
    }
    table.exception
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = match self.about {
            About::Commit => "commit",
            About::Heads => "heads",
            About::Push => "push",
            About::OwnPush => "push to its own base",
            About::Rebase => "rebase",
            About::Merge => "merge",
        };
        write!(formatter, "{} {} ({about}): {}", self.history, self.commit, self.guard)
    }
}
