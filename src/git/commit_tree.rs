//! A commit as a [`Tree`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::git::{owned, raw};
use crate::tree::{Entry, Error, File, Node, ObjectId, RepoPath, Tree};

/// The files of a commit, read from the object database as they are asked for.
pub(super) struct CommitTree<'r> {
    repository: &'r git2::Repository,
    folders: &'r Folders,
    root: ObjectId,
    name: String,
}

/// The folders that were listed, by the id of their content: two commits share most of them.
#[derive(Default)]
pub(super) struct Folders(RefCell<HashMap<ObjectId, Rc<[Entry]>>>);

impl<'r> CommitTree<'r> {
    pub(super) fn new(
        repository: &'r git2::Repository,
        folders: &'r Folders,
        root: &git2::Tree<'_>,
        commit: ObjectId,
    ) -> CommitTree<'r> {
        let name = format!("commit {}", commit.short());
        CommitTree { repository, folders, root: owned(root.id()), name }
    }

    /// Lists a folder by its id.
    fn entries(&self, id: ObjectId) -> Result<Rc<[Entry]>, git2::Error> {
        if let Some(entries) = self.folders.0.borrow().get(&id) {
            return Ok(Rc::clone(entries));
        }
        let tree = self.repository.find_tree(git2::Oid::from_bytes(id.as_bytes())?)?;
        let mut entries: Vec<Entry> = tree.iter().map(|entry| owned_entry(&entry)).collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let entries: Rc<[Entry]> = entries.into();
        self.folders.0.borrow_mut().insert(id, Rc::clone(&entries));
        Ok(entries)
    }

    fn folder(&self, path: &RepoPath) -> Result<Option<Rc<[Entry]>>, git2::Error> {
        let mut entries = self.entries(self.root)?;
        if path.is_root() {
            return Ok(Some(entries));
        }
        for name in path.as_bytes().split(|byte| *byte == b'/') {
            let Some(Node::Folder(Some(id))) = find(&entries, name) else {
                return Ok(None);
            };
            entries = self.entries(id)?;
        }
        Ok(Some(entries))
    }

    fn listed(&self, folder: &RepoPath) -> Result<Option<Rc<[Entry]>>, Error> {
        self.folder(folder).map_err(|error| Error::List {
            folder: folder.clone(),
            tree: self.describe(),
            reason: error.message().to_owned(),
        })
    }
}

fn find(entries: &[Entry], name: &[u8]) -> Option<Node> {
    let place = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name)).ok()?;
    Some(entries[place].node)
}

impl Tree for CommitTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        Ok(self.listed(folder)?.map(|entries| entries.to_vec()).unwrap_or_default())
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        read_blob(self.repository, file, &self.name)
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
        let entries = self.listed(&folder)?;
        Ok(entries.and_then(|entries| find(&entries, path.file_name())))
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
    let failed = |reason: &str| Error::Read {
        path: file.path.clone(),
        tree: tree.to_owned(),
        reason: reason.to_owned(),
    };
    let oid = raw(file.id).ok_or_else(|| failed("its id is none of this repository's"))?;
    let blob = repository.find_blob(oid).map_err(|error| failed(error.message()))?;
    Ok(blob.content().to_vec())
}
