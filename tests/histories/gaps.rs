//! Parents that no file defines any more: how they come back, and what is built on something else instead.

use crate::support::world::{Repo, World, path_of};

/// Runs a line as a person would who copies it.
#[track_caller]
fn run(repo: &Repo, line: &str) {
    let ran = repo.command("sh").args(["-c", line]).output().expect("sh runs");
    assert!(ran.status.success(), "{line}: {ran:?}");
}

/// Returns the line of a report that begins so.
#[track_caller]
fn line<'r>(report: &'r str, begin: &str) -> &'r str {
    let mut lines = report.lines().map(str::trim);
    lines.find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no {begin} in {report}"))
}

#[test]
fn what_a_branch_removed_is_brought_back_though_main_has_moved_on() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").remove("a").add("d(b)");
    world.main().land("c(b)");
    mine.fetch();
    mine.git(&["restore", "--source=origin/main", "--staged", "--worktree", &path_of("a")]);
    mine.run(&["commit", "-m", "restored"]).passed(&["warning stale-down-revision at d:14: ahead"]);
}

#[test]
fn what_is_staged_is_put_aside_to_bring_in_the_base() {
    let (_world, feature) = World::moved_on();
    feature.stage("d(a)");
    let rebase = feature.guard(&["rebase", "--stage"]);
    rebase.exits(1);
    let said = rebase.stderr() + &rebase.stdout();
    run(&feature, line(&said, "git stash"));
    feature.guard(&["rebase", "--stage"]).exits(0);
    run(&feature, "git commit --no-edit");
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn what_is_on_somebody_elses_branch_is_not_put_on_another_parent() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("theirs", "origin/main").add("d(b)").publish();
    world.main().remove("b").git(&["push", "-q", "--no-verify"]);
    mine.fetch().switch("main").merge("origin/main").merge("origin/theirs");
    let push = mine.push_it();
    push.refused(&["error unknown-down-revision at d:14"]);
    push.says("d_add_d.py unchanged: it is on origin/theirs, and others may have run it");
    push.says("if `b` was deleted, restore it").says_nothing_of("alembic-guard rebase");

    let rebase = mine.guard(&["rebase", "--onto", "a"]);
    rebase.exits(1);
    assert!(!(rebase.stderr() + &rebase.stdout()).contains("alembic-guard merge"));
    let merge = mine.guard(&["merge", "a", "d"]);
    merge.exits(1);
    assert!(!(merge.stderr() + &merge.stdout()).contains("alembic-guard rebase"));
}

#[test]
fn what_is_gone_is_brought_back_into_a_folder_that_is_not_there_yet() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.remove("a").remove("b");
    let locations =
        "[alembic]\nversion_locations = %(here)s/migrations/more\npath_separator = space\n";
    let ini = mine.read("alembic.ini").replacen("[alembic]\n", locations, 1);
    mine.write("alembic.ini", &ini).commit("another folder");
    let push = mine.push_it();
    push.says("mkdir -p migrations/more && git mv");
    run(&mine, line(&push.stderr, "git restore"));
    mine.commit("restored").push_it().passed(&[]);
}

#[test]
fn a_repair_that_is_to_be_staged_is_answered_with_one_that_is() {
    let (_world, feature) = World::moved_on();
    feature.add("d(x)").merge("origin/main");
    let merge = feature.guard(&["merge", "--stage"]);
    merge.exits(1);
    line(&(merge.stderr() + &merge.stdout()), "alembic-guard rebase --stage --onto b");
}

#[test]
fn heads_are_not_named_where_the_base_is_brought_in_first() {
    let world = World::with("a");
    world.main().add("b").remove("b").git(&["push", "-q", "--no-verify"]);
    let mine = world.mine();
    mine.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let push = mine.push(&["--force", "origin", "main"]);
    push.says("git merge --no-ff --no-commit origin/main").says("alembic-guard merge --stage");
    push.says_nothing_of("merge --stage a b");
}

#[test]
fn all_that_a_push_removes_below_a_gap_is_brought_back_at_once() {
    let world = World::with("a b(a) c(b)");
    let mine = world.mine();
    mine.branch("f", "origin/main").add("d(c)").remove("b").remove("c");
    mine.push_it().says("restore both files");
}

#[test]
fn nothing_is_put_in_the_place_of_what_the_change_removes() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.add_all("c(b) d(c)").remove("b").remove("c");
    let push = mine.push(&["origin", "main"]);
    push.says("`d` builds on `c`, which no migration defines").says_nothing_of("--onto");
}

#[test]
fn git_is_answered_before_a_migration_is_put_on_a_head_of_the_change() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("f", "origin/main").edit_body("b(a)").add_all("c(b) d(gone)");
    let main = world.main();
    let path = "migrations/versions/b_add_b.py";
    let other = mine.read(path).replace("select 1", "select 2");
    main.write(path, &other).commit("edit it in another way").publish();
    mine.fetch();
    let push = mine.push_it();
    let stderr = &push.stderr;
    let (get, put) =
        (stderr.find("and resolve the conflicts"), stderr.find("rebase --stage --onto c"));
    assert!(get.is_some() && get < put, "{stderr}");
}

#[test]
fn heads_that_depend_on_one_another_are_not_joined_where_nothing_may_be_edited() {
    let (world, mine) = World::moved_on();
    mine.branch("theirs", "HEAD").add("e(a)").publish();
    mine.branch("mine", "HEAD").add("r(a)!e").merge("origin/main");
    let push = mine.push(&["origin", "HEAD:main"]);
    push.says("have it fixed there, then merge that branch").says_nothing_of("merge --stage b e r");
    drop(world);
}

#[test]
fn a_file_that_the_merge_renames_is_named_by_its_revision() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.add("b");
    let main = world.main();
    main.git(&["mv", "migrations/versions/b_add_b.py", "migrations/versions/b_renamed.py"]);
    main.commit("rename").publish();
    mine.push(&["--force", "origin", "main"]).says("restore the parent: write in the file of `b`:");
}

#[test]
fn no_repair_is_advised_before_the_environment_is_there_again() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("f", "origin/main").add_all("d(gone) e(a)");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    mine.commit("gone");
    let push = mine.push_it();
    push.says("environment-lost").says("restore the Alembic environment `migrations` first");
    push.says_nothing_of("alembic-guard rebase").says_nothing_of("alembic-guard merge");
}

#[test]
fn of_two_heads_one_may_be_removed_on_the_main_that_is_replaced() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.add("d(a)");
    world.main().remove("b").publish();
    let push = mine.push(&["--force", "origin", "main"]);
    push.says("2 heads: `b` and `d`").says("git merge --no-ff --no-commit origin/main");
}
