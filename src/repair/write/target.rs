//! Resolves the targets of changes, and checks everything that can be known before writing.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::path::{is_tracked, is_tracked_name};
use super::{Error, FileChange};
use crate::platform::file_system;
use crate::platform::path_bytes::{bytes_of, path_from_bytes};
use crate::tree::RepoPath;

/// A change that can be made.
#[derive(Debug)]
pub(super) struct Target<'c> {
    pub(super) change: &'c FileChange,
    /// The path of the file without symlinks, relative to the top of the work tree.
    pub(super) path: RepoPath,
    /// The same on the disk.
    pub(super) disk: PathBuf,
    /// The folders to create, outer ones first; relative too.
    pub(super) missing: Vec<RepoPath>,
    /// The current permissions of the file; `None` if it is new.
    pub(super) rights: Option<Metadata>,
}

/// Resolves all changes, without those that change nothing.
pub(super) fn targets<'c>(top: &Path, changes: &'c [FileChange]) -> Result<Vec<Target<'c>>, Error> {
    let mut targets = Vec::new();
    for change in changes {
        targets.push(target(top, change)?);
    }
    refuse_the_same_twice(&targets)?;
    targets.retain(|target| target.change.before != target.change.after);
    for target in &targets {
        refuse_read_only(top, target)?;
    }
    Ok(targets)
}

/// Returns the permissions of a file whose content is as expected.
pub(super) fn as_before(change: &FileChange, disk: &Path) -> Result<Option<Metadata>, Error> {
    let path = || change.path.clone();
    let found = match fs::symlink_metadata(disk) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(Error::read(disk, source)),
    };
    match (&found, &change.before) {
        (None, None) => {}
        (None, Some(_)) => return Err(Error::Gone(path())),
        (Some(_), None) => return Err(Error::Exists(path())),
        (Some(found), Some(_)) if !found.is_file() => return Err(Error::NoFile(path())),
        (Some(_), Some(before)) => {
            let content = fs::read(disk).map_err(|source| Error::read(disk, source))?;
            if content != *before {
                return Err(Error::Changed(path()));
            }
        }
    }
    Ok(found)
}

/// Returns the absolute path of the work tree, without symlinks.
pub(super) fn real(top: &Path) -> Result<PathBuf, Error> {
    top.canonicalize().map_err(|source| Error::read(top, source))
}

/// Returns the path on the disk of a path in the work tree.
pub(super) fn on_disk(top: &Path, path: &RepoPath) -> PathBuf {
    top.join(path_from_bytes(path.as_bytes()))
}

fn target<'c>(top: &Path, change: &'c FileChange) -> Result<Target<'c>, Error> {
    let (folder, missing) = folder(top, &change.path)?;
    let path = folder.join(change.path.file_name());
    let disk = on_disk(top, &path);
    let rights = as_before(change, &disk)?;
    Ok(Target { change, path, disk, missing, rights })
}

/// Resolves the folder of a file, and returns its missing folders.
fn folder(top: &Path, path: &RepoPath) -> Result<(RepoPath, Vec<RepoPath>), Error> {
    if !is_tracked(path.as_bytes()) {
        return Err(Error::NoPath(path.clone()));
    }
    let names: Vec<&[u8]> = path.as_bytes().split(|byte| *byte == b'/').collect();
    let mut folder = RepoPath::root();
    let mut missing = Vec::new();
    for name in &names[..names.len() - 1] {
        folder = folder.join(name);
        let disk = on_disk(top, &folder);
        match fs::symlink_metadata(&disk) {
            Ok(found) if found.is_dir() => {}
            Ok(found) if found.is_symlink() => folder = followed(top, path, &disk)?,
            Ok(_) => return Err(Error::NoFolder { path: path.clone(), parent: disk }),
            Err(error) if error.kind() == ErrorKind::NotFound => missing.push(folder.clone()),
            Err(source) => return Err(Error::read(&disk, source)),
        }
    }
    Ok((folder, missing))
}

/// Follows a symlink to a folder, which must be in the work tree.
fn followed(top: &Path, path: &RepoPath, link: &Path) -> Result<RepoPath, Error> {
    let target = link.canonicalize().map_err(|source| Error::read(link, source))?;
    if !target.is_dir() {
        return Err(Error::NoFolder { path: path.clone(), parent: link.to_path_buf() });
    }
    let inside = target.strip_prefix(top).ok();
    let inside = inside.filter(|inside| inside.iter().all(|name| is_tracked_name(bytes_of(name))));
    match inside {
        Some(inside) => {
            Ok(inside.iter().map(bytes_of).fold(RepoPath::root(), |path, name| path.join(name)))
        }
        None => Err(Error::Outside { path: path.clone(), link: link.to_path_buf(), target }),
    }
}

/// Rejects two changes of one file, and a changed file that another change uses as a folder.
fn refuse_the_same_twice(targets: &[Target<'_>]) -> Result<(), Error> {
    let mut paths: BTreeSet<&RepoPath> = BTreeSet::new();
    let twice = targets.iter().find(|target| !paths.insert(&target.path));
    let below = targets.iter().find(|target| {
        let mut parents = std::iter::successors(target.path.parent(), RepoPath::parent);
        parents.any(|parent| paths.contains(&parent))
    });
    match twice.or(below) {
        Some(target) => Err(Error::Twice(target.change.path.clone())),
        None => Ok(()),
    }
}

fn refuse_read_only(top: &Path, target: &Target<'_>) -> Result<(), Error> {
    let path = || target.change.path.clone();
    if let Some(rights) = &target.rights
        && is_read_only(&target.disk, rights)?
    {
        return Err(Error::ReadOnly(path()));
    }
    let outer = target.missing.first().unwrap_or(&target.path);
    let folder = on_disk(top, &outer.parent().unwrap_or_default());
    let rights = fs::metadata(&folder).map_err(|source| Error::read(&folder, source))?;
    if is_read_only(&folder, &rights)? {
        return Err(Error::ReadOnlyFolder { path: path(), folder });
    }
    Ok(())
}

fn is_read_only(path: &Path, rights: &Metadata) -> Result<bool, Error> {
    file_system::is_read_only(path, rights).map_err(|source| Error::read(path, source))
}
