//! Errors of writing a repair, with their remedies.

use std::io;
use std::path::{Path, PathBuf};

use crate::advice::{Command, Step};
use crate::git;
use crate::text::{shell_word, shown};
use crate::tree::RepoPath;

/// A reason why a repair was not written, or not in full.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that names no file of the work tree.
    #[error("`{0}` is not the path of a file in the work tree")]
    NoPath(RepoPath),
    /// A path that is changed twice, or one below it.
    #[error("`{0}` is changed twice, or is below a changed file")]
    Twice(RepoPath),
    /// A symlink in the path leads out of the repository.
    #[error("`{path}` is not in the work tree: `{}` points to `{}`", shown(link), shown(target))]
    Outside {
        /// The file.
        path: RepoPath,
        /// The link.
        link: PathBuf,
        /// Its target.
        target: PathBuf,
    },
    /// A parent is not a folder.
    #[error("cannot write `{path}`: `{}` is not a folder", shown(parent))]
    NoFolder {
        /// The file.
        path: RepoPath,
        /// The parent.
        parent: PathBuf,
    },
    /// The path is a symlink, a folder or a device.
    #[error("`{0}` is not a regular file")]
    NoFile(RepoPath),
    /// The file to change no longer exists.
    #[error("`{0}` no longer exists")]
    Gone(RepoPath),
    /// The file has changed since it was read.
    #[error("`{0}` has changed since it was read")]
    Changed(RepoPath),
    /// The file to create already exists.
    #[error("`{0}` already exists")]
    Exists(RepoPath),
    /// The file is read-only.
    #[error("`{0}` is read-only")]
    ReadOnly(RepoPath),
    /// The folder is read-only.
    #[error("cannot write `{path}`: its folder `{}` is read-only", shown(folder))]
    ReadOnlyFolder {
        /// The file.
        path: RepoPath,
        /// The folder.
        folder: PathBuf,
    },
    /// Another run is writing.
    #[error("another run of alembic-guard is writing to this work tree")]
    Busy,
    /// The lock could not be taken.
    #[error("cannot lock `{}`", shown(path))]
    Lock {
        /// The lock.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read `{}`", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The object id could not be computed.
    #[error("cannot hash `{path}`")]
    Identify {
        /// The file.
        path: RepoPath,
        /// The message of libgit2.
        source: git::Reason,
    },
    /// A file or folder could not be written; nothing has changed.
    #[error("cannot write `{}`, so no file was changed", shown(path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be renamed, while others may have been.
    #[error("cannot finish `{}`: not all files are changed yet", shown(path))]
    Finish {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Leftovers of a run could not be removed.
    #[error("cannot remove `{}`, left over from a run", shown(path))]
    Clean {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of an interrupted run is neither in its old nor in its new state.
    #[error("`{path}` has changed since a run of alembic-guard was interrupted")]
    ChangedSince {
        /// The file.
        path: RepoPath,
        /// The journal and other leftovers of that run.
        leftovers: Vec<PathBuf>,
    },
    /// A temporary file of an interrupted run is missing or changed.
    #[error("the new content of `{path}` from an interrupted run is lost")]
    Lost {
        /// The file.
        path: RepoPath,
        /// The journal and other leftovers of that run.
        leftovers: Vec<PathBuf>,
    },
    /// The journal is a symlink, a folder, a pipe or a device.
    #[error("`{}` is not a regular file", shown(.0))]
    NoJournal(PathBuf),
    /// The folder of the journal is a symlink or a file.
    #[error("`{}` is not a regular folder", shown(.0))]
    StoreFolder(PathBuf),
    /// The journal cannot be parsed.
    #[error("cannot parse the journal `{}` of an earlier run", shown(path))]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// The journal has an unknown version.
    #[error("the journal `{}` has version {version}, not {known}", shown(path))]
    JournalVersion {
        /// The journal.
        path: PathBuf,
        /// Its version.
        version: u32,
        /// The version that this program writes.
        known: u32,
    },
    /// Everything is written, but Python may still load a compiled file with the old content.
    #[error("all files are changed, but `{}` could not be removed", shown(path))]
    Compiled {
        /// The compiled file, or the folder of such files.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Everything is written, but there may be compiled files behind a symlink.
    #[error("all files are changed, but `{}` is a link and was not followed", shown(.0))]
    CompiledLink(PathBuf),
}

impl Error {
    /// Returns whether all files were written nevertheless.
    pub fn is_after_writing(&self) -> bool {
        matches!(self, Error::Compiled { .. } | Error::CompiledLink(_))
    }

    /// Returns what to do about it, one step or alternative each; empty if nothing is known.
    pub fn help(&self) -> Vec<Step> {
        match self {
            Error::NoPath(_) | Error::Twice(_) | Error::Identify { .. } => Vec::new(),
            Error::Outside { link, .. } => vec![
                Step::run("see where the symlink points", Command::of("ls -l").arg(lossy(link))),
                "make the change by hand, or run this in the repository that tracks the file"
                    .into(),
            ],
            Error::NoFolder { parent, .. } => {
                vec![format!("move it away: {}", word(parent)).into()]
            }
            Error::NoFile(path) => {
                vec![Step::run("see what it is", Command::of("ls -ld").path(path))]
            }
            Error::Gone(_) | Error::Changed(_) => vec![RUN_AGAIN.into()],
            Error::Exists(path) => {
                vec![format!("move it away if it is not needed: {}", repository_word(path)).into()]
            }
            Error::ReadOnly(path) => {
                vec![Step::run("make it writable", Command::of("chmod u+w").path(path))]
            }
            Error::ReadOnlyFolder { folder, .. } => {
                vec![Step::run("make it writable", Command::of("chmod u+w").arg(lossy(folder)))]
            }
            Error::Busy => vec!["wait until it finishes, then run this again".into()],
            Error::Lock { path, .. }
            | Error::Read { path, .. }
            | Error::Clean { path, .. }
            | Error::Write { path, .. } => {
                let look = Command::of("ls -ld").arg(lossy(path));
                vec![Step::run("check its owner and the free disk space", look)]
            }
            Error::Finish { path, .. } => vec![
                Step::run("see what is in the way", Command::of("ls -ld").arg(lossy(path))),
                "run this again to finish the repair".into(),
            ],
            Error::ChangedSince { path, leftovers } => vec![
                format!("undo your change to {} and run this again", repository_word(path)).into(),
                give_up(leftovers),
            ],
            Error::Lost { leftovers, .. } => vec![give_up(leftovers)],
            Error::NoJournal(path) | Error::StoreFolder(path) => vec![
                Step::run("see what it is", Command::of("ls -ld").arg(lossy(path))),
                Step::run(
                    "remove it, since alembic-guard did not create it",
                    Command::of("rm -r").arg(lossy(path)),
                ),
            ],
            Error::Journal { path, .. } => vec![
                Step::run("discard that run", remove(std::slice::from_ref(path))),
                Step::run(
                    "see what it wrote and left behind (`.alembic-guard-*.tmp`)",
                    Command::of("git status"),
                ),
            ],
            Error::JournalVersion { path, .. } => vec![
                "run the version of alembic-guard that wrote it".into(),
                Step::run("discard that run", remove(std::slice::from_ref(path))),
            ],
            Error::Compiled { path, .. } => {
                vec![STALE.into(), Step::run("remove it", remove(std::slice::from_ref(path)))]
            }
            Error::CompiledLink(path) => {
                let look = Command::of("ls -lH").arg(lossy(path));
                vec![STALE.into(), Step::run("remove the compiled files there", look)]
            }
        }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Error {
        let path = path.to_path_buf();
        Error::Read { path, source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Error {
        let path = path.to_path_buf();
        Error::Write { path, source }
    }

    pub(super) fn finish(path: &Path, source: io::Error) -> Error {
        let path = path.to_path_buf();
        Error::Finish { path, source }
    }

    pub(super) fn clean(path: &Path, source: io::Error) -> Error {
        let path = path.to_path_buf();
        Error::Clean { path, source }
    }
}

const RUN_AGAIN: &str = "run this again to use the current files";

const STALE: &str =
    "until it is removed, Python may load the old `down_revision` from the compiled file";

fn give_up(leftovers: &[PathBuf]) -> Step {
    Step::run("keep all files as they are now and discard that run", remove(leftovers))
}

fn remove(paths: &[PathBuf]) -> Command {
    Command::of("rm -f").args(paths.iter().map(|path| lossy(path)))
}

fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Quotes a path for the shell.
fn word(path: &Path) -> String {
    shell_word(&path.to_string_lossy())
}

fn repository_word(path: &RepoPath) -> String {
    shell_word(&path.to_string())
}
