//! Replaces files that are too large to be merged.
//!
//! A text merge needs up to eighty bytes for every byte of a file, and a blob of 200 MiB fits into a push
//! of 200 KiB. So in both sides of a merge, and in their merge bases, each large file is replaced by a few
//! bytes that identify it. Git treats these as binary and reports a conflict if both sides changed the
//! file; otherwise the result is the same as without the replacement.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::git::backend::{Backend, Edit, Incoming, Kind, Mode};
use crate::git::{Error, Reason, Repository};
use crate::tree::{
    Content, Entry, Error as TreeError, File, Identity, LARGEST_SETTING, Node, ObjectId, RepoPath,
    Tree,
};

/// How many levels of criss-cross merges are followed to the merge bases.
const CROSSINGS: usize = 16;

/// The large files of a merge.
#[derive(Debug, Clone, Default)]
pub(super) struct LargeFiles {
    /// The replaced files, by the ids of their replacements.
    files: BTreeMap<ObjectId, LargeFile>,
}

#[derive(Debug, Clone, Copy)]
struct LargeFile {
    id: ObjectId,
    /// The size limit in bytes.
    size: u64,
}

/// Both sides of a merge, without the large files.
pub(super) struct Sides {
    pub(super) into: Incoming,
    pub(super) incoming: Incoming,
    pub(super) large: LargeFiles,
}

impl Repository {
    /// Replaces the files of a merge that have more than `largest` bytes.
    pub(super) fn without_large_files(
        &self,
        into: ObjectId,
        incoming: Incoming,
        largest: u64,
    ) -> Result<Sides, Error> {
        let tips = incoming.tips();
        let parted = self.parted(tips.iter().map(|tip| (into, *tip)))?;
        let mut search = Search {
            repository: self,
            largest,
            paths: BTreeSet::new(),
            large: LargeFiles::default(),
        };
        for base in &parted {
            for tip in tips.iter().chain([&into]) {
                search.paths.extend(self.compare(Some(*base), *tip, &|_| true)?.paths().cloned());
            }
        }
        let edits = match &incoming {
            Incoming::Commit(_) => &[][..],
            Incoming::Made { edits, .. } => edits,
        };
        search.paths.extend(edits.iter().map(|(path, _)| path.clone()));
        for commit in parted.iter().chain(&tips).chain([&into]) {
            search.in_commit(*commit)?;
        }
        let replaced = search.in_edits(edits)?;
        if search.large.files.is_empty() {
            let into = Incoming::Commit(into);
            return Ok(Sides { into, incoming, large: search.large });
        }
        let parents = search.made_of(&parted, CROSSINGS)?;
        let made =
            |search: &mut Search<'_>, commit: Option<ObjectId>, more: Vec<(RepoPath, Edit)>| {
                let mut edits = commit.map_or(Ok(Vec::new()), |commit| search.in_commit(commit))?;
                edits.extend(more);
                Ok::<_, Error>(Incoming::Made { like: commit, parents: parents.clone(), edits })
            };
        Ok(Sides {
            into: made(&mut search, Some(into), Vec::new())?,
            incoming: made(&mut search, tips.first().copied(), replaced)?,
            large: search.large,
        })
    }

    /// Returns the merge bases of any of several pairs of commits.
    fn parted(
        &self,
        pairs: impl Iterator<Item = (ObjectId, ObjectId)>,
    ) -> Result<Vec<ObjectId>, Error> {
        let mut bases = BTreeSet::new();
        for (one, other) in pairs {
            bases.extend(self.merge_bases(one, other)?);
        }
        let is_best = |base: &&ObjectId| {
            !bases.iter().any(|other| other != *base && self.contains(*other, **base))
        };
        Ok(bases.iter().filter(is_best).copied().collect())
    }
}

/// Looks for large files at the paths that differ.
struct Search<'r> {
    repository: &'r Repository,
    largest: u64,
    paths: BTreeSet<RepoPath>,
    large: LargeFiles,
}

