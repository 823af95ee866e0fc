//! The tree that git would make of two sides, without making it.
//!
//! Most changes touch no path that the other side touched; then the base's tree with the change laid
//! over it is what git would write. Everything else (a path that both sides changed, a removal among
//! migrations, criss-cross merges) goes through libgit2's recursive merge, whose objects stay in memory.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::git::changes::Change;
use crate::git::index_tree::IndexTree;
use crate::git::{Changes, Error, Repository, owned, raw};
use crate::tree::{File, Node, ObjectId, Overlay, RepoPath, Tree};

/// What is to be merged into a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A commit.
    Commit(ObjectId),
    /// The index, on top of HEAD and of what is being merged.
    Index,
    /// The work tree, likewise.
    WorkTree,
}

/// The result of a merge.
pub enum Merged<'r> {
    /// Git would make this tree.
    Clean(Box<dyn Tree + 'r>),
    /// Git would ask.
    Conflicted(Conflicted<'r>),
    /// The two sides have no common history.
    Unrelated,
}

/// A merge about which git would ask.
pub struct Conflicted<'r> {
    /// What it would be if each conflict were resolved as the base has it.
    pub as_base: Box<dyn Tree + 'r>,
    /// What it would be if each conflict were resolved as the other side has it.
    pub as_ours: Box<dyn Tree + 'r>,
    /// The paths in conflict, sorted.
    pub paths: Vec<RepoPath>,
}

impl Repository {
    /// Returns the commits at which two commits parted; several where merges cross.
    pub fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Error> {
        let (Some(left), Some(right)) = (raw(one), raw(other)) else {
            return Ok(Vec::new());
        };
        match self.inner.merge_bases(left, right) {
            Ok(bases) => Ok(bases.iter().map(|base| owned(*base)).collect()),
            Err(error) if error.code() == git2::ErrorCode::NotFound && !self.is_shallow() => {
                Ok(Vec::new())
            }
            Err(_) if self.is_shallow() => {
                Err(Error::Shallow { ours: one.short(), theirs: other.short() })
            }
            Err(source) => Err(merge_error(one, source)),
        }
    }

    /// Returns the commit that a side stands on: itself, or HEAD under the index and the work tree.
    pub fn tip(&self, side: Side) -> Option<ObjectId> {
        match side {
            Side::Commit(commit) => Some(commit),
            Side::Index | Side::WorkTree => self.head(),
        }
    }

