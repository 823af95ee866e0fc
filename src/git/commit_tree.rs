//! A commit as a [`Tree`].

use crate::git::Reason;
use crate::git::backend::Backend;
use crate::git::tree_cache::Folders;
use crate::tree::{Content, Entry, Error, File, Identity, Node, ObjectId, RepoPath, Tree};

/// The maximum size of any file in bytes; migrations have their own limit.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// The files of a commit, read from the object database on demand.
pub(super) struct CommitTree<'r> {
    source: &'r dyn Backend,
    folders: &'r Folders,
    root: ObjectId,
    name: String,
}

impl<'r> CommitTree<'r> {
    /// Creates a tree from a commit's tree id and a name for messages.
    pub(super) fn new(
        source: &'r dyn Backend,
        folders: &'r Folders,
        root: ObjectId,
        name: String,
    ) -> CommitTree<'r> {
        CommitTree { source, folders, root, name }
    }

    /// Finds a folder by its path.
    fn folder(&self, path: &RepoPath) -> Result<Option<ObjectId>, Reason> {
        let mut id = self.root;
        let names = path.as_bytes().split(|byte| *byte == b'/').filter(|_| !path.is_root());
        for name in names {
            let Some(Node::Folder(Some(below))) = self.folders.node(self.source, id, name)? else {
                return Ok(None);
            };
            id = below;
        }
        Ok(Some(id))
    }

    fn unlisted(&self, folder: &RepoPath, reason: &Reason) -> Error {
        Error::List {
            folder: folder.clone(),
            tree: self.describe(),
            reason: reason.to_string(),
            remedy: reason.remedy().cloned().map(Box::new),
        }
    }
}

impl Tree for CommitTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let listed = self.folder(folder).and_then(|id| {
            id.map_or_else(|| Ok(Vec::new()), |id| self.folders.entries(self.source, id))
        });
        listed.map_err(|reason| self.unlisted(folder, &reason))
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        read_blob(self.source, file, &self.name)
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        read_blobs(self.source, files, most, &self.name)
    }

    fn identity(&self, _file: &File) -> Identity {
        Identity::Exact
    }

    fn describe(&self) -> String {
        self.name.clone()
    }

    fn id(&self) -> Option<ObjectId> {
        Some(self.root)
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let Some(folder) = path.parent() else {
            return Ok(Some(Node::Folder(Some(self.root))));
        };
        let found = self.folder(&folder).and_then(|id| {
            id.map_or(Ok(None), |id| self.folders.node(self.source, id, path.file_name()))
        });
        found.map_err(|reason| self.unlisted(&folder, &reason))
    }
}

/// Reads a file's content by its id.
pub(super) fn read_blob(source: &dyn Backend, file: &File, tree: &str) -> Result<Vec<u8>, Error> {
    let read = source.blobs(&[file.id], LARGEST).map(|mut contents| contents.pop());
    match read.map_err(|reason| unread(file, tree, &reason))? {
        Some(Content::Whole(content)) => Ok(content),
        Some(Content::TooLarge(size)) => {
            Err(Error::too_large(&file.path, tree.to_owned(), size, LARGEST))
        }
        None => Err(unread(file, tree, &Reason::new("it was not found"))),
    }
}

/// Reads the content of many files by their ids.
pub(super) fn read_blobs(
    source: &dyn Backend,
    files: &[&File],
    most: u64,
    tree: &str,
) -> Result<Vec<Content>, Error> {
    let ids: Vec<ObjectId> = files.iter().map(|file| file.id).collect();
    let one = |file: &&File| {
        let read = source.blobs(&[file.id], most).map(|contents| contents.into_iter());
        read.map_err(|reason| unread(file, tree, &reason))
    };
    // Which of them failed is found by asking for each: none is read twice where all is well.
    source.blobs(&ids, most).or_else(|_| {
        let contents: Vec<_> = files.iter().map(one).collect::<Result<_, _>>()?;
        Ok(contents.into_iter().flatten().collect())
    })
}

fn unread(file: &File, tree: &str, reason: &Reason) -> Error {
    Error::Read {
        path: file.path.clone(),
        tree: tree.to_owned(),
        reason: reason.to_string(),
        remedy: reason.remedy().cloned().map(Box::new),
    }
}
