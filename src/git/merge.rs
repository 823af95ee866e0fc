//! Computes the tree that git would make by merging two sides, without writing it.
//!
//! Most changes touch no path that the other side touched; then the result is the base's tree with the
//! change applied. Everything else (a path changed on both sides, a removal among migrations, criss-cross
//! merges) is merged by libgit2 or git, and the result is kept for one run.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::git::backend::{Backend, Conflict, Edit, Incoming, Merge, MergedFiles, Mode};
use crate::git::changes::PathChange;
use crate::git::commit_tree::CommitTree;
use crate::git::index_tree::IndexTree;
use crate::git::large::Sides;
use crate::git::{Changes, Error, Reason, Repository};
use crate::platform::path_bytes::path_from_bytes;
use crate::tree::{File, LARGEST_SETTING, Node, ObjectId, Overlay, RepoPath, Tree};

/// The side that is merged into a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A commit.
    Commit(ObjectId),
    /// The index, as a commit on top of HEAD and of commits being merged.
    Index,
    /// The work tree, likewise.
    WorkTree,
}

/// The relevant parts of a merge.
pub struct MergeFilter<'a> {
    /// Returns whether a path is relevant.
    pub covers: &'a dyn Fn(&RepoPath) -> bool,
    /// The maximum size in bytes of a file that is merged as text; larger ones count as conflicts.
    pub largest: u64,
}

/// The result of a merge.
pub enum Merged<'r> {
    /// The merge has this tree.
    Clean(Box<dyn Tree + 'r>),
    /// The merge has conflicts.
    Conflicted(Conflicted<'r>),
    /// The two sides have no common history.
    Unrelated,
}

/// A merge with conflicts.
pub struct Conflicted<'r> {
    /// The result if each conflict is resolved with the base's version.
    pub as_base: Box<dyn Tree + 'r>,
    /// The result if each conflict is resolved with the other side's version.
    pub as_ours: Box<dyn Tree + 'r>,
    /// The paths in conflict, sorted.
    pub paths: Vec<RepoPath>,
}

impl Repository {
    /// Returns the merge bases of two commits; several for criss-cross merges.
    pub fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Error> {
        let bases = self.source.merge_bases(one, other);
        if bases.as_ref().is_ok_and(|bases| !bases.is_empty()) || !self.is_shallow() {
            bases.map_err(|source| merge_error(one, source))
        } else {
            Err(Error::Shallow { ours: one.short(), theirs: other.short() })
        }
    }

    /// Returns the commit of a side: itself, or HEAD for the index and the work tree.
    pub fn tip(&self, side: Side) -> Option<ObjectId> {
        match side {
            Side::Commit(commit) => Some(commit),
            Side::Index | Side::WorkTree => self.head(),
        }
    }

