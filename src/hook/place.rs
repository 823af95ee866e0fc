//! The places in a hooks folder that one hook concerns, and what is found in them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::call::calls_guard;
use super::managers::Host;
use super::{Error, Hook, Shim};
use crate::platform::file_system::is_executable;

/// No shim is longer, and of a foreign hook no more needs to be known.
const LOOK_AT: u64 = 64 * 1024;

/// The files that may belong to one hook.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) hook: Hook,
    /// The file that git runs.
    pub(super) path: PathBuf,
    /// A hook that was there before ours; the shim runs it first.
    pub(super) kept: PathBuf,
    /// Where pre-commit and prek move a hook that they find, and run it from.
    pub(super) legacy: PathBuf,
    /// Where lefthook moves a hook that it finds, and leaves it.
    pub(super) old: PathBuf,
}

impl Place {
    pub(super) fn new(folder: &Path, hook: Hook) -> Place {
        Place {
            hook,
            path: folder.join(hook.name()),
            kept: folder.join(format!("{hook}.alembic-guard-chained")),
            legacy: folder.join(format!("{hook}.legacy")),
            old: folder.join(format!("{hook}.old")),
        }
    }
}

/// What is found at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Empty,
    Ours(OurFile),
    Foreign(ForeignFile),
    /// A folder, a pipe or a device.
    NoFile,
}

/// A shim of ours, of whatever version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OurFile {
    pub(super) shim: Shim,
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

/// A hook that somebody else wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForeignFile {
    /// git runs no other.
    pub(super) executable: bool,
    /// Who wrote it, where that is known.
    pub(super) host: Option<Host>,
    /// Its text calls this program.
    pub(super) calls_guard: bool,
}

/// Looks at a path; a link is what it leads to, and one that leads nowhere is a foreign hook.
pub(super) fn look(path: &Path) -> Result<Slot, Error> {
    match path.symlink_metadata() {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Slot::Empty),
        Err(source) => return Err(Error::read(path, source)),
    }
    let Ok(metadata) = fs::metadata(path) else {
        return Ok(Slot::Foreign(ForeignFile::read(b"", false)));
    };
    if !metadata.is_file() {
        return Ok(Slot::NoFile);
    }
    let executable = is_executable(&metadata);
    let bytes = read_start(path).map_err(|source| Error::read(path, source))?;
    Ok(match Shim::parse(&bytes) {
        Some(shim) => Slot::Ours(OurFile { shim, bytes, executable }),
        None => Slot::Foreign(ForeignFile::read(&bytes, executable)),
    })
}

impl ForeignFile {
    fn read(bytes: &[u8], executable: bool) -> ForeignFile {
        let text = String::from_utf8_lossy(bytes);
        ForeignFile { executable, host: Host::of(&text), calls_guard: calls_guard(&text) }
    }

    /// Tells whether it runs the `.legacy` file beside it.
    pub(super) fn runs_legacy(self) -> bool {
        self.host == Some(Host::PreCommit)
    }

    /// Tells whether the same thing was generated again; what lefthook writes says nothing of a team's own.
    pub(super) fn replaces(self, earlier: ForeignFile) -> bool {
        self.host == Some(Host::Lefthook) && earlier.host == Some(Host::Lefthook)
    }
}

pub(super) fn read_start(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LOOK_AT).read_to_end(&mut bytes)?;
    Ok(bytes)
}
