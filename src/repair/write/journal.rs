//! The journal: the planned changes of a run, kept in the git folder until all of them are written.
//!
//! It is written twice. First it lists the temporary files, so that the leftovers of a killed run can be
//! removed; once these are all on disk, it is marked complete: from then on, the next run finishes the
//! killed run instead of undoing it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::path::{PythonPath, Temporary, TrackedPath};
use super::{Disk, Error};
use crate::platform::own_file;

/// The version of the journals that this program writes.
const VERSION: u32 = 1;

/// The changes of one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u32,
    /// Set once every temporary is on the disk.
    pub(super) complete: bool,
    /// The folders that are created for new files, the outer ones first.
    pub(super) folders: Vec<TrackedPath>,
    pub(super) entries: Vec<Entry>,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its path, without symlinks.
    pub(super) path: PythonPath,
    /// The id of its old content; `None` if it is new.
    pub(super) before: Option<String>,
    /// Its new content; `None` if it is removed.
    pub(super) after: Option<After>,
}

/// The new content of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct After {
    pub(super) id: String,
    /// The name of the temporary file next to the target.
    pub(super) temporary: Temporary,
}

impl Journal {
    pub(super) fn new(folders: Vec<TrackedPath>, entries: Vec<Entry>) -> Journal {
        Journal { version: VERSION, complete: false, folders, entries }
    }
}

/// The folder in the git folder that holds the journal and the lock.
#[derive(Debug, Clone)]
pub(super) struct Store {
    folder: PathBuf,
}

/// The lock, which the kernel releases when the process ends in any way.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// Removes the lock file in a git folder, unless a run is writing or has to be finished.
pub fn remove_lock(git_dir: &Path) {
    Store::new(git_dir).remove_lock();
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough where another thread is just starting a process, which has a copy.
        let _ = self.file.unlock();
    }
}

impl Store {
    pub(super) fn new(git_dir: &Path) -> Store {
        Store { folder: git_dir.join(own_file::FOLDER) }
    }

    /// Returns whether an earlier run may have left something.
    pub(super) fn is_used(&self) -> bool {
        [self.journal(), self.draft()].iter().any(|path| fs::symlink_metadata(path).is_ok())
    }

    /// Takes the lock; never waits for it.
    pub(super) fn lock(&self, disk: &dyn Disk) -> Result<Lock, Error> {
        let path = self.folder.join("lock");
        let failed = |source| Error::Lock { path: path.clone(), source };
        unless_there(disk.create_folder(&self.folder)).map_err(failed)?;
        if !own_file::is_folder(&self.folder).map_err(failed)? {
            return Err(Error::StoreFolder(self.folder.clone()));
        }
        unless_there(disk.create(&path).map(drop)).map_err(failed)?;
        // A lock through NFS needs a file that is open for writing.
        let file = own_file::open(&path, OpenOptions::new().write(true)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { file }),
            Err(TryLockError::WouldBlock) => Err(Error::Busy),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Removes the lock if nobody holds it and no run has to be finished, and the folder if it is empty.
    fn remove_lock(&self) {
        let path = self.folder.join("lock");
        if self.is_used() || !own_file::is_folder(&self.folder).unwrap_or(false) {
            return;
        }
        if let Ok(file) = own_file::open(&path, OpenOptions::new().write(true))
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
        let _ = fs::remove_dir(&self.folder);
    }

    /// Reads the journal of an earlier run.
    pub(super) fn load(&self) -> Result<Option<Journal>, Error> {
        let path = self.journal();
        let content = match own_file::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                return Err(Error::NoJournal(path));
            }
            Err(source) => return Err(Error::Read { path, source }),
        };
        let version = serde_json::from_slice::<Version>(&content);
        match version {
            Ok(Version { version }) if version != VERSION => {
                Err(Error::JournalVersion { path, version, known: VERSION })
            }
            Ok(_) => serde_json::from_slice(&content)
                .map(Some)
                .map_err(|source| Error::Journal { path, source }),
            Err(source) => Err(Error::Journal { path, source }),
        }
    }

    /// Writes the journal in one step.
    pub(super) fn save(&self, disk: &dyn Disk, journal: &Journal) -> Result<(), Error> {
        let path = self.journal();
        self.replace(disk, journal).map_err(|source| Error::Write { path, source })
    }

    /// Removes the journal and its temporary file.
    pub(super) fn remove(&self, disk: &dyn Disk) -> io::Result<()> {
        for path in [self.draft(), self.journal()] {
            if fs::symlink_metadata(&path).is_ok() {
                disk.remove(&path)?;
            }
        }
        disk.sync_folder(&self.folder)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.folder.join("journal.json")
    }

    fn draft(&self) -> PathBuf {
        self.folder.join("journal.json.new")
    }

    fn replace(&self, disk: &dyn Disk, journal: &Journal) -> io::Result<()> {
        let draft = self.draft();
        if fs::symlink_metadata(&draft).is_ok() {
            disk.remove(&draft)?;
        }
        let file = disk.create(&draft)?;
        disk.write(&file, &serde_json::to_vec_pretty(journal)?)?;
        disk.sync(&file)?;
        disk.rename(&draft, &self.journal())?;
        disk.sync_folder(&self.folder)
    }
}

/// The part that journals of all versions share.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn unless_there(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}
