//! Removes the shims and restores the previous hooks.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::{default_folder, locate};
use super::install::rename;
use super::place::{ForeignFile, Place, Slot, look};
use super::{Error, HOOKS, Hook, SERVER_HOOKS, git, worktrees};
use crate::git::{KEPT_REFS, forget_seen};
use crate::{cache, repair};

/// The result for one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The hook.
    pub hook: Hook,
    /// The file that was a shim, or that git runs as the hook.
    pub path: PathBuf,
    /// What was done.
    pub outcome: RemoveOutcome,
    /// A hook that was moved aside earlier and could not be restored, because another one is in its place.
    pub left: Option<PathBuf>,
}

/// The outcome of uninstalling one hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveOutcome {
    /// The shim was removed.
    Removed,
    /// The previous hook was restored, unchanged.
    Restored,
    /// There was no hook.
    NotInstalled,
    /// The hook is foreign and was left alone.
    Foreign,
}

/// Removes the shims from the current and the default hooks folder, the guard's own refs, its cache and its
/// locks.
///
/// # Errors
/// Fails if there is no repository, or if files cannot be moved or removed.
pub fn uninstall(directory: &Path) -> Result<Vec<Removed>, Error> {
    let folder = locate(directory)?;
    let expected = worktrees::hooks(directory)?;
    let all = || HOOKS.into_iter().chain(SERVER_HOOKS);
    let mut removed = Vec::new();
    for hook in all() {
        let one = remove(&Place::new(&folder, hook))?;
        removed.extend((expected.contains(&hook) || one.is_ours()).then_some(one));
    }
    let default = default_folder(directory)?;
    if default != folder {
        for hook in all() {
            let other = remove(&Place::new(&default, hook))?;
            removed.extend(other.is_ours().then_some(other));
        }
    }
    forget_remotes(directory)?;
    for top in worktrees::tops(directory)? {
        if let Ok(git_dir) = git::ask_there(&top, &["rev-parse", "--absolute-git-dir"]) {
            repair::remove_lock(&git::path(&git_dir));
        }
    }
    // Where what was read or seen cannot be removed, it is in nobody's way.
    let common_dir = default.parent().unwrap_or(&default);
    let _ = forget_seen(common_dir);
    let _ = cache::forget(common_dir);
    Ok(removed)
}

/// Deletes the guard's own refs, which a mirror would copy.
fn forget_remotes(directory: &Path) -> Result<(), Error> {
    let kept = git::ask(directory, &["for-each-ref", "--format=delete %(refname)", KEPT_REFS])?;
    if kept.is_empty() { Ok(()) } else { git::feed(directory, &["update-ref", "--stdin"], &kept) }
}

impl Removed {
    fn is_ours(&self) -> bool {
        match self.outcome {
            RemoveOutcome::Removed | RemoveOutcome::Restored => true,
            RemoveOutcome::NotInstalled | RemoveOutcome::Foreign => self.left.is_some(),
        }
    }
}

fn remove(place: &Place) -> Result<Removed, Error> {
    if let Slot::Ours(_) = look(&place.old)? {
        // lefthook would put it back.
        delete(&place.old)?;
    }
    let (path, outcome, left) = match look(&place.path)? {
        Slot::Empty => (&place.path, restore(place, &place.path)?, None),
        Slot::Ours(_) => {
            let outcome = match restore(place, &place.path)? {
                RemoveOutcome::NotInstalled => delete(&place.path)?,
                restored => restored,
            };
            (&place.path, outcome, None)
        }
        Slot::Foreign(foreign) => remove_beside(place, Some(foreign))?,
        Slot::NoFile => remove_beside(place, None)?,
    };
    Ok(Removed { hook: place.hook, path: path.clone(), outcome, left })
}

/// Removes a shim that pre-commit or prek runs as `.legacy`; their hook then runs the hook that the shim
/// ran.
fn remove_beside(
    place: &Place,
    foreign: Option<ForeignFile>,
) -> Result<(&PathBuf, RemoveOutcome, Option<PathBuf>), Error> {
    let kept = look(&place.kept)?;
    let left = match &kept {
        Slot::Foreign(kept) if foreign.is_some_and(|foreign| foreign.replaces(*kept)) => {
            delete(&place.kept)?;
            None
        }
        Slot::Foreign(_) | Slot::NoFile => Some(place.kept.clone()),
        Slot::Empty | Slot::Ours(_) => None,
    };
    if !matches!(look(&place.legacy)?, Slot::Ours(_)) {
        return Ok((&place.path, RemoveOutcome::Foreign, left));
    }
    match kept {
        Slot::Foreign(foreign) if !foreign.runs_legacy() => {
            Ok((&place.legacy, restore(place, &place.legacy)?, None))
        }
        // As `.legacy`, a copy of pre-commit's own hook would run itself for ever.
        Slot::Foreign(_) | Slot::NoFile | Slot::Empty | Slot::Ours(_) => {
            Ok((&place.legacy, delete(&place.legacy)?, left))
        }
    }
}

/// Moves the kept hook, if there is one, to `path`.
fn restore(place: &Place, path: &Path) -> Result<RemoveOutcome, Error> {
    match look(&place.kept)? {
        Slot::Foreign(_) => {
            rename(&place.kept, path)?;
            Ok(RemoveOutcome::Restored)
        }
        Slot::Ours(_) => {
            delete(&place.kept)?;
            Ok(RemoveOutcome::NotInstalled)
        }
        Slot::Empty | Slot::NoFile => Ok(RemoveOutcome::NotInstalled),
    }
}

fn delete(path: &Path) -> Result<RemoveOutcome, Error> {
    match fs::remove_file(path) {
        Ok(()) => Ok(RemoveOutcome::Removed),
        Err(source) => Err(Error::Remove { path: path.to_path_buf(), source }),
    }
}
