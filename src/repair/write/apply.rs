//! Writes repairs: all of a plan, or none of it.
//!
//! New contents are written to temporary files next to their targets and flushed to disk; only then are
//! they renamed. With a [journal](super::journal), the next run finishes or undoes a run that was killed.
//! Files that were changed by others meanwhile are never overwritten.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::journal::{After, Entry, Journal, Lock, Store};
use super::path::{PythonPath, Temporary, TrackedPath};
use super::target::{Target, as_before, on_disk, real, targets};
use super::unfinished::{Step, plain, steps};
use super::{Disk, Error, FileChange, RealDisk, compiled};
use crate::git;
use crate::tree::RepoPath;

/// The place to write to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The top of the work tree.
    pub top: &'a Path,
    /// The git folder of this worktree, which keeps the journal.
    pub git_dir: &'a Path,
}

/// Writes all changes, or none if one of them is not possible.
///
/// An earlier run that was killed is first finished or undone.
///
/// # Errors
/// Fails if a file differs from what its change expects, if files cannot be written, or if another run is
/// writing. No file has changed then, except with [`Error::Finish`], [`Error::ChangedSince`] and
/// [`Error::Lost`], which leave the rest to the next run, and with [`Error::Compiled`] and
/// [`Error::CompiledLink`], which are returned after everything is written.
pub fn apply(place: &Place<'_>, changes: &[FileChange]) -> Result<(), Error> {
    apply_on(&RealDisk, place, changes)
}

/// Does the same as [`apply`], on another disk.
///
/// # Errors
/// As [`apply`].
pub fn apply_on(disk: &dyn Disk, place: &Place<'_>, changes: &[FileChange]) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let run = Run::start(disk, place)?;
    run.finish_earlier()?;
    let targets = targets(&run.top, changes)?;
    if targets.is_empty() {
        return Ok(());
    }
    let mut journal = journal_of(&targets)?;
    if let Err(error) = run.prepare(&targets, &mut journal) {
        // What cannot be undone now is undone by the next run; the first error says more.
        let _ = run.roll_back(&mut journal);
        return Err(error);
    }
    run.roll_forward(&journal).map(drop)
}

/// Finishes a run that was killed while writing, or removes its leftovers; returns all files that the
/// finished run has changed, before and after it was killed.
///
/// # Errors
/// Fails if a file is neither in its old nor in its new state, if files cannot be written, or if another
/// run is writing.
pub fn finish_interrupted(place: &Place<'_>) -> Result<Vec<RepoPath>, Error> {
    finish_interrupted_on(&RealDisk, place)
}

/// Does the same as [`finish_interrupted`], on another disk.
///
/// # Errors
/// As [`finish_interrupted`].
pub fn finish_interrupted_on(disk: &dyn Disk, place: &Place<'_>) -> Result<Vec<RepoPath>, Error> {
    if !Store::new(place.git_dir).is_used() {
        return Ok(Vec::new());
    }
    Run::start(disk, place)?.finish_earlier()
}

/// A run that holds the lock.
struct Run<'d> {
    disk: &'d dyn Disk,
    top: PathBuf,
    store: Store,
    _lock: Lock,
}

