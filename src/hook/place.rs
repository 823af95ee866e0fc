//! The files in a hooks folder that belong to one hook, and their contents.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::call::calls_guard;
use super::managers::Host;
use super::{Error, Hook, Shim};
use crate::platform::file_system::is_executable;

/// How many bytes of a hook are read: no shim is longer, and the start of a foreign hook is enough.
const LOOK_AT: u64 = 64 * 1024;

/// The files that may belong to one hook.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) hook: Hook,
    /// The file that git runs.
    pub(super) path: PathBuf,
    /// The previous hook; the shim runs it first.
    pub(super) kept: PathBuf,
    /// The path to which pre-commit and prek move an existing hook, and from which they run it.
    pub(super) legacy: PathBuf,
    /// The path to which lefthook moves an existing hook, without running it.
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

/// The content of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Empty,
    Ours(OurFile),
    Foreign(ForeignFile),
    /// A folder, a pipe or a device.
    NoFile,
}

/// A shim of any version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OurFile {
    pub(super) shim: Shim,
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

/// A foreign hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForeignFile {
    /// Whether it is executable; git skips other files.
    pub(super) executable: bool,
    /// The manager that wrote it, if known.
    pub(super) host: Option<Host>,
    /// Whether its text calls this program.
    pub(super) calls_guard: bool,
}

/// Reads a path, following symlinks; a broken symlink counts as a foreign hook.
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

    /// Returns whether it runs the `.legacy` file next to it.
    pub(super) fn runs_legacy(self) -> bool {
        self.host == Some(Host::PreCommit)
    }

    /// Returns whether the manager only generated the same file again; lefthook's files do not depend on
    /// the team's configuration.
    pub(super) fn replaces(self, earlier: ForeignFile) -> bool {
        self.host == Some(Host::Lefthook) && earlier.host == Some(Host::Lefthook)
    }
}

pub(super) fn read_start(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LOOK_AT).read_to_end(&mut bytes)?;
    Ok(bytes)
}
