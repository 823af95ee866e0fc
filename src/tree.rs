//! What both sides of a comparison look like to the guard: folders that list and files that read.
//!
//! A commit, the index, the work tree, a merge that was never written and a test's three files are all
//! a [`Tree`]. Nothing in here knows git.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::text::Escaped;

/// A path inside a repository: bytes, relative to its root, separated by `/`; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    /// Returns the root of a repository.
    pub fn root() -> RepoPath {
        RepoPath::default()
    }

    /// Takes a path as git writes it; a trailing `/` is dropped.
    pub fn new(path: impl AsRef<[u8]>) -> RepoPath {
        let path = path.as_ref();
        RepoPath(path.strip_suffix(b"/").unwrap_or(path).to_vec())
    }

    /// Returns the bytes as git stores them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Tells whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the folder that holds this path; the root has none.
    pub fn parent(&self) -> Option<RepoPath> {
        if self.is_root() {
            return None;
        }
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Some(RepoPath(self.0[..end].to_vec()))
    }

    /// Returns the last component.
    pub fn file_name(&self) -> &[u8] {
        let start = self.0.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        &self.0[start..]
    }

    /// Returns the path of `name` in this folder; `name` may hold several components.
    pub fn join(&self, name: impl AsRef<[u8]>) -> RepoPath {
        if self.is_root() {
            return RepoPath::new(name);
        }
        let mut path = self.0.clone();
        path.push(b'/');
        path.extend_from_slice(name.as_ref());
        RepoPath::new(path)
    }

    /// Returns what is left of this path below `folder`, or nothing where it is not below it.
    pub fn below(&self, folder: &RepoPath) -> Option<&[u8]> {
        if folder.is_root() {
            return (!self.is_root()).then_some(self.as_bytes());
        }
        self.0.strip_prefix(folder.as_bytes())?.strip_prefix(b"/")
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(out)
    }
}

impl Borrow<[u8]> for RepoPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> RepoPath {
        RepoPath::new(path)
    }
}

/// The name of an object's content: equal names mean equal bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    length: u8,
    bytes: [u8; 32],
}

impl ObjectId {
    /// Takes the raw bytes of an id, at most 32 of them; longer ones are cut.
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

    /// Returns the first ten hexadecimal digits, enough for a person.
    pub fn short(&self) -> String {
        let mut digits = self.to_string();
        digits.truncate(10);
        digits
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

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A folder, with the id of its whole content where the tree knows one.
    Folder(Option<ObjectId>),
    /// A regular file.
    File(ObjectId),
    /// A symbolic link; its content is the target.
    Link(ObjectId),
    /// Another repository.
    Submodule,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without any folder.
    pub name: Vec<u8>,
    /// What it stands for.
    pub node: Node,
}

/// A file of a tree: where it is and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Where it is.
    pub path: RepoPath,
    /// What it holds.
    pub id: ObjectId,
}

/// What a file holds, as far as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// It has so many bytes, which is more than are read.
    TooLarge(u64),
}

impl Content {
    /// Takes what was read, where it is not too large.
    pub fn of(bytes: Vec<u8>, most: u64) -> Content {
        match bytes.len() as u64 {
            size if size > most => Content::TooLarge(size),
            _ => Content::Whole(bytes),
        }
    }
}

/// Why a tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder could not be listed.
    #[error("cannot list `{folder}` in {tree}: {reason}")]
    List {
        /// The folder.
        folder: RepoPath,
        /// The tree, as [`Tree::describe`] names it.
        tree: String,
        /// The reason, in the words of whoever failed.
        reason: String,
        /// What can be done about it, where that is known.
        remedy: Option<String>,
    },
    /// A file could not be read.
    #[error("cannot read `{path}` in {tree}: {reason}")]
    Read {
        /// The file.
        path: RepoPath,
        /// The tree, as [`Tree::describe`] names it.
        tree: String,
        /// The reason, in the words of whoever failed.
        reason: String,
        /// What can be done about it, where that is known.
        remedy: Option<String>,
    },
}

impl Error {
    /// Returns what can be done about it, where that is known.
    pub fn remedy(&self) -> Option<&str> {
        match self {
            Error::List { remedy, .. } | Error::Read { remedy, .. } => remedy.as_deref(),
        }
    }
}

/// A state of a repository.
pub trait Tree {
    /// Lists a folder, sorted by the bytes of the names; nothing for a folder that is not there.
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error>;

    /// Reads a file that [`Tree::list`] gave; for a link, its target.
    fn read(&self, file: &File) -> Result<Vec<u8>, Error>;

    /// Reads many files that [`Tree::list`] gave, in their order; none that has more bytes than `most`.
    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        files.iter().map(|file| Ok(Content::of(self.read(file)?, most))).collect()
    }

    /// Names the tree in a sentence: "the index", "commit 0123456789".
    fn describe(&self) -> String;

    /// Returns the id of the whole content, where the tree knows one: equal ids mean equal trees.
    fn id(&self) -> Option<ObjectId> {
        None
    }

    /// Looks one path up.
    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let Some(folder) = path.parent() else {
            return Ok(Some(Node::Folder(None)));
        };
        let entries = self.list(&folder)?;
        Ok(entries.into_iter().find(|entry| entry.name == path.file_name()).map(|entry| entry.node))
    }

    /// Looks a regular file up and reads it.
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
    /// Makes a tree of pairs of path and content.
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
}

