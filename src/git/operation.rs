//! What git is in the middle of: which commits an unfinished merge brings in.

use std::fs;

use crate::git::{Repository, parse_id};
use crate::tree::ObjectId;

/// How the environment names what a merge brings in: `GITHEAD_<oid>`, set by `git merge` for its hooks.
const MERGED_BY_ENVIRONMENT: &str = "GITHEAD_";

impl Repository {
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
}
