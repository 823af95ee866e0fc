//! Rows 12 to 15 and 29: what has landed is squashed, taken back, re-pointed, landed again.

use crate::world::{Repo, VERSIONS, World};

fn main_of(migrations: &str) -> (World, Repo) {
    let world = World::with(migrations);
    let mine = world.mine();
    (world, mine)
}

/// Row 12: `published-migration-deleted` will add its warnings here.
#[test]
fn row_12_squashing_what_has_landed_passes() {
    let (_world, mine) = main_of("a b(a)");
    mine.branch("squash", "origin/main");
    mine.remove("a").remove("b").add("s");
    mine.push_it().passed(&[]);
    mine.push(&["origin", "HEAD:main"]).passed(&[]);
}

#[test]
fn row_13_squashing_what_main_built_upon_meanwhile_is_refused() {
    let (world, mine) = main_of("a b(a)");
    mine.branch("squash", "origin/main");
    mine.remove("a").remove("b").add("s");
    world.main().land("c(b)");
    mine.fetch();
    let push = mine.push_it();
    push.refused(&["error unknown-down-revision at b"])
        .says("`c` builds on `b`, which this push removes")
        .says("migrations/versions/c_add_c.py:14:17");
}

/// Row 14: `published-migration-deleted` will add one warning, and refuse d(a) on b's parent.
#[test]
fn row_14_a_revert_pushed_to_main_passes() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["revert", "--no-edit", "HEAD"]);
    mine.push_it().passed(&[]);
}

/// Row 15: `published-identity-changed` will add its warning.
#[test]
fn row_15_joining_two_heads_by_a_new_parent_passes() {
    let (_world, mine) = main_of("a b(a) c(a)");
    mine.add("c(b)").push_it().passed(&[]);
    mine.branch("other", "HEAD~").add("c(b)");
    mine.push_it().passed(&[]);
}

// Row 16 (a published c(b) that is re-pointed to another ancestor with no head removed) waits for
// `published-identity-changed`.

/// Landed by a merge, reverted, landed again: git's trap is that merging the branch once more brings
/// nothing, since its commits are merged already. Only reverting the revert brings the migration back.
struct Relanding {
    world: World,
    mine: Repo,
}

/// main: a, b(a); `topic` brings d(b), is merged with `--no-ff`, and the merge is reverted.
fn reverted_merge() -> Relanding {
    let (world, mine) = main_of("a b(a)");
    mine.branch("topic", "main").add("d(b)").publish();
    mine.switch("main").merge("topic");
    mine.git(&["push", "-q", "--no-verify", "origin", "main"]);
    mine.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    mine.push_it().passed(&[]);
    Relanding { world, mine }
}

#[test]
fn row_29_the_branch_of_a_reverted_merge_brings_only_what_is_new() {
    let Relanding { world: _world, mine } = reverted_merge();
    // d is part of both histories and main removed it: git's merge of topic has no d, and e lacks a parent.
    mine.switch("topic").add("e(d)");
    let merged = mine.git(&["merge-tree", "--write-tree", "main", "topic"]);
    let files = mine.git(&["ls-tree", "--name-only", merged.trim(), "--", &format!("{VERSIONS}/")]);
    assert!(files.contains("e_add_e.py") && !files.contains("d_add_d.py"), "{files}");
    let push = mine.push_it();
    push.refused(&["error unknown-down-revision at e:14"]).says("`e` builds on `d`");
}

#[test]
fn row_29_reverting_the_revert_lands_it_again() {
    let Relanding { world: _world, mine } = reverted_merge();
    mine.branch("again", "main");
    mine.git(&["revert", "--no-edit", "HEAD"]);
    mine.push_it().passed(&[]).is_silent();
    mine.push(&["origin", "HEAD:main"]).passed(&[]).is_silent();
}

#[test]
fn row_29_reverting_the_revert_after_main_moved_on_is_stale() {
    let Relanding { world, mine } = reverted_merge();
    let revert = mine.tip("main");
    world.main().land("c(b)");
    mine.fetch().branch("again", "origin/main");
    mine.git(&["revert", "--no-edit", &revert]);
    let push = mine.push_it();
    push.refused(&["error stale-down-revision at d:14"]).says("origin/main is at `c` now");
    mine.add("d(c)").push_it().passed(&[]).is_silent();
}

#[test]
fn row_29_work_that_stands_on_the_reverted_migration_is_stale_once_main_moved_on() {
    let Relanding { world, mine } = reverted_merge();
    world.main().land("c(b)");
    // Cherry-picked anew, d is a migration like any other.
    mine.fetch().branch("picked", "origin/main");
    mine.git(&["cherry-pick", "topic"]);
    mine.push_it().refused(&["error stale-down-revision at d:14"]);
}
