//! The states of files in the work tree, relative to the index.

use std::collections::HashMap;

use git2::{Status, StatusOptions};

use super::{Libgit2, path_of, there};
use crate::git::Reason;
use crate::git::backend::Settled;
use crate::tree::RepoPath;

impl Libgit2 {
    pub(super) fn status(&self, path: &RepoPath) -> Result<Settled, Reason> {
        self.open_index()?;
        let status = there(self.repository.status_file(&path_of(path)))?;
        Ok(settled(status.unwrap_or(Status::CURRENT)))
    }

    /// Queries many files at once: for each single one, libgit2 would list the whole folder.
    pub(super) fn statuses(&self, paths: &[&RepoPath]) -> Result<Vec<Settled>, Reason> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        self.open_index()?;
        // As `git_status_file` asks.
        let mut options = StatusOptions::new();
        options
            .include_ignored(true)
            .recurse_ignored_dirs(true)
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_unmodified(true)
            .disable_pathspec_match(true);
        let mut found: HashMap<&[u8], Option<Status>> = HashMap::new();
        for path in paths {
            found.insert(path.as_bytes(), None);
            options.pathspec(path.as_bytes());
        }
        for entry in self.repository.statuses(Some(&mut options))?.iter() {
            let known = found.get_mut(entry.path_bytes());
            // A folder in the place of a file, or a name in other letters: not as it was asked.
            *known.ok_or_else(|| Reason::new("libgit2 returned another file"))? =
                Some(entry.status());
        }
        let status = |path: &&RepoPath| found.get(path.as_bytes()).copied().flatten();
        Ok(paths.iter().map(|path| settled(status(path).unwrap_or(Status::CURRENT))).collect())
    }
}

fn settled(status: Status) -> Settled {
    let changed =
        Status::WT_MODIFIED | Status::WT_DELETED | Status::WT_TYPECHANGE | Status::WT_RENAMED;
    if status.contains(Status::CONFLICTED) {
        Settled::Conflicted
    } else if status.intersects(changed) {
        Settled::Modified
    } else {
        Settled::Same
    }
}
