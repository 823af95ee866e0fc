//! The real disk behind a gate that can stop any operation.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use alembic_guard::repair::{Disk, RealDisk};

/// Asks `gate` before each operation, which it names; a write is half done by then.
pub(crate) struct Gated<G> {
    operations: Cell<usize>,
    gate: G,
}

/// What is about to happen.
pub(crate) struct Operation<'a> {
    pub(crate) number: usize,
    pub(crate) name: &'static str,
    /// The path that it changes; nothing where it is an open file.
    pub(crate) path: Option<&'a Path>,
}

impl<G: Fn(&Operation<'_>) -> io::Result<()>> Gated<G> {
    pub(crate) fn new(gate: G) -> Gated<G> {
        Gated { operations: Cell::new(0), gate }
    }

    /// Returns how many operations there were.
    pub(crate) fn operations(&self) -> usize {
        self.operations.get()
    }

    fn pass(&self, name: &'static str, path: Option<&Path>) -> io::Result<()> {
        let number = self.operations.replace(self.operations.get() + 1);
        (self.gate)(&Operation { number, name, path })
    }
}

/// A disk that fails from one operation on, as if the process had ended there.
pub(crate) fn stopping_at(end: usize) -> Gated<impl Fn(&Operation<'_>) -> io::Result<()>> {
    Gated::new(
        move |operation| {
            if operation.number < end { Ok(()) } else { Err(io::Error::other("stopped")) }
        },
    )
}

/// Syncs are operations, but not done: this machine will not lose its power.
impl<G: Fn(&Operation<'_>) -> io::Result<()>> Disk for Gated<G> {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.pass("create_folder", Some(path))?;
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.pass("create", Some(path))?;
        RealDisk.create(path)
    }

    fn give_rights(&self, file: &File, rights: &Metadata) -> io::Result<()> {
        self.pass("give_rights", None)?;
        RealDisk.give_rights(file, rights)
    }

    fn write(&self, file: &File, content: &[u8]) -> io::Result<()> {
        let (first, second) = content.split_at(content.len() / 2);
        RealDisk.write(file, first)?;
        self.pass("write", None)?;
        RealDisk.write(file, second)
    }

    fn sync(&self, _: &File) -> io::Result<()> {
        self.pass("sync", None)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.pass("sync_folder", Some(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass("rename", Some(to))?;
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.pass("remove", Some(path))?;
        RealDisk.remove(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.pass("remove_folder", Some(path))?;
        RealDisk.remove_folder(path)
    }
}
