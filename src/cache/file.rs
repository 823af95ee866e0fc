//! Where the file of facts lies, and how it is replaced while others read it and write it.
//!
//! A new file is written beside the old one under a name of its own, which is locked meanwhile, and
//! renamed. A run that finds it locked writes nothing; one that finds it left behind by a run that was killed
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

/// How the names of files of facts begin; then comes who wrote them.
const NAME: &str = "facts-";
/// What the name of a file ends in that is being written.
const UNFINISHED: &str = ".new";

/// For how many days a fact is kept that is of no use.
const DAYS: u32 = 60;
/// How many files are kept, with that of this build: somebody may use two of them in turn.
const BUILDS: usize = 3;

/// A file of facts that belongs to this build of the program.
#[derive(Debug)]
pub(super) struct FactFile {
    folder: PathBuf,
    reader: u64,
}

impl FactFile {
    /// Names the file in a common folder; none where nobody can tell one build from another, and where
    /// another user may have written the facts.
    pub(super) fn of(common_dir: &Path) -> Option<FactFile> {
        let folder = common_dir.join(own_file::FOLDER);
        match fs::symlink_metadata(&folder) {
            Ok(found) if !found.is_dir() || !own_file::is_trusted(&found) => None,
            Ok(_) | Err(_) => Some(FactFile { folder, reader: build()? }),
        }
    }

    /// Opens the file, where there is one and it is whole.
    pub(super) fn open(&self) -> Option<Table> {
        Table::open(&self.path(), self.reader)
    }

    /// Writes facts beside those that are kept; `used` are the kept ones of use to this run. Both are
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

    /// Removes what a run has left that was killed while it wrote.
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

    /// Removes the files of builds that were not in use for longest.
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

/// Removes everything that is kept in a common folder.
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

/// Names this build: what one build reads in a migration another one may read otherwise.
///
/// Where all files are dated alike, only [`file_system::replaced`] tells them apart.
fn build() -> Option<u64> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let mut hasher = DefaultHasher::new();
    let written = (file_system::modified(&program), program.len());
    (env!("CARGO_PKG_VERSION"), written, file_system::replaced(&program)).hash(&mut hasher);
    Some(hasher.finish())
}

/// Takes the newer of two facts of one key, and as many as may be kept.
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

/// A file that is being written and that nobody else writes; removed unless it is finished.
#[derive(Debug)]
struct Draft {
    file: File,
    path: PathBuf,
    _noted: Noted,
}

impl Draft {
    /// Begins to write; nothing where somebody else does, or where files here are another user's.
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
