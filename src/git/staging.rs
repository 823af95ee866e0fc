//! What the index says of files that are to be edited, and putting them there.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::git::index_tree::SKIP_WORKTREE;
use crate::git::{Error, Repository};
use crate::tree::RepoPath;

/// Why a file is not in a state to be edited by a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// Git asks how to merge it.
    Conflicted,
    /// It holds changes that are neither committed nor staged, and that an edit would mix with.
    Modified,
    /// Git takes it for unchanged whatever it holds (`assume-unchanged`), and would not stage an edit.
    AssumedUnchanged,
    /// Git does not look at it (`skip-worktree`), and would not stage an edit.
    Skipped,
    /// Git leaves it out of a sparse checkout, so that there is no file.
    LeftOut,
}

/// The bit of an entry that `git update-index --assume-unchanged` made.
const ASSUME_UNCHANGED: u16 = 1 << 15;

impl Repository {
    /// Tells why a file is not to be edited now, if it is so. One that git does not know yet is fine.
    pub fn unsettled(&self, path: &RepoPath) -> Option<Unsettled> {
        let path = Path::new(OsStr::from_bytes(path.as_bytes()));
        if let Some(overlooked) = self.overlooked(path) {
            return Some(overlooked);
        }
        let status = self.inner.status_file(path).ok()?;
        if status.contains(git2::Status::CONFLICTED) {
            return Some(Unsettled::Conflicted);
        }
        let changed = git2::Status::WT_MODIFIED
            | git2::Status::WT_DELETED
            | git2::Status::WT_TYPECHANGE
            | git2::Status::WT_RENAMED;
        status.intersects(changed).then_some(Unsettled::Modified)
    }

    /// Tells why git would not see an edit. A status knows nothing of these bits of the index.
    fn overlooked(&self, path: &Path) -> Option<Unsettled> {
        let entry = self.inner.index().ok()?.get_path(path, 0)?;
        if entry.flags_extended & SKIP_WORKTREE != 0 {
            let is_here = fs::symlink_metadata(self.work_dir()?.join(path)).is_ok();
            return Some(if is_here { Unsettled::Skipped } else { Unsettled::LeftOut });
        }
        (entry.flags & ASSUME_UNCHANGED != 0).then_some(Unsettled::AssumedUnchanged)
    }

    /// Returns the paths about whose merge git asks, sorted.
    pub fn conflicts(&self) -> Result<Vec<RepoPath>, Error> {
        let index = self.inner.index().map_err(|error| Error::Index(error.into()))?;
        super::merge::conflicts(&index).map_err(|error| Error::Index(error.into()))
    }

    /// Tells whether the index has a file.
    pub fn is_tracked(&self, path: &RepoPath) -> bool {
        let index = self.inner.index();
        let path = Path::new(OsStr::from_bytes(path.as_bytes()));
        index.is_ok_and(|index| index.get_path(path, 0).is_some())
    }

    /// Stages files as they are in the work tree; one that is gone there is removed.
    ///
    /// Git itself does it, with all the filters and attributes that it knows.
    pub fn add_to_index(&self, paths: &[&RepoPath]) -> Result<(), Error> {
        let top = self.work_dir().ok_or(Error::Bare)?;
        let mut git = Command::new("git");
        // The variables of a hook are relative to where the process was started, not to the top.
        git.current_dir(top).env("GIT_DIR", self.git_dir()).env("GIT_WORK_TREE", top);
        if let Some(index) =
            self.inner.index().ok().and_then(|index| index.path().map(Path::to_owned))
        {
            git.env("GIT_INDEX_FILE", index);
        }
        git.args(["--literal-pathspecs", "add", "--all", "--"]);
        git.args(paths.iter().map(|path| OsStr::from_bytes(path.as_bytes())));
        let output = git.stdin(Stdio::null()).output();
        let output = output.map_err(|source| Error::Stage(source.to_string()))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(Error::Stage(last_words(&output.stderr))),
        }
    }
}

fn last_words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines = said.lines().map(str::trim).take_while(|line| !line.starts_with("hint:"));
    let words = lines.collect::<Vec<_>>().join(" ");
    match words.is_empty() {
        true => "git add failed".to_owned(),
        false => crate::text::escape(&words),
    }
}
