//! Files: their identity, rights and times, and reads at a position.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::{Access, access};
use tempfile::NamedTempFile;

/// Fills `part` from a position in a file. Fails if the file ends before.
///
/// Port: the file's own position may move.
#[inline]
pub(crate) fn read_at(file: &File, part: &mut [u8], position: u64) -> io::Result<()> {
    file.read_exact_at(part, position)
}

/// Returns when a file was last written, as git's index has it: seconds since 1970, and nanoseconds.
#[inline]
pub(crate) fn modified(metadata: &Metadata) -> (i64, i64) {
    (metadata.mtime(), metadata.mtime_nsec())
}

/// Returns what differs between two files that were put at one path in turn, even if both have the same
/// size and [`modified`]: the time of the last change of status, which nobody can set, and the inode.
///
/// Port: the time of creation and the file's number, or nothing.
pub(crate) fn replaced(metadata: &Metadata) -> (i64, i64, u64) {
    (metadata.ctime(), metadata.ctime_nsec(), metadata.ino())
}

/// Checks that an open file is still the one at a path, and not only one like it.
///
/// Port: compares volume and file number.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(there)) => place(file) == place(there),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Checks that anyone may run a file.
///
/// Port: git runs every hook that is there, so always true.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o111 != 0
}

/// Creates a file that everyone may run whom the umask lets, to be renamed later.
///
/// Port: a file as any other.
pub(crate) fn temporary_program(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let rights = Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix(prefix).permissions(rights).tempfile_in(folder)
}

/// Gives a file the mode and, if that is allowed, the owner and group of another.
///
/// Port: what is inherited from the folder is enough, except that a file that is read-only stays so.
pub(crate) fn give_rights(file: &File, rights: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if own.gid() != rights.gid() {
        let _ = fchown(file, None, Some(rights.gid()));
    }
    if own.uid() != rights.uid() {
        let _ = fchown(file, Some(rights.uid()), None);
    }
    file.set_permissions(Permissions::from_mode(rights.mode() & 0o7777))
}

/// Checks that a file cannot be written, or that no file can be put into a folder.
///
/// It asks the mode as well as the kernel: to root, the kernel says that everything is writable.
///
/// Port: the read-only attribute, for files. Writing says the rest.
pub(crate) fn is_read_only(path: &Path, rights: &Metadata) -> io::Result<bool> {
    if rights.permissions().readonly() {
        return Ok(true);
    }
    let search = if rights.is_dir() { Access::EXEC_OK } else { Access::empty() };
    match access(path, Access::WRITE_OK | search).map_err(io::Error::from) {
        Ok(()) => Ok(false),
        Err(error) if is_refusal(&error) => Ok(true),
        Err(error) => Err(error),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Waits until the names in a folder are on the disk.
///
/// Port: nothing to do if a folder cannot be opened as a file.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        // Some filesystems, most of them remote, sync files alone.
        Err(error) if is_unsupported(&error) => Ok(()),
        result => result,
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported)
}
