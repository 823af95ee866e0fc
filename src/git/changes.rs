//! Finds the paths that differ between two states.

use std::collections::BTreeMap;

use crate::git::backend::{Backend, Uncommitted};
use crate::git::{Error, Repository, Side};
use crate::tree::{Node, ObjectId, RepoPath};

/// The paths that differ between two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    paths: BTreeMap<RepoPath, PathChange>,
}

/// The change of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathChange {
    /// It exists: added, edited or of another type. Contains its node, if known.
    Present(Option<Node>),
    /// It was removed.
    Removed,
}

impl Changes {
    pub(super) fn new(paths: BTreeMap<RepoPath, PathChange>) -> Changes {
        Changes { paths }
    }

    /// Returns the paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.paths.keys()
    }

    /// Returns the paths with their changes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, PathChange)> {
        self.paths.iter().map(|(path, change)| (path, *change))
    }

    /// Returns whether the path differs.
    pub fn contains(&self, path: &RepoPath) -> bool {
        self.paths.contains_key(path)
    }

    /// Returns the current node of every path; nothing if one of them is unknown.
    pub(super) fn nodes(&self) -> Option<BTreeMap<RepoPath, Option<Node>>> {
        let node = |change: &PathChange| match change {
            PathChange::Present(node) => node.map(Some),
            PathChange::Removed => Some(None),
        };
        self.paths.iter().map(|(path, change)| Some((path.clone(), node(change)?))).collect()
    }

    /// Keeps the paths that `wanted` accepts.
    pub fn only(mut self, wanted: impl Fn(&RepoPath) -> bool) -> Changes {
        self.paths.retain(|path, _| wanted(path));
        self
    }

    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

impl Repository {
    /// Compares a commit, or an empty tree, with a state, limited to wanted paths. A rename is a removal
    /// and an addition.
    pub fn changes(
        &self,
        from: Option<ObjectId>,
        to: Side,
        wanted: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Changes, Error> {
        match to {
            Side::Commit(commit) => self.compare(from, commit, wanted),
            Side::Index if from == self.head() => Ok(Changes::clone(&*self.staged()?).only(wanted)),
            Side::Index => Ok(self.uncommitted(from, Uncommitted::Index)?.only(wanted)),
            Side::WorkTree => Ok(self.uncommitted(from, Uncommitted::WorkTree)?.only(wanted)),
        }
    }

    pub(super) fn uncommitted(
        &self,
        from: Option<ObjectId>,
        state: Uncommitted,
    ) -> Result<Changes, Error> {
        let from = from.map(|commit| self.root(commit)).transpose()?;
        let failed = |source| Error::Compare { what: "two states".to_owned(), source };
        self.source.uncommitted(from, state).map_err(failed)
    }
}
