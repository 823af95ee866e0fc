//! A commit as a [`Tree`].

use crate::git::owned;
use crate::tree::{Entry, Error, File, Node, ObjectId, RepoPath, Tree};

/// The files of a commit, read from the object database as they are asked for.
pub(super) struct CommitTree<'r> {
    repository: &'r git2::Repository,
    root: git2::Tree<'r>,
    name: String,
}

impl<'r> CommitTree<'r> {
    pub(super) fn new(
        repository: &'r git2::Repository,
        root: git2::Tree<'r>,
        commit: ObjectId,
    ) -> CommitTree<'r> {
        CommitTree { repository, root, name: format!("commit {}", commit.short()) }
    }

    fn folder(&self, path: &RepoPath) -> Result<Option<git2::Tree<'r>>, git2::Error> {
        if path.is_root() {
            return Ok(Some(self.root.clone()));
        }
        let mut tree = self.root.clone();
        for name in path.as_bytes().split(|byte| *byte == b'/') {
            let found = tree.iter().find(|entry| entry.name_bytes() == name);
            let below = found.filter(|entry| entry.kind() == Some(git2::ObjectType::Tree));
            let Some(below) = below.map(|entry| entry.id()) else {
                return Ok(None);
            };
            tree = self.repository.find_tree(below)?;
        }
        Ok(Some(tree))
    }
}

impl Tree for CommitTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let failed = |error: git2::Error| Error::List {
            folder: folder.clone(),
            tree: self.describe(),
            reason: error.message().to_owned(),
        };
        let Some(tree) = self.folder(folder).map_err(failed)? else {
            return Ok(Vec::new());
        };
        let mut entries: Vec<Entry> = tree.iter().map(|entry| owned_entry(&entry)).collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        read_blob(self.repository, file, &self.name)
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

fn owned_entry(entry: &git2::TreeEntry<'_>) -> Entry {
    let id = owned(entry.id());
    let node = match entry.filemode() {
        0o040000 => Node::Folder(Some(id)),
        0o120000 => Node::Link(id),
        0o160000 => Node::Submodule,
        _ => Node::File(id),
    };
    Entry { name: entry.name_bytes().to_vec(), node }
}

/// Reads a file's content by its id.
pub(super) fn read_blob(
    repository: &git2::Repository,
    file: &File,
    tree: &str,
) -> Result<Vec<u8>, Error> {
    let failed = |error: git2::Error| Error::Read {
        path: file.path.clone(),
        tree: tree.to_owned(),
        reason: error.message().to_owned(),
    };
    let oid = git2::Oid::from_bytes(file.id.as_bytes()).map_err(failed)?;
    let blob = repository.find_blob(oid).map_err(failed)?;
    Ok(blob.content().to_vec())
}
