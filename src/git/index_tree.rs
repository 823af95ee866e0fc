//! An index as a [`Tree`]: the one that git commits from, or one that was merged in memory.

use crate::git::backend::Backend;
use crate::git::commit_tree::{read_blob, read_blobs};
use crate::git::index::{Index, IndexEntry};
use crate::tree::{Content, Entry, Error, File, Identity, Node, RepoPath, Tree, children};

/// The files of an index.
pub(super) struct IndexTree<'r> {
    source: &'r dyn Backend,
    /// Sorted by path.
    files: Vec<(RepoPath, Node)>,
    name: &'static str,
}

impl<'r> IndexTree<'r> {
    /// Creates an empty tree, for reading files by their ids only.
    pub(super) fn nothing(source: &'r dyn Backend) -> IndexTree<'r> {
        IndexTree { source, files: Vec::new(), name: "the index" }
    }

    /// Creates a tree of the files that would be committed; of an unmerged path, ours.
    pub(super) fn staged(source: &'r dyn Backend, index: &Index) -> IndexTree<'r> {
        let is_staged = |entry: &&IndexEntry| {
            !entry.marks.intent_to_add && (entry.stage == 0 || entry.stage == 2)
        };
        IndexTree::of(source, index.entries().iter().filter(is_staged), "the index")
    }

    /// Creates a tree of the entries that a sparse checkout leaves out of the work tree.
    pub(super) fn skipped(source: &'r dyn Backend, index: &Index) -> IndexTree<'r> {
        let skipped = index.entries().iter().filter(|entry| entry.marks.skip_worktree);
        IndexTree::of(source, skipped, "the index")
    }

    /// Creates a tree of the files that were merged without conflicts.
    pub(super) fn merged(source: &'r dyn Backend, entries: &[IndexEntry]) -> IndexTree<'r> {
        IndexTree::of(source, entries.iter().filter(|entry| entry.stage == 0), "the merge")
    }

    fn of<'e>(
        source: &'r dyn Backend,
        entries: impl Iterator<Item = &'e IndexEntry>,
        name: &'static str,
    ) -> IndexTree<'r> {
        let mut files: Vec<(RepoPath, Node)> =
            entries.map(|entry| (entry.path.clone(), entry.node)).collect();
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        IndexTree { source, files, name }
    }
}

impl Tree for IndexTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let mut prefix = folder.as_bytes().to_vec();
        if !folder.is_root() {
            prefix.push(b'/');
        }
        let start = self.files.partition_point(|(path, _)| path.as_bytes() < prefix.as_slice());
        let below = self.files[start..].iter();
        let below = below.take_while(|(path, _)| path.as_bytes().starts_with(&prefix));
        Ok(children(folder, below.map(|(path, node)| (path, *node))))
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        read_blob(self.source, file, self.name)
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        read_blobs(self.source, files, most, self.name)
    }

    fn identity(&self, _file: &File) -> Identity {
        Identity::Exact
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let place = self.files.binary_search_by(|(other, _)| other.cmp(path));
        Ok(place.ok().map(|place| self.files[place].1))
    }
}
