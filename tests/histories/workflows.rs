//! How teams really work: forks, git-flow, renamed defaults, shared branches, sparse checkouts.

use crate::support::world::{World, path_of};

const STALE_D: &str = "error stale-down-revision at d:14";

#[test]
fn a_default_branch_that_was_renamed_at_the_remote_is_found_all_the_same() {
    let world = World::with("a");
    let mine = world.mine();
    mine.git(&["update-ref", "refs/remotes/origin/master", "origin/main"]);
    mine.git(&["remote", "set-head", "origin", "master"]);
    mine.git(&["update-ref", "-d", "refs/remotes/origin/master"]);
    world.main().land("b(a)");
    mine.branch("feature", "origin/main").add("d(a)");
    mine.push_it().refused(&[STALE_D]).says("origin/main is now at `b`");
}

#[test]
fn the_project_counts_and_not_the_fork_that_follows_it() {
    let world = World::with("a");
    let mine = world.mine();
    mine.git(&["clone", "-q", "--bare", &world.url("origin.git"), "../fork.git"]);
    mine.git(&["remote", "rename", "origin", "upstream"]);
    mine.git(&["remote", "add", "origin", &world.url("fork.git")]);
    mine.git(&["fetch", "-q", "origin"]);
    world.main().land("b(a)");
    mine.branch("feature", "origin/main").add("d(a)");
    mine.push_it().refused(&[STALE_D]).says("upstream/main is now at `b`");
}

#[test]
fn main_and_develop_are_targets_beside_each_other() {
    let world = World::with("a");
    world.main().branch("develop", "main").land("b(a)");
    let mine = world.mine();
    mine.git(&["remote", "set-head", "origin", "develop"]);
    mine.branch("hotfix", "origin/main").add("e(a)");
    mine.push(&["origin", "HEAD:main"]).passed(&[]).is_silent();
    mine.git(&["remote", "set-head", "origin", "main"]);
    mine.branch("feature", "origin/develop").add("d(a)");
    mine.push_it().refused(&[STALE_D]).says("origin/develop is now at `b`");
}

#[test]
fn a_branch_that_is_a_target_is_checked_against_itself() {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").publish();
    world.main().land("b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "-c", "release/1.0", "--no-track", "origin/release/1.0"]);
    mine.stage("e(a)");
    mine.run(&["commit", "-m", "hotfix"]).passed(&[]).is_silent();
    mine.guard(&["check"]).exits(0);
}

#[test]
fn what_others_may_have_run_is_joined_and_not_edited() {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").land("d(a)");
    world.main().land("b(a)");
    let mine = world.mine();
    let merge = mine.run(&["merge", "--no-edit", "origin/release/1.0"]);
    merge
        .refused(&[STALE_D])
        .says("leave migrations/versions/d_add_d.py unchanged: it is on origin/release/1.0")
        .says("alembic-guard merge --stage b d")
        .says_nothing_of("alembic-guard rebase");
}

#[test]
fn of_two_heads_that_were_pushed_none_is_edited() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("topic", "origin/main").add("e(b)").publish();
    mine.branch("feature", "origin/main").add("d(b)").publish();
    mine.fetch().merge("topic").add("f(e)");
    mine.push_it()
        .refused(&["error multiple-heads at d:14"])
        .says("others may have run it")
        .says("alembic-guard merge --stage d f");
}

#[test]
fn a_merge_of_ones_own_that_was_overtaken_is_mended_though_it_was_pushed() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("m(b,c)").publish();
    world.main().land("n(b,c)");
    mine.fetch();
    let merge = mine.run(&["merge", "--no-edit", "origin/main"]);
    merge
        .refused(&["error stale-down-revision at m:14"])
        .says("put `m` on top of `n`: alembic-guard rebase --stage");
}

