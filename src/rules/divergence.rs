//! Revisions that two targets have in different versions.

use crate::alembic::migration::RevisionId;
use crate::tree::RepoPath;

/// A revision that another target has in another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diverged {
    /// The revision.
    pub revision: RevisionId,
    /// The other target, `origin/next` for one.
    pub target: String,
    /// Its file there.
    pub path: RepoPath,
    /// What it builds on there.
    pub parents: Vec<RevisionId>,
    /// What is different.
    pub difference: Difference,
}

/// How two versions of a revision differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In what `upgrade` does, in a file of the same name or with the same message.
    EditedBackport,
    /// In what `upgrade` does, and in name and message: they seem to be two migrations.
    OtherMigration,
    /// In what must have run before.
    Order(Move),
}

impl Difference {
    /// Returns a number that is higher for what is worse.
    pub fn weight(&self) -> u8 {
        match self {
            Difference::Order(Move { is_usual: false, .. }) => 0,
            Difference::EditedBackport => 1,
            Difference::Order(_) => 2,
            Difference::OtherMigration => 3,
        }
    }
}

/// What goes wrong in a database at a revision that moves from one target to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where it moves.
    pub way: MoveDirection,
    /// What Alembic does there.
    pub effect: DatabaseEffect,
    /// Some of the migrations that it does that with.
    pub ids: Vec<RevisionId>,
    /// Whether databases usually move that way, as far as the names of the targets tell.
    pub is_usual: bool,
}

/// The way of a database between two targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveDirection {
    /// From the target that the change goes to.
    There,
    /// To the target that the change goes to.
    Here,
}

/// What Alembic does with a migration in a database that came from another target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseEffect {
    /// It is never run.
    Skips,
    /// It is run a second time.
    Repeats,
}
