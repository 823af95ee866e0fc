//! Revisions that differ between two target branches.

use crate::alembic::migration::RevisionId;
use crate::tree::RepoPath;

/// A revision that differs on another target branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diverged {
    /// The revision.
    pub revision: RevisionId,
    /// The other target branch: `origin/next`, for example.
    pub target: String,
    /// Its file on that branch.
    pub path: RepoPath,
    /// Its parents on that branch.
    pub parents: Vec<RevisionId>,
    /// The difference.
    pub difference: Difference,
}

/// The difference between two versions of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// `upgrade` differs, but the file name or the message is the same.
    EditedBackport,
    /// `upgrade`, file name and message differ: these seem to be two migrations.
    OtherMigration,
    /// The migrations that must run first differ.
    Order(Move),
}

impl Difference {
    /// Returns the severity; higher is worse.
    pub fn weight(&self) -> u8 {
        match self {
            Difference::Order(Move { is_usual: false, .. }) => 0,
            Difference::EditedBackport => 1,
            Difference::Order(_) => 2,
            Difference::OtherMigration => 3,
        }
    }
}

/// The damage to a database that moves from one target branch to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The direction of the move.
    pub way: MoveDirection,
    /// The effect on the database.
    pub effect: DatabaseEffect,
    /// Some of the affected migrations.
    pub ids: Vec<RevisionId>,
    /// Whether databases usually move in this direction, going by the names of the target branches.
    pub is_usual: bool,
}

/// The direction in which a database moves between two target branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveDirection {
    /// Away from the target branch of the change.
    There,
    /// To the target branch of the change.
    Here,
}

/// The effect of a migration on a database that comes from another target branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseEffect {
    /// Alembic never runs it.
    Skips,
    /// Alembic runs it a second time.
    Repeats,
}
