//! What somebody of a team may do, drawn by chance.

use crate::support::random::Random;

/// One thing that somebody does. It says what kind of thing and brings numbers; which branch, parent or commit
/// is meant comes from what is there when it is done, so that any actions before it can be left out.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) who: usize,
    pub(crate) what: What,
    pub(crate) picks: [usize; 4],
}

/// The kinds of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Begins a branch, or begins it anew.
    Start,
    Switch,
    Fetch,
    /// A migration on the head of the work tree.
    Migrate,
    /// A migration on some revision that has children already, or on none.
    MigrateBelow,
    /// Two migrations on one head.
    MigrateTwice,
    MigrateWithLabel,
    MigrateWithDependency,
    /// A migration with an id that another branch has.
    MigrateWithTakenId,
    Code,
    MergeMain,
    MergeOther,
    RebaseOnMain,
    CherryPick,
    Revert,
    /// A merge revision, as `alembic merge heads` writes it.
    JoinHeads,
    /// Another `down_revision` by hand.
    Repoint,
    EditUpgrade,
    EditDowngrade,
    Delete,
    Rename,
    Amend,
    MoveFolder,
    Setting,
    /// A push of the branch that is checked out.
    Push,
    PushForce,
    PushPastTheHook,
    PushSeveral,
    PushElsewhere,
    PushMain,
    DeleteRemote,
    /// Brings a branch into main and pushes that.
    LandMerge,
    LandSquash,
    LandRebase,
    LandDirectly,
    /// Takes main back by force.
    RewindMain,
}

/// Each kind with its weight.
const CHANCES: [(What, usize); 36] = [
    (What::Start, 12),
    (What::Switch, 6),
    (What::Fetch, 6),
    (What::Migrate, 26),
    (What::MigrateBelow, 5),
    (What::MigrateTwice, 2),
    (What::MigrateWithLabel, 2),
    (What::MigrateWithDependency, 4),
    (What::MigrateWithTakenId, 1),
    (What::Code, 6),
    (What::MergeMain, 8),
    (What::MergeOther, 4),
    (What::RebaseOnMain, 6),
    (What::CherryPick, 4),
    (What::Revert, 4),
    (What::JoinHeads, 5),
    (What::Repoint, 5),
    (What::EditUpgrade, 2),
    (What::EditDowngrade, 2),
    (What::Delete, 3),
    (What::Rename, 2),
    (What::Amend, 3),
    (What::MoveFolder, 2),
    (What::Setting, 4),
    (What::Push, 22),
    (What::PushForce, 5),
    (What::PushPastTheHook, 3),
    (What::PushSeveral, 4),
    (What::PushElsewhere, 3),
    (What::PushMain, 3),
    (What::DeleteRemote, 4),
    (What::LandMerge, 10),
    (What::LandSquash, 6),
    (What::LandRebase, 6),
    (What::LandDirectly, 4),
    (What::RewindMain, 1),
];

/// Draws what a team does.
pub(crate) fn actions(random: &mut Random) -> Vec<Action> {
    let length = 14 + random.below(18);
    let members = 2 + random.below(2);
    let sum = CHANCES.iter().map(|(_, weight)| weight).sum();
    let action = |who, what, random: &mut Random| Action {
        who,
        what,
        picks: std::array::from_fn(|_| random.below(1 << 20)),
    };
    let mut actions: Vec<Action> =
        (0..members).map(|who| action(who, What::Start, random)).collect();
    for _ in 0..length {
        let (who, what) = (random.below(members), chosen(random.below(sum)));
        actions.push(action(who, what, random));
    }
    actions
}

fn chosen(mut number: usize) -> What {
    for (what, weight) in CHANCES {
        if number < weight {
            return what;
        }
        number -= weight;
    }
    unreachable!("the number is below the sum")
}
