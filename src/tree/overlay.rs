//! A tree with parts of another tree on top.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use sha2::{Digest, Sha256};

use super::{Content, Entry, Error, File, Identity, Node, ObjectId, RepoPath, Tree};

/// A tree in which some paths come from another tree.
pub struct Overlay<'t> {
    below: Box<dyn Tree + 't>,
    above: Box<dyn Tree + 't>,
    laid_over: BTreeMap<RepoPath, Option<Node>>,
    name: Option<&'static str>,
}

impl<'t> Overlay<'t> {
    /// Puts paths of `above` on top of `below`; `None` as a node removes the path.
    pub fn new(
        below: Box<dyn Tree + 't>,
        above: Box<dyn Tree + 't>,
        laid_over: BTreeMap<RepoPath, Option<Node>>,
    ) -> Overlay<'t> {
        Overlay { below, above, laid_over, name: None }
    }

    /// Sets the description of the tree.
    pub fn called(self, name: &'static str) -> Overlay<'t> {
        Overlay { name: Some(name), ..self }
    }

    /// Returns the entries on top of a folder, by their relative paths.
    fn inside<'a>(
        &'a self,
        folder: &'a RepoPath,
    ) -> impl Iterator<Item = (&'a [u8], &'a Option<Node>)> {
        let mut first = folder.as_bytes().to_vec();
        if !folder.is_root() {
            first.push(b'/');
        }
        let from = self.laid_over.range::<[u8], _>((Bound::Included(&first[..]), Bound::Unbounded));
        from.map_while(|(path, node)| Some((path.below(folder)?, node)))
    }

    fn is_laid_over(&self, file: &File) -> bool {
        let node = self.laid_over.get(&file.path);
        matches!(node, Some(Some(Node::File(id) | Node::Link(id))) if *id == file.id)
    }
}

impl Tree for Overlay<'_> {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let mut entries = self.below.list(folder)?;
        let mut changed: BTreeMap<&[u8], Option<Node>> = BTreeMap::new();
        // Folders of which nothing may be left.
        let mut thinned: BTreeSet<&[u8]> = BTreeSet::new();
        for (rest, node) in self.inside(folder) {
            let slash = rest.iter().position(|byte| *byte == b'/');
            let name = &rest[..slash.unwrap_or(rest.len())];
            let now = changed.entry(name).or_insert_with(|| {
                let place = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name));
                place.ok().map(|place| entries[place].node)
            });
            match (slash, node) {
                (Some(_), Some(_)) => *now = Some(Node::Folder(None)),
                (Some(_), None) => {
                    // What is laid over a folder changes its content, so its id means nothing here.
                    if let Some(Node::Folder(id)) = now {
                        *id = None;
                        thinned.insert(name);
                    }
                }
                (None, node) => *now = *node,
            }
        }
        if changed.is_empty() {
            return Ok(entries);
        }
        for name in thinned {
            if self.list(&folder.join(name))?.is_empty() {
                changed.insert(name, None);
            }
        }
        entries.retain_mut(|entry| match changed.remove(entry.name.as_slice()) {
            None => true,
            Some(None) => false,
            Some(Some(node)) => {
                entry.node = node;
                true
            }
        });
        let added = changed.into_iter();
        entries.extend(
            added.filter_map(|(name, node)| Some(Entry { name: name.to_vec(), node: node? })),
        );
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        if self.is_laid_over(file) { self.above.read(file) } else { self.below.read(file) }
    }

    fn read_all(&self, files: &[&File], most: u64) -> Result<Vec<Content>, Error> {
        let (above, below): (Vec<&File>, Vec<&File>) =
            files.iter().partition(|file| self.is_laid_over(file));
        let mut above = self.above.read_all(&above, most)?.into_iter();
        let mut below = self.below.read_all(&below, most)?.into_iter();
        let next = |file: &&File| if self.is_laid_over(file) { above.next() } else { below.next() };
        Ok(files.iter().filter_map(next).collect())
    }

    fn id(&self) -> Option<ObjectId> {
        let below = self.below.id()?;
        let mut hasher = Sha256::new();
        hasher.update(below.as_bytes());
        for (path, node) in &self.laid_over {
            hasher.update(format!("{path:?} {node:?}\n"));
        }
        Some(ObjectId::from_bytes(&hasher.finalize()))
    }

    fn identity(&self, file: &File) -> Identity {
        if self.is_laid_over(file) { self.above.identity(file) } else { self.below.identity(file) }
    }

    fn describe(&self) -> String {
        match self.name {
            Some(name) => name.to_owned(),
            None => {
                format!("{} with {} laid over it", self.below.describe(), self.above.describe())
            }
        }
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        if self.inside(path).any(|(_, node)| node.is_some()) {
            return Ok(Some(Node::Folder(None)));
        }
        if let Some(node) = self.laid_over.get(path) {
            return Ok(*node);
        }
        let node = self.below.node(path)?;
        if !matches!(node, Some(Node::Folder(_))) || self.inside(path).next().is_none() {
            return Ok(node);
        }
        // Git has no empty folders. Of one that is left the content is another, so its id means nothing.
        let is_left = path.is_root() || !self.list(path)?.is_empty();
        Ok(is_left.then_some(Node::Folder(None)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tree::MemoryTree;

    /// Paths of which none is a folder of another one.
    fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
        let name = prop::sample::select(&["a", "b", "a.b"][..]);
        let path = prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"));
        let content = prop::sample::select(&["1", "2"][..]).prop_map(str::to_owned);
        prop::collection::btree_map(path, content, 0..12).prop_map(|mut files| {
            let folders: Vec<String> = files.keys().map(|path| format!("{path}/")).collect();
            files.retain(|path, _| !folders.iter().any(|folder| path.starts_with(folder)));
            files
        })
    }

    proptest! {
        #[test]
        fn a_state_is_another_one_with_the_difference_laid_over(
            (before, after) in (files(), files()),
        ) {
            let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            let differs = |path: &&&String| before.get(**path) != after.get(**path);
            let changed: Vec<RepoPath> = paths.iter().filter(differs).map(RepoPath::new).collect();
            let (below, wanted) = (MemoryTree::new(&before), MemoryTree::new(&after));
            let above = wanted.clone();
            let node = |path: &RepoPath| match above.node(path).expect("memory never fails") {
                Some(Node::Folder(_)) => None,
                node => node,
            };
            let laid_over = changed.iter().map(|path| (path.clone(), node(path))).collect();
            let overlay = Overlay::new(Box::new(below), Box::new(wanted.clone()), laid_over);
            for path in &paths {
                let mut folder = Some(RepoPath::new(path.as_str()));
                while let Some(here) = folder {
                    let listed = |tree: &dyn Tree| tree.list(&here).expect("memory never fails");
                    prop_assert_eq!(listed(&overlay), listed(&wanted), "{}", &here);
                    let found = |tree: &dyn Tree| tree.node(&here).expect("memory never fails");
                    prop_assert_eq!(found(&overlay), found(&wanted), "{}", &here);
                    folder = here.parent();
                }
            }
        }
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