    /// Returns what a side holds.
    pub fn side_tree(&self, side: Side) -> Result<Box<dyn Tree + '_>, Error> {
        match side {
            Side::Commit(commit) => self.commit_tree(commit),
            Side::Index => self.index_tree(),
            Side::WorkTree => self.work_tree(),
        }
    }

    /// Merges a side into a base as git would.
    ///
    /// `relevant` tells which paths matter: where the sides meet elsewhere only, the result is the same
    /// for whoever reads relevant paths alone, and cheap.
    pub fn merge(
        &self,
        base: ObjectId,
        side: Side,
        relevant: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Merged<'_>, Error> {
        let Some(tip) = self.tip(side) else {
            return Ok(Merged::Unrelated);
        };
        let merge_bases = self.merge_bases(base, tip)?;
        let [merge_base] = merge_bases.as_slice() else {
            return match merge_bases.is_empty() {
                true => Ok(Merged::Unrelated),
                false => self.full_merge(base, side, relevant),
            };
        };
        if *merge_base == base {
            return Ok(Merged::Clean(self.side_tree(side)?));
        }
        let landed = self.changes(Some(*merge_base), Side::Commit(base))?.only(relevant);
        let ours = self.changes(Some(*merge_base), side)?.only(relevant);
        if meet(&landed, &ours) {
            return self.full_merge(base, side, relevant);
        }
        let tree = self.side_tree(side)?;
        let laid_over = entries(&*tree, &ours)?;
        Ok(Merged::Clean(Box::new(Overlay::new(self.commit_tree(base)?, tree, laid_over))))
    }

    fn full_merge(
        &self,
        base: ObjectId,
        side: Side,
        relevant: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Merged<'_>, Error> {
        let tip = self.as_commit(side)?;
        let failed = |source| merge_error(base, source);
        let ours = self.find_commit(base).map_err(failed)?;
        let theirs = self.find_commit(tip).map_err(failed)?;
        let index = self.inner.merge_commits(&ours, &theirs, None).map_err(failed)?;
        let tree = |stage| Box::new(IndexTree::preferring(&self.inner, &index, stage, "the merge"));
        let paths: Vec<RepoPath> =
            conflicts(&index).map_err(failed)?.into_iter().filter(|path| relevant(path)).collect();
        if paths.is_empty() {
            return Ok(Merged::Clean(tree(2)));
        }
        Ok(Merged::Conflicted(Conflicted { as_base: tree(2), as_ours: tree(3), paths }))
    }

    /// Makes a commit of a side, in memory alone, so that libgit2 can merge it.
    fn as_commit(&self, side: Side) -> Result<ObjectId, Error> {
        if let Side::Commit(commit) = side {
            return Ok(commit);
        }
        let failed = |error: git2::Error| Error::Merge {
            what: "what is not committed yet".to_owned(),
            source: error.into(),
        };
        let tree = self.write_tree(side)?;
        let tree = self.inner.find_tree(tree).map_err(failed)?;
        let mut parents = Vec::new();
        for parent in self.head().into_iter().chain(self.merge_heads()) {
            parents.push(self.find_commit(parent).map_err(failed)?);
        }
        let nobody = git2::Signature::new("nobody", "nobody", &git2::Time::new(0, 0));
        let nobody = nobody.map_err(failed)?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let commit = self.inner.commit(None, &nobody, &nobody, "uncommitted", &tree, &parents);
        commit.map(owned).map_err(failed)
    }

    fn write_tree(&self, side: Side) -> Result<git2::Oid, Error> {
        let failed = |error: git2::Error| Error::Merge {
            what: "what is not committed yet".to_owned(),
            source: error.into(),
        };
        let mut index = git2::Index::new().map_err(failed)?;
        if let Some(head) = self.head() {
            index.read_tree(&self.git_tree(head)?).map_err(failed)?;
        }
        let tree = self.side_tree(side)?;
        for (path, change) in self.changes(self.head(), side)?.iter() {
            let node = match change {
                Change::Present => tree.node(path)?,
                Change::Removed => None,
            };
            match node {
                Some(Node::File(id)) => self.stage(&mut index, &*tree, path, id, 0o100644)?,
                Some(Node::Link(id)) => self.stage(&mut index, &*tree, path, id, 0o120000)?,
                Some(Node::Folder(_) | Node::Submodule) => {}
                None => remove(&mut index, path).map_err(failed)?,
            }
        }
        index.write_tree_to(&self.inner).map_err(failed)
    }

    fn stage(
        &self,
        index: &mut git2::Index,
        tree: &dyn Tree,
        path: &RepoPath,
        id: ObjectId,
        mode: u32,
    ) -> Result<(), Error> {
        let failed =
            |error: git2::Error| Error::Merge { what: format!("`{path}`"), source: error.into() };
        let id = self.blob(tree, path, id)?;
        let zero = git2::IndexTime::new(0, 0);
        let entry = git2::IndexEntry {
            ctime: zero,
            mtime: zero,
            dev: 0,
            ino: 0,
            mode,
            uid: 0,
            gid: 0,
            file_size: 0,
            id,
            flags: 0,
            flags_extended: 0,
            path: path.as_bytes().to_vec(),
        };
        index.add(&entry).map_err(failed)
    }

    /// Makes a blob of a file, in memory alone: from the work tree as `git add` would, line endings and
    /// all, else as the tree has it.
    fn blob(&self, tree: &dyn Tree, path: &RepoPath, id: ObjectId) -> Result<git2::Oid, Error> {
        if let Some(known) = raw(id).filter(|id| self.inner.find_blob(*id).is_ok()) {
            return Ok(known);
        }
        let failed =
            |error: git2::Error| Error::Merge { what: format!("`{path}`"), source: error.into() };
        let disk = self.work_dir().map(|top| top.join(OsStr::from_bytes(path.as_bytes())));
        match disk.filter(|disk| disk.is_file()) {
            Some(disk) => self.inner.blob_path(&disk).map_err(failed),
            None => {
                let content = tree.read(&File { path: path.clone(), id })?;
                self.inner.blob(&content).map_err(failed)
            }
        }
    }

    fn find_commit(&self, commit: ObjectId) -> Result<git2::Commit<'_>, git2::Error> {
        self.inner.find_commit(git2::Oid::from_bytes(commit.as_bytes())?)
    }
}

/// Tells whether laying one change over the other may differ from what git would do: both touch a
/// path, or one removes what the other might have moved or edited.
fn meet(landed: &Changes, ours: &Changes) -> bool {
    let removes = |changes: &Changes| changes.iter().any(|(_, change)| change == Change::Removed);
    removes(landed) || removes(ours) || ours.paths().any(|path| landed.contains(path))
}

fn entries(tree: &dyn Tree, changes: &Changes) -> Result<BTreeMap<RepoPath, Option<Node>>, Error> {
    let mut entries = BTreeMap::new();
    for path in changes.paths() {
        entries.insert(path.clone(), tree.node(path)?);
    }
    Ok(entries)
}

pub(super) fn conflicts(index: &git2::Index) -> Result<Vec<RepoPath>, git2::Error> {
    let mut paths = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let entry = conflict.our.or(conflict.their).or(conflict.ancestor);
        paths.extend(entry.map(|entry| RepoPath::new(entry.path)));
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn remove(index: &mut git2::Index, path: &RepoPath) -> Result<(), git2::Error> {
    index.remove(OsStr::from_bytes(path.as_bytes()).as_ref(), 0)
}

fn merge_error(base: ObjectId, source: git2::Error) -> Error {
    Error::Merge { what: format!("into {}", base.short()), source: source.into() }
}
