//! A push for which no base is known, and one that reports a commit which cannot be read.

use std::fs;

use crate::support::world::{Repo, World};

const NO_BASE: &str = "no target branch is known, so the migrations in this push were not compared with \
                       anything; set `base` in .alembic-guard.toml";

/// A clone that knows the branch `feature` alone, as CI and `git clone --single-branch` make it.
fn single_branch() -> (World, Repo) {
    let world = World::with("a");
    world.main().branch("feature", "main").write("feature", "1").commit("feature").publish();
    let (source, target) = (world.url("origin.git"), world.url("mine"));
    world.at(".").git(&["clone", "-q", "--single-branch", "-b", "feature", &source, &target]);
    let mine = world.at("mine");
    mine.install();
    (world, mine)
}

#[test]
fn a_migration_that_nothing_could_be_compared_with_is_pushed_with_one_line() {
    let (_world, mine) = single_branch();
    mine.add("d(a)").push_it().passed(&[]).says(NO_BASE);
    mine.edit_body("d(a)").push_it().passed(&[]).says(NO_BASE);
    mine.branch("topic", "HEAD").add("e(d)").push_it().passed(&[]).says(NO_BASE);
}

#[test]
fn code_alone_needs_no_base() {
    let (_world, mine) = single_branch();
    mine.add_code().push_it().passed(&[]).is_silent();
    mine.branch("topic", "HEAD").add_code().push_it().passed(&[]).is_silent();
}

#[test]
fn a_default_branch_of_an_unusual_name_is_said_to_be_unknown() {
    let world = World::empty();
    let first = world.repository("first");
    first.git(&["remote", "add", "origin", &world.url("origin.git")]);
    first.git(&["switch", "-q", "-c", "devel"]);
    first.scaffold().add("a").publish();
    first.install();
    first.add("b(a)").push_it().passed(&[]).says(NO_BASE);
    first.write(".alembic-guard.toml", "targets = [\"devel\"]\n").commit("configure");
    first.add("c(b)").push_it().passed(&[]).is_silent();
}

#[test]
fn the_base_that_is_named_is_compared_with() {
    let (_world, mine) = single_branch();
    mine.git(&["fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
    mine.write(".alembic-guard.toml", "base = \"origin/main\"\n").commit("configure");
    mine.add("d(a)").push_it().passed(&[]).is_silent();
}

#[test]
fn the_first_push_of_a_repository_has_nothing_to_be_compared_with() {
    let world = World::empty();
    let mine = world.mine();
    mine.scaffold().add("a");
    mine.push(&["origin", "main"]).passed(&[]).is_silent();
}

/// Replaces the root folder of a commit by something that is not a git object.
fn damage(repo: &Repo, commit: &str) {
    let folder = repo.git(&["rev-parse", &format!("{commit}^{{tree}}")]);
    let (start, rest) = folder.trim().split_at(2);
    let path = repo.top.join(".git/objects").join(start).join(rest);
    // Git clones of the same disk share the file.
    fs::remove_file(&path).expect("the object is loose");
    fs::write(&path, "damaged").expect("the repository is ours");
}

#[test]
fn a_damaged_commit_of_a_target_is_not_passed_over() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    let there = mine.tip("main");
    mine.add("d(a)");
    damage(&mine, &there);
    let push = mine.push(&["origin", "main"]);
    push.refused(&[]).says("cannot read the commit that this push replaces on origin/main");
    let line = format!("refs/heads/main {} refs/heads/main {there}\n", mine.tip("main"));
    let arguments = ["hook", "pre-push", "origin", &world.url("origin.git")];
    mine.guard_with_input(&arguments, &line).exits(2);
}

#[test]
fn a_damaged_commit_matters_nothing_without_alembic() {
    let world = World::empty();
    let first = world.repository("first");
    first.git(&["remote", "add", "origin", &world.url("origin.git")]);
    first.write("README", "one").commit("one").publish();
    let mine = world.mine();
    let there = mine.tip("main");
    mine.write("README", "two").commit("two");
    // The tracking ref must not lead there, or nothing could be said of what was last known.
    mine.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    damage(&mine, &there);
    let line = format!("refs/heads/main {} refs/heads/main {there}\n", mine.tip("main"));
    let arguments = ["hook", "pre-push", "origin", &world.url("origin.git")];
    mine.guard_with_input(&arguments, &line).exits(0);
}

#[test]
fn a_damaged_commit_of_another_branch_warns() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)").publish();
    let there = mine.tip("feature");
    mine.add_code().add("e(d)");
    damage(&mine, &there);
    let line = format!("refs/heads/feature {} refs/heads/feature {there}\n", mine.tip("feature"));
    let arguments = ["hook", "pre-push", "origin", &world.url("origin.git")];
    let ran = mine.guard_with_input(&arguments, &line);
    let said = ran.exits(0).stderr();
    assert!(said.contains("warning: cannot read the commit that this push replaces"), "{said}");
}
