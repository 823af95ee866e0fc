//! Looks up paths in a tree as a file system does: follows symlinks, but never out of the tree.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::tree::{Content, Entry, Error, File, Node, RepoPath, Tree};

/// How many symlinks Linux follows for one path (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The maximum length of a target (`PATH_MAX` of Linux).
const MAX_TARGET: u64 = 4096;

/// A tree whose folders are listed once.
pub struct Lookup<'t> {
    pub(super) tree: &'t dyn Tree,
    listed: RefCell<BTreeMap<RepoPath, Rc<[Entry]>>>,
}

/// The target of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A folder, by its own path.
    Folder(RepoPath),
    /// A regular file, by its own path.
    File(File),
    /// Nothing; contains the path with its symlinks resolved as far as possible.
    Nothing(RepoPath),
    /// A target outside of the tree, or in a submodule, by its last component.
    Outside(Vec<u8>),
}

impl<'t> Lookup<'t> {
    /// Starts without any listed folder.
    pub fn new(tree: &'t dyn Tree) -> Lookup<'t> {
        Lookup { tree, listed: RefCell::default() }
    }

    /// Returns the tree.
    pub fn tree(&self) -> &'t dyn Tree {
        self.tree
    }

    /// Lists a folder.
    pub(super) fn list(&self, folder: &RepoPath) -> Result<Rc<[Entry]>, Error> {
        if let Some(entries) = self.listed.borrow().get(folder) {
            return Ok(Rc::clone(entries));
        }
        let entries: Rc<[Entry]> = self.tree.list(folder)?.into();
        let mut listed = self.listed.borrow_mut();
        listed.insert(folder.clone(), Rc::clone(&entries));
        Ok(entries)
    }

    /// Looks up a name in a folder.
    pub(super) fn node(&self, folder: &RepoPath, name: &[u8]) -> Result<Option<Node>, Error> {
        let entries = self.list(folder)?;
        let found = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name));
        Ok(found.ok().map(|place| entries[place].node))
    }

    /// Looks up a path, following every symlink.
    pub(super) fn find(&self, path: &RepoPath) -> Result<Found, Error> {
        let mut ahead = components(path.as_bytes());
        let mut here = RepoPath::root();
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            if name == b".." {
                match here.parent() {
                    Some(parent) => here = parent,
                    None => return Ok(Found::Outside(last(ahead, name))),
                }
                continue;
            }
            let next = here.join(&name);
            match self.node(&here, &name)? {
                Some(Node::Folder(_)) => here = next,
                Some(Node::File(id)) if ahead.is_empty() => {
                    return Ok(Found::File(File { path: next, id }));
                }
                Some(Node::File(_)) | None => return Ok(Found::Nothing(rest(next, ahead))),
                Some(Node::Submodule) => return Ok(Found::Outside(last(ahead, name))),
                Some(Node::Link(id)) => {
                    links += 1;
                    let link = File { path: next.clone(), id };
                    let target = match self.tree.read_all(&[&link], MAX_TARGET)?.pop() {
                        Some(Content::Whole(target)) if links <= MAX_LINKS => target,
                        Some(Content::Whole(_) | Content::TooLarge(_)) | None => Vec::new(),
                    };
                    if target.is_empty() {
                        return Ok(Found::Nothing(rest(next, ahead)));
                    }
                    let is_absolute = target.starts_with(b"/");
                    ahead.extend(components(&target));
                    if is_absolute {
                        return Ok(Found::Outside(last(ahead, name)));
                    }
                }
            }
        }
        Ok(Found::Folder(here))
    }

    /// Returns whether a path leads to a folder.
    pub(super) fn is_folder(&self, path: &RepoPath) -> Result<bool, Error> {
        Ok(matches!(self.find(path)?, Found::Folder(_)))
    }

    /// Returns whether a path leads to a file.
    pub(super) fn is_file(&self, path: &RepoPath) -> Result<bool, Error> {
        Ok(matches!(self.find(path)?, Found::File(_)))
    }
}

/// Returns the components of a path in reverse order.
fn components(path: &[u8]) -> Vec<Vec<u8>> {
    let names = path.split(|byte| *byte == b'/');
    names.filter(|name| !name.is_empty() && *name != b".").map(<[u8]>::to_vec).rev().collect()
}

/// Returns the component that a path ends in; `name` is the one that was taken off last.
fn last(ahead: Vec<Vec<u8>>, name: Vec<u8>) -> Vec<u8> {
    ahead.into_iter().next().unwrap_or(name)
}

fn rest(mut path: RepoPath, ahead: Vec<Vec<u8>>) -> RepoPath {
    for name in ahead.into_iter().rev() {
        path = match name.as_slice() {
            b".." => path.parent().unwrap_or_default(),
            name => path.join(name),
        };
    }
    path
}
