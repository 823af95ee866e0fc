//! Repairs, as data: which file holds what before and after.
//!
//! A plan is made from graphs and sources, laid over the tree and checked again before anybody sees
//! it. Nothing in here touches a disk but `apply`, and that writes all of a plan or none of it.

mod alignment;
mod changes;
mod docstring;
mod edit;
mod rebase;
mod elements;
mod followers;
mod identifier;
mod join;
mod literal;
mod parents;
mod private;
mod proof;
mod proposal;
mod sequence;
mod value;
mod diff;
mod error;
mod disk;
mod journal;
mod target;
mod unfinished;
mod compiled;
mod apply;
mod created;
mod name;
mod script;
mod usual;
mod revision;

use std::collections::BTreeMap;

use crate::tree::{MemoryTree, Node, Overlay, RepoPath, Tree};

pub use apply::{Place, apply, apply_on, finish_interrupted, finish_interrupted_on};
pub use changes::{Content, changed};
pub use created::{Created, Undated};
pub use diff::{unified, unified_escaped};
pub use disk::{Disk, RealDisk};
pub use edit::{Edit, edited};
pub use error::Error;
pub use followers::{follow_id, followers};
pub use identifier::{
    edit_dependencies, edit_misspelling, edit_revision_id, rename_identifier, write_dependencies,
    write_revision_id,
};
pub use join::{heads_to_join, landed_first};
pub use parents::{edit_parents, write_parents};
pub use proof::{Identifier, Uneditable};
pub use proposal::{Mended, Mending, Proposal, Refusal, Repaired, Step};
pub use rebase::{Holder, Obstacle, Rebase, Repointed, Seniority, rebase};
pub use revision::{NewFile, NewRevision, Unwritable};
pub use script::Unrendered;

/// A file before and after a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub path: RepoPath,
    /// What it holds now; nothing where it is new.
    pub before: Option<Vec<u8>>,
    /// What it will hold; nothing where it goes.
    pub after: Option<Vec<u8>>,
}

/// Lays changes over a tree.
pub fn overlay<'t>(tree: Box<dyn Tree + 't>, changes: &[Change]) -> Box<dyn Tree + 't> {
    let kept = changes.iter().filter_map(|change| Some((&change.path, change.after.as_ref()?)));
    let above = MemoryTree::new(kept.map(|(path, content)| (path.as_bytes(), content)));
    let node = |path: &RepoPath| -> Option<Node> { above.node(path).ok().flatten() };
    let laid_over: BTreeMap<RepoPath, Option<Node>> =
        changes.iter().map(|change| (change.path.clone(), node(&change.path))).collect();
    Box::new(Overlay::new(tree, Box::new(above), laid_over))
}
