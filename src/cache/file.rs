//! The cache file: its location, and how it is replaced while other runs use it.
//!
//! A new file is written next to the old one under a unique name, which is locked meanwhile, and then
//! renamed. A run that finds it locked writes nothing; a run that finds one left behind by a killed run
//! removes it.

use std::fs::{self, DirEntry, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::key::Key;
use super::table::{self, Record, Table};
use crate::platform::cleanup::{self, Leftover, Noted};
use crate::platform::{file_system, own_file};

/// The prefix of cache file names, followed by the build that wrote them.
const NAME: &str = "facts-";
/// The suffix of a file that is being written.
const UNFINISHED: &str = ".new";

/// The number of days for which an unused fact is kept.
const DAYS: u32 = 60;
/// The number of files that are kept, including that of this build: a user may alternate between two
/// builds.
const BUILDS: usize = 3;

/// A cache file that belongs to this build of the program.
#[derive(Debug)]
pub(super) struct FactFile {
    folder: PathBuf,
    reader: u64,
}

impl FactFile {
    /// Returns the file in a common folder; nothing if builds cannot be told apart or another user may have
    /// written the facts.
    pub(super) fn of(common_dir: &Path) -> Option<FactFile> {
        let folder = common_dir.join(own_file::FOLDER);
        match fs::symlink_metadata(&folder) {
            Ok(found) if !found.is_dir() || !own_file::is_trusted(&found) => None,
            Ok(_) | Err(_) => Some(FactFile { folder, reader: build()? }),
        }
    }

    /// Opens the file if it exists and is intact.
    pub(super) fn open(&self) -> Option<Table> {
        Table::open(&self.path(), self.reader)
    }

    /// Writes new facts along with the kept ones; `used` are the kept ones that this run used. Both are
    /// sorted by key.
    pub(super) fn add(&self, found: Vec<Record>, used: &[Key]) {
        let Ok(Some(draft)) = Draft::begin(&self.folder, &self.unfinished()) else {
            return;
        };
        // Others may have written since this run has read.
        let kept = self.open();
        let mut records = found;
        if let Some(kept) = &kept {
            records.extend(kept.records());
        }
        let records = worth_keeping(records, used);
        if table::write(&draft.file, self.reader, &records).is_ok() {
            // Where it fails the draft is removed, and nothing is lost but time.
            let _ = draft.finish(&self.path());
        }
        self.forget_other_builds();
    }

    /// Removes the leftovers of a run that was killed while writing.
    pub(super) fn tidy(&self) {
        let path = self.unfinished();
        if fs::symlink_metadata(&path).is_ok() {
            drop(Draft::begin(&self.folder, &path));
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{NAME}{:016x}", self.reader))
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.join(format!("{NAME}{:016x}{UNFINISHED}", self.reader))
    }

    /// Removes the files of the least recently used builds.
    fn forget_other_builds(&self) {
        let own = self.path();
        let mut others: Vec<_> = files(&self.folder)
            .filter(|file| file.path() != own && file.path() != self.unfinished())
            .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path())))
            .collect();
        others.sort();
        let surplus = (others.len() + 1).saturating_sub(BUILDS);
        for (_, path) in others.drain(..surplus) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes all cache files in a common folder.
pub fn forget(common_dir: &Path) -> io::Result<()> {
    let folder = common_dir.join(own_file::FOLDER);
    if !own_file::is_folder(&folder).unwrap_or(false) {
        return Ok(());
    }
    for file in files(&folder) {
        fs::remove_file(file.path())?;
    }
    // Something else may be in it still.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// Returns the number of the day, counted from 1970.
pub(super) fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / (24 * 60 * 60)).unwrap_or(0)
}

fn files(folder: &Path) -> impl Iterator<Item = DirEntry> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(NAME.as_bytes()))
}

/// Returns an id of this build: another build may read a migration differently.
///
/// If all files have the same date, only [`file_system::replaced`] distinguishes builds.
fn build() -> Option<u64> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let mut hasher = DefaultHasher::new();
    let written = (file_system::modified(&program), program.len());
    (env!("CARGO_PKG_VERSION"), written, file_system::replaced(&program)).hash(&mut hasher);
    Some(hasher.finish())
}

/// Merges facts: keeps the newer of two facts with the same key, up to the limit.
fn worth_keeping(mut records: Vec<Record>, used: &[Key]) -> Vec<Record> {
    let today = today();
    // A stable sort leaves what was just found before what was kept.
    records.sort_by_key(|record| record.key);
    records.dedup_by_key(|record| record.key);
    for record in &mut records {
        if used.binary_search(&record.key).is_ok() {
            record.day = today;
        }
    }
    records.retain(|record| record.day.saturating_add(DAYS) >= today);
    if records.iter().map(table::size).sum::<usize>() > table::MOST {
        records.sort_by_key(|record| std::cmp::Reverse(record.day));
        let mut total = 0;
        records.retain(|record| {
            total += table::size(record);
            total <= table::MOST
        });
        records.sort_by_key(|record| record.key);
    }
    records
}

/// A file that is being written and locked; removed unless it is finished.
#[derive(Debug)]
struct Draft {
    file: File,
    path: PathBuf,
    _noted: Noted,
}

impl Draft {
    /// Starts to write; returns nothing if another run is writing or the files belong to another user.
    fn begin(folder: &Path, path: &Path) -> io::Result<Option<Draft>> {
        let common_dir = folder.parent().unwrap_or(folder);
        if !own_file::is_own(&fs::metadata(common_dir)?) {
            return Ok(None);
        }
        own_file::create_folder(folder)?;
        cleanup::begin_watch();
        let file = own_file::open_or_create(path)?;
        let is_trusted = own_file::is_trusted(&fs::symlink_metadata(folder)?)
            && own_file::is_trusted(&file.metadata()?);
        match file.try_lock() {
            // Who held the lock before may have renamed it.
            Ok(()) if is_trusted && file_system::is_at(&file, path) => {}
            Ok(()) | Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                // Where nobody can lock nobody writes.
                let _ = fs::remove_file(path);
                return Err(error);
            }
        }
        file.set_len(0)?;
        let path = path.to_owned();
        let _noted = cleanup::note(Leftover::File(path.clone()));
        Ok(Some(Draft { file, path, _noted }))
    }

    fn finish(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once it has another name, what is at this one is another's.
        if file_system::is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
