//! Rows 21, 22, 24 and 28: each ref is judged by where it goes.

use crate::support::outcome::Outcome;
use crate::support::world::{Repo, World};

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

/// main is a, b(a); `release/1.0` was cut at a and has a commit of its own.
fn with_release() -> (World, Repo) {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").add_code().publish();
    world.main().land("b(a)");
    let mine = world.mine();
    (world, mine)
}

#[test]
fn row_21_a_hotfix_is_compared_with_its_release_alone() {
    let (_world, mine) = with_release();
    mine.branch("hotfix", "origin/release/1.0").add("h(a)");
    mine.push(&["origin", "HEAD:release/1.0"]).passed(&[]).is_silent();
}

#[test]
fn row_21_a_hotfix_branch_is_compared_with_the_release_it_was_cut_from() {
    let (_world, mine) = with_release();
    mine.branch("hotfix", "origin/release/1.0").add("h(a)");
    let report = mine.judged_push("hotfix");
    assert_eq!(report["refs"][0]["base"]["ref"], "origin/release/1.0");
    assert_eq!(report["outcome"], "clean");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn row_21_on_a_tie_the_branch_that_it_tracks_is_taken() {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").publish();
    world.main().land("b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "-c", "hotfix", "--track", "origin/release/1.0"]);
    mine.add("h(a)").push_it().passed(&[]);
    mine.branch("other", "origin/release/1.0").add("d(a)");
    let push = mine.push_it();
    push.refused(STALE_D)
        .says("compared with origin/main")
        .says("if `other` never merges into origin/main, list it in `targets`");
}

#[test]
fn row_21_a_second_hotfix_on_the_same_release_is_stale_there() {
    let (world, mine) = with_release();
    mine.branch("hotfix", "origin/release/1.0");
    world.colleague("release/1.0").land("g(a)");
    mine.fetch().add("d(a)").merge("origin/release/1.0");
    let push = mine.push(&["origin", "HEAD:release/1.0"]);
    push.refused(STALE_D).says("origin/release/1.0 is now at `g`");
}

#[test]
fn row_22_a_new_release_at_mains_tip_passes_unjudged() {
    let world = World::with("a x(a) y(a)");
    let mine = world.mine();
    mine.push(&["origin", "main:refs/heads/release/2.0"]).passed(&[]).is_silent();
    mine.push(&["origin", "main~:refs/heads/topic"]).passed(&[]).is_silent();
}

#[test]
fn a_new_release_from_an_older_commit_of_main_is_judged_by_what_it_adds() {
    let world = World::with("a");
    world.main().branch("old", "main").publish();
    world.main().land("b(a)");
    let mine = world.mine();
    mine.branch("hotfix", "origin/old").add("h(a)");
    let push = mine.push(&["origin", "HEAD:refs/heads/release/2.0"]);
    push.passed(&[]).is_silent();
    mine.add("k(a)");
    let push = mine.push(&["origin", "HEAD:refs/heads/release/3.0"]);
    push.refused(&["error stale-down-revision at k:14"]).says("origin/release/2.0 is now at `h`");
}

#[test]
fn what_one_target_has_excuses_nothing_on_another() {
    let world = World::with("a b(a)");
    world.main().branch("develop", "main").land("d(b) e(b)");
    let mine = world.mine();
    let push = mine.push(&["origin", "origin/develop:main"]);
    push.refused(&["error multiple-heads at d:14"]).says("`d` and `e`");
    let back = mine.push(&["--force", "origin", "origin/main~1:main"]);
    assert!(!back.success, "{}", back.stderr);
    back.says("error[published-migration-deleted]");
}

#[test]
fn row_22_a_forks_main_brought_up_to_an_upstream_with_two_heads_passes_unjudged() {
    let world = World::with("a");
    world.at(".").git(&["clone", "-q", "--bare", &world.url("origin.git"), "fork.git"]);
    world.main().land("x(a) y(a)");
    let mine = world.clone_of("fork.git", "mine");
    mine.git(&["remote", "add", "upstream", &world.url("origin.git")]);
    mine.git(&["fetch", "-q", "upstream"]);
    mine.git(&["merge", "-q", "--ff-only", "upstream/main"]);
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn a_fork_is_compared_with_its_upstream() {
    let world = World::with("a");
    world.at(".").git(&["clone", "-q", "--bare", &world.url("origin.git"), "fork.git"]);
    let mine = world.clone_of("fork.git", "mine");
    mine.git(&["remote", "add", "upstream", &world.url("origin.git")]);
    mine.git(&["fetch", "-q", "upstream"]);
    world.main().land("b(a)");
    mine.git(&["fetch", "-q", "upstream"]);
    mine.branch("feature", "origin/main").add("d(a)");
    mine.push_it().refused(STALE_D).says("upstream/main is now at `b`");
    mine.merge("upstream/main").add("d(b)").push_it().passed(&[]).is_silent();
}

#[test]
fn a_forks_upstream_is_asked_for_what_it_has_now() {
    let world = World::with("a");
    world.at(".").git(&["clone", "-q", "--bare", &world.url("origin.git"), "fork.git"]);
    let mine = world.clone_of("fork.git", "mine");
    mine.git(&["remote", "add", "upstream", &world.url("origin.git")]);
    world.main().land("b(a)");
    mine.git(&["fetch", "-q", "upstream"]);
    mine.branch("feature", "upstream/main");
    world.main().land("c(b)");
    mine.add("d(b)");
    mine.push_it().refused(STALE_D).says("upstream/main is now at `c`");
}

/// Refused, and what stands under "to push only the refs that pass" does just that.
#[track_caller]
fn push_only_what_is_fine(mine: &Repo, push: &Outcome) -> Vec<String> {
    let command = push.command_after("to push only the refs that pass");
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[..2], ["git", "push"], "{command}");
    let pushed = mine.push(&words[2..]);
    pushed.passed(&[]);
    let new = pushed.after.keys().filter(|name| !pushed.before.contains_key(*name));
    new.cloned().collect()
}

#[test]
fn row_24_of_two_refs_the_good_one_is_named() {
    let (_world, feature) = World::moved_on();
    feature.branch("good", "origin/main").add("g(b)");
    feature.branch("bad", "feature").add("d(a)");
    let push = feature.push(&["origin", "good", "bad"]);
    push.refused(STALE_D)
        .says("bad: blocked, 1 error")
        .says("good: clean")
        .says("to push only the refs that pass: git push origin good");
    let pushed = push_only_what_is_fine(&feature, &push);
    assert_eq!(pushed, ["origin.git:refs/heads/good"]);
}

#[test]
fn an_address_is_printed_without_its_token() {
    let (world, feature) = World::moved_on();
    feature.branch("good", "origin/main").add("g(b)");
    feature.branch("bad", "feature").add("d(a)");
    let address = "https://me:t0ken@host.example/x.git";
    let alias = format!("url.{}.insteadOf", world.url("origin.git"));
    feature.git(&["config", &alias, address]);
    let push = feature.push(&[address, "good", "bad"]);
    push.refused(STALE_D)
        .says("to push only the refs that pass: git push URL good")
        .says_nothing_of("t0ken");
    feature.git(&["remote", "add", "named", address]);
    feature
        .push(&["named", "good", "bad"])
        .refused(STALE_D)
        .says("to push only the refs that pass: git push named good")
        .says_nothing_of("t0ken");
}

#[test]
fn names_that_mean_something_to_the_shell_are_quoted() {
    let (world, feature) = World::moved_on();
    let name = "good;touch${IFS}pwned";
    feature.branch(name, "origin/main").add("g(b)");
    feature.branch("bad", "feature").add("d(a)");
    let push = feature.push(&["origin", name, "bad"]);
    push.refused(STALE_D).says("git push origin 'good;touch${IFS}pwned'");
    let fine = push.command_after("to push only");
    let ran = feature.command("sh").args(["-c", fine]).output().expect("sh runs");
    assert!(ran.status.success(), "{ran:?}");
    assert!(!feature.top.join("pwned").exists());
    assert!(world.at("origin.git").refs().contains_key(&format!("refs/heads/{name}")));
}

#[test]
fn row_24_of_many_refs_of_every_kind_the_good_ones_are_named() {
    let (_world, feature) = World::moved_on();
    feature.branch("good", "origin/main").add("g(b)").publish();
    feature.branch("bad", "feature").add("d(a)");
    feature.git(&["tag", "light"]);
    let push = feature.push(&["origin", ":good", "bad", "light", "origin/main:refs/heads/copy"]);
    push.refused(STALE_D);
    let pushed = push_only_what_is_fine(&feature, &push);
    assert_eq!(pushed, ["origin.git:refs/heads/copy", "origin.git:refs/tags/light"]);
}

#[test]
fn row_24_a_stale_branch_that_is_not_checked_out_is_refused() {
    let (_world, feature) = World::moved_on();
    feature.branch("bad", "feature").add("d(a)");
    feature.switch("main");
    feature.push(&["origin", "bad"]).refused(STALE_D);
    feature.push(&["origin", "bad:elsewhere"]).refused(STALE_D);
}

#[test]
fn row_24_a_detached_head_is_judged_by_where_it_goes() {
    let (world, feature) = World::moved_on();
    world.main().branch("release/1", "main~").publish();
    feature.fetch().add("d(a)").git(&["switch", "-q", "--detach"]);
    let push = feature.push(&["origin", "HEAD:refs/heads/x"]);
    push.refused(STALE_D).says("if `x` never merges into origin/main");
    feature.push(&["origin", "HEAD~:refs/heads/x"]).passed(&[]).is_silent();
}

#[test]
fn row_24_all_branches_at_once() {
    let (_world, feature) = World::moved_on();
    feature.branch("good", "origin/main").add("g(b)");
    feature.branch("bad", "feature").add("d(a)");
    feature.push(&["--all", "origin"]).refused(STALE_D).says("good: clean");
}

#[test]
fn row_28_the_first_push_of_a_repository_with_two_heads_warns() {
    let world = World::empty();
    let mine = world.mine();
    mine.scaffold().add_all("a x(a) y(a)");
    mine.push(&["origin", "main"])
        .passed(&["warning multiple-heads at x:14: no base to compare with"]);
}

#[test]
fn row_28_the_first_push_still_stops_what_alembic_cannot_load() {
    let world = World::empty();
    let mine = world.mine();
    mine.scaffold().add_all("a x(nowhere)");
    // That x is a head too is no second problem: the parent that it lacks makes it one.
    mine.push(&["origin", "main"]).refused(&["error unknown-down-revision at x:14"]);
}

#[test]
fn row_28_a_branch_without_common_history_warns() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "--orphan", "apart"]);
    mine.write("README", "apart").commit("apart").scaffold().add_all("o p(o) q(o)");
    let push = mine.push_it();
    push.passed(&["warning multiple-heads at p:14: no base to compare with"]);
    push.says("this branch and origin/main have no common history; it was checked on its own");
}

#[test]
fn a_push_to_main_itself_is_compared_with_what_it_has_now() {
    let (_world, mine) = World::moved_on();
    mine.git(&["switch", "-q", "-C", "main", "origin/main"]);
    mine.add("c(b)").push_it().passed(&[]).is_silent();
    mine.add_all("d(c) e(c)");
    mine.push_it().refused(&["error multiple-heads at d:14"]);
}

/// Behind main, git itself refuses; after the merge the fork is met.
#[test]
fn a_rival_push_to_main_is_met_after_the_merge() {
    let (_world, mine) = World::moved_on();
    mine.switch("main").add("d(a)");
    let push = mine.push_it();
    assert!(!push.success && push.stderr.contains("[rejected]"), "{}", push.stderr);
    mine.merge("origin/main");
    mine.push_it().refused(STALE_D).says("origin/main is now at `b`");
}
