//! Repairs as data: the contents of files before and after.
//!
//! A plan is made from graphs and sources, and checked in memory before it is shown. Only `apply` writes to
//! a disk, and it writes all of a plan or none of it.

mod changes;
mod commands;
mod database;
mod diff;
mod identifiers;
mod join;
mod proposal;
mod rebase;
mod revision;
mod write;

use std::collections::BTreeMap;

use crate::tree::{MemoryTree, Node, Overlay, RepoPath, Tree};

pub use changes::{NewContent, changed};
pub use commands::{MergeRequest, RebaseRequest};
pub(crate) use commands::{propose_fixes, propose_merge, propose_rebase};
pub use database::{DatabaseStep, UnknownState, database_steps};
pub use diff::{unified, unified_escaped};
pub use identifiers::{
    Edit, Identifier, Uneditable, edit_dependencies, edit_misspelling, edit_parents,
    edit_revision_id, edited, follow_id, followers, rename_identifier, write_dependencies,
    write_parents, write_revision_id,
};
pub use join::{heads_to_join, landed_first};
pub use proposal::{EnvironmentRepair, Proposal, Refusal, RepairOutcome, RepairStep, Repaired};
pub use rebase::{Holder, Obstacle, Rebase, Rebased, Repointed, Seniority, rebase};
pub use revision::{Created, NewFile, NewRevision, Undated, Unrendered, Unwritable};
pub use write::{
    Disk, Error, Place, RealDisk, apply, apply_on, finish_interrupted, finish_interrupted_on,
    remove_lock,
};

/// A file before and after a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Its path.
    pub path: RepoPath,
    /// Its current content; `None` if it is new.
    pub before: Option<Vec<u8>>,
    /// Its new content; `None` if it is removed.
    pub after: Option<Vec<u8>>,
}

/// Returns a tree with changes applied.
pub fn overlay<'t>(tree: Box<dyn Tree + 't>, changes: &[FileChange]) -> Box<dyn Tree + 't> {
    let kept = changes.iter().filter_map(|change| Some((&change.path, change.after.as_ref()?)));
    let above = MemoryTree::new(kept.map(|(path, content)| (path.as_bytes(), content)));
    let node = |path: &RepoPath| -> Option<Node> { above.node(path).ok().flatten() };
    let laid_over: BTreeMap<RepoPath, Option<Node>> =
        changes.iter().map(|change| (change.path.clone(), node(&change.path))).collect();
    Box::new(Overlay::new(tree, Box::new(above), laid_over))
}
