//! The folder that the guard keeps in a git folder, and how its files are opened.
//!
//! Anybody who may write into a git folder, or a checkout that was laid out like one, can put something
//! else in the place of a file. It is neither followed nor waited for.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// The name of the folder in a git folder.
pub(crate) const FOLDER: &str = "alembic-guard";

/// Makes `open(2)` fail on a symbolic link and return at once on a pipe.
///
/// Port: opens a reparse point itself instead of following it.
const PLAINLY: i32 = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).bits() as i32;

/// Opens a regular file.
///
/// # Errors
/// Fails as `open(2)` does, and with [`ErrorKind::InvalidInput`] for a symbolic link, a pipe, a folder or
/// a device.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let irregular = || io::Error::new(ErrorKind::InvalidInput, "not a regular file");
    let file = match options.custom_flags(PLAINLY).open(path) {
        Err(_) if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) => {
            return Err(irregular());
        }
        opened => opened?,
    };
    if file.metadata()?.is_file() { Ok(file) } else { Err(irregular()) }
}

/// Reads a regular file.
///
/// # Errors
/// As [`open`].
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path, OpenOptions::new().read(true))?.read_to_end(&mut content)?;
    Ok(content)
}

/// Returns whether a path leads to a folder and not to a symbolic link.
///
/// # Errors
/// Fails if nothing is there.
pub(crate) fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}

/// Creates a folder, and those around it, in which only the user and a group can write whatever the umask.
///
/// Port: a folder as any other; what it inherits says who can write in it.
///
/// # Errors
/// Fails if that isn't allowed or a file has its name. A folder that is there is left as it is.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o775).create(path)
}

/// Opens a regular file to write it, and creates it like [`create_folder`] if nothing is there.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_or_create(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().write(true).create(true).truncate(false).mode(0o664))
}

/// Returns whether the user of this process owns a file or folder.
///
/// Port: metadata doesn't have the owner, so this has to take the open file or the path instead.
pub(crate) fn is_own(found: &Metadata) -> bool {
    found.uid() == rustix::process::geteuid().as_raw()
}

/// Returns whether only the user of this process, or a group that this user lets write, can have written it.
///
/// Port: as [`is_own`].
pub(crate) fn is_trusted(found: &Metadata) -> bool {
    const WRITABLE_BY_ANYBODY: u32 = 0o002;
    is_own(found) && found.mode() & WRITABLE_BY_ANYBODY == 0
}
