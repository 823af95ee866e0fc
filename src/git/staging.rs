//! The states of files that are to be edited, and staging them.

use std::fs;

use crate::git::backend::{Backend, Settled};
use crate::git::process::{self, GitOption};
use crate::git::{Error, Repository};
use crate::platform::path_bytes::path_from_bytes;
use crate::tree::RepoPath;

/// A reason why a file cannot be edited now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// It has an unresolved conflict.
    Conflicted,
    /// It has changes that are not staged, which an edit would mix with.
    Modified,
    /// It is marked `assume-unchanged`, so git would not stage an edit.
    AssumedUnchanged,
    /// It is marked `skip-worktree`, so git would not stage an edit.
    Skipped,
    /// It is outside of the sparse checkout, so it has no file.
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
    /// Returns why a file cannot be edited now, if so. An untracked file can.
    pub fn unsettled(&self, path: &RepoPath) -> Option<Unsettled> {
        if let Some(overlooked) = self.overlooked(path) {
            return Some(overlooked);
        }
        Unsettled::of(self.source.settled(path).ok()?)
    }

    /// Returns why files cannot be edited now, in their order.
    pub fn all_unsettled(&self, paths: &[&RepoPath]) -> Vec<Option<Unsettled>> {
        match self.source.all_settled(paths) {
            Ok(settled) => {
                let both = paths.iter().zip(settled);
                both.map(|(path, it)| self.overlooked(path).or_else(|| Unsettled::of(it))).collect()
            }
            Err(_) => paths.iter().map(|path| self.unsettled(path)).collect(),
        }
    }

    /// Returns why git would ignore an edit. Status does not report these marks.
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

    /// Returns the conflicted paths, sorted.
    pub fn conflicts(&self) -> Result<Vec<RepoPath>, Error> {
        Ok(self.index()?.conflicts())
    }

    /// Returns whether the index has a file.
    pub fn is_tracked(&self, path: &RepoPath) -> bool {
        self.index().is_ok_and(|index| index.get(path).is_some())
    }

    /// Stages the current state of files in the work tree, including removals.
    ///
    /// Git does this itself, with all filters and attributes.
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
