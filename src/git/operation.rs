//! The git operation in progress, and the commits that it brings in.

use std::fs;

use crate::advice::Command;
use crate::git::{Repository, parse_id};
use crate::tree::ObjectId;

/// The prefix of the variables for merged commits: `GITHEAD_<oid>`, set by `git merge` for its hooks
/// (builtin/merge.c).
const MERGED_BY_ENVIRONMENT: &str = "GITHEAD_";

/// An unfinished git operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `git merge`: HEAD is the side that is merged into.
    Merge,
    /// `git rebase`: HEAD is the new base with the rebased commits so far, so "ours" in git is the other
    /// side.
    Rebase {
        /// The branch, without `refs/heads/`, if one is rebased.
        branch: Option<String>,
        /// The new base.
        onto: Option<ObjectId>,
    },
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
}

impl Operation {
    /// Returns the command that continues it once everything is staged.
    pub fn go_on(&self) -> Command {
        Command::of(match self {
            Operation::Merge => "git commit --no-edit",
            Operation::Rebase { .. } => "git rebase --continue",
            Operation::CherryPick => "git cherry-pick --continue",
            Operation::Revert => "git revert --continue",
        })
    }
}

impl Repository {
    /// Returns the operation in progress in this worktree.
    pub fn operation(&self) -> Option<Operation> {
        if self.is_rebasing() {
            return Some(self.rebase_under_way());
        }
        let is_here = |name: &str| self.ref_commit(name).is_some();
        if self.has("MERGE_HEAD") {
            Some(Operation::Merge)
        } else if is_here("REVERT_HEAD") {
            Some(Operation::Revert)
        } else if is_here("CHERRY_PICK_HEAD") {
            Some(Operation::CherryPick)
        } else {
            None
        }
    }

    /// Returns whether a rebase is in progress; `rebase-apply` may also belong to `git am`
    /// (`wt_status_check_rebase` in wt-status.c).
    fn is_rebasing(&self) -> bool {
        self.has("rebase-merge") || self.has("rebase-apply") && !self.has("rebase-apply/applying")
    }

    /// Returns whether the git folder has this file.
    fn has(&self, name: &str) -> bool {
        self.git_dir().join(name).exists()
    }

    fn rebase_under_way(&self) -> Operation {
        let read = |name: &str| {
            let folders = ["rebase-merge", "rebase-apply"].into_iter();
            let mut texts = folders.filter_map(|folder| {
                fs::read_to_string(self.git_dir().join(folder).join(name)).ok()
            });
            texts.next().map(|text| text.trim_end().to_owned())
        };
        let branch = read("head-name");
        let branch = branch.and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
        let onto = read("onto").as_deref().and_then(parse_id).and_then(|id| self.commit_of(id));
        Operation::Rebase { branch, onto }
    }

    /// Returns the current branch, or the one that is being rebased.
    pub fn working_branch(&self) -> Option<String> {
        self.branch().or_else(|| match self.operation()? {
            Operation::Rebase { branch, .. } => branch,
            Operation::Merge | Operation::CherryPick | Operation::Revert => None,
        })
    }

    /// Returns the commits that are being merged into HEAD; none unless a merge is in progress.
    ///
    /// During `pre-merge-commit` there is no `MERGE_HEAD` yet, and only the environment has them; when `git
    /// commit` runs after a conflict, `MERGE_HEAD` does.
    pub fn merge_heads(&self) -> Vec<ObjectId> {
        let mut heads: Vec<ObjectId> = std::env::vars_os()
            .filter_map(|(name, _)| parse_id(name.to_str()?.strip_prefix(MERGED_BY_ENVIRONMENT)?))
            .filter_map(|id| self.commit_of(id))
            .collect();
        if let Ok(text) = fs::read_to_string(self.git_dir().join("MERGE_HEAD")) {
            heads.extend(text.lines().filter_map(parse_id));
        }
        heads.sort();
        heads.dedup();
        heads.retain(|head| Some(*head) != self.head());
        heads
    }

    /// Returns HEAD before the last merge, from `ORIG_HEAD`.
    pub fn before_merge(&self) -> Option<ObjectId> {
        self.resolve("ORIG_HEAD").ok()
    }

    /// Returns whether HEAD moves only temporarily: a rebase, a series of patches or a bisection is in
    /// progress in this worktree.
    ///
    /// `git rebase --apply` runs `post-checkout` before this can be detected.
    pub fn is_passing_through(&self) -> bool {
        let series = self.has("rebase-merge") || self.has("rebase-apply");
        series || self.has("BISECT_LOG") && self.operation().is_none()
    }
}
