//! The format of the cache file: sorted by key, so that lookups need not read all of it.
//!
//! ```text
//! magic, reader, count, length of the facts      28 bytes
//! how many keys begin with each byte or a lesser  256 times 4 bytes
//! key, day of last use, place, length             28 bytes a fact, sorted by key
//! checksum of key and fact, fact                  one after the other
//! ```
//!
//! A fact with a wrong checksum is ignored, and so is a whole file with a wrong length: it was truncated,
//! or has another format.

use std::cell::OnceCell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use super::key::{self, Key};
use crate::platform::{file_system, own_file};

const MAGIC: &[u8; 8] = b"aguard\x001";
const FAN_OUT: usize = 256;
const HEADER: usize = MAGIC.len() + 8 + 4 + 8 + FAN_OUT * 4;
const ENTRY: usize = key::LENGTH + 12;
const CHECKSUM: usize = 4;

/// The maximum size of all facts in a file, in bytes.
pub(super) const MOST: usize = 64 * 1024 * 1024;

/// One fact with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) key: Key,
    /// The day of its last use, counted from 1970.
    pub(super) day: u32,
    pub(super) fact: Vec<u8>,
}

/// An open cache file.
#[derive(Debug)]
pub(super) struct Table {
    file: File,
    /// For each byte, the number of keys that start with it or a smaller one.
    fan_out: Vec<u32>,
    /// The size of the facts in bytes.
    facts: u64,
    /// The content of the whole file, if it was read.
    content: OnceCell<Vec<u8>>,
}

impl Table {
    /// Opens a file of the same format; returns nothing if it is missing or damaged, or if another user may
    /// have written it.
    pub(super) fn open(path: &Path, reader: u64) -> Option<Table> {
        let file = own_file::open(path, OpenOptions::new().read(true)).ok()?;
        own_file::is_trusted(&file.metadata().ok()?).then_some(())?;
        let mut header = [0; HEADER];
        file_system::read_at(&file, &mut header, 0).ok()?;
        let (magic, mut rest) = header.split_at(MAGIC.len());
        let (written_by, count, facts) = (u64_of(&mut rest), u32_of(&mut rest), u64_of(&mut rest));
        let fan_out: Vec<u32> = (0..FAN_OUT).map(|_| u32_of(&mut rest)).collect();
        let length = (HEADER as u64 + u64::from(count) * ENTRY as u64).checked_add(facts);
        let is_whole = magic == MAGIC
            && facts <= MOST as u64
            && written_by == reader
            && fan_out.is_sorted()
            && fan_out.last() == Some(&count)
            && length == file.metadata().ok().map(|metadata| metadata.len());
        is_whole.then_some(Table { file, fan_out, facts, content: OnceCell::new() })
    }

    /// Returns how many facts there are.
    pub(super) fn len(&self) -> usize {
        self.fan_out.last().map_or(0, |count| *count as usize)
    }

    /// Reads the whole file, for a run that will look up a large part of it.
    pub(super) fn load(&self) {
        let length = HEADER + self.len() * ENTRY + self.facts as usize;
        let mut content = vec![0; length];
        if file_system::read_at(&self.file, &mut content, 0).is_ok() {
            drop(self.content.set(content));
        }
    }

    /// Finds a fact.
    pub(super) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let first = usize::from(key.0[0]);
        let start = first.checked_sub(1).map_or(0, |before| self.fan_out[before]) as usize;
        let end = self.fan_out[first] as usize;
        self.with(HEADER + start * ENTRY..HEADER + end * ENTRY, |entries| {
            let (entries, _) = entries.as_chunks::<ENTRY>();
            let place = entries.binary_search_by(|entry| entry[..key::LENGTH].cmp(&key.0)).ok()?;
            self.fact(key, &entries[place])
        })
    }

    /// Returns every intact fact, by key.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.load();
        let entries = HEADER..HEADER + self.len() * ENTRY;
        let entries = self.with(entries, |entries| Some(entries.to_vec())).unwrap_or_default();
        let (entries, _) = entries.as_chunks::<ENTRY>();
        let entries = entries.to_vec();
        entries.into_iter().filter_map(|entry| {
            let (key, mut rest) = entry.split_first_chunk::<{ key::LENGTH }>()?;
            let key = Key(*key);
            Some(Record { key, day: u32_of(&mut rest), fact: self.fact(&key, &entry)? })
        })
    }

    fn fact(&self, key: &Key, entry: &[u8; ENTRY]) -> Option<Vec<u8>> {
        let mut rest = &entry[key::LENGTH + 4..];
        let (place, length) = (u32_of(&mut rest) as usize, u32_of(&mut rest) as usize);
        let end = place.checked_add(length).filter(|end| *end as u64 <= self.facts)?;
        let facts = HEADER + self.len() * ENTRY;
        self.with(facts + place..facts + end, |content| {
            let (mut sum, fact) = content.split_at_checked(CHECKSUM)?;
            (u32_of(&mut sum) == checksum(key, fact)).then(|| fact.to_vec())
        })
    }

    fn with<T>(&self, range: Range<usize>, use_it: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        if let Some(content) = self.content.get() {
            return use_it(content.get(range)?);
        }
        let mut part = vec![0; range.len()];
        file_system::read_at(&self.file, &mut part, range.start as u64).ok()?;
        use_it(&part)
    }
}

