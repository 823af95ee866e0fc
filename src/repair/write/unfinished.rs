//! What is left to do of a complete journal, and what its owner did to the files meanwhile.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Error;
use super::journal::{Entry, Journal, Store};
use super::target::on_disk;
use crate::git;
use crate::tree::RepoPath;

/// A step; each can be repeated.
#[derive(Debug)]
pub(super) enum Step {
    /// Moves a new content into place.
    Rename { temporary: PathBuf, target: PathBuf },
    /// Removes a file.
    Remove { target: PathBuf },
    /// Removes an unneeded temporary file.
    Tidy { temporary: PathBuf },
}

impl Step {
    /// Returns the path that changes.
    pub(super) fn path(&self) -> &Path {
        match self {
            Step::Rename { target, .. } | Step::Remove { target, .. } => target,
            Step::Tidy { temporary } => temporary,
        }
    }
}

impl Entry {
    /// Returns the path of the new content; nothing if a parent is now a symlink.
    pub(super) fn temporary(&self, top: &Path) -> Option<PathBuf> {
        let after = self.after.as_ref()?;
        let target = plain(top, self.path.path())?;
        Some(target.with_file_name(after.temporary.name()))
    }
}

/// Returns the steps: writes first, removals last.
///
/// # Errors
/// Fails without any step if a file is neither in its old nor in its new state.
pub(super) fn steps(top: &Path, store: &Store, journal: &Journal) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    for entry in &journal.entries {
        let path = entry.path.path();
        let leftovers = || leftovers(top, store, journal);
        let lost = || Error::Lost { path: path.clone(), leftovers: leftovers() };
        let foreign = || Error::ChangedSince { path: path.clone(), leftovers: leftovers() };
        let target = plain(top, path).ok_or_else(foreign)?;
        let found = found(&target)?;
        let temporary = entry.temporary(top);
        if found == wanted(entry) {
            let temporary = temporary.filter(|path| fs::symlink_metadata(path).is_ok());
            steps.extend(temporary.map(|temporary| Step::Tidy { temporary }));
        } else if found != Found::at(&entry.before) {
            return Err(foreign());
        } else if let Some(temporary) = temporary {
            if self::found(&temporary)? != wanted(entry) {
                return Err(lost());
            }
            steps.push(Step::Rename { temporary, target });
        } else {
            steps.push(Step::Remove { target });
        }
    }
    steps.sort_by_key(|step| matches!(step, Step::Remove { .. }));
    Ok(steps)
}

/// The state on disk.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    File(String),
    /// A symlink, a folder or a device, which no run leaves behind or reads.
    Other,
}

impl Found {
    fn at(id: &Option<String>) -> Found {
        id.as_ref().map_or(Found::Nothing, |id| Found::File(id.clone()))
    }
}

fn wanted(entry: &Entry) -> Found {
    Found::at(&entry.after.as_ref().map(|after| after.id.clone()))
}

fn found(path: &Path) -> Result<Found, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Ok(Found::Other),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(Error::read(path, source)),
    }
    let content = fs::read(path).map_err(|source| Error::read(path, source))?;
    let id = git::content_id(&content);
    Ok(id.map_or(Found::Other, |id| Found::File(id.to_string())))
}

/// Returns the path on disk if none of its folders is now a symlink or a file.
pub(super) fn plain(top: &Path, path: &RepoPath) -> Option<PathBuf> {
    let parents = std::iter::successors(path.parent(), RepoPath::parent);
    let mut folders = parents.map(|folder| fs::symlink_metadata(on_disk(top, &folder)));
    let plain = folders.all(|found| found.map_or(true, |found| found.is_dir()));
    plain.then(|| on_disk(top, path))
}

/// Returns the files to remove to discard a run.
fn leftovers(top: &Path, store: &Store, journal: &Journal) -> Vec<PathBuf> {
    let temporaries = journal.entries.iter().filter_map(|entry| entry.temporary(top));
    let there = temporaries.filter(|path| fs::symlink_metadata(path).is_ok());
    std::iter::once(store.journal()).chain(there).collect()
}