    /// Returns the tree of a side.
    pub fn side_tree(&self, side: Side) -> Result<Box<dyn Tree + '_>, Error> {
        match side {
            Side::Commit(commit) => self.commit_tree(commit),
            Side::Index => self.index_tree(),
            Side::WorkTree => self.work_tree(),
        }
    }

    /// Merges a side into a base as git would.
    ///
    /// If both sides only touch irrelevant paths in common, the result is the same for relevant paths, and
    /// cheap.
    pub fn merge(
        &self,
        base: ObjectId,
        side: Side,
        concern: &MergeFilter<'_>,
    ) -> Result<Merged<'_>, Error> {
        let relevant = concern.covers;
        let Some(tip) = self.tip(side) else {
            return Ok(Merged::Unrelated);
        };
        let merge_bases = self.merge_bases(base, tip)?;
        let [merge_base] = merge_bases.as_slice() else {
            return if merge_bases.is_empty() {
                Ok(Merged::Unrelated)
            } else {
                self.full_merge(base, side, concern)
            };
        };
        if *merge_base == base {
            return Ok(Merged::Clean(self.side_tree(side)?));
        }
        let landed = self.changes(Some(*merge_base), Side::Commit(base), relevant)?;
        let ours = self.changes(Some(*merge_base), side, relevant)?;
        if meet(&landed, &ours) {
            return self.full_merge(base, side, concern);
        }
        let tree = self.side_tree(side)?;
        let laid_over = entries(&*tree, &ours)?;
        Ok(Merged::Clean(Box::new(Overlay::new(self.commit_tree(base)?, tree, laid_over))))
    }

    fn full_merge(
        &self,
        base: ObjectId,
        side: Side,
        concern: &MergeFilter<'_>,
    ) -> Result<Merged<'_>, Error> {
        let incoming = self.incoming(side)?;
        let largest = concern.largest.max(LARGEST_SETTING);
        let Sides { into, incoming, large } = self.without_large_files(base, incoming, largest)?;
        let failed = |source| merge_error(base, source);
        let Merge { files, mut conflicts } = self.source.merge(&into, &incoming).map_err(failed)?;
        // Either answer will do for what Python compiles anew.
        let is_compiled = |path: &RepoPath| path.file_name().ends_with(b".pyc");
        conflicts.retain(|it| (concern.covers)(&it.path) && !is_compiled(&it.path));
        let tree = || large.restored_in(self.merged_tree(&files));
        if conflicts.is_empty() {
            return Ok(Merged::Clean(tree()));
        }
        let answered = |answer: &dyn Fn(&Conflict) -> Option<Node>| {
            let answer = |it: &Conflict| answer(it).map(|node| large.restored(node));
            let answers = conflicts.iter().map(|it| (it.path.clone(), answer(it))).collect();
            let (below, above) = (tree(), tree());
            Box::new(Overlay::new(below, above, answers))
        };
        Ok(Merged::Conflicted(Conflicted {
            as_base: answered(&|conflict| conflict.ours),
            as_ours: answered(&|conflict| conflict.theirs),
            paths: conflicts.iter().map(|conflict| conflict.path.clone()).collect(),
        }))
    }

    fn merged_tree(&self, files: &MergedFiles) -> Box<dyn Tree + '_> {
        match files {
            MergedFiles::Entries(entries) => Box::new(IndexTree::merged(&self.source, entries)),
            MergedFiles::Tree(root) => {
                let name = "the merge".to_owned();
                Box::new(CommitTree::new(&self.source, &self.folders, *root, name))
            }
        }
    }

    /// Returns a side as a commit.
    fn incoming(&self, side: Side) -> Result<Incoming, Error> {
        if let Side::Commit(commit) = side {
            return Ok(Incoming::Commit(commit));
        }
        let tree = self.side_tree(side)?;
        let mut edits = Vec::new();
        for (path, change) in self.changes(self.head(), side, &|_| true)?.iter() {
            let node = match change {
                PathChange::Present(Some(node)) => Some(node),
                PathChange::Present(None) => tree.node(path)?,
                PathChange::Removed => None,
            };
            let edit = match node {
                Some(Node::File(id)) => self.edit(&*tree, path, id, Mode::File)?,
                Some(Node::Link(id)) => self.edit(&*tree, path, id, Mode::Link)?,
                Some(Node::Folder(_) | Node::Submodule) => continue,
                None => Edit::Gone,
            };
            edits.push((path.clone(), edit));
        }
        let parents = self.head().into_iter().chain(self.merge_heads());
        let parents = parents.map(Incoming::Commit).collect();
        Ok(Incoming::Made { like: self.head(), parents, edits })
    }

    /// Returns a file of the work tree as `git add` would store it, or else as the tree has it.
    fn edit(
        &self,
        tree: &dyn Tree,
        path: &RepoPath,
        id: ObjectId,
        mode: Mode,
    ) -> Result<Edit, Error> {
        if self.source.has(id) {
            return Ok(Edit::Object(id, mode));
        }
        let disk = self.work_dir().map(|top| top.join(path_from_bytes(path.as_bytes())));
        let is_file = |disk: &PathBuf| fs::symlink_metadata(disk).is_ok_and(|it| it.is_file());
        match disk.filter(is_file) {
            Some(disk) => Ok(Edit::Disk(disk, id)),
            None => Ok(Edit::Content(tree.read(&File { path: path.clone(), id })?, mode)),
        }
    }
}

/// Returns whether applying one change to the other side may differ from git's merge: both touch a path, or
/// one removes a path that the other may have moved or edited.
fn meet(landed: &Changes, ours: &Changes) -> bool {
    let removes =
        |changes: &Changes| changes.iter().any(|(_, change)| change == PathChange::Removed);
    removes(landed) || removes(ours) || ours.paths().any(|path| landed.contains(path))
}

fn entries(tree: &dyn Tree, changes: &Changes) -> Result<BTreeMap<RepoPath, Option<Node>>, Error> {
    let mut entries = BTreeMap::new();
    for (path, change) in changes.iter() {
        let node = match change {
            PathChange::Present(Some(node)) => Some(node),
            PathChange::Present(None) | PathChange::Removed => tree.node(path)?,
        };
        entries.insert(path.clone(), node);
    }
    Ok(entries)
}

fn merge_error(base: ObjectId, source: Reason) -> Error {
    Error::Merge { what: format!("into {}", base.short()), source }
}
