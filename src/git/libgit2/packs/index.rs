//! The index of a pack, which tells where an object lies in it.
//!
//! This is version 2 of the format that gitformat-pack(5) describes; version 1 is older than most.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::ID;
use crate::tree::ObjectId;

const MAGIC: [u8; 8] = *b"\xfftOc\0\0\0\x02";
/// One count for each first byte of an id.
const COUNTS: usize = 256;
/// How many objects are looked at together, where more than one first byte is.
const PAGE: u32 = 16 * 1024;
/// More objects with the same first byte than this are not looked at.
const MOST: u32 = 1024 * 1024;
/// An offset with this bit is the number of a larger one.
const LARGE: u32 = 1 << 31;

pub(super) struct Index {
    file: File,
    /// How many objects have an id that begins with a byte or with a lesser one.
    counts: Vec<u32>,
}

impl Index {
    pub(super) fn open(path: &Path) -> Option<Index> {
        let file = File::open(path).ok()?;
        let mut head = [0; MAGIC.len() + 4 * COUNTS];
        file.read_exact_at(&mut head, 0).ok()?;
        let (counts, _) = head.strip_prefix(&MAGIC)?.as_chunks();
        let counts: Vec<u32> = counts.iter().map(|count| u32::from_be_bytes(*count)).collect();
        counts.is_sorted().then_some(Index { file, counts })
    }

    /// Finds where objects lie, whose ids are sorted; nothing in the place of those that are not there.
    pub(super) fn find(&self, sorted: &[ObjectId]) -> Vec<Option<u64>> {
        let mut page: Option<Page> = None;
        let find = |id: &ObjectId| {
            let bytes: &[u8; ID] = id.as_bytes().try_into().ok()?;
            if page.as_ref().is_none_or(|page| page.last < bytes[0]) {
                page = self.page(bytes[0]);
            }
            let place = page.as_ref()?.offset_of(bytes)?;
            match place & LARGE {
                0 => Some(place.into()),
                _ => self.large_offset(place ^ LARGE),
            }
        };
        sorted.iter().map(find).collect()
    }

    /// Reads the ids that begin with a byte, and with as many of the next as fit.
    fn page(&self, first: u8) -> Option<Page> {
        let before = first.checked_sub(1).map_or(0, |before| self.counts[usize::from(before)]);
        let fits = |last: &u8| self.counts[usize::from(*last)] - before <= PAGE;
        let last = (first..=u8::MAX).rev().find(fits).unwrap_or(first);
        let count = self.counts[usize::from(last)] - before;
        if count > MOST {
            return None;
        }
        let ids = self.read(self.ids() + ID as u64 * u64::from(before), count, ID)?;
        let offsets = self.read(self.offsets() + 4 * u64::from(before), count, 4)?;
        Some(Page { last, ids, offsets })
    }

    fn read(&self, start: u64, count: u32, size: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count as usize * size];
        self.file.read_exact_at(&mut bytes, start).ok()?;
        Some(bytes)
    }

    fn large_offset(&self, number: u32) -> Option<u64> {
        let start = self.offsets() + 4 * self.total() + 8 * u64::from(number);
        let bytes = self.read(start, 1, 8)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn ids(&self) -> u64 {
        (MAGIC.len() + 4 * COUNTS) as u64
    }

    /// The offsets come behind the ids and a checksum of four bytes for each.
    fn offsets(&self) -> u64 {
        self.ids() + (ID as u64 + 4) * self.total()
    }

    fn total(&self) -> u64 {
        self.counts[COUNTS - 1].into()
    }
}

/// Some ids and offsets in a row.
struct Page {
    /// The last first byte of which all ids are here.
    last: u8,
    ids: Vec<u8>,
    offsets: Vec<u8>,
}

impl Page {
    fn offset_of(&self, id: &[u8; ID]) -> Option<u32> {
        let (ids, _) = self.ids.as_chunks::<ID>();
        let (offsets, _) = self.offsets.as_chunks::<4>();
        let number = ids.binary_search(id).ok()?;
        Some(u32::from_be_bytes(*offsets.get(number)?))
    }
}
