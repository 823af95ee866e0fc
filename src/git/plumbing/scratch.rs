//! A temporary folder for the objects of a merge.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Plumbing, path};
use crate::advice::Step;
use crate::git::Reason;
use crate::git::process::GitOption;
use crate::platform::cleanup::{self, Leftover, Noted};
use crate::platform::path_bytes::{bytes_of, path_from_bytes};

/// The folder in which git writes objects in this run.
pub(super) struct Scratch {
    folder: TempDir,
    /// All object folders that git reads, in the format of `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    others: OsString,
    _noted: Noted,
}

impl Scratch {
    /// Returns a path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Plumbing {
    /// Creates the folder, once per run.
    pub(super) fn scratch(&self) -> Result<&Scratch, Reason> {
        if let Some(scratch) = self.scratch.get() {
            return Ok(scratch);
        }
        let failed = |error: std::io::Error| {
            Reason::new(format!("cannot create a temporary folder: {error}"))
                .with_remedy(Step::write("choose a folder with free space", "TMPDIR=FOLDER"))
        };
        cleanup::begin_watch();
        let folder = tempfile::Builder::new().prefix("alembic-guard-").tempdir().map_err(failed)?;
        std::fs::create_dir(folder.path().join("objects")).map_err(failed)?;
        let own = path(&self.git.output(&["rev-parse", "--git-path", "objects"])?);
        let own = std::path::absolute(own).map_err(failed)?;
        let mut others = quoted(&own);
        if let Some(more) = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
            others.push(":");
            others.push(more);
        }
        let _noted = cleanup::note(Leftover::Folder(folder.path().to_owned()));
        let scratch = self.scratch.get_or_init(|| Scratch { folder, others, _noted });
        self.begin_anew();
        Ok(scratch)
    }

    /// Prepares a run of git that sees the merged objects and writes objects only there.
    pub(super) fn in_scratch(&self) -> Command {
        self.in_scratch_with(&[])
    }

    /// Prepares such a run with more options.
    pub(super) fn in_scratch_with(&self, more: &[GitOption<'_>]) -> Command {
        let Some(scratch) = self.scratch.get() else {
            return self.git.command_with(more);
        };
        let folder = scratch.path("objects");
        let objects = GitOption::Objects { folder: &folder, others: &scratch.others };
        self.git.command_with(&[&[objects], more].concat())
    }
}

/// Quotes a path so that a colon in it is not a separator (git(1), `GIT_ALTERNATE_OBJECT_DIRECTORIES`).
fn quoted(path: &Path) -> OsString {
    let mut quoted = vec![b'"'];
    for byte in bytes_of(path) {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', *byte]),
            b'\n' => quoted.extend(b"\\n"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'"');
    path_from_bytes(&quoted).into()
}
