//! The interface to both sides of a comparison: listing folders and reading files.
//!
//! A commit, the index, the work tree, an unwritten merge and the files of a test are all a [`Tree`]. This
//! module is independent of git.

mod overlay;
mod site;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;

pub use overlay::Overlay;
pub use site::Site;

use crate::advice::{Command, Step};
pub use crate::path::RepoPath;

/// The id of an object's content: equal ids mean equal bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ObjectId {
    length: u8,
    bytes: [u8; 32],
}

impl ObjectId {
    /// Creates an id from its raw bytes, at most 32; longer input is truncated.
    pub fn from_bytes(raw: &[u8]) -> ObjectId {
        let mut bytes = [0; 32];
        let length = raw.len().min(bytes.len());
        bytes[..length].copy_from_slice(&raw[..length]);
        ObjectId { length: length as u8, bytes }
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Returns the first ten hexadecimal digits, for display.
    pub fn short(&self) -> String {
        let mut digits = self.to_string();
        digits.truncate(10);
        digits
    }
}

impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // The bytes are spread evenly already.
        let (first, _) = self.bytes.as_chunks::<8>();
        hasher.write_u64(u64::from_ne_bytes(first[0]));
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ObjectId({self})")
    }
}

/// The type of an entry in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Node {
    /// A folder, with the id of its content if the tree knows it.
    Folder(Option<ObjectId>),
    /// A regular file.
    File(ObjectId),
    /// A symbolic link; its content is the target.
    Link(ObjectId),
    /// Another repository.
    Submodule,
}

/// An entry in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without its folder.
    pub name: Vec<u8>,
    /// The type.
    pub node: Node,
}

/// A file of a tree: its path and content.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct File {
    /// Its path.
    pub path: RepoPath,
    /// The id of its content.
    pub id: ObjectId,
}

/// The maximum size in bytes of a file with settings: a configuration, `env.py`, a template.
pub const LARGEST_SETTING: u64 = 1024 * 1024;

/// The content of a file, up to a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The whole content.
    Whole(Vec<u8>),
    /// It has this many bytes, more than the limit.
    TooLarge(u64),
}

impl Content {
    /// Returns the content that was read, unless it is too large.
    pub fn of(bytes: Vec<u8>, most: u64) -> Content {
        match bytes.len() as u64 {
            size if size > most => Content::TooLarge(size),
            _ => Content::Whole(bytes),
        }
    }
}

/// A reason why a tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder could not be listed.
    #[error("cannot list `{folder}` in {tree}: {reason}")]
    List {
        /// The folder.
        folder: RepoPath,
        /// The tree, as [`Tree::describe`] names it.
        tree: String,
        /// The message of the library that failed.
        reason: String,
        /// A remedy, if known.
        remedy: Option<Box<Step>>,
    },
    /// A file is too large.
    #[error("`{path}` in {tree} has {size} bytes; the limit is {most}")]
    TooLarge {
        /// The file.
        path: RepoPath,
        /// The tree, as [`Tree::describe`] names it.
        tree: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        most: u64,
        /// A remedy.
        remedy: Box<Step>,
    },
    /// A file could not be read.
    #[error("cannot read `{path}` in {tree}: {reason}")]
    Read {
        /// The file.
        path: RepoPath,
        /// The tree, as [`Tree::describe`] names it.
        tree: String,
        /// The message of the library that failed.
        reason: String,
        /// A remedy, if known.
        remedy: Option<Box<Step>>,
    },
}

impl Error {
    /// Returns what can be done about it, where that is known.
    pub fn remedy(&self) -> Option<&Step> {
        match self {
            Error::List { remedy, .. } | Error::Read { remedy, .. } => remedy.as_deref(),
            Error::TooLarge { remedy, .. } => Some(remedy),
        }
    }

    /// Creates the error for a file that is too large.
    pub fn too_large(path: &RepoPath, tree: String, size: u64, most: u64) -> Error {
        let log = Command::of("git log --stat --").path(path);
        let remedy = Box::new(Step::run("find the commit that made it this large", log));
        Error::TooLarge { path: path.clone(), tree, size, most, remedy }
    }
}

/// How reliably the id of a file identifies its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The content is read from the object with this id.
    Exact,
    /// The content is read from disk, where git found this object with this size in bytes. A filter may
    /// have changed the content.
    OfSize(u64),
    /// Nothing is known.
    Unknown,
}

/// A state of a repository.
pub trait Tree {
    /// Lists a folder, sorted by the bytes of the names; empty for a missing folder.
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error>;

    /// Reads a file that [`Tree::list`] returned; for a symlink, its target.
    fn read(&self, file: &File) -> Result<Vec<u8>, Error>;

    /// Reads a file with settings.
    ///
    /// # Errors
    /// Fails with [`Error::TooLarge`] if it has more than [`LARGEST_SETTING`] bytes.
    fn read_setting(&self, file: &File) -> Result<Vec<u8>, Error> {
        match self.read_all(&[file], LARGEST_SETTING)?.pop() {
            Some(Content::Whole(content)) => Ok(content),
            Some(Content::TooLarge(size)) => {
                Err(Error::too_large(&file.path, self.describe(), size, LARGEST_SETTING))
            }
            None => self.read(file),
        }
    }

