//! Decides the new parents of new revisions, so that a history is one line again.
//!
//! The problems of the check lead the way: one is repaired at a time, and the result is checked again, so
//! the repair understands everything that the guard blocks. Only revisions that the base lacks are moved,
//! and only the lowest ones: their descendants follow.

mod linearize;
mod fork;
mod parents;
mod stack;
mod tops;

use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::heads::{HeadLimits, analyze_heads};

use linearize::{Left, Line};

/// The input of a rebase.
pub struct Rebase<'a> {
    /// The graph of the base.
    pub before: &'a Graph,
    /// The graph of the result.
    pub after: &'a Graph,
    /// The allowed heads.
    pub limits: HeadLimits<'a>,
    /// The head to build on, if the user chose one.
    pub onto: Option<&'a RevisionId>,
    /// Returns the branch that also has a revision, which must not be edited then.
    pub holder: &'a dyn Fn(&Revision) -> Option<Holder>,
    /// Returns since when a revision has been there; of two that could move, the later one does.
    pub seniority: &'a dyn Fn(&Revision) -> Seniority,
}

/// The age of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seniority {
    /// It is on a local target branch.
    OnTarget,
    /// It is on the remote branch of the current branch.
    Pushed,
    /// It is committed on the current branch.
    Committed,
    /// It is new in the work tree.
    New,
}

/// The branch that also has a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// It is published on this target.
    Target(String),
    /// It is shared on this remote branch.
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

/// A revision and its new parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repointed {
    /// The revision.
    pub revision: RevisionId,
    /// Its new parents.
    pub parents: Vec<RevisionId>,
}

/// The result of a rebase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebased {
    /// The revisions that have new parents, sorted by id.
    pub moved: Vec<Repointed>,
    /// The revisions that still need new parents but are on a remote branch of others: the lowest of each
    /// chain, with that branch.
    pub left: Vec<(RevisionId, String)>,
}

/// The reason why a rebase is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// A revision that would have to be edited is published or shared.
    Held {
        /// The revision.
        revision: RevisionId,
        /// The branch that has it.
        holder: Holder,
        /// The heads that must be joined instead, sorted.
        heads: Vec<RevisionId>,
    },
    /// The base has several heads to build on.
    Ambiguous {
        /// The revision that needs one as parent.
        revision: RevisionId,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// The change itself re-pointed or removed a published revision.
    Rewritten {
        /// The revision that is a head again.
        head: RevisionId,
        /// The heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// New revisions depend on each other in a way that no order satisfies, or have an undefined parent.
    Tangled {
        /// The remaining heads, sorted.
        heads: Vec<RevisionId>,
    },
}

/// Finds new parents for the lowest new revisions, which leaves no extra heads; nothing if there are
/// none. A head that the user chose also replaces undefined parents.
///
/// Each of several chains is put on top of the previous one: first those that others depend on, then in
/// Alembic's order of files. Chains of other branches are left as they are.
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
