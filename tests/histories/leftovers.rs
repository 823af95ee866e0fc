//! A branch that the remote has deleted, and that is pushed again: what git still tracks of it is its own.

use crate::support::world::{Repo, World, path_of};

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

/// f with d(a) was pushed while it was fresh; the remote has deleted it, and main has got b(a) since.
fn deleted(pushed_as: &str) -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("f", "origin/main").add("d(a)");
    mine.push(&["-u", "origin", &format!("f:{pushed_as}")]).passed(&[]).is_silent();
    delete(&world, "origin.git", pushed_as);
    world.main().land("b(a)");
    mine.fetch();
    assert!(mine.refs().contains_key(&format!("refs/remotes/origin/{pushed_as}")));
    (world, mine)
}

fn delete(world: &World, remote: &str, branch: &str) {
    world.at(remote).git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
}

#[test]
fn a_branch_that_was_deleted_and_is_pushed_again_is_judged_as_new() {
    let (_world, mine) = deleted("f");
    mine.push(&["origin", "f"]).refused(STALE_D);
    mine.merge("origin/main").add("d(b)");
    mine.push(&["origin", "f"]).passed(&[]).is_silent();
}

#[test]
fn so_is_one_that_had_another_name_at_the_remote() {
    let (_world, mine) = deleted("other");
    mine.push(&["origin", "f"]).refused(STALE_D);
    mine.push(&["origin", "HEAD:other"]).refused(STALE_D);
}

#[test]
fn so_is_one_that_was_pushed_under_its_own_name_before() {
    let (_world, mine) = deleted("f");
    mine.push(&["origin", "f:another"]).refused(STALE_D);
}

#[test]
fn so_is_one_that_another_remote_has() {
    let world = World::with("a");
    let mine = world.mine();
    world.at(".").git(&["clone", "-q", "--bare", &world.url("origin.git"), "fork.git"]);
    mine.git(&["remote", "add", "fork", &world.url("fork.git")]);
    mine.git(&["fetch", "-q", "fork"]);
    mine.branch("f", "origin/main").add("d(a)");
    mine.push(&["fork", "f"]).passed(&[]);
    world.main().land("b(a)");
    mine.fetch().push(&["origin", "f"]).refused(STALE_D);
}

/// Else main would have two heads: f's d(a) and its own b(a).
#[test]
fn a_branch_that_was_squashed_into_main_and_reverted_is_judged_as_new() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("f", "origin/main").add("d(a)");
    mine.push(&["-u", "origin", "f"]).passed(&[]);
    let theirs = world.main();
    theirs.git(&["merge", "-q", "--squash", "origin/f"]);
    theirs.commit("squash f").publish();
    theirs.git(&["rm", "-q", "--", &path_of("d")]);
    theirs.commit("revert f").land("b(a)");
    delete(&world, "origin.git", "f");
    mine.fetch().push(&["origin", "f"]).refused(STALE_D);
}

#[test]
fn a_branch_that_is_still_there_is_judged_by_what_a_push_adds_to_it() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("f", "origin/main").add("d(a)");
    mine.push(&["-u", "origin", "f"]).passed(&[]);
    world.main().land("b(a)");
    mine.fetch().add_code();
    mine.push(&["origin", "f"])
        .passed(&["warning stale-down-revision at d:14: not changed by this push"]);
}

/// A branch cut from a colleague's tracks it, which makes it no leftover of one's own.
#[test]
fn a_colleagues_branch_that_is_tracked_still_excuses() {
    let world = World::with("a");
    world.main().branch("f", "main").land("d(a)");
    world.main().land("b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "-c", "mine", "--track", "origin/f"]);
    mine.add("e(d)").push(&["origin", "mine"]).passed(&[
        "warning stale-down-revision at d:14: already on origin/f, not changed by this push",
    ]);
}

/// The files of both heads are as the colleague has them; what left one of them a head is not.
#[test]
fn a_colleagues_branch_does_not_excuse_a_chain_that_was_taken_apart() {
    let world = World::with("a b(a)");
    world.main().branch("f", "main").land("d(b) e(d) g(b) m(e,g)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "-c", "mine", "origin/f"]);
    mine.add("e(b)");
    mine.push(&["origin", "mine"]).refused(&["error multiple-heads at d:14"]);
}

/// What the remote has of a branch is all on main, where the file goes by another name by now.
#[test]
fn a_branch_that_has_landed_excuses_nothing() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("f", "origin/main").publish();
    let (old, new) = ("migrations/versions/b_add_b.py", "migrations/versions/b_renamed.py");
    let content = mine.read(old);
    mine.git(&["mv", old, new]);
    mine.commit("rename");
    mine.git(&["push", "-q", "--no-verify", "origin", "f:main"]);
    mine.write(old, &content).commit("again").add("c(b)");
    mine.push_it().refused(&["error duplicate-revision at b:13"]);
}

/// What the push gives another parent has another name on main, and git merges the two.
#[test]
fn a_push_answers_for_what_it_touches_under_the_name_that_main_gave_it() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("f", "origin/main").add_all("b d(a)");
    let main = world.main();
    main.git(&["mv", "migrations/versions/b_add_b.py", "migrations/versions/b_renamed.py"]);
    main.commit("rename").add("c(b)").publish();
    let push = mine.push_it();
    assert!(!push.success, "{}", push.stderr);
    push.says("error[multiple-heads]: `b` no longer builds on `a`");
}
