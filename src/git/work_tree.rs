//! The work tree as a [`Tree`]: tracked files as on disk, and others that git does not ignore.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::path::PathBuf;

use std::rc::Rc;

use crate::git::Error as GitError;
use crate::git::backend::{Backend, Kind};
use crate::git::commit_tree::LARGEST;
use crate::git::index::{Index, Stat};
use crate::git::index_tree::IndexTree;
use crate::platform::file_system;
use crate::platform::path_bytes::{into_bytes, path_from_bytes};
use crate::tree::{Content, Entry, Error, File, Identity, Node, ObjectId, RepoPath, Tree};

/// The files on disk, listed one folder at a time, on demand.
pub(super) struct WorkTree<'r> {
    source: &'r dyn Backend,
    top: PathBuf,
    index: Rc<Index>,
    index_written: i64,
    /// The files that a sparse checkout leaves only in the index.
    left_out: IndexTree<'r>,
    /// The folders that are known to be real folders outside of symlinks.
    folders: RefCell<HashSet<RepoPath>>,
    /// The names in each folder that was queried.
    names: RefCell<HashMap<RepoPath, HashSet<Vec<u8>>>>,
}

impl<'r> WorkTree<'r> {
    pub(super) fn new(source: &'r dyn Backend, index: Rc<Index>) -> Result<WorkTree<'r>, GitError> {
        let top = source.place().work_dir.clone().ok_or(GitError::Bare)?;
        let written = fs::metadata(&source.place().index).ok();
        let index_written = written.map_or(i64::MIN, |metadata| file_system::modified(&metadata).0);
        let left_out = IndexTree::skipped(source, &index);
        let (folders, names) = (RefCell::default(), RefCell::default());
        Ok(WorkTree { source, top, index, index_written, left_out, folders, names })
    }

    fn disk_path(&self, path: &RepoPath) -> PathBuf {
        self.top.join(path_from_bytes(path.as_bytes()))
    }

    /// Returns whether a path is a folder. Git does not follow symlinks, which may lead out of the work
    /// tree (`has_symlink_leading_path` in symlinks.c).
    fn is_folder(&self, path: &RepoPath) -> bool {
        if self.folders.borrow().contains(path) {
            return true;
        }
        let is_in_folder = path.parent().is_none_or(|parent| self.is_folder(&parent));
        let is_folder = is_in_folder
            && fs::symlink_metadata(self.disk_path(path)).is_ok_and(|found| found.is_dir());
        if is_folder {
            self.folders.borrow_mut().insert(path.clone());
        }
        is_folder
    }

    fn unlisted(&self, folder: &RepoPath, error: &std::io::Error) -> Error {
        let (folder, tree) = (folder.clone(), self.describe());
        Error::List { folder, tree, reason: error.to_string(), remedy: None }
    }

    fn is_tracked(&self, path: &RepoPath) -> bool {
        self.index.get(path).is_some() || self.index.has_below(path)
    }

    fn is_ignored(&self, path: &RepoPath) -> bool {
        !self.is_tracked(path) && self.source.is_ignored(path).unwrap_or(false)
    }

    fn hash(&self, content: &[u8]) -> Option<ObjectId> {
        self.source.hash(Kind::Blob, content).ok()
    }

    fn node_of(&self, path: &RepoPath) -> std::io::Result<Option<Node>> {
        let disk = self.disk_path(path);
        let metadata = fs::symlink_metadata(&disk)?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            // To git such a folder is another repository (`treat_directory` in dir.c).
            let nested = disk.join(".git").exists();
            return Ok(Some(if nested { Node::Submodule } else { Node::Folder(None) }));
        }
        if kind.is_symlink() {
            let target = into_bytes(fs::read_link(&disk)?);
            return Ok(self.hash(&target).map(Node::Link));
        }
        if !kind.is_file() {
            return Ok(None);
        }
        match self.unchanged(path, &metadata) {
            Some(node) => Ok(Some(node)),
            None => Ok(self.source.hash_file(&disk, metadata.len()).ok().map(Node::File)),
        }
    }