    /// Reads many files that [`Tree::list`] returned, in their order, except those with more bytes than
    /// `most`.
    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        files.iter().map(|file| Ok(Content::of(self.read(file)?, most))).collect()
    }

    /// Returns how reliably the id of a file that [`Tree::list`] returned identifies its content.
    fn identity(&self, _file: &File) -> Identity {
        Identity::Unknown
    }

    /// Describes the tree in a message: "the index", "commit 0123456789".
    fn describe(&self) -> String;

    /// Returns the id of the whole content, if the tree knows it: equal ids mean equal trees.
    fn id(&self) -> Option<ObjectId> {
        None
    }

    /// Looks up a path.
    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let Some(folder) = path.parent() else {
            return Ok(Some(Node::Folder(None)));
        };
        let entries = self.list(&folder)?;
        Ok(entries.into_iter().find(|entry| entry.name == path.file_name()).map(|entry| entry.node))
    }

    /// Looks up a regular file and reads it.
    fn read_path(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, Error> {
        match self.node(path)? {
            Some(Node::File(id)) => self.read(&File { path: path.clone(), id }).map(Some),
            _ => Ok(None),
        }
    }
}

impl<T: Tree + ?Sized> Tree for &T {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        (**self).list(folder)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        (**self).read(file)
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        (**self).read_all(files, most)
    }

    fn identity(&self, file: &File) -> Identity {
        (**self).identity(file)
    }

    fn describe(&self) -> String {
        (**self).describe()
    }

    fn id(&self) -> Option<ObjectId> {
        (**self).id()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        (**self).node(path)
    }
}

/// A tree of a few files held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl MemoryTree {
    /// Creates a tree from pairs of path and content.
    pub fn new<P: AsRef<[u8]>, C: AsRef<[u8]>>(
        files: impl IntoIterator<Item = (P, C)>,
    ) -> MemoryTree {
        let files = files.into_iter();
        MemoryTree {
            files: files
                .map(|(path, content)| (RepoPath::new(path), content.as_ref().to_vec()))
                .collect(),
        }
    }

    /// Returns the tree with one file added or replaced.
    pub fn with(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> MemoryTree {
        self.files.insert(RepoPath::new(path), content.as_ref().to_vec());
        self
    }

    /// Returns the tree with one file removed.
    pub fn without(mut self, path: impl AsRef<[u8]>) -> MemoryTree {
        self.files.remove(&RepoPath::new(path));
        self
    }
}

impl Tree for MemoryTree {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let nodes =
            self.files.iter().map(|(path, content)| (path, Node::File(content_id(content))));
        Ok(children(folder, nodes))
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        self.files.get(&file.path).cloned().ok_or_else(|| Error::Read {
            path: file.path.clone(),
            tree: self.describe(),
            reason: "no such file".to_owned(),
            remedy: None,
        })
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let inside = [path.as_bytes(), b"/"].concat();
        let mut after =
            self.files.range::<[u8], _>((Bound::Included(&inside[..]), Bound::Unbounded));
        let is_folder = after.next().is_some_and(|(next, _)| next.as_bytes().starts_with(&inside));
        if is_folder || path.is_root() {
            return Ok(Some(Node::Folder(None)));
        }
        Ok(self.files.get(path).map(|content| Node::File(content_id(content))))
    }
}

/// Groups the sorted files below `folder` into its direct entries.
pub fn children<'a>(
    folder: &RepoPath,
    nodes: impl IntoIterator<Item = (&'a RepoPath, Node)>,
) -> Vec<Entry> {
    let mut entries: BTreeMap<Vec<u8>, Node> = BTreeMap::new();
    for (path, node) in nodes {
        let Some(rest) = path.below(folder) else {
            continue;
        };
        match rest.iter().position(|byte| *byte == b'/') {
            Some(slash) => entries.insert(rest[..slash].to_vec(), Node::Folder(None)),
            None => entries.insert(rest.to_vec(), node),
        };
    }
    entries.into_iter().map(|(name, node)| Entry { name, node }).collect()
}

fn content_id(content: &[u8]) -> ObjectId {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    ObjectId::from_bytes(&hasher.finish().to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_tree_lists_its_folders() {
        let tree = MemoryTree::new([("a/b.py", "1"), ("a/c/d.py", "2"), ("e", "3")]);
        let names = |folder: &str| -> Vec<String> {
            let entries = tree.list(&RepoPath::new(folder)).expect("memory never fails");
            entries.iter().map(|entry| String::from_utf8_lossy(&entry.name).into_owned()).collect()
        };
        assert_eq!(names(""), ["a", "e"]);
        assert_eq!(names("a"), ["b.py", "c"]);
        assert_eq!(names("nowhere"), [""; 0]);
        assert_eq!(
            tree.read_path(&"a/c/d.py".into()).expect("memory never fails"),
            Some(b"2".to_vec())
        );
    }
}