impl<'d> Run<'d> {
    fn start(disk: &'d dyn Disk, place: &Place<'_>) -> Result<Run<'d>, Error> {
        let store = Store::new(place.git_dir);
        let lock = store.lock(disk)?;
        Ok(Run { disk, top: real(place.top)?, store, _lock: lock })
    }

    fn finish_earlier(&self) -> Result<Vec<RepoPath>, Error> {
        match self.store.load()? {
            Some(journal) if journal.complete => self.roll_forward(&journal),
            Some(mut journal) => self.roll_back(&mut journal).map(|()| Vec::new()),
            None if self.store.is_used() => self.forget().map(|()| Vec::new()),
            None => Ok(Vec::new()),
        }
    }

    /// Writes all temporaries and marks the journal complete; nothing else changes.
    fn prepare(&self, targets: &[Target<'_>], journal: &mut Journal) -> Result<(), Error> {
        self.store.save(self.disk, journal)?;
        for folder in &journal.folders {
            let folder = on_disk(&self.top, folder.path());
            self.disk.create_folder(&folder).map_err(|error| Error::write(&folder, error))?;
        }
        for (target, entry) in targets.iter().zip(&journal.entries) {
            self.write_temporary(target, entry)?;
        }
        self.sync_folders(journal, Error::write)?;
        for target in targets {
            as_before(target.change, &target.disk)?;
        }
        journal.complete = true;
        self.store.save(self.disk, journal)
    }

    fn write_temporary(&self, target: &Target<'_>, entry: &Entry) -> Result<(), Error> {
        let (Some(after), Some(content)) = (&entry.after, &target.change.after) else {
            return Ok(());
        };
        let path = target.disk.with_file_name(after.temporary.name());
        let write = || -> io::Result<()> {
            let file = self.disk.create(&path)?;
            if let Some(rights) = &target.rights {
                self.disk.give_rights(&file, rights)?;
            }
            self.disk.write(&file, content)?;
            self.disk.sync(&file)
        };
        write().map_err(|error| Error::write(&path, error))
    }

    /// Makes the remaining changes of a complete journal.
    fn roll_forward(&self, journal: &Journal) -> Result<Vec<RepoPath>, Error> {
        let steps = steps(&self.top, &self.store, journal)?;
        for step in &steps {
            self.take(step).map_err(|error| Error::finish(step.path(), error))?;
        }
        self.sync_folders(journal, Error::finish)?;
        let files = journal.entries.iter().map(|entry| on_disk(&self.top, entry.path.path()));
        let removed: Vec<_> = files.map(|file| compiled::remove(self.disk, &file)).collect();
        self.forget()?;
        removed.into_iter().collect::<Result<(), Error>>()?;
        Ok(journal.entries.iter().map(|entry| entry.path.path().clone()).collect())
    }

    fn take(&self, step: &Step) -> io::Result<()> {
        match step {
            Step::Rename { temporary, target, .. } => self.disk.rename(temporary, target),
            Step::Remove { target, .. } => self.disk.remove(target),
            Step::Tidy { temporary } => self.disk.remove(temporary),
        }
    }

    /// Removes the files of an incomplete run.
    fn roll_back(&self, journal: &mut Journal) -> Result<(), Error> {
        if journal.complete {
            // It may be marked on the disk: a run that is killed here must not look complete.
            journal.complete = false;
            self.store.save(self.disk, journal)?;
        }
        for entry in &journal.entries {
            if let Some(temporary) = entry.temporary(&self.top) {
                let removed = unless_gone(self.disk.remove(&temporary));
                removed.map_err(|error| Error::clean(&temporary, error))?;
            }
        }
        for folder in journal.folders.iter().rev() {
            let Some(folder) = plain(&self.top, folder.path()) else { continue };
            let removed = unless_gone(self.disk.remove_folder(&folder));
            removed.map_err(|error| Error::clean(&folder, error))?;
        }
        self.forget()
    }

    fn forget(&self) -> Result<(), Error> {
        let journal = self.store.journal();
        self.store.remove(self.disk).map_err(|error| Error::clean(&journal, error))
    }

    fn sync_folders(
        &self,
        journal: &Journal,
        failed: fn(&Path, io::Error) -> Error,
    ) -> Result<(), Error> {
        let paths = journal.entries.iter().map(|entry| entry.path.path());
        let created = journal.folders.iter().map(TrackedPath::path);
        let folders: BTreeSet<RepoPath> =
            paths.chain(created).filter_map(|path| path.parent()).collect();
        for folder in folders {
            let folder = on_disk(&self.top, &folder);
            self.disk.sync_folder(&folder).map_err(|error| failed(&folder, error))?;
        }
        Ok(())
    }
}

fn journal_of(targets: &[Target<'_>]) -> Result<Journal, Error> {
    let folders: BTreeSet<&RepoPath> = targets.iter().flat_map(|target| &target.missing).collect();
    let run = RandomState::new().hash_one(std::process::id());
    let mut entries = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let change = target.change;
        let id = |content: &Vec<u8>| -> Result<String, Error> {
            let path = || change.path.clone();
            let id = git::content_id(content)
                .map_err(|source| Error::Identify { path: path(), source })?;
            Ok(id.to_string())
        };
        let after = change.after.as_ref().map(id).transpose()?;
        let temporary = Temporary::new(run, index);
        let path = PythonPath::new(target.path.clone());
        entries.push(Entry {
            path: path.ok_or_else(|| Error::NoPath(change.path.clone()))?,
            before: change.before.as_ref().map(id).transpose()?,
            after: after.map(|id| After { id, temporary }),
        });
    }
    Ok(Journal::new(folders.into_iter().cloned().filter_map(TrackedPath::new).collect(), entries))
}

/// Succeeds if there is nothing to remove, or if a folder is not empty.
fn unless_gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if is_gone(&error) => Ok(()),
        result => result,
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::DirectoryNotEmpty
    )
}
