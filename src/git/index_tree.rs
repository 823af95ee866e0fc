//! An index as a [`Tree`]: the one that git commits from, or one that libgit2 merged in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::git::commit_tree::read_blob;
use crate::git::owned;
use crate::tree::{Entry, Error, File, Node, RepoPath, Tree, children};

/// The bit of an entry that `git add --intent-to-add` made: its content is not staged.
const INTENT_TO_ADD: u16 = 1 << 13;

/// The bit of an entry that a sparse checkout leaves out of the work tree.
pub(super) const SKIP_WORKTREE: u16 = 1 << 14;

/// The files of an index.
pub(super) struct IndexTree<'r> {
    repository: &'r git2::Repository,
    files: BTreeMap<RepoPath, Node>,
    name: String,
}

impl<'r> IndexTree<'r> {
    /// Copies the entries of an index; of an unmerged path, ours.
    pub(super) fn new(
        repository: &'r git2::Repository,
        index: &git2::Index,
        name: &str,
    ) -> IndexTree<'r> {
        IndexTree::preferring(repository, index, 2, name)
    }

    /// Copies the entries that a sparse checkout leaves out of the work tree.
    pub(super) fn skipped(repository: &'r git2::Repository, index: &git2::Index) -> IndexTree<'r> {
        let skipped = index.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0);
        let files = skipped.map(|entry| (RepoPath::new(&entry.path), node(&entry))).collect();
        IndexTree { repository, files, name: "the index".to_owned() }
    }

    /// Copies the entries of an index; of an unmerged path, those of the given stage (2 is ours, 3 is
    /// theirs), and nothing where that side deleted it.
    pub(super) fn preferring(
        repository: &'r git2::Repository,
        index: &git2::Index,
        stage: u16,
        name: &str,
    ) -> IndexTree<'r> {
        let mut files = BTreeMap::new();
        for entry in index.iter() {
            let its_stage = (entry.flags >> 12) & 3;
            let staged = entry.flags_extended & INTENT_TO_ADD == 0;
            if staged && (its_stage == 0 || its_stage == stage) {
                files.insert(RepoPath::new(&entry.path), node(&entry));
            }
        }
        IndexTree { repository, files, name: name.to_owned() }
    }
}

pub(super) fn node(entry: &git2::IndexEntry) -> Node {
    let id = owned(entry.id);
    match entry.mode & 0o170000 {
        0o120000 => Node::Link(id),
        0o160000 => Node::Submodule,
        _ => Node::File(id),
    }
}

impl Tree for IndexTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let mut prefix = folder.as_bytes().to_vec();
        if !folder.is_root() {
            prefix.push(b'/');
        }
        let from = (Bound::Included(prefix.as_slice()), Bound::Unbounded);
        let below = self.files.range::<[u8], _>(from);
        let below = below.take_while(|(path, _)| path.as_bytes().starts_with(&prefix));
        Ok(children(folder, below.map(|(path, node)| (path, *node))))
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        read_blob(self.repository, file, &self.name)
    }

    fn describe(&self) -> String {
        self.name.clone()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        Ok(self.files.get(path).copied())
    }
}
