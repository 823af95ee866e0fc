//! What the index says of files that are to be edited, and putting them there.

use std::fs;

use crate::git::backend::{Backend, Settled};
use crate::git::process::{self, GitOption};
use crate::git::{Error, Repository};
use crate::platform::path_bytes::path_from_bytes;
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
    /// Git leaves it out of a sparse checkout, so it has no file.
    LeftOut,
}

impl Unsettled {
    fn of(settled: Settled) -> Option<Unsettled> {
        match settled {
            Settled::Same => None,
            Settled::Modified => Some(Unsettled::Modified),
            Settled::Conflicted => Some(Unsettled::Conflicted),
        }
    }
}

impl Repository {
    /// Tells why a file is not to be edited now, if it is so. One that git does not know yet is fine.
    pub fn unsettled(&self, path: &RepoPath) -> Option<Unsettled> {
        if let Some(overlooked) = self.overlooked(path) {
            return Some(overlooked);
        }
        Unsettled::of(self.source.settled(path).ok()?)
    }

    /// Tells why files are not to be edited now, in their order.
    pub fn all_unsettled(&self, paths: &[&RepoPath]) -> Vec<Option<Unsettled>> {
        match self.source.all_settled(paths) {
            Ok(settled) => {
                let both = paths.iter().zip(settled);
                both.map(|(path, it)| self.overlooked(path).or_else(|| Unsettled::of(it))).collect()
            }
            Err(_) => paths.iter().map(|path| self.unsettled(path)).collect(),
        }
    }

    /// Tells why git would not see an edit. A status knows nothing of these marks of the index.
    fn overlooked(&self, path: &RepoPath) -> Option<Unsettled> {
        let index = self.index().ok()?;
        let marks = index.get(path)?.marks;
        if marks.skip_worktree {
            let disk = self.work_dir()?.join(path_from_bytes(path.as_bytes()));
            let is_here = fs::symlink_metadata(disk).is_ok();
            return Some(if is_here { Unsettled::Skipped } else { Unsettled::LeftOut });
        }
        marks.assume_unchanged.then_some(Unsettled::AssumedUnchanged)
    }

    /// Returns the paths about whose merge git asks, sorted.
    pub fn conflicts(&self) -> Result<Vec<RepoPath>, Error> {
        Ok(self.index()?.conflicts())
    }

    /// Tells whether the index has a file.
    pub fn is_tracked(&self, path: &RepoPath) -> bool {
        self.index().is_ok_and(|index| index.get(path).is_some())
    }

    /// Stages files as they are in the work tree; one that is gone there is removed.
    ///
    /// Git itself does it, with all the filters and attributes that it knows.
    pub fn add_to_index(&self, paths: &[&RepoPath]) -> Result<(), Error> {
        let added = self.add(&["--all"], paths);
        // Git 2.34 and newer stage nothing of what a sparse checkout leaves out unless told to (git-add(1)).
        let added =
            added.or_else(|refused| self.add(&["--all", "--sparse"], paths).map_err(|_| refused));
        self.index.take();
        self.staged.take();
        added
    }

    fn add(&self, options: &[&str], paths: &[&RepoPath]) -> Result<(), Error> {
        self.work_dir().ok_or(Error::Bare)?;
        let place = self.source.place();
        let differences = [GitOption::LiteralPaths, GitOption::Index(&place.index)];
        let mut git = process::command(place.target(), &differences);
        git.arg("add").args(options).arg("--");
        git.args(paths.iter().map(|path| path_from_bytes(path.as_bytes())));
        let output = git.output().map_err(|source| Error::Stage(source.to_string()))?;
        if output.status.success() { Ok(()) } else { Err(Error::Stage(last_words(&output.stderr))) }
    }
}

fn last_words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines = said.lines().map(str::trim).filter(|line| !line.starts_with("hint:"));
    let words = lines.collect::<Vec<_>>().join(" ");
    if words.is_empty() { "git add failed".to_owned() } else { crate::text::escape(&words) }
}