    fn read_within(&self, file: &File, most: u64) -> Result<Content, Error> {
        let disk = self.disk_path(&file.path);
        let found = fs::symlink_metadata(&disk);
        if self.left_out.node(&file.path)?.is_some() && found.is_err() {
            let content = self.left_out.read_all(&[file], most)?.pop();
            return Ok(content.unwrap_or(Content::Whole(Vec::new())));
        }
        let content = match found {
            Ok(found) if found.is_file() && found.len() > most => {
                return Ok(Content::TooLarge(found.len()));
            }
            Ok(found) if found.is_symlink() => fs::read_link(&disk).map(into_bytes),
            Ok(_) | Err(_) => fs::read(&disk),
        };
        let content = content.map_err(|error| Error::Read {
            path: file.path.clone(),
            tree: self.describe(),
            reason: error.to_string(),
            remedy: None,
        })?;
        Ok(Content::of(content, most))
    }

    /// Returns the id in the index if the file cannot have changed since.
    fn unchanged(&self, path: &RepoPath, metadata: &Metadata) -> Option<Node> {
        let entry = self.index.get(path)?;
        let modified = file_system::modified(metadata);
        let stat = Stat { modified, size: metadata.len() as u32 };
        let same = entry.stat == Some(stat) && !entry.marks.intent_to_add;
        // What was written in the second of the index, or later, may differ all the same (git's racy-git.txt).
        (same && modified.0 < self.index_written).then_some(entry.node)
    }

    /// Returns the node of a name in a folder, unless git ignores it.
    fn listed(&self, path: &RepoPath) -> std::io::Result<Option<Node>> {
        if path.file_name() == b".git" || self.is_ignored(path) {
            Ok(None)
        } else {
            self.node_of(path)
        }
    }

    /// Returns whether a folder has an entry with exactly this name: some file systems ignore case.
    fn has_name(&self, folder: &RepoPath, name: &[u8]) -> std::io::Result<bool> {
        let mut known = self.names.borrow_mut();
        if let Some(names) = known.get(folder) {
            return Ok(names.contains(name));
        }
        let names: HashSet<Vec<u8>> = self.list_names(folder)?.into_iter().collect();
        let is_here = names.contains(name);
        known.insert(folder.clone(), names);
        Ok(is_here)
    }

    fn list_names(&self, folder: &RepoPath) -> std::io::Result<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.disk_path(folder))? {
            names.push(into_bytes(entry?.file_name()));
        }
        names.sort();
        Ok(names)
    }
}

impl Tree for WorkTree<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let failed = |error| self.unlisted(folder, &error);
        let mut left_out = self.left_out.list(folder)?;
        if !self.is_folder(folder) {
            return Ok(left_out);
        }
        let mut entries = Vec::new();
        for name in self.list_names(folder).map_err(failed)? {
            let path = folder.join(&name);
            if let Some(node) = self.listed(&path).map_err(failed)? {
                left_out.retain(|entry| entry.name != name);
                entries.push(Entry { name, node });
            }
        }
        entries.append(&mut left_out);
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        match self.read_within(file, LARGEST)? {
            Content::Whole(content) => Ok(content),
            Content::TooLarge(size) => {
                Err(Error::too_large(&file.path, self.describe(), size, LARGEST))
            }
        }
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        files.iter().map(|file| self.read_within(file, most)).collect()
    }

    fn identity(&self, file: &File) -> Identity {
        let entry = self.index.get(&file.path).filter(|entry| entry.node == Node::File(file.id));
        match entry.and_then(|entry| entry.stat) {
            Some(stat) => Identity::OfSize(stat.size.into()),
            None => Identity::Unknown,
        }
    }

    fn describe(&self) -> String {
        "the work tree".to_owned()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let Some(folder) = path.parent() else {
            return Ok(Some(Node::Folder(None)));
        };
        let failed = |error| self.unlisted(&folder, &error);
        let is_here =
            self.is_folder(&folder) && self.has_name(&folder, path.file_name()).map_err(failed)?;
        match is_here.then(|| self.listed(path)).transpose().map_err(failed)?.flatten() {
            Some(node) => Ok(Some(node)),
            None => {
                let left_out = self.left_out.list(&folder)?.into_iter();
                Ok(left_out
                    .filter(|entry| entry.name == path.file_name())
                    .map(|entry| entry.node)
                    .next())
            }
        }
    }
}
