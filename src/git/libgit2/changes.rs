//! Compares uncommitted states with libgit2.

use std::collections::{BTreeMap, BTreeSet};

use super::index::owned_entry;
use super::{Libgit2, path_of};
use crate::git::backend::Uncommitted;
use crate::git::changes::{Changes, PathChange};
use crate::tree::{ObjectId, RepoPath};

impl Libgit2 {
    /// Compares a tree, or an empty one, with the index or the work tree.
    pub(super) fn diff(
        &self,
        from: Option<ObjectId>,
        state: Uncommitted,
    ) -> Result<Changes, git2::Error> {
        let index = self.open_index()?;
        let from = self.tree(from)?;
        let from = from.as_ref();
        let mut options = git2::DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        options.ignore_submodules(true).skip_binary_check(true);
        let staged = |options: &mut git2::DiffOptions| {
            self.repository.diff_tree_to_index(from, Some(&index), Some(options))
        };
        if state == Uncommitted::Index {
            leaves_nothing_out(&index)?;
            let mut paths = paths(&staged(&mut options)?);
            for (path, change) in &mut paths {
                name(&index, path, change);
            }
            return Ok(Changes::new(paths));
        }
        let diff = self.repository.diff_tree_to_workdir_with_index(from, Some(&mut options))?;
        let mut paths = self::paths(&diff);
        let skipped: BTreeSet<RepoPath> = self
            .read_index()?
            .entries()
            .iter()
            .filter(|entry| entry.marks.skip_worktree)
            .map(|entry| entry.path.clone())
            .collect();
        if !skipped.is_empty() {
            // What a sparse checkout leaves out is as the index has it; libgit2 takes it for removed (only its
            // `maybe_modified` knows the flag).
            let mut staged = self::paths(&staged(&mut options)?);
            paths.retain(|path, _| !skipped.contains(path));
            staged.retain(|path, _| skipped.contains(path));
            paths.append(&mut staged);
        }
        Ok(Changes::new(paths))
    }
}

/// Rejects an index if libgit2 would omit a part of it: new files that are assumed unchanged
/// (`diff_delta__from_one` in its diff_generate.c).
fn leaves_nothing_out(index: &git2::Index) -> Result<(), git2::Error> {
    if index.iter().any(|entry| owned_entry(&entry).marks.assume_unchanged) {
        Err(git2::Error::from_str("it leaves out new files that are assumed unchanged"))
    } else {
        Ok(())
    }
}

/// Sets the staged node of a path, unless it will not be committed or has a conflict.
fn name(index: &git2::Index, path: &RepoPath, change: &mut PathChange) {
    let entry = index.get_path(&path_of(path), 0).map(|entry| owned_entry(&entry));
    if let (PathChange::Present(node), Some(entry)) = (change, entry)
        && !entry.marks.intent_to_add
        // With `core.ignoreCase` libgit2 may find a file of another case.
        && entry.path == *path
    {
        *node = Some(entry.node);
    }
}

fn paths(diff: &git2::Diff<'_>) -> BTreeMap<RepoPath, PathChange> {
    let mut paths = BTreeMap::new();
    for delta in diff.deltas() {
        let change = match delta.status() {
            git2::Delta::Deleted => PathChange::Removed,
            _ => PathChange::Present(None),
        };
        let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
        if let Some(path) = path {
            paths.insert(RepoPath::new(path), change);
        }
    }
    paths
}
