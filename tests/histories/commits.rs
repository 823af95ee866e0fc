//! A commit is judged by the index that git will commit, whatever else lies about.

use crate::support::world::{Repo, World, path_of};

/// A branch that is up to date with main: a, b(a).
fn fresh() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    (world, mine)
}

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

#[test]
fn a_stale_migration_is_refused_at_the_commit() {
    let (_world, mine) = fresh();
    mine.stage("d(a)");
    mine.run(&["commit", "-m", "d"])
        .refused(STALE_D)
        .says("migrations/versions/d_add_d.py:14:17")
        .says("git commit --no-verify");
    mine.stage("d(b)");
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
}

#[test]
fn a_fork_is_refused_at_the_commit() {
    let (_world, mine) = fresh();
    mine.stage("d(b)").stage("e(b)");
    mine.run(&["commit", "-m", "both"]).refused(&["error multiple-heads at d:14"]);
}

#[test]
fn looking_ahead_only_warns() {
    let (_world, feature) = World::moved_on();
    feature.stage("d(a)");
    let commit = feature.run(&["commit", "-m", "d"]);
    commit.passed(&["warning stale-down-revision at d:14: ahead"]);
    commit.says("its push will be blocked; `alembic-guard check` prints how to fix it");
}

#[test]
fn a_warning_is_said_at_the_commit_that_brings_it_and_not_at_every_later_one() {
    let (_world, mine) = fresh();
    mine.edit_body("b(a)").stage("d(b)");
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
    let path = path_of("d");
    mine.write(&path, &mine.read(&path).replace("Revises: b", "Revises: a"));
    mine.run(&["commit", "-am", "docstring"]).passed(&["warning docstring-mismatch at d:4"]);
    mine.write("alembic.ini", &(mine.read("alembic.ini") + "# the end\n"));
    mine.run(&["commit", "-am", "settings"]).passed(&[]).is_silent();
}

#[test]
fn what_blocks_now_is_not_said_again_by_looking_ahead() {
    let (_world, mine) = fresh();
    for (earlier, later) in [("c(b)", "d"), ("e(b)", "d")] {
        mine.branch(&earlier[..1], "origin/main").add(earlier).stage(&format!("{later}(b)"));
        mine.run(&["commit", "-m", "d"]).refused(STALE_D);
        mine.git(&["reset", "-q", "--hard"]);
    }
}

#[test]
fn code_alone_is_committed_in_silence() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").write("code.py", "1\n").git(&["add", "code.py"]);
    feature.run(&["commit", "-m", "code"]).passed(&[]).is_silent();
}

#[test]
fn what_is_only_in_the_work_tree_is_not_judged() {
    let (_world, mine) = fresh();
    mine.draft("d(a)").write("code.py", "1\n").git(&["add", "code.py"]);
    mine.run(&["commit", "-m", "code"]).passed(&[]).is_silent();
    mine.stage("e(b)");
    mine.run(&["commit", "-m", "e"]).passed(&[]).is_silent();
}

#[test]
fn a_fault_that_is_mended_only_in_the_work_tree_is_refused() {
    let (_world, mine) = fresh();
    mine.stage("d(a)").draft("d(b)");
    mine.run(&["commit", "-m", "d"]).refused(STALE_D);
    mine.git(&["add", "-A"]);
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
}

#[test]
fn all_that_is_tracked_is_judged_under_commit_a() {
    let (_world, mine) = fresh();
    mine.add("d(b)").draft("d(a)").write("code.py", "1\n").git(&["add", "code.py"]);
    mine.run(&["commit", "-a", "-m", "all"])
        .refused(&["error multiple-heads at d:14"])
        .says("`b` is a head again: `d` no longer builds on it");
    mine.run(&["commit", "-m", "code"]).passed(&[]).is_silent();
}

#[test]
fn a_mended_file_is_judged_under_commit_a() {
    let (_world, mine) = fresh();
    mine.stage("d(a)").draft("d(b)");
    mine.run(&["commit", "-a", "-m", "all"]).passed(&[]).is_silent();
    assert!(
        mine.git(&["show", &format!("HEAD:{}", path_of("d"))]).contains("down_revision = \"b\"")
    );
}

