//! What git is in the middle of, and which commits it brings in.

use std::fs;

use crate::advice::Command;
use crate::git::{Repository, parse_id};
use crate::tree::ObjectId;

/// How the environment names what a merge brings in: `GITHEAD_<oid>`, set by `git merge` for its hooks
/// (builtin/merge.c).
const MERGED_BY_ENVIRONMENT: &str = "GITHEAD_";

/// Something that git has begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `git merge`: HEAD is the side that takes in.
    Merge,
    /// `git rebase`: HEAD is what the branch is put on, with its own commits so far; what git calls
    /// "ours" is theirs.
    Rebase {
        /// The branch, without `refs/heads/`, where one is rebased.
        branch: Option<String>,
        /// The commit that it is put on.
        onto: Option<ObjectId>,
    },
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
}

impl Operation {
    /// Returns the command that goes on with it once everything is staged.
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
    /// Returns what git is in the middle of, in this worktree.
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

    /// Tells whether a rebase is under way; `rebase-apply` alone may be that of `git am`
    /// (`wt_status_check_rebase` in wt-status.c).
    fn is_rebasing(&self) -> bool {
        self.has("rebase-merge") || self.has("rebase-apply") && !self.has("rebase-apply/applying")
    }

    /// Tells whether the repository's own folder has this.
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

    /// Returns the branch that is worked on: the one that is checked out, or that is being rebased.
    pub fn working_branch(&self) -> Option<String> {
        self.branch().or_else(|| match self.operation()? {
            Operation::Rebase { branch, .. } => branch,
            Operation::Merge | Operation::CherryPick | Operation::Revert => None,
        })
    }

    /// Returns the commits that are being merged into HEAD; none where no merge is under way.
    ///
    /// During `pre-merge-commit` there is no `MERGE_HEAD` yet, only the environment names them; when a
    /// conflict was resolved and `git commit` runs, `MERGE_HEAD` does.
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

    /// Returns the commit that HEAD was at before the last merge, as `git merge` notes it in `ORIG_HEAD`.
    pub fn before_merge(&self) -> Option<ObjectId> {
        self.resolve("ORIG_HEAD").ok()
    }

    /// Tells whether HEAD is only passing through: a rebase, a series of patches or a bisection is under
    /// way in this worktree.
    ///
    /// `git rebase --apply` alone calls `post-checkout` before it leaves anything to tell it by.
    pub fn is_passing_through(&self) -> bool {
        let series = self.has("rebase-merge") || self.has("rebase-apply");
        series || self.has("BISECT_LOG") && self.operation().is_none()
    }
}
