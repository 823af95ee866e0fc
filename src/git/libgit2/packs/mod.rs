//! The packs of a repository, for reading thousands of blobs in a row.
//!
//! libgit2 answers for one object at a time: for its size it goes down its chain of deltas, and for its
//! content once more. Here a list is read in the order of the pack, each base once, on as many threads as
//! there are. Whatever is not plain (an object outside of these packs, a damaged one, one that stands on
//! another kind, on another pack or on much larger ones) is left to libgit2, which has the last word.

mod delta;
mod entry;
mod index;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use crate::tree::{Content, ObjectId};

use entry::Entries;
use index::Index;

/// How many bytes the id of an object has here.
const ID: usize = 20;
/// Among how many of the objects that come next one is looked for.
const AHEAD: usize = 16;
/// How many packs are held open: each takes two file descriptors.
const MOST_PACKS: usize = 32;
/// Fewer blobs than this are read sooner than a thread is started.
const WORTH_A_THREAD: usize = 128;

/// The packs that were there when they were asked for first.
pub(super) struct Packs {
    packs: Vec<Pack>,
    /// Where objects lie that are about to be read, in that order.
    known: RefCell<VecDeque<(ObjectId, Place)>>,
}

struct Pack {
    index: Index,
    file: File,
}

/// A place in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    pack: usize,
    offset: u64,
}

impl Packs {
    /// Opens the packs of object databases; those that cannot be opened are left out.
    pub(super) fn open(databases: &[PathBuf]) -> Packs {
        let folders =
            databases.iter().filter_map(|objects| fs::read_dir(objects.join("pack")).ok());
        let paths = folders.flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut indexes: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect();
        // The largest hold nearly everything; what is in the others libgit2 reads.
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        indexes.sort_by_cached_key(|path| (Reverse(size(path)), path.clone()));
        indexes.truncate(MOST_PACKS);
        let packs = indexes.iter().filter_map(|index| Pack::open(index)).collect();
        Packs { packs, known: RefCell::default() }
    }

    /// Returns the order in which objects are best read, and remembers where they lie.
    pub(super) fn order(&self, ids: &[ObjectId]) -> Vec<usize> {
        let places = self.find(ids);
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|number| places[*number]);
        let known = order.iter().filter_map(|number| Some((ids[*number], places[*number]?)));
        *self.known.borrow_mut() = known.collect();
        order
    }

    /// Reads blobs, in the order of their ids; none that has more bytes than `most`, and nothing in the
    /// place of what is not to be read here.
    pub(super) fn blobs(&self, ids: &[ObjectId], most: u64) -> Vec<Option<Content>> {
        let mut wanted: Vec<(Place, usize)> = self
            .find(ids)
            .into_iter()
            .enumerate()
            .filter_map(|(number, place)| Some((place?, number)))
            .collect();
        wanted.sort_unstable();
        let mut contents: Vec<Option<Content>> = ids.iter().map(|_| None).collect();
        for (number, content) in read_all(&self.packs, &wanted, most) {
            contents[number] = content;
        }
        contents
    }

    fn find(&self, ids: &[ObjectId]) -> Vec<Option<Place>> {
        let mut known = self.known.borrow_mut();
        let place = |id: &ObjectId| {
            let number = known.iter().take(AHEAD).position(|(known, _)| known == id)?;
            known.drain(..=number).next_back().map(|(_, place)| place)
        };
        let mut places: Vec<Option<Place>> = ids.iter().map(place).collect();
        if known.is_empty() {
            known.shrink_to_fit();
        }
        for (pack, Pack { index, .. }) in self.packs.iter().enumerate() {
            let missing = |number: &usize| places[*number].is_none();
            let mut missing: Vec<usize> = (0..ids.len()).filter(missing).collect();
            missing.sort_unstable_by_key(|number| ids[*number]);
            let sorted: Vec<ObjectId> = missing.iter().map(|number| ids[*number]).collect();
            for (number, offset) in missing.iter().zip(index.find(&sorted)) {
                places[*number] = offset.map(|offset| Place { pack, offset });
            }
        }
        places
    }
}

impl Pack {
    fn open(index: &Path) -> Option<Pack> {
        let file = File::open(index.with_extension("pack")).ok()?;
        Some(Pack { index: Index::open(index)?, file })
    }
}

type Numbered = (usize, Option<Content>);

/// Reads what lies at sorted places.
fn read_all(packs: &[Pack], wanted: &[(Place, usize)], most: u64) -> Vec<Numbered> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = threads.min(wanted.len() / WORTH_A_THREAD).max(1);
    thread::scope(|scope| {
        let mut parts = wanted.chunks(wanted.len().div_ceil(threads).max(1));
        let first = parts.next().unwrap_or_default();
        let others: Vec<_> =
            parts.map(|part| scope.spawn(move || read_part(packs, part, most))).collect();
        let mut contents = read_part(packs, first, most);
        for other in others {
            match other.join() {
                Ok(part) => contents.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        contents
    })
}

fn read_part(packs: &[Pack], wanted: &[(Place, usize)], most: u64) -> Vec<Numbered> {
    let mut contents = Vec::with_capacity(wanted.len());
    for wanted in wanted.chunk_by(|(one, _), (other, _)| one.pack == other.pack) {
        let Pack { index, file } = &packs[wanted[0].0.pack];
        let mut entries = Entries::new(file, index);
        contents.extend(
            wanted.iter().map(|(place, number)| (*number, entries.blob(place.offset, most))),
        );
    }
    contents
}
