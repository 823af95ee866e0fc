//! Caches git tree objects, each read once, and facts about them.
//!
//! Two commits share most of their folders, and unpacking a folder of a hundred thousand names takes longer
//! than everything else, so facts about large ones are cached between runs.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::cache::{Cache, FactKind, Key};
use crate::git::Reason;
use crate::git::backend::{Backend, Kind};
use crate::git::tree_diff::{Difference, differences};
use crate::git::tree_object;
use crate::tree::{Entry, Node, ObjectId};

/// How many bytes of folders are kept in memory before all are dropped.
const KEPT: usize = 32 * 1024 * 1024;

/// Facts about smaller folders, in bytes, are computed faster than looked up.
const LARGE: usize = 8 * 1024;

/// Larger differences are not cached.
const FEW: usize = 256;

/// How often a large folder is searched linearly before its names are indexed.
const FEW_SEARCHES: usize = 4;

/// The folders that were read in this run.
#[derive(Default)]
pub(super) struct Folders {
    listings: RefCell<HashMap<ObjectId, Rc<Listing>>>,
    kept: Cell<usize>,
    cache: Rc<Cache>,
}

/// A tree object.
struct Listing {
    bytes: Box<[u8]>,
    /// The number of searches.
    searches: Cell<usize>,
    index: OnceCell<HashMap<Vec<u8>, Node>>,
}

impl Listing {
    fn of(bytes: Vec<u8>) -> Listing {
        Listing { bytes: bytes.into(), searches: Cell::new(0), index: OnceCell::new() }
    }

    fn node(&self, name: &[u8], id_length: usize) -> Option<Node> {
        self.searches.set(self.searches.get() + 1);
        if self.bytes.len() < LARGE || self.searches.get() <= FEW_SEARCHES {
            return tree_object::node(&self.bytes, name, id_length);
        }
        let index = self.index.get_or_init(|| tree_object::index(&self.bytes, id_length));
        index.get(name).copied()
    }

    fn is_indexed(&self) -> bool {
        self.index.get().is_some()
    }
}

/// A cached lookup of a name in a folder.
#[derive(Serialize, Deserialize)]
struct Named(Option<Node>);

impl Folders {
    /// Starts with only the facts of a cache.
    pub(super) fn remembering(cache: Rc<Cache>) -> Folders {
        Folders { cache, ..Folders::default() }
    }

    /// Lists a folder, sorted by the bytes of the names.
    pub(super) fn entries(&self, source: &dyn Backend, id: ObjectId) -> Result<Vec<Entry>, Reason> {
        let entries = tree_object::entries(&self.listing(source, id)?.bytes, id.as_bytes().len());
        entries.ok_or_else(|| Reason::new(format!("tree {id} is damaged")))
    }

    /// Looks up a name in a folder.
    pub(super) fn node(
        &self,
        source: &dyn Backend,
        id: ObjectId,
        name: &[u8],
    ) -> Result<Option<Node>, Reason> {
        let find = || {
            let listing = self.listing(source, id)?;
            Ok((listing.node(name, id.as_bytes().len()), listing.bytes.len() >= LARGE))
        };
        if !self.may_be_known([id]) {
            return find().map(|(node, _)| node);
        }
        let key = Key::of(FactKind::Node, &[id.as_bytes(), name]);
        if let Some(Named(node)) = self.cache.recall(&key) {
            return Ok(node);
        }
        let (node, is_large) = find()?;
        if is_large {
            self.cache.note(key, &Named(node));
        }
        Ok(node)
    }

    /// Returns the names that differ between two folders; a missing folder counts as empty.
    pub(super) fn differences(
        &self,
        source: &dyn Backend,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
    ) -> Result<Vec<Difference>, Reason> {
        let find = || {
            let read = |id: Option<ObjectId>| id.map(|id| self.listing(source, id)).transpose();
            let (old, new) = (read(before)?, read(after)?);
            let [old, new] = [&old, &new].map(|it| it.as_ref().map_or(&[][..], |it| &*it.bytes));
            let id_length = before.or(after).map_or(0, |id| id.as_bytes().len());
            let found = differences(old, new, id_length);
            let is_worth_it = old.len() + new.len() >= LARGE && found.len() <= FEW;
            Ok((found, is_worth_it))
        };
        if !self.may_be_known(before.into_iter().chain(after)) {
            return find().map(|(found, _)| found);
        }
        let bytes = |id: &Option<ObjectId>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        let key = Key::of(FactKind::Differences, &[&bytes(&before), &bytes(&after)]);
        if let Some(known) = self.cache.recall(&key) {
            return Ok(known);
        }
        let (found, is_worth_it) = find()?;
        if is_worth_it {
            self.cache.note(key, &found);
        }
        Ok(found)
    }

    /// Returns whether facts about folders may be cached: not if they are known to be small, or indexed in
    /// memory.
    fn may_be_known(&self, ids: impl IntoIterator<Item = ObjectId>) -> bool {
        let listings = self.listings.borrow();
        let lengths = ids.into_iter().map(|id| {
            let listing = listings.get(&id)?;
            Some(if listing.is_indexed() { 0 } else { listing.bytes.len() })
        });
        self.cache.is_on() && lengths.sum::<Option<usize>>().is_none_or(|length| length >= LARGE)
    }

    /// Reads a tree object.
    fn listing(&self, source: &dyn Backend, id: ObjectId) -> Result<Rc<Listing>, Reason> {
        if let Some(listing) = self.listings.borrow().get(&id) {
            return Ok(Rc::clone(listing));
        }
        let listing = Rc::new(Listing::of(source.object(id)?.of_kind(Kind::Tree)?));
        let mut listings = self.listings.borrow_mut();
        if self.kept.get() > KEPT {
            listings.clear();
            self.kept.set(0);
        }
        self.kept.set(self.kept.get() + listing.bytes.len());
        listings.insert(id, Rc::clone(&listing));
        Ok(listing)
    }
}
