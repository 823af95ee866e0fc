//! The index: the files of the next commit, with git's flags for each.

use crate::tree::{Node, RepoPath};

/// The files of an index, sorted by path and stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    entries: Vec<IndexEntry>,
}

/// One file of an index.
#[derive(Debug, Clone)]
pub(super) struct IndexEntry {
    pub(super) path: RepoPath,
    pub(super) node: Node,
    /// 0 or, for a conflicted path, 1 for the common ancestor, 2 for ours, 3 for theirs.
    pub(super) stage: u8,
    /// Its flags.
    pub(super) marks: Marks,
    /// The file's metadata when it last matched the index, if the source has it.
    pub(super) stat: Option<Stat>,
}

/// Git's flags for a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    /// `git add --intent-to-add` made the entry: its content is not staged.
    pub(super) intent_to_add: bool,
    /// `skip-worktree`, usually because of a sparse checkout.
    pub(super) skip_worktree: bool,
    /// `git update-index --assume-unchanged`.
    pub(super) assume_unchanged: bool,
}

/// The metadata of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    /// The modification time: seconds since 1970, and nanoseconds.
    pub(super) modified: (i64, i64),
    /// Its size in bytes, truncated to 32 bits as in git (gitformat-index(5)).
    pub(super) size: u32,
}

impl Index {
    /// Creates an index from entries in any order.
    pub(super) fn new(mut entries: Vec<IndexEntry>) -> Index {
        entries.sort_by(|one, other| (&one.path, one.stage).cmp(&(&other.path, other.stage)));
        Index { entries }
    }

    /// Returns the entries, sorted by path and stage.
    pub(super) fn entries(&self) -> &[IndexEntry] {
        &self.entries
    }

    /// Finds the entry of a path without conflicts.
    pub(super) fn get(&self, path: &RepoPath) -> Option<&IndexEntry> {
        let place = self.entries.partition_point(|entry| entry.path < *path);
        self.entries.get(place).filter(|entry| entry.path == *path && entry.stage == 0)
    }

    /// Returns whether there is a file below a folder.
    pub(super) fn has_below(&self, folder: &RepoPath) -> bool {
        let prefix = folder.join("x");
        let prefix = &prefix.as_bytes()[..prefix.as_bytes().len() - 1];
        let place = self.entries.partition_point(|entry| entry.path.as_bytes() < prefix);
        self.entries.get(place).is_some_and(|entry| entry.path.as_bytes().starts_with(prefix))
    }

    /// Returns the conflicted paths, sorted.
    pub(super) fn conflicts(&self) -> Vec<RepoPath> {
        let asked = self.entries.iter().filter(|entry| entry.stage != 0);
        let mut paths: Vec<RepoPath> = asked.map(|entry| entry.path.clone()).collect();
        paths.dedup();
        paths
    }
}
