//! Errors of hook installation, with their remedies.

use std::io;
use std::path::{Path, PathBuf};

use super::folder::manager;
use super::shim::quote;
use super::{FolderDoubt, Hook};
use crate::advice::{Command, Step, program};
use crate::platform::path_bytes::bytes_of;
use crate::text::shown;
use crate::text::{escape, shell_word};

/// A reason why hooks could not be installed, removed or inspected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// git could not be started.
    #[error("cannot run `git` in `{}`", shown(directory))]
    RunGit {
        /// The folder to run it in.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// git failed with this message.
    #[error("{}", escaped_lines(.0))]
    Git(String),
    /// The path of the program to call is not absolute.
    #[error("`{}` is not an absolute path", shown(.0))]
    RelativeBinary(PathBuf),
    /// The hooks folder should not be written to.
    #[error(
        "will not write to the hooks folder `{}`{}: {}",
        shown(folder),
        owner(folder),
        listed(doubts)
    )]
    DoubtfulFolder {
        /// The folder.
        folder: PathBuf,
        /// The hooks that were to go there.
        hooks: &'static [Hook],
        /// The folder that git uses while `core.hooksPath` is not set.
        default: PathBuf,
        /// The reasons, at least one.
        doubts: Vec<FolderDoubt>,
    },
    /// husky recreates its folder on every install, and runs the team's scripts by the names of the hooks
    /// in it.
    #[error(
        "will not write to the hooks folder `{}` of husky: husky recreates it whenever it is \
         installed",
        shown(folder)
    )]
    Husky {
        /// The folder.
        folder: PathBuf,
        /// The folder that holds the team's own scripts.
        team: PathBuf,
        /// The folder that git uses while `core.hooksPath` is not set.
        default: PathBuf,
    },
    /// The configured hooks folder is not a folder.
    #[error("the hooks folder `{}` is not a folder", shown(.0))]
    NoFolder(PathBuf),
    /// The path of the hook is not a file.
    #[error("`{}` is not a file", shown(.0))]
    NoFile(PathBuf),
    /// There are two foreign hooks, but a shim can only run one.
    #[error(
        "`{}` and `{}` are both existing hooks, and only one can be kept",
        shown(path),
        shown(kept)
    )]
    TwoForeignHooks {
        /// The hook that git runs.
        path: PathBuf,
        /// The hook that was moved aside earlier.
        kept: PathBuf,
    },
    /// The shim was moved aside by another hook that may not run it.
    #[error(
        "`{}` is the alembic-guard shim, and `{}` is another hook that may not run it",
        shown(legacy),
        shown(path)
    )]
    MovedAside {
        /// The hook that git runs.
        path: PathBuf,
        /// Where the shim is.
        legacy: PathBuf,
    },
    /// The hook is a symlink to another hook that would be replaced.
    #[error("`{}` is a symlink to the hook `{target}`, which a shim would replace", shown(path))]
    LinkToHook {
        /// The link.
        path: PathBuf,
        /// Its target.
        target: Hook,
    },
    /// A file could not be read.
    #[error("cannot read `{}`", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{}`", shown(path))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A hook could not be moved.
    #[error("cannot rename `{}` to `{}`", shown(from), shown(to))]
    Rename {
        /// Where it is.
        from: PathBuf,
        /// Where it should be.
        to: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A shim could not be removed.
    #[error("cannot remove `{}`", shown(path))]
    Remove {
        /// The shim.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Error {
    /// Returns what to do about it, one step or alternative each; empty if nothing is known.
    pub fn help(&self) -> Vec<Step> {
        match self {
            Error::RunGit { .. } => {
                vec!["check that git is on PATH and that the folder exists".into()]
            }
            Error::Git(words) if words.starts_with("not a git repository") => {
                vec!["run this in the repository, or name it with `-C DIR`".into()]
            }
            Error::Git(_) => Vec::new(),
            Error::RelativeBinary(_) => Vec::new(),
            Error::DoubtfulFolder { folder, hooks, default, doubts } => {
                let mut help = match hooks {
                    [Hook::PreReceive] => own_server_hook(folder),
                    _ => own_hooks(folder),
                };
                help.extend(folder_help(folder, default, doubts));
                help
            }
            Error::Husky { team, default, .. } => {
                let mut help = called_from("call it from husky", &word(&team.join("pre-push")));
                help.push(without_that_folder(default));
                help
            }
            Error::NoFolder(_) => vec![
                "correct `core.hooksPath`, or git runs no hooks (`git config --show-origin \
                 core.hooksPath`)"
                    .into(),
            ],
            Error::NoFile(path) => {
                let (path, old) = (lossy(path), format!("{}.old", path.display()));
                vec![Step::run("move it away", Command::of("mv").arg(path).arg(old))]
            }
            Error::TwoForeignHooks { path, kept } => vec![
                format!("call one from the other, or delete one: {} or {}", word(path), word(kept))
                    .into(),
                install_again(),
            ],
            Error::MovedAside { path, legacy } => vec![
                Step::run(
                    format!("call {} from {}, or delete it", word(legacy), word(path)),
                    Command::of("rm").arg(lossy(legacy)),
                ),
                install_again(),
            ],
            Error::LinkToHook { path, .. } => {
                vec![Step::run("replace the symlink with a copy", own_file(path)), install_again()]
            }
            Error::Read { .. }
            | Error::Write { .. }
            | Error::Rename { .. }
            | Error::Remove { .. } => {
                vec![Step::run("check who owns the folder and the file", Command::of("ls -la"))]
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
}

fn install_again() -> Step {
    let install = Command::of("alembic-guard hook install");
    format!("run `{install}` again").into()
}

/// Returns how a server's own hooks can call the guard; the input of `pre-receive` can only be read once.
fn own_server_hook(folder: &Path) -> Vec<Step> {
    let (update, file) = (Command::of("alembic-guard hook update"), word(&folder.join("update")));
    vec![format!("call it from your own hook: add `{update} \"$@\" || exit` to {file}").into()]
}

fn own_hooks(folder: &Path) -> Vec<Step> {
    match manager(folder) {
        Some(manager) => called_from(&format!("call it from {manager}"), "its pre-push hook"),
        None => called_from("call it from your own hook", &word(&folder.join("pre-push"))),
    }
}

fn folder_help(folder: &Path, default: &Path, doubts: &[FolderDoubt]) -> Vec<Step> {
    let mut help = Vec::new();
    if let [FolderDoubt::Relative { .. }] = doubts {
        help.push(Step::run("make the path absolute", hooks_path(folder)));
    }
    if doubts.iter().any(is_setting) {
        help.push(without_that_folder(default));
    }
    help.push(Step::run("install there anyway", Command::of("alembic-guard hook install --force")));
    help
}

/// Returns how a foreign hook can call the guard.
fn called_from(whose: &str, pre_push: &str) -> Vec<Step> {
    // The hook may be the whole team's, so no path of this machine.
    let program = shell_word(program::file_name());
    vec![
        format!("{whose}: add `{program} hook pre-push \"$@\" || exit` to {pre_push}").into(),
        "do the same for pre-commit and pre-merge-commit".into(),
        "do the same without `|| exit` for post-merge and post-checkout".into(),
    ]
}

fn without_that_folder(default: &Path) -> Step {
    Step::run("stop using that folder and its hooks in this repository", hooks_path(default))
}

fn hooks_path(folder: &Path) -> Command {
    Command::of("git config core.hooksPath").arg(lossy(folder))
}

/// Returns the command that replaces a symlink with a copy.
fn own_file(path: &Path) -> Command {
    let (path, copy) = (lossy(path), format!("{}.new", path.display()));
    Command::of("cp").arg(&path).arg(&copy).and(Command::of("mv").arg(copy).arg(path))
}

fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn is_setting(doubt: &FolderDoubt) -> bool {
    match doubt {
        FolderDoubt::Relative { .. } | FolderDoubt::Shared { .. } => true,
        FolderDoubt::Temporary | FolderDoubt::Tracked | FolderDoubt::InWorkTree => false,
    }
}

fn owner(folder: &Path) -> String {
    manager(folder).map_or_else(String::new, |manager| format!(" of {manager}"))
}

fn listed(doubts: &[FolderDoubt]) -> String {
    let doubts: Vec<String> = doubts.iter().map(FolderDoubt::to_string).collect();
    doubts.join("; ")
}

/// Escapes git's message but keeps its line breaks, since it may contain advice.
fn escaped_lines(words: &str) -> String {
    let lines: Vec<String> = words.lines().map(escape).collect();
    lines.join("\n")
}

/// Quotes a path for the shell.
fn word(path: &Path) -> String {
    escape(&String::from_utf8_lossy(&quote(bytes_of(path))))
}
