//! What Alembic says of commits, and what git makes of two of them: all that a verdict is measured by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::judge::Judge;
use crate::support::world::Repo;

/// What Alembic makes of a commit.
#[derive(Debug, Deserialize)]
pub(crate) struct Facts {
    /// Why Alembic loads nothing, if it does not.
    pub(crate) error: Option<String>,
    pub(crate) heads: BTreeSet<String>,
    pub(crate) revisions: BTreeMap<String, Revision>,
    /// Ids that are in several files.
    pub(crate) duplicates: BTreeSet<String>,
    /// What an upgrade of an empty database comes to.
    pub(crate) upgraded: Upgraded,
    /// All files of the tree and their blobs.
    pub(crate) files: BTreeMap<String, String>,
}

/// What Alembic knows of one revision.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) down_revision: BTreeSet<String>,
    pub(crate) depends_on: BTreeSet<String>,
    pub(crate) path: String,
    /// What its upgrade writes to the table of what ran.
    pub(crate) writes: BTreeSet<String>,
}

/// A database: the rows of `alembic_version`, and each migration that ran, in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Database {
    pub(crate) rows: Vec<String>,
    pub(crate) ran: Vec<String>,
}

/// What an upgrade made of a database.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Upgraded {
    pub(crate) error: Option<String>,
    pub(crate) database: Database,
}

/// Alembic in its own process, and a repository that sees the objects of all.
pub(crate) struct Referee<'j> {
    judge: &'j mut Judge,
    repo: Repo,
    facts: HashMap<String, Rc<Facts>>,
    merges: HashMap<(String, String), Option<String>>,
}

impl Facts {
    /// Alembic loads this and upgrades an empty database.
    pub(crate) fn works(&self) -> bool {
        self.error.is_none() && self.upgraded.error.is_none()
    }

    /// Why it does not.
    pub(crate) fn reason(&self) -> &str {
        let reason = self.error.as_ref().or(self.upgraded.error.as_ref());
        reason.map_or("it works", String::as_str)
    }

    /// All that has a say in what Alembic does.
    pub(crate) fn relevant(&self) -> BTreeMap<&str, &str> {
        let files = self.files.iter().map(|(path, blob)| (path.as_str(), blob.as_str()));
        files.filter(|(path, _)| is_relevant(path)).collect()
    }
}

fn is_relevant(path: &str) -> bool {
    path.contains("migrations/") || path == "alembic.ini" || path == "pyproject.toml"
}

impl<'j> Referee<'j> {
    /// Begins with the objects of another team.
    pub(crate) fn new(judge: &'j mut Judge, repo: Repo) -> Referee<'j> {
        let _: serde_json::Value =
            judge.ask(&json!({ "open": repo.top, "work": repo.top.join("trees") }));
        Referee { judge, repo, facts: HashMap::new(), merges: HashMap::new() }
    }

    /// Returns what Alembic makes of a commit or a tree.
    pub(crate) fn facts(&mut self, commit: &str) -> Rc<Facts> {
        if let Some(facts) = self.facts.get(commit) {
            return Rc::clone(facts);
        }
        let facts: Rc<Facts> = Rc::new(self.judge.ask(&json!({ "commit": commit })));
        self.facts.insert(commit.to_owned(), Rc::clone(&facts));
        facts
    }

    /// Returns what an upgrade makes of databases.
    pub(crate) fn upgraded(&mut self, commit: &str, databases: &[Database]) -> Vec<Upgraded> {
        self.judge.ask(&json!({ "commit": commit, "databases": databases }))
    }

    /// Returns the databases that may be left at any revision of a commit.
    pub(crate) fn stops(&mut self, commit: &str) -> Vec<Database> {
        self.judge.ask(&json!({ "commit": commit, "stops": true }))
    }

    /// Returns the tree that git makes of two commits, if it asks nobody.
    pub(crate) fn merged(&mut self, ours: &str, theirs: &str) -> Option<String> {
        let key = (ours.to_owned(), theirs.to_owned());
        if let Some(merged) = self.merges.get(&key) {
            return merged.clone();
        }
        let output = self.repo.try_git(&["merge-tree", "--write-tree", ours, theirs]);
        let tree = String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned);
        let merged = tree.filter(|_| output.status.success());
        self.merges.insert(key, merged.clone());
        merged
    }

    /// Tells whether a commit holds another.
    pub(crate) fn holds(&self, commit: &str, other: &str) -> bool {
        commit == other
            || self.repo.try_git(&["merge-base", "--is-ancestor", other, commit]).status.success()
    }

    /// Returns where two commits parted.
    pub(crate) fn parted(&self, one: &str, other: &str) -> Option<String> {
        let output = self.repo.try_git(&["merge-base", one, other]);
        let base = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (!base.is_empty()).then_some(base)
    }
}
