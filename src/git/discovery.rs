//! Finds out whether a repository that was found without a `.git` may be used.
//!
//! To git, any folder with the layout of a git folder is a bare repository, whose configuration may name a
//! work tree and programs to run (git-config(1), `safe.bareRepository`). A clone can bring such a folder
//! among its files, but never a `.git`. So a repository is rejected if another one tracks files in it,
//! unless `GIT_DIR` names it.

use std::path::{Path, PathBuf};

use crate::advice::{Command, Step};
use crate::git::plumbing::refusal;
use crate::git::process::{self, GitOption, Target};
use crate::git::{Error, Reason};
use crate::platform::path_bytes::{bytes_of, path_from_bytes};
use crate::text::Escaped;

/// Rejects the repository that git finds from a folder if its files are tracked by another one.
///
/// If git finds none, this succeeds: the next operation reports that.
///
/// # Errors
/// Fails if that is so, or if the tracked files of the other repository are unknown.
pub(crate) fn refuse_planted_at(folder: &Path) -> Result<(), Error> {
    let mut git = process::command(Target::EnvironmentElse(folder), &[]);
    let Ok(git_dir) = output(git.args(["rev-parse", "--absolute-git-dir"])) else { return Ok(()) };
    let git_dir = git_dir.strip_suffix(b"\n").unwrap_or(&git_dir);
    let here = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    refuse_planted(path_from_bytes(git_dir), &here).map_err(Error::Open)
}

/// Rejects the repository that was found from the current folder if its files are tracked by another one.
pub(super) fn refuse_planted_here(git_dir: &Path) -> Result<(), Reason> {
    match here() {
        Some(here) => refuse_planted(git_dir, &here),
        None => Ok(()),
    }
}

/// Returns whether a repository was found because the current folder is in it: without a `.git`, and
/// without an environment variable.
pub(super) fn is_implied(git_dir: &Path) -> bool {
    here().is_some_and(|here| is_implied_from(git_dir, &here))
}

fn here() -> Option<PathBuf> {
    std::env::current_dir().ok()?.canonicalize().ok()
}

fn is_implied_from(git_dir: &Path, here: &Path) -> bool {
    let around = git_dir.canonicalize();
    std::env::var_os("GIT_DIR").is_none()
        && around.is_ok_and(|git_dir| !git_dir.ends_with(".git") && here.starts_with(git_dir))
}

fn refuse_planted(git_dir: &Path, here: &Path) -> Result<(), Reason> {
    if !is_implied_from(git_dir, here) {
        return Ok(());
    }
    let unread = |error: std::io::Error| Reason::new(error.to_string());
    let git_dir = git_dir.canonicalize().map_err(unread)?;
    for top in git_dir.ancestors().skip(1) {
        if top.join(".git").symlink_metadata().is_ok()
            && let Some(file) = tracked_file(top, &git_dir)?
        {
            return Err(planted(&git_dir, top, &file));
        }
    }
    Ok(())
}

/// Returns a file in a folder that the repository of another folder tracks.
fn tracked_file(top: &Path, folder: &Path) -> Result<Option<Vec<u8>>, Reason> {
    // Nothing of the other repository is run either.
    let options = [GitOption::NoMonitor, GitOption::LiteralPaths];
    let mut git = process::command(Target::Around(top), &options);
    let listed = output(git.args(["ls-files", "-z", "--"]).arg(folder))?;
    let first = listed.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok((!first.is_empty()).then(|| first.to_vec()))
}

fn planted(git_dir: &Path, top: &Path, file: &[u8]) -> Reason {
    let shown = |path: &Path| Escaped(bytes_of(path)).to_string();
    Reason::new(format!(
        "`{}` is laid out like a bare repository, but the repository in `{}` tracks `{}`",
        shown(git_dir),
        shown(top),
        Escaped(file)
    ))
    .with_remedy(Step::run(
        "leave this folder, or name it if you trust it",
        Command::of("export").arg(format!("GIT_DIR={}", git_dir.to_string_lossy())),
    ))
}

fn output(git: &mut std::process::Command) -> Result<Vec<u8>, Reason> {
    let output = git.output();
    let output = output.map_err(|error| Reason::new(format!("cannot run git: {error}")))?;
    if output.status.success() { Ok(output.stdout) } else { Err(refusal(&output.stderr)) }
}
