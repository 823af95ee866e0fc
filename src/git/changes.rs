//! Which paths differ between two states.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::index_tree::SKIP_WORKTREE;
use crate::git::{Error, Repository, Side};
use crate::tree::{ObjectId, RepoPath};

/// The paths that differ between two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    paths: BTreeMap<RepoPath, Change>,
}

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is there now: added, edited or of another kind.
    Present,
    /// It is gone.
    Removed,
}

impl Changes {
    /// Returns the paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.paths.keys()
    }

    /// Returns the paths with how they differ, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, Change)> {
        self.paths.iter().map(|(path, change)| (path, *change))
    }

    /// Tells whether the path differs.
    pub fn contains(&self, path: &RepoPath) -> bool {
        self.paths.contains_key(path)
    }

    /// Keeps the paths that `wanted` accepts.
    pub fn only(mut self, wanted: impl Fn(&RepoPath) -> bool) -> Changes {
        self.paths.retain(|path, _| wanted(path));
        self
    }

    /// Tells whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

impl Repository {
    /// Compares a commit, or nothing at all, with a state. Renames are a removal and an addition.
    pub fn changes(&self, from: Option<ObjectId>, to: Side) -> Result<Changes, Error> {
        let failed = |error: git2::Error| Error::Compare {
            what: "two states".to_owned(),
            source: error.into(),
        };
        let from = from.map(|commit| self.git_tree(commit)).transpose()?;
        let mut options = git2::DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        options.ignore_submodules(true).skip_binary_check(true);
        let from = from.as_ref();
        let diff = match to {
            Side::Commit(commit) => {
                let to = self.git_tree(commit)?;
                self.inner.diff_tree_to_tree(from, Some(&to), Some(&mut options))
            }
            Side::Index => self.inner.diff_tree_to_index(from, None, Some(&mut options)),
            Side::WorkTree => self.inner.diff_tree_to_workdir_with_index(from, Some(&mut options)),
        };
        let mut paths = paths(&diff.map_err(failed)?);
        let skipped = match to {
            Side::Commit(_) | Side::Index => BTreeSet::new(),
            Side::WorkTree => self.skipped().map_err(failed)?,
        };
        if !skipped.is_empty() {
            // What a sparse checkout leaves out is as the index has it; libgit2 takes it for removed.
            let staged = self.inner.diff_tree_to_index(from, None, Some(&mut options));
            let mut staged = self::paths(&staged.map_err(failed)?);
            paths.retain(|path, _| !skipped.contains(path));
            staged.retain(|path, _| skipped.contains(path));
            paths.append(&mut staged);
        }
        Ok(Changes { paths })
    }

    fn skipped(&self) -> Result<BTreeSet<RepoPath>, git2::Error> {
        let index = self.inner.index()?;
        let skipped = index.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0);
        Ok(skipped.map(|entry| RepoPath::new(entry.path)).collect())
    }
}

fn paths(diff: &git2::Diff<'_>) -> BTreeMap<RepoPath, Change> {
    let mut paths = BTreeMap::new();
    for delta in diff.deltas() {
        let change = match delta.status() {
            git2::Delta::Deleted => Change::Removed,
            _ => Change::Present,
        };
        let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
        if let Some(path) = path {
            paths.insert(RepoPath::new(path), change);
        }
    }
    paths
}
