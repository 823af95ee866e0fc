//! The entries of a pack, mostly read from front to back.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};

use super::ID;
use super::delta::Delta;
use super::index::Index;
use crate::tree::{Content, ObjectId};

/// Larger blobs than this are libgit2's, whatever may be read.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How many bytes of the pack are read at once.
const WINDOW: usize = 32 * 1024;
/// How many such stretches are kept: what a delta stands on mostly lies not far in front of it.
const WINDOWS: usize = 8;
/// How many bytes of content are kept for those that stand on it; then the older half is forgotten.
const KEPT: usize = 2 * 1024 * 1024;
/// How many deltas may stand on each other; git writes no more than this.
const LONGEST: usize = 4095;
/// How many times as large as what is wanted anything that it stands on may be.
const LARGER: u64 = 4;

/// The numbers of a pack for kinds of entries.
const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const ID_DELTA: u8 = 7;

/// Reads the entries of one pack.
pub(super) struct Entries<'p> {
    windows: Windows<'p>,
    index: &'p Index,
    inflater: Decompress,
    delta: Vec<u8>,
    kept: Kept,
}

/// What an entry says of itself.
struct Header {
    form: Form,
    /// How many bytes it has once it is unpacked.
    size: u64,
    /// Where the packed bytes begin.
    start: u64,
}

enum Form {
    Blob,
    /// A delta to what lies there.
    Delta(u64),
}

impl<'p> Entries<'p> {
    pub(super) fn new(file: &'p File, index: &'p Index) -> Entries<'p> {
        Entries {
            windows: Windows { file, windows: Default::default() },
            index,
            inflater: Decompress::new(true),
            delta: Vec::new(),
            kept: Kept::default(),
        }
    }

    /// Reads the blob that lies at an offset, where that has no more bytes than `most`; nothing where
    /// it is not plain.
    pub(super) fn blob(&mut self, offset: u64, most: u64) -> Option<Content> {
        let bound = most.saturating_mul(LARGER);
        let mut deltas = Vec::new();
        let mut at = offset;
        let mut content = loop {
            if let Some(content) = self.kept.get(at) {
                break content;
            }
            let header = self.header(at)?;
            match header.form {
                Form::Blob if deltas.is_empty() && header.size > most => {
                    return Some(Content::TooLarge(header.size));
                }
                Form::Blob => {
                    let mut content = Vec::new();
                    self.inflate(&header, bound, &mut content)?;
                    break self.kept.keep(at, content);
                }
                Form::Delta(base) => {
                    deltas.push((at, header));
                    at = base;
                }
            }
            if deltas.len() > LONGEST {
                return None;
            }
        };
        while let Some((at, header)) = deltas.pop() {
            let mut bytes = std::mem::take(&mut self.delta);
            self.inflate(&header, bound, &mut bytes)?;
            let delta = Delta::new(&bytes)?;
            if delta.size > most && deltas.is_empty() {
                return Some(Content::TooLarge(delta.size));
            }
            let result = if delta.size > bound { None } else { delta.apply(&content) };
            content = self.kept.keep(at, result?);
            self.delta = bytes;
        }
        Some(Content::of(content.to_vec(), most))
    }

    fn header(&mut self, offset: u64) -> Option<Header> {
        let mut at = offset;
        let mut byte = self.windows.byte(&mut at)?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 0xf);
        let mut shift = 4;
        while byte & 0x80 != 0 && shift < u64::BITS {
            byte = self.windows.byte(&mut at)?;
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let form = match kind {
            BLOB => Form::Blob,
            OFFSET_DELTA => Form::Delta(offset.checked_sub(self.distance(&mut at)?)?),
            ID_DELTA => Form::Delta(self.base(&mut at)?),
            _ => return None,
        };
        Some(Header { form, size, start: at })
    }

    /// Reads how far in front of a delta its base lies.
    fn distance(&mut self, at: &mut u64) -> Option<u64> {
        let mut byte = self.windows.byte(at)?;
        let mut distance = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.windows.byte(at)?;
            distance = distance.checked_add(1)?.checked_mul(0x80)? | u64::from(byte & 0x7f);
        }
        Some(distance)
    }

    fn base(&mut self, at: &mut u64) -> Option<u64> {
        let mut id = [0; ID];
        for byte in &mut id {
            *byte = self.windows.byte(at)?;
        }
        self.index.find(&[ObjectId::from_bytes(&id)]).pop()?
    }

    /// Unpacks an entry that has no more bytes than `most`, and exactly as many as it says.
    fn inflate(&mut self, header: &Header, most: u64, content: &mut Vec<u8>) -> Option<()> {
        if header.size > most.min(LARGEST) {
            return None;
        }
        let size = usize::try_from(header.size).ok()?;
        content.clear();
        // One more, lest an entry goes on behind what it says.
        content.resize(size + 1, 0);
        self.inflater.reset(true);
        let mut at = header.start;
        loop {
            let (taken, given) = (self.inflater.total_in(), self.inflater.total_out());
            let input = self.windows.rest(at)?;
            let output = &mut content[given as usize..];
            let status = self.inflater.decompress(input, output, FlushDecompress::None).ok()?;
            at += self.inflater.total_in() - taken;
            match status {
                Status::StreamEnd => break,
                _ if self.inflater.total_in() == taken => return None,
                Status::Ok | Status::BufError => {}
            }
        }
        content.truncate(size);
        (self.inflater.total_out() == header.size).then_some(())
    }
}

/// Some stretches of the pack in memory.
struct Windows<'p> {
    file: &'p File,
    windows: [Window; WINDOWS],
}

#[derive(Default)]
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Windows<'_> {
    /// Returns the byte at a place, and steps behind it.
    fn byte(&mut self, at: &mut u64) -> Option<u8> {
        let byte = *self.rest(*at)?.first()?;
        *at += 1;
        Some(byte)
    }

    /// Returns what is in memory from a place on, which is a byte at least.
    fn rest(&mut self, at: u64) -> Option<&[u8]> {
        let number = at / WINDOW as u64;
        let start = number * WINDOW as u64;
        let window = &mut self.windows[(number % WINDOWS as u64) as usize];
        if window.bytes.is_empty() || window.start != start {
            window.start = start;
            window.bytes.resize(WINDOW, 0);
            let length = self.file.read_at(&mut window.bytes, start).unwrap_or(0);
            window.bytes.truncate(length);
        }
        window.bytes.get((at - start) as usize..).filter(|rest| !rest.is_empty())
    }
}

/// Contents by their places, of which the older half is forgotten where they are many.
#[derive(Default)]
struct Kept {
    newer: HashMap<u64, Rc<[u8]>>,
    older: HashMap<u64, Rc<[u8]>>,
    /// How many bytes the newer ones have.
    size: usize,
}

impl Kept {
    fn get(&self, at: u64) -> Option<Rc<[u8]>> {
        self.newer.get(&at).or_else(|| self.older.get(&at)).cloned()
    }

    fn keep(&mut self, at: u64, content: Vec<u8>) -> Rc<[u8]> {
        if self.size > KEPT / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.size = 0;
        }
        self.size += content.len();
        let content: Rc<[u8]> = content.into();
        self.newer.insert(at, Rc::clone(&content));
        content
    }
}
