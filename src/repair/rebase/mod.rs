//! Which new revisions are to build on what, so that a history has one line again.
//!
//! The verdict's own faults lead the way: one is repaired at a time and what then stands is judged
//! again, so whatever the guard would refuse it can also see repaired. Only revisions that the base
//! lacks are moved, and only by their lowest members: what builds on those follows by itself.

mod linearize;
mod fork;
mod parents;
mod stack;
mod tops;

use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::heads::{HeadLimits, analyze_heads};

use linearize::{Left, Line};

/// What a rebase is asked to do.
pub struct Rebase<'a> {
    /// What has landed.
    pub before: &'a Graph,
    /// What there would be.
    pub after: &'a Graph,
    /// How many heads there may be.
    pub limits: HeadLimits<'a>,
    /// The head to build on, where somebody chose it.
    pub onto: Option<&'a RevisionId>,
    /// Tells who else has a revision, so that it must not be edited.
    pub holder: &'a dyn Fn(&Revision) -> Option<Holder>,
    /// Tells since when a revision has been there; of two that could make room, the later one does.
    pub seniority: &'a dyn Fn(&Revision) -> Seniority,
}

/// Since when a revision has been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seniority {
    /// It is on a branch of this repository that changes go to.
    OnTarget,
    /// It is on the remote branch that the branch that is checked out is pushed to.
    Pushed,
    /// It is committed on the branch that is checked out.
    Committed,
    /// It is new in the work tree.
    New,
}

/// Who else has a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Everybody: it is on this branch, which changes go to.
    Target(String),
    /// Somebody: it is on this remote branch.
    Branch(String),
}

impl Holder {
    /// Returns the branch.
    pub fn branch(&self) -> &str {
        match self {
            Holder::Target(branch) | Holder::Branch(branch) => branch,
        }
    }
}

/// A revision and what it is to build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repointed {
    /// The revision.
    pub revision: RevisionId,
    /// Its parents then.
    pub parents: Vec<RevisionId>,
}

/// What a rebase comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebased {
    /// The revisions that have new parents, sorted by id.
    pub moved: Vec<Repointed>,
    /// What is still to be put on something else, and is on a remote branch of somebody else: the lowest of each
    /// chain, with that branch.
    pub left: Vec<(RevisionId, String)>,
}

/// Why new parents alone do not repair a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Others have what would have to be edited.
    Held {
        /// The revision.
        revision: RevisionId,
        /// Who has it.
        holder: Holder,
        /// The heads that must be joined instead, sorted.
        heads: Vec<RevisionId>,
    },
    /// The base has several heads to build on.
    Ambiguous {
        /// The revision that must build on one.
        revision: RevisionId,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// The change itself gave a published revision another parent, or removed it.
    Rewritten {
        /// The revision that is a head again by that.
        head: RevisionId,
        /// The heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// New revisions need each other in a way that no order satisfies, or name no parent that is there.
    Tangled {
        /// The heads that are left, sorted.
        heads: Vec<RevisionId>,
    },
}

/// Finds new parents for the lowest of the new revisions, so that no head is at fault any more;
/// nothing where none is. A head that somebody chose takes the place of parents that no file defines, too.
///
/// Of several chains each is put on top of the one before, those that others depend on first, then in the
/// order in which Alembic lists their files. A chain of somebody else's branch is left beside them.
pub fn rebase(asked: &Rebase<'_>) -> Result<Rebased, Obstacle> {
    let mut line = Line::new(asked);
    let mut left = Left::new();
    if let Some(onto) = asked.onto {
        let (moves, held) = line.gaps_closed(onto)?;
        line.take(moves);
        left = held;
    }
    // Each round puts one chain on top of another, of which there are no more than new revisions.
    for _ in 0..=asked.after.len() {
        let faults = analyze_heads(asked.before, line.graph(), asked.limits);
        if faults.is_empty() {
            return line.end(left);
        }
        match line.next(&faults) {
            Ok(moves) => line.take(moves),
            Err(obstacle) => {
                left.extend(line.left(&faults).ok_or(obstacle)?);
                return line.end(left);
            }
        }
    }
    Err(Obstacle::Tangled { heads: line.heads() })
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod properties;
