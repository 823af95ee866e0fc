//! A commit as a [`Tree`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::git::source::{Kind, Source};
use crate::git::{Reason, listing};
use crate::tree::{Content, Entry, Error, File, Node, ObjectId, RepoPath, Tree};

/// How many bytes a file may have that is read whatever it is for; migrations have a bound of their own.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The files of a commit, read from the object database as they are asked for.
pub(super) struct CommitTree<'r> {
    source: &'r dyn Source,
    folders: &'r Folders,
    root: ObjectId,
    name: String,
}

/// The folders that were listed, by the id of their content: two commits share most of them.
#[derive(Default)]
pub(super) struct Folders(RefCell<HashMap<ObjectId, Rc<[Entry]>>>);

impl<'r> CommitTree<'r> {
    /// Takes the folder that a commit holds, by its id, and what to call the whole.
    pub(super) fn new(
        source: &'r dyn Source,
        folders: &'r Folders,
        root: ObjectId,
        name: String,
    ) -> CommitTree<'r> {
        CommitTree { source, folders, root, name }
    }

    /// Lists a folder by its id.
    fn entries(&self, id: ObjectId) -> Result<Rc<[Entry]>, Reason> {
        if let Some(entries) = self.folders.0.borrow().get(&id) {
            return Ok(Rc::clone(entries));
        }
        let content = self.source.object(id)?.of_kind(Kind::Tree)?;
        let entries = listing::entries(&content, id.as_bytes().len());
        let entries = entries.ok_or_else(|| Reason::new(format!("tree {id} is damaged")))?;
        let entries: Rc<[Entry]> = entries.into();
        self.folders.0.borrow_mut().insert(id, Rc::clone(&entries));
        Ok(entries)
    }

    fn folder(&self, path: &RepoPath) -> Result<Option<Rc<[Entry]>>, Reason> {
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
        self.folder(folder).map_err(|reason| Error::List {
            folder: folder.clone(),
            tree: self.describe(),
            reason: reason.to_string(),
            remedy: reason.remedy().map(str::to_owned),
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
        read_blob(self.source, file, &self.name)
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        read_blobs(self.source, files, most, &self.name)
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

/// Reads a file's content by its id.
pub(super) fn read_blob(source: &dyn Source, file: &File, tree: &str) -> Result<Vec<u8>, Error> {
    let read = source.blobs(&[file.id], LARGEST).map(|mut contents| contents.pop());
    match read.map_err(|reason| unread(file, tree, &reason))? {
        Some(Content::Whole(content)) => Ok(content),
        Some(Content::TooLarge(size)) => Err(unread(
            file,
            tree,
            &Reason::new(format!("it has {size} bytes, too many to be read")),
        )),
        None => Err(unread(file, tree, &Reason::new("nothing is said of it"))),
    }
}

/// Reads the content of many files by their ids.
pub(super) fn read_blobs(
    source: &dyn Source,
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
        remedy: reason.remedy().map(str::to_owned),
    }
}
