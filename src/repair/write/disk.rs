//! The disk operations of a repair, one method each.
//!
//! Every change that [`apply`](mod@super::apply) makes to a disk goes through here, so that tests can stop it
//! between any two operations. Reading does not.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::platform::file_system;

/// The operations that change a disk.
pub trait Disk {
    /// Creates one folder, whose parent must exist.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Creates an empty file; fails if the name is taken.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Gives a file the mode and, if allowed, the owner and group of another.
    fn give_rights(&self, file: &File, rights: &Metadata) -> io::Result<()>;

    /// Writes all of a content.
    fn write(&self, file: &File, content: &[u8]) -> io::Result<()>;

    /// Waits until a file's content and rights are on the disk.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Renames a file; atomically replaces an existing one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file or a symlink, but not its target.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn give_rights(&self, file: &File, rights: &Metadata) -> io::Result<()> {
        file_system::give_rights(file, rights)
    }

    fn write(&self, mut file: &File, content: &[u8]) -> io::Result<()> {
        file.write_all(content)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        file_system::sync_folder(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}