#[test]
fn a_published_parent_is_put_back_whatever_another_branch_has() {
    let world = World::with("a b(a)");
    world.main().branch("release/1.0", "main").land("h(b) p(h)");
    world.main().land("c(b) p(c)");
    let mine = world.mine();
    mine.git(&["merge", "-q", "--no-commit", "-X", "theirs", "origin/release/1.0"]);
    mine.git(&["checkout", "-q", "origin/release/1.0", "--", &path_of("p")]);
    let commit = mine.run(&["commit", "--no-edit"]);
    commit
        .refused(&["error multiple-heads at p:14"])
        .says("restore the parent: write in migrations/versions/p_add_p.py: down_revision = \"c\"")
        .says_nothing_of("others may have run it")
        .says_nothing_of("alembic-guard merge");
}

#[test]
fn a_branch_that_is_not_checked_out_is_named_before_its_repair() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").switch("main");
    let push = feature.push(&["origin", "feature"]);
    push.refused(&[STALE_D])
        .says("git switch feature")
        .says("git merge --no-ff --no-commit origin/main");
}

#[test]
fn a_push_of_many_refs_asks_the_remote_once() {
    let (world, feature) = World::moved_on();
    feature.add("d(b)").branch("other", "main").add("e(b)");
    let trace = world.path("trace");
    let traced = feature.with("GIT_TRACE", &trace.to_string_lossy());
    traced.push(&["origin", "feature", "other"]);
    let said = std::fs::read_to_string(&trace).expect("git traced itself");
    let fetches = said.lines().filter(|line| line.contains("built-in: git fetch")).count();
    assert_eq!(fetches, 1, "{said}");
}

#[test]
fn a_sparse_checkout_leaves_no_migration_out() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").write("app/main.py", "1\n").commit("app");
    mine.add("d(b)").add("e(b)");
    mine.git(&["sparse-checkout", "set", "--no-cone", "/app/"]);
    assert!(!mine.top.join("migrations/versions").exists());
    let check = mine.guard(&["check"]);
    check.exits(1);
    assert!(check.stdout().contains("error[multiple-heads]"), "{}", check.stdout());
    mine.git(&["sparse-checkout", "disable"]);
    mine.guard(&["check"]).exits(1);
}

#[test]
fn line_endings_of_the_work_tree_are_no_conflict() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["config", "core.autocrlf", "true"]);
    world.main().edit_body("b(a)").publish();
    mine.fetch().branch("feature", "main");
    let path = mine.top.join("migrations/versions/b_add_b.py");
    let source = std::fs::read_to_string(&path).expect("the file is there");
    let edited = source.replace("down_revision = \"a\"", "down_revision = \"nowhere\"");
    std::fs::write(&path, edited.replace("\r\n", "\n").replace('\n', "\r\n")).expect("it is ours");
    let check = mine.guard(&["check"]);
    check.exits(1);
    assert!(!check.stdout().contains("git will ask"), "{}", check.stdout());
}

#[test]
fn a_backport_is_judged_by_what_the_release_has() {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").publish();
    world.main().land("e(a) f(e)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "-c", "release/1.0", "--no-track", "origin/release/1.0"]);
    mine.git(&["checkout", "-q", "origin/main", "--", "migrations/versions/f_add_f.py"]);
    let commit = mine.run(&["commit", "-m", "backport f"]);
    commit
        .refused(&["error unknown-down-revision at f:14"])
        .says("`f` builds on `e`, which no migration defines");
}

#[test]
fn what_was_odd_before_is_said_by_check_and_not_at_every_commit() {
    let world = World::with("a");
    let odd = "[alembic]\nscript_location = {{ folder }}/migrations\n";
    world.main().write("template/alembic.ini", odd).commit("template").publish();
    let mine = world.mine();
    mine.branch("feature", "origin/main").stage("d(a)");
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
    mine.push_it().passed(&[]).is_silent();
    let check = mine.guard(&["check"]);
    check.exits(0);
    assert!(check.stdout().contains("template/alembic.ini"), "{}", check.stdout());
}
