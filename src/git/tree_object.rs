//! Parses tree objects.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::tree::{Entry, Node, ObjectId};

/// The mode of a folder.
const FOLDER: &[u8] = b"40000";
/// The mode of a symbolic link.
const LINK: &[u8] = b"120000";
/// The mode of a submodule.
const SUBMODULE: &[u8] = b"160000";

/// An entry of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item<'a> {
    mode: &'a [u8],
    pub(super) name: &'a [u8],
    id: &'a [u8],
}

impl<'a> Item<'a> {
    /// Takes the first entry, `mode SP name NUL id`, with ids of this length in bytes.
    pub(super) fn take(listing: &mut &'a [u8], id_length: usize) -> Option<Item<'a>> {
        let blank = listing.iter().position(|byte| *byte == b' ')?;
        let (mode, rest) = (&listing[..blank], &listing[blank + 1..]);
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (id, behind) = rest[end + 1..].split_at_checked(id_length)?;
        *listing = behind;
        // Old tools wrote the mode of a folder with a zero in front (`zeroPaddedFilemode` of git-fsck(1)).
        let mode = mode.strip_prefix(b"0").unwrap_or(mode);
        Some(Item { mode, name: &rest[..end], id })
    }

    fn is_folder(&self) -> bool {
        self.mode == FOLDER
    }

    fn id(&self) -> ObjectId {
        ObjectId::from_bytes(self.id)
    }

    /// Compares in git's order (`base_name_compare`): a folder sorts as if its name ended in a slash. So a
    /// file and a folder with the same name are two names.
    pub(super) fn order(&self, other: &Item<'_>) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        let next = |item: &Item<'_>| match item.name.get(shared) {
            Some(byte) => Some(*byte),
            None if item.is_folder() => Some(b'/'),
            None => None,
        };
        let start = self.name[..shared].cmp(&other.name[..shared]);
        start.then_with(|| next(self).cmp(&next(other)))
    }

    pub(super) fn node(&self) -> Node {
        node_of(self.mode, self.id())
    }
}

/// Returns the type for a mode.
pub(super) fn node_of(mode: &[u8], id: ObjectId) -> Node {
    match mode {
        FOLDER => Node::Folder(Some(id)),
        LINK => Node::Link(id),
        SUBMODULE => Node::Submodule,
        _ => Node::File(id),
    }
}

/// Parses a folder, sorted by the bytes of the names; nothing if it is truncated or not a folder.
pub(super) fn entries(mut listing: &[u8], id_length: usize) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while let Some(item) = Item::take(&mut listing, id_length) {
        entries.push(Entry { name: item.name.to_vec(), node: item.node() });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    listing.is_empty().then_some(entries)
}

/// Collects the entries of a folder; of duplicate names, the first.
pub(super) fn index(mut listing: &[u8], id_length: usize) -> HashMap<Vec<u8>, Node> {
    let mut nodes = HashMap::new();
    while let Some(item) = Item::take(&mut listing, id_length) {
        nodes.entry(item.name.to_vec()).or_insert_with(|| item.node());
    }
    nodes
}

/// Looks up a name; nothing if the folder does not have it.
pub(super) fn node(mut listing: &[u8], name: &[u8], id_length: usize) -> Option<Node> {
    while let Some(item) = Item::take(&mut listing, id_length) {
        if item.name == name {
            return Some(item.node());
        }
    }
    None
}