#[test]
fn only_the_named_path_is_judged_under_commit_path() {
    let (_world, mine) = fresh();
    mine.write("code.py", "1\n").commit("code");
    mine.stage("d(a)").write("code.py", "2\n");
    mine.run(&["commit", "-m", "code", "code.py"]).passed(&[]).is_silent();
    mine.run(&["commit", "-m", "d", &path_of("d")]).refused(STALE_D);
    mine.stage("e(b)").draft("d(b)");
    mine.run(&["commit", "-m", "d", &path_of("d")]).passed(&[]).is_silent();
}

#[test]
fn a_path_added_to_the_index_is_judged_with_it() {
    let (_world, mine) = fresh();
    mine.add("d(b)").stage("e(b)").draft("d(e)");
    mine.run(&["commit", "-m", "d", "-i", &path_of("d")]).passed(&[]).is_silent();
}

#[test]
fn an_amended_commit_is_judged_as_it_will_be() {
    let (_world, mine) = fresh();
    mine.add("d(b)");
    mine.run(&["commit", "--amend", "-m", "another message"]).passed(&[]).is_silent();
    mine.stage("e(a)");
    mine.run(&["commit", "--amend", "--no-edit"]).refused(&["error stale-down-revision at e:14"]);
    mine.git(&["rm", "-qf", &path_of("e")]);
    mine.stage("e(d)");
    mine.run(&["commit", "--amend", "--no-edit"]).passed(&[]).is_silent();
}

#[test]
fn amending_a_fork_away_passes() {
    let (_world, mine) = fresh();
    mine.add("d(a)").stage("d(b)");
    mine.run(&["commit", "--amend", "--no-edit"]).passed(&[]).is_silent();
}

/// Linked to `mine`, on a branch of its own at the same commit.
fn linked(world: &World, mine: &Repo) -> Repo {
    mine.git(&["worktree", "add", "-q", "-b", "linked", &world.url("linked")]);
    world.at("linked")
}

#[test]
fn a_linked_worktree_is_judged_by_its_own_index() {
    let (world, mine) = fresh();
    let linked = linked(&world, &mine);
    linked.stage("d(a)");
    mine.stage("e(b)");
    mine.run(&["commit", "-m", "e"]).passed(&[]).is_silent();
    linked.run(&["commit", "-m", "d"]).refused(STALE_D);
    linked.run(&["commit", "-a", "-m", "d"]).refused(STALE_D);
    linked.run(&["commit", "-m", "d", &path_of("d")]).refused(STALE_D);
    linked.stage("d(b)");
    linked.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
    linked.push_it().passed(&[]).is_silent();
}

#[test]
fn a_merge_in_a_linked_worktree_blames_what_has_not_landed() {
    let (world, mine) = fresh();
    mine.branch("older", "origin/main~").add("d(a)");
    mine.git(&["worktree", "add", "-q", "-b", "linked", &world.url("linked"), "older"]);
    world.at("linked").run(&["merge", "--no-edit", "origin/main"]).refused(STALE_D);
}

#[test]
fn from_a_folder_below_and_from_afar_the_same_is_judged() {
    let (world, mine) = fresh();
    mine.add("f(b)").stage("d(a)").draft("f(b)");
    let below = mine.below("migrations/versions");
    for arguments in [
        &["commit", "-m", "d"][..],
        &["commit", "-a", "-m", "d"],
        &["commit", "-m", "d", "d_add_d.py"],
    ] {
        below.run(arguments).refused(STALE_D);
    }
    let top = mine.top.to_str().expect("a plain path").to_owned();
    let afar = world.at(".");
    for arguments in [&["commit", "-m", "d"][..], &["commit", "-a", "-m", "d"]] {
        let commit = afar.try_git(&[&["-C", &top], arguments].concat());
        assert!(!commit.status.success(), "{commit:?}");
        assert!(String::from_utf8_lossy(&commit.stderr).contains("stale-down-revision"));
    }
    mine.draft("d(f)").git(&["add", "-A"]);
    afar.git(&["-C", &format!("{top}/migrations"), "commit", "-qm", "d"]);
}

#[test]
fn an_index_that_the_user_names_is_judged() {
    let (_world, mine) = fresh();
    let other = mine.with("GIT_INDEX_FILE", ".git/other-index");
    other.git(&["read-tree", "HEAD"]);
    other.stage("d(a)");
    mine.draft("d(b)");
    let commit = other.run(&["commit", "-m", "d"]);
    assert!(!commit.success, "{}", commit.stderr);
    commit.says("stale-down-revision");
    mine.git(&["add", "-A"]);
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
}

