//! Finds the folder in which git looks for hooks, and reasons not to write there.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Error, git, worktrees};
use crate::platform::path_bytes::{bytes_of, path_from_bytes};
use crate::text::{escape, shown};

/// A reason not to write to a hooks folder without `--force`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderDoubt {
    /// `core.hooksPath` is relative: git resolves it against the top of each worktree (git-config(1)).
    Relative {
        /// The path as it is configured.
        value: PathBuf,
    },
    /// `core.hooksPath` comes from the user's or the system's configuration.
    Shared {
        /// The place where it is set, as reported by git.
        origin: String,
    },
    /// `core.hooksPath` is set for one command only.
    Temporary,
    /// git tracks files of the folder.
    Tracked,
    /// The folder is in a work tree, but not in its `.git`.
    InWorkTree,
}

impl fmt::Display for FolderDoubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderDoubt::Relative { value } => write!(
                out,
                "`core.hooksPath` is relative (`{}`), so each linked worktree uses a different \
                 folder",
                shown(value)
            ),
            FolderDoubt::Shared { origin } => write!(
                out,
                "`core.hooksPath` comes from {}, so other repositories share the folder",
                escape(origin)
            ),
            FolderDoubt::Temporary => {
                out.write_str("`core.hooksPath` is set for this command only")
            }
            FolderDoubt::Tracked => {
                out.write_str("its files are tracked, and a shim contains a path of this machine")
            }
            FolderDoubt::InWorkTree => {
                out.write_str("it is in the work tree, where another tool may keep its hooks")
            }
        }
    }
}

/// Returns the absolute path of the folder in which git looks for hooks, as seen from `directory`.
pub(super) fn locate(directory: &Path) -> Result<PathBuf, Error> {
    Ok(git::path(&git::ask(directory, &HOOKS_FOLDER)?))
}

/// Returns the same for another worktree than the one in the environment.
pub(super) fn locate_there(top: &Path) -> Result<PathBuf, Error> {
    Ok(git::path(&git::ask_there(top, &HOOKS_FOLDER)?))
}

/// Returns the folder that git uses while `core.hooksPath` is not set.
pub(super) fn default_folder(directory: &Path) -> Result<PathBuf, Error> {
    let common = git::ask(directory, &worktrees::COMMON_DIR)?;
    Ok(git::path(&common).join("hooks"))
}

/// Returns the reasons not to write to `folder`.
pub(super) fn doubts(directory: &Path, folder: &Path) -> Result<Vec<FolderDoubt>, Error> {
    let mut doubts = setting_doubts(directory)?;
    doubts.extend(place_doubt(directory, folder)?);
    Ok(doubts)
}

/// Returns the hook manager that a folder belongs to, if its path shows it.
pub(super) fn manager(folder: &Path) -> Option<&'static str> {
    folder.iter().find_map(|name| match bytes_of(name) {
        b".husky" => Some("husky"),
        b".lefthook" => Some("lefthook"),
        _ => None,
    })
}

const HOOKS_FOLDER: [&str; 4] = ["rev-parse", "--path-format=absolute", "--git-path", "hooks"];

const SETTING: [&str; 6] =
    ["--show-scope", "--show-origin", "--null", "--type=path", "--get", "core.hooksPath"];

fn setting_doubts(directory: &Path) -> Result<Vec<FolderDoubt>, Error> {
    let mut doubts = Vec::new();
    let Some(setting) = git::config(directory, &SETTING)? else {
        return Ok(doubts);
    };
    let mut fields = setting.split(|byte| *byte == 0);
    let mut field = || fields.next().unwrap_or_default();
    let (scope, origin, value) = (field(), field(), field());
    match scope {
        b"global" | b"system" => doubts.push(FolderDoubt::Shared { origin: origin_name(origin) }),
        b"command" => doubts.push(FolderDoubt::Temporary),
        _ => {}
    }
    let value = path_from_bytes(value);
    if value.is_relative() {
        doubts.push(FolderDoubt::Relative { value: value.to_path_buf() });
    }
    Ok(doubts)
}

/// Turns git's `file:PATH` into the path.
fn origin_name(origin: &[u8]) -> String {
    let origin = String::from_utf8_lossy(origin);
    match origin.strip_prefix("file:") {
        Some(path) => format!("`{path}`"),
        None => format!("the {origin}"),
    }
}

fn place_doubt(directory: &Path, folder: &Path) -> Result<Option<FolderDoubt>, Error> {
    let folder = real(folder);
    let common = real(&git::path(&git::ask(directory, &worktrees::COMMON_DIR)?));
    if folder.starts_with(&common) {
        return Ok(None);
    }
    let tops = worktrees::tops(directory)?;
    let around = tops.iter().map(|top| real(top));
    let around = around.filter(|top| folder.starts_with(top));
    let Some(top) = around.max_by_key(|top| top.components().count()) else {
        return Ok(None);
    };
    Ok(Some(if is_tracked(&top, &folder)? {
        FolderDoubt::Tracked
    } else {
        FolderDoubt::InWorkTree
    }))
}

fn is_tracked(top: &Path, folder: &Path) -> Result<bool, Error> {
    let arguments = ["--literal-pathspecs", "ls-files", "-z", "--"].map(OsStr::new);
    let arguments = [&arguments[..], &[folder.as_os_str()]].concat();
    Ok(!git::ask_there(top, &arguments)?.is_empty())
}

/// Resolves symlinks in the part of a path that exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_path_buf(),
    }
}