/// A tree with some paths as another tree has them.
pub struct Overlay<'t> {
    below: Box<dyn Tree + 't>,
    above: Box<dyn Tree + 't>,
    laid_over: BTreeMap<RepoPath, Option<Node>>,
}

impl<'t> Overlay<'t> {
    /// Lays paths of `above` over `below`; nothing in the place of a node removes the path.
    pub fn new(
        below: Box<dyn Tree + 't>,
        above: Box<dyn Tree + 't>,
        laid_over: BTreeMap<RepoPath, Option<Node>>,
    ) -> Overlay<'t> {
        Overlay { below, above, laid_over }
    }

    fn is_laid_over(&self, file: &File) -> bool {
        let node = self.laid_over.get(&file.path);
        matches!(node, Some(Some(Node::File(id) | Node::Link(id))) if *id == file.id)
    }
}

impl Tree for Overlay<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let names = self.below.list(folder)?.into_iter();
        let mut entries: BTreeMap<Vec<u8>, Node> =
            names.map(|entry| (entry.name, entry.node)).collect();
        for (path, node) in &self.laid_over {
            let Some(rest) = path.below(folder) else {
                continue;
            };
            match (rest.iter().position(|byte| *byte == b'/'), node) {
                (Some(slash), Some(_)) => {
                    entries.insert(rest[..slash].to_vec(), Node::Folder(None));
                }
                (Some(slash), None) => {
                    // What is laid over a folder changes its content, so its id means nothing here.
                    if let Some(Node::Folder(id)) = entries.get_mut(&rest[..slash]) {
                        *id = None;
                    }
                }
                (None, Some(node)) => {
                    entries.insert(rest.to_vec(), *node);
                }
                (None, None) => {
                    entries.remove(rest);
                }
            }
        }
        Ok(entries.into_iter().map(|(name, node)| Entry { name, node }).collect())
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        match self.is_laid_over(file) {
            true => self.above.read(file),
            false => self.below.read(file),
        }
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        let (above, below): (Vec<&File>, Vec<&File>) =
            files.iter().partition(|file| self.is_laid_over(file));
        let mut above = self.above.read_all(&above, most)?.into_iter();
        let mut below = self.below.read_all(&below, most)?.into_iter();
        let next = |file: &&File| match self.is_laid_over(file) {
            true => above.next(),
            false => below.next(),
        };
        Ok(files.iter().filter_map(next).collect())
    }

    fn describe(&self) -> String {
        format!("{} with {} laid over it", self.below.describe(), self.above.describe())
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let inside = self.laid_over.iter().filter(|(other, _)| other.below(path).is_some());
        let inside: Vec<&Option<Node>> = inside.map(|(_, node)| node).collect();
        if inside.iter().any(|node| node.is_some()) {
            return Ok(Some(Node::Folder(None)));
        }
        match self.laid_over.get(path) {
            Some(node) => Ok(*node),
            None => Ok(match self.below.node(path)? {
                // What is laid over a folder changes its content, so its id means nothing here.
                Some(Node::Folder(_)) if !inside.is_empty() => Some(Node::Folder(None)),
                node => node,
            }),
        }
    }
}

/// Folds the sorted files below `folder` into its direct entries.
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
    fn paths_join_and_split() {
        let path = RepoPath::new("migrations/versions/a.py");
        assert_eq!(path.file_name(), b"a.py");
        assert_eq!(path.parent(), Some(RepoPath::new("migrations/versions/")));
        assert_eq!(path.below(&RepoPath::new("migrations")), Some(&b"versions/a.py"[..]));
        assert_eq!(path.below(&RepoPath::new("migration")), None);
        assert_eq!(RepoPath::root().join("a.py"), RepoPath::new("a.py"));
        assert_eq!(RepoPath::new("a.py").parent(), Some(RepoPath::root()));
    }

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

    #[test]
    fn an_overlay_looks_up_what_it_lists() {
        let below = MemoryTree::new([("a/b/c", "1"), ("a/d", "2"), ("e", "3"), ("f/g", "4")]);
        let above = MemoryTree::new([("e/h", "5"), ("a/b/i", "6")]);
        let node = |path: &str| above.node(&path.into()).expect("memory never fails");
        let laid_over = ["e", "e/h", "a/b/i", "a/d", "f/g"].map(|path| (path.into(), node(path)));
        let laid_over: BTreeMap<RepoPath, Option<Node>> = laid_over.into_iter().collect();
        let overlay = Overlay::new(Box::new(below), Box::new(above), laid_over);
        for path in ["a", "a/b", "a/b/c", "a/b/i", "a/d", "e", "e/h", "f", "f/g", "x", "x/y"] {
            let path = RepoPath::new(path);
            let folder = path.parent().expect("it is no root");
            let mut listed = overlay.list(&folder).expect("memory never fails").into_iter();
            let listed = listed.find(|entry| entry.name == path.file_name());
            let found = overlay.node(&path).expect("memory never fails");
            assert_eq!(found, listed.map(|entry| entry.node), "{path}");
        }
    }
}