#[test]
fn the_first_commit_of_a_repository_passes() {
    let world = World::empty();
    let mine = world.repository("new");
    mine.install();
    mine.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
    mine.write("migrations/env.py", "").write("migrations/script.py.mako", "");
    mine.draft("a").draft("b(a)").git(&["add", "-A"]);
    mine.run(&["commit", "-m", "first"]).passed(&[]).is_silent();
}

#[test]
fn a_commit_on_a_detached_head_is_judged() {
    let (_world, mine) = fresh();
    mine.git(&["switch", "-q", "--detach"]);
    mine.stage("d(a)");
    mine.run(&["commit", "-m", "d"]).refused(STALE_D);
}

#[test]
fn finishing_a_cherry_pick_that_stopped_is_judged() {
    let (_world, mine) = fresh();
    mine.branch("older", "origin/main~").add("d(a)");
    mine.write("app.py", "VERSION = 3\n").commit("app");
    mine.git(&["reset", "-q", "--soft", "HEAD~2"]);
    mine.git(&["commit", "-q", "--no-verify", "-m", "both"]);
    mine.switch("feature").write("app.py", "VERSION = 2\n").commit("app");
    assert!(!mine.try_git(&["cherry-pick", "older"]).status.success());
    mine.write("app.py", "VERSION = 4\n").git(&["add", "app.py"]);
    mine.run(&["-c", "core.editor=true", "cherry-pick", "--continue"]).refused(STALE_D);
}

#[test]
fn a_new_file_that_is_assumed_unchanged_is_committed_all_the_same() {
    let (_world, mine) = fresh();
    mine.stage("d(a)");
    mine.git(&["update-index", "--assume-unchanged", &path_of("d(a)")]);
    mine.run(&["commit", "-m", "d"]).refused(STALE_D);
}

#[test]
fn a_folder_of_which_nothing_is_left_is_gone() {
    let world = World::empty();
    let mine = world.repository("mine");
    mine.write("backend/alembic.ini", "[alembic]\nscript_location = alembic\n");
    mine.write("backend/alembic/env.py", "");
    mine.write("backend/alembic/script.py.mako", "");
    let migration =
        |id: &str, parent: &str| format!("revision = '{id}'\ndown_revision = {parent}\n");
    mine.write("backend/alembic/versions/a.py", &migration("a", "None"));
    mine.write("backend/alembic/versions/b.py", &migration("b", "'a'"));
    mine.commit("first").install();
    mine.git(&["mv", "backend/alembic", "alembic"]);
    mine.write("alembic/versions/c.py", &migration("c", "'b'"));
    mine.git(&["add", "--all"]);
    let staged = mine.guard(&["--format", "json", "check", "--staged", "--base", "HEAD"]);
    let said: serde_json::Value = serde_json::from_str(&staged.stdout()).expect("it is JSON");
    assert_eq!(said["outcome"], "clean", "{said}");
    assert_eq!(said["environments"][0]["script_location"], "alembic", "{said}");
    assert_eq!(said["environments"][0]["revisions"], 3, "{said}");
}

/// The local main has b(a), which nobody else has; the branch was cut from there.
fn unpublished() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    mine.add("b(a)").branch("feature", "main");
    (world, mine)
}

#[test]
fn what_is_on_the_local_main_alone_may_be_rebased() {
    let world = World::with("a");
    let mine = world.mine();
    mine.add_all("b(a) k(a)").branch("feature", "main");
    mine.guard(&["rebase", "--stage"]).succeeded();
    mine.run(&["commit", "-qm", "rebase"]).passed(&[]).is_silent();
}

#[test]
fn a_folder_may_be_moved_as_on_the_local_main() {
    let (_world, mine) = unpublished();
    let ini = "[alembic]\nscript_location = %(here)s/db\n";
    mine.switch("main").git(&["mv", "migrations", "db"]);
    mine.write("alembic.ini", ini).commit("move");
    mine.write("db/versions/c_add_c.py", "revision = \"c\"\ndown_revision = \"b\"\n").commit("c");
    mine.switch("feature").git(&["cherry-pick", "-n", "main~"]);
    mine.run(&["commit", "-qm", "move"]).passed(&[]).is_silent();
}

#[test]
fn without_a_remote_the_local_main_is_what_has_landed() {
    let (_world, mine) = unpublished();
    mine.git(&["remote", "remove", "origin"]);
    mine.stage("d(a)").stage("b(d)");
    mine.run(&["commit", "-qm", "d"]).refused(&["error published-identity-changed at b:14"]);
}
