//! The work trees of a repository: each may use a different hooks folder.

use std::path::{Path, PathBuf};

use super::git;
use super::{Error, HOOKS, Hook, SERVER_HOOKS};
use crate::platform::path_bytes::path_from_bytes;

/// Returns the tops of the existing work trees, the main one first.
///
/// A bare repository is not included. git reports the main one by its git directory if that is elsewhere
/// (`--separate-git-dir`, a submodule; `get_main_worktree` in its worktree.c); its real top is known if
/// `directory` is inside.
pub(super) fn tops(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut tops = parse(&list(directory)?);
    let current = current(directory);
    let common = git::path(&git::ask(directory, &COMMON_DIR)?);
    if let Some(current) = current
        && !tops.contains(&current)
    {
        match tops.iter_mut().find(|top| **top == common) {
            Some(misnamed) => *misnamed = current,
            None => tops.push(current),
        }
    }
    tops.retain(|top| top.is_dir());
    Ok(tops)
}

/// Returns the hooks that a repository needs: a bare one without work trees only receives pushes.
pub(super) fn hooks(directory: &Path) -> Result<&'static [Hook], Error> {
    let bare = git::ask(directory, &["rev-parse", "--is-bare-repository"])?;
    let is_served = bare.trim_ascii() == b"true" && tops(directory)?.is_empty();
    Ok(if is_served { &SERVER_HOOKS } else { &HOOKS })
}

/// The arguments that ask for the folder that all worktrees of a repository share, as an absolute path.
pub(super) const COMMON_DIR: [&str; 3] =
    ["rev-parse", "--path-format=absolute", "--git-common-dir"];

/// Returns the top of the work tree that contains `directory`, if any.
pub(super) fn current(directory: &Path) -> Option<PathBuf> {
    let answer = git::ask(directory, &["rev-parse", "--show-toplevel"]).ok()?;
    Some(git::path(&answer)).filter(|top| !top.as_os_str().is_empty())
}

/// Splits NUL-terminated records; git before 2.36 has no `-z` and cannot list a path with a newline.
fn list(directory: &Path) -> Result<Vec<u8>, Error> {
    let list = ["worktree", "list", "--porcelain"];
    git::ask(directory, &[&list[..], &["-z"]].concat()).or_else(|_| {
        let mut lines = git::ask(directory, &list)?;
        for byte in &mut lines {
            if *byte == b'\n' {
                *byte = 0;
            }
        }
        Ok(lines)
    })
}

fn parse(listing: &[u8]) -> Vec<PathBuf> {
    let mut tops = Vec::new();
    for field in listing.split(|byte| *byte == 0) {
        if let Some(path) = field.strip_prefix(b"worktree ") {
            tops.push(path_from_bytes(path).to_owned());
        } else if field == b"bare" {
            tops.pop();
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_repositories_are_no_worktrees_and_newlines_are_part_of_a_path() {
        let listing = b"worktree /a.git\0bare\0\0worktree /b\nc\0HEAD 1\0branch x\0\0";
        assert_eq!(parse(listing), [PathBuf::from("/b\nc")]);
    }
}