impl Search<'_> {
    /// Recreates commits without their large files, down to the merge bases.
    fn made_of(&mut self, commits: &[ObjectId], depth: usize) -> Result<Vec<Incoming>, Error> {
        let parents = if commits.len() > 1 && depth > 0 {
            let pairs = commits
                .iter()
                .enumerate()
                .flat_map(|(place, one)| commits[place + 1..].iter().map(|other| (*one, *other)));
            let below = self.repository.parted(pairs)?;
            self.made_of(&below, depth - 1)?
        } else {
            Vec::new()
        };
        let made = |commit: &ObjectId| {
            let edits = self.in_commit(*commit)?;
            Ok(Incoming::Made { like: Some(*commit), parents: parents.clone(), edits })
        };
        commits.iter().map(made).collect()
    }

    /// Returns the edits that replace the large files of a commit.
    fn in_commit(&mut self, commit: ObjectId) -> Result<Vec<(RepoPath, Edit)>, Error> {
        let tree = self.repository.commit_tree(commit)?;
        let mut files = Vec::new();
        for path in &self.paths {
            if let Some(Node::File(id)) = tree.node(path)? {
                files.push((path.clone(), id));
            }
        }
        drop(tree);
        let sizes = self.sizes(&files.iter().map(|(_, id)| *id).collect::<Vec<_>>())?;
        let mut edits = Vec::new();
        for ((path, id), size) in files.into_iter().zip(sizes) {
            let size = size.unwrap_or(0);
            if size > self.largest {
                edits.push((path, self.replaced(LargeFile { id, size })?));
            }
        }
        Ok(edits)
    }

    /// Replaces the large ones among edits.
    fn in_edits(&mut self, edits: &[(RepoPath, Edit)]) -> Result<Vec<(RepoPath, Edit)>, Error> {
        let mut replaced = Vec::new();
        for (path, edit) in edits {
            let large = match edit {
                Edit::Object(id, Mode::File) => {
                    let size = self.sizes(&[*id])?.pop().flatten().unwrap_or(0);
                    Some(LargeFile { id: *id, size })
                }
                Edit::Disk(disk, id) => {
                    let size = fs::metadata(disk).map_or(0, |found| found.len());
                    Some(LargeFile { id: *id, size })
                }
                Edit::Gone | Edit::Object(_, Mode::Link) | Edit::Content(..) => None,
            };
            let large = large.filter(|large| large.size > self.largest);
            let edit = large.map_or_else(|| Ok(edit.clone()), |large| self.replaced(large))?;
            replaced.push((path.clone(), edit));
        }
        Ok(replaced)
    }

    fn replaced(&mut self, large: LargeFile) -> Result<Edit, Error> {
        // A zero byte makes a file binary, to git (`buffer_is_binary`) and libgit2 (`merge_file__is_binary`).
        let content =
            format!("\0alembic-guard: {} bytes of {}\n", large.size, large.id).into_bytes();
        let id = self.repository.source.hash(Kind::Blob, &content).map_err(unmeasured)?;
        self.large.files.insert(id, large);
        Ok(Edit::Content(content, Mode::File))
    }

    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Error> {
        self.repository.source.sizes(ids).map_err(unmeasured)
    }
}

impl LargeFiles {
    /// Returns what a node of the merge is.
    pub(super) fn restored(&self, node: Node) -> Node {
        match node {
            Node::File(id) => Node::File(self.files.get(&id).map_or(id, |large| large.id)),
            // The content of a folder is not what its id says.
            Node::Folder(_) => Node::Folder(None),
            Node::Link(_) | Node::Submodule => node,
        }
    }

    /// Returns a merged tree with its large files.
    pub(super) fn restored_in<'r>(&self, merged: Box<dyn Tree + 'r>) -> Box<dyn Tree + 'r> {
        if self.files.is_empty() {
            return merged;
        }
        Box::new(Restored { merged, large: self.clone() })
    }

    fn size_of(&self, file: &File) -> Option<u64> {
        self.files.values().find(|large| large.id == file.id).map(|large| large.size)
    }
}

/// A merged tree with its large files, which are never read.
struct Restored<'r> {
    merged: Box<dyn Tree + 'r>,
    large: LargeFiles,
}

impl Tree for Restored<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let mut entries = self.merged.list(folder)?;
        for entry in &mut entries {
            entry.node = self.large.restored(entry.node);
        }
        Ok(entries)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, TreeError> {
        match self.large.size_of(file) {
            Some(size) => {
                Err(TreeError::too_large(&file.path, self.describe(), size, LARGEST_SETTING))
            }
            None => self.merged.read(file),
        }
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, TreeError> {
        let small: Vec<&File> =
            files.iter().filter(|file| self.large.size_of(file).is_none()).copied().collect();
        let mut read = self.merged.read_all(&small, most)?.into_iter();
        let content = |file: &&File| match self.large.size_of(file) {
            Some(size) => Some(Content::TooLarge(size)),
            None => read.next(),
        };
        Ok(files.iter().filter_map(content).collect())
    }

    fn identity(&self, file: &File) -> Identity {
        self.merged.identity(file)
    }

    fn describe(&self) -> String {
        self.merged.describe()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, TreeError> {
        Ok(self.merged.node(path)?.map(|node| self.large.restored(node)))
    }
}

fn unmeasured(source: Reason) -> Error {
    Error::Object { what: "the sizes of the files that both sides have".to_owned(), source }
}