/// Writes facts, which must be sorted by unique keys.
pub(super) fn write(file: &File, reader: u64, records: &[Record]) -> io::Result<()> {
    let too_much = |_| io::Error::from(io::ErrorKind::FileTooLarge);
    let mut fan_out = [0_u32; FAN_OUT];
    for record in records {
        fan_out[usize::from(record.key.0[0])] += 1;
    }
    let mut out = BufWriter::with_capacity(1 << 16, file);
    out.write_all(MAGIC)?;
    out.write_all(&reader.to_le_bytes())?;
    out.write_all(&u32::try_from(records.len()).map_err(too_much)?.to_le_bytes())?;
    let facts: usize = records.iter().map(size).sum();
    out.write_all(&(facts as u64).to_le_bytes())?;
    let mut count = 0;
    for more in fan_out {
        count += more;
        out.write_all(&count.to_le_bytes())?;
    }
    let mut place = 0;
    for record in records {
        out.write_all(&record.key.0)?;
        for number in [record.day as usize, place, size(record)] {
            out.write_all(&u32::try_from(number).map_err(too_much)?.to_le_bytes())?;
        }
        place += size(record);
    }
    for record in records {
        out.write_all(&checksum(&record.key, &record.fact).to_le_bytes())?;
        out.write_all(&record.fact)?;
    }
    out.flush()
}

/// Returns the size of a fact without its entry, in bytes.
pub(super) fn size(record: &Record) -> usize {
    CHECKSUM + record.fact.len()
}

fn checksum(key: &Key, fact: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&key.0);
    hasher.update(fact);
    hasher.finalize()
}

/// Takes a number off the start; missing bytes read as zero, but callers check the length first.
fn u32_of(bytes: &mut &[u8]) -> u32 {
    bytes.split_off(..4).and_then(|it| it.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_of(bytes: &mut &[u8]) -> u64 {
    bytes.split_off(..8).and_then(|it| it.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cache::FactKind;

    const READER: u64 = 42;

    fn records() -> Vec<Record> {
        let record = |number: u32| Record {
            key: Key::of(FactKind::Node, &[&number.to_le_bytes()]),
            day: number,
            fact: number.to_string().repeat(number as usize).into_bytes(),
        };
        let mut records: Vec<Record> = (0..400).map(record).collect();
        records.sort_by_key(|record| record.key);
        records
    }

    fn written(records: &[Record]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("facts");
        write(&File::create(&path).expect("it is new"), READER, records).expect("it is written");
        (folder, path)
    }

    #[test]
    fn what_was_written_is_found_looked_up_or_loaded() {
        let records = records();
        let (_folder, path) = written(&records);
        let looked_up = Table::open(&path, READER).expect("it is whole");
        let loaded = Table::open(&path, READER).expect("it is whole");
        loaded.load();
        for record in &records {
            assert_eq!(looked_up.get(&record.key).as_ref(), Some(&record.fact));
            assert_eq!(loaded.get(&record.key).as_ref(), Some(&record.fact));
        }
        let unknown = Key::of(FactKind::Verdict, &[b"nobody wrote this"]);
        assert_eq!((looked_up.get(&unknown), loaded.get(&unknown)), (None, None));
        assert_eq!(looked_up.records().collect::<Vec<_>>(), records);
    }

    #[test]
    fn an_empty_table_holds_nothing() {
        let (_folder, path) = written(&[]);
        let table = Table::open(&path, READER).expect("it is whole");
        assert_eq!(
            (table.len(), table.get(&Key([0; 16])), table.get(&Key([255; 16]))),
            (0, None, None)
        );
    }

    #[test]
    fn a_file_of_another_reader_or_of_another_length_holds_nothing() {
        let (_folder, path) = written(&records());
        assert!(Table::open(&path, READER + 1).is_none());
        let whole = fs::read(&path).expect("it is there");
        for length in (0..whole.len()).step_by(997).chain([whole.len() - 1]) {
            fs::write(&path, &whole[..length]).expect("it is written");
            assert!(Table::open(&path, READER).is_none(), "{length}");
        }
        fs::write(&path, [whole.as_slice(), b"0"].concat()).expect("it is written");
        assert!(Table::open(&path, READER).is_none());
    }

    #[test]
    fn a_byte_that_has_turned_yields_a_miss_and_never_another_fact() {
        let records = records();
        let (_folder, path) = written(&records);
        let whole = fs::read(&path).expect("it is there");
        let entries = HEADER + records.len() * ENTRY;
        for place in (0..entries).step_by(131).chain((entries..whole.len()).step_by(5003)) {
            let mut turned = whole.clone();
            turned[place] ^= 0x55;
            fs::write(&path, &turned).expect("it is written");
            let Some(table) = Table::open(&path, READER) else { continue };
            for record in &records {
                let found = table.get(&record.key);
                assert!(found.is_none() || found.as_ref() == Some(&record.fact), "{place}");
            }
            assert!(table.records().all(|found| records.iter().any(|it| it.fact == found.fact)));
        }
    }
}
