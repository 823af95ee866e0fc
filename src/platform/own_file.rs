//! The folder that the guard keeps in a git folder, and how its files are opened.
//!
//! Anybody who may write into a git folder, or a checkout that was laid out like one, can put something
//! else in the place of a file. It is neither followed nor waited for.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// The name of the folder in a git folder.
pub(crate) const FOLDER: &str = "alembic-guard";

/// Makes `open(2)` fail on a symbolic link and return at once on a pipe.
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

/// Tells whether a path leads to a folder that is no symbolic link.
///
/// # Errors
/// Fails if nothing is there.
pub(crate) fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}

/// Tells whether only the user of this process, or a group that this user lets write, can have written it.
pub(crate) fn is_trusted(found: &Metadata) -> bool {
    const WRITABLE_BY_ANYBODY: u32 = 0o002;
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & WRITABLE_BY_ANYBODY == 0
}
