//! Rows 17, 18 and 25: the merge is git's own, and the blame in it is on what has not landed.

use crate::support::notation::Written;
use crate::support::outcome::Outcome;
use crate::support::world::{Repo, VERSIONS, World, path_of};

/// Merges across: each side holds the other's last commit but one, so there are two merge bases.
/// `main` brings e(b) in the crossing.
fn crossed() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_code().publish();
    let theirs = world.main();
    theirs.add("e(b)");
    let (main_tip, feature_tip) = (theirs.tip("HEAD"), mine.tip("HEAD"));
    theirs.merge("origin/feature").publish();
    mine.fetch();
    mine.merge(&main_tip);
    let bases = mine.git(&["merge-base", "--all", "HEAD", "origin/main"]);
    let mut bases: Vec<&str> = bases.lines().collect();
    let mut expected = vec![main_tip.as_str(), feature_tip.as_str()];
    bases.sort_unstable();
    expected.sort_unstable();
    assert_eq!(bases, expected, "the merges cross");
    (world, mine)
}

/// What git makes of the two has one head, says the guard itself of git's own merge.
#[track_caller]
fn merges_to_one_head(mine: &Repo, head: &str) {
    mine.fetch().git(&["switch", "-q", "--detach", "origin/main"]);
    mine.merge("feature");
    let heads = mine.guard(&["heads"]);
    assert_eq!(heads.succeeded().stdout().split_whitespace().next(), Some(head));
    assert_eq!(heads.stdout().lines().count(), 1, "{}", heads.stdout());
}

#[test]
fn row_17_a_revision_reverted_on_main_under_crossed_merges_passes() {
    let (world, mine) = crossed();
    world.main().remove("e").publish();
    mine.fetch().add("d(b)");
    mine.push_it().passed(&[]).is_silent();
    merges_to_one_head(&mine, "d");
}

#[test]
fn row_17_a_revision_re_pointed_on_main_under_crossed_merges_passes() {
    let (world, mine) = crossed();
    world.main().add_all("c(b) e(c)").publish();
    mine.fetch().add("d(e)");
    mine.push_it().passed(&[]).is_silent();
    merges_to_one_head(&mine, "d");
}

#[test]
fn row_17_a_code_only_push_under_crossed_merges_passes() {
    let (world, mine) = crossed();
    world.main().add_all("c(b) e(c)").publish();
    mine.fetch().add_code();
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn row_17_a_stale_migration_under_crossed_merges_is_refused() {
    let (world, mine) = crossed();
    world.main().add_all("c(b) e(c) f(e)").publish();
    mine.fetch().add("d(e)");
    mine.push_it().refused(&["error stale-down-revision at d:14"]);
}

#[test]
fn row_18_a_body_edit_beside_a_re_pointing_passes() {
    let world = World::with("a b(a) e(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").edit_body("e(b)");
    world.main().add_all("c(b) e(c)").publish();
    mine.fetch();
    mine.push_it().passed(&["warning published-migration-edited at e:20"]);
    merges_to_one_head(&mine, "e");
}

#[test]
fn row_18_a_body_edit_beside_a_re_pointing_and_a_new_migration_pass() {
    let world = World::with("a b(a) e(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").edit_body("e(b)").add("d(e)");
    world.main().add_all("c(b) e(c)").publish();
    mine.fetch();
    mine.push_it().passed(&["warning published-migration-edited at e:20"]);
    merges_to_one_head(&mine, "d");
}

#[test]
fn row_18_a_file_renamed_on_main_and_edited_here_passes() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").edit_body("b(a)");
    let theirs = world.main();
    theirs.git(&["mv", &path_of("b"), &format!("{VERSIONS}/b_with_a_better_name.py")]);
    theirs.commit("rename").land("c(b)");
    mine.fetch();
    mine.push_it().passed(&["warning published-migration-edited at b_with_a_better_name.py:20"]);
    merges_to_one_head(&mine, "c");
}

#[test]
fn row_18_a_file_renamed_on_main_and_re_pointed_here_is_read_at_its_new_name() {
    let world = World::with("a b(a) x(b)");
    let mine = world.mine();
    let theirs = world.main();
    theirs.git(&["mv", &path_of("x"), &format!("{VERSIONS}/x_with_a_better_name.py")]);
    theirs.commit("rename").publish();
    mine.branch("feature", "origin/main").add_all("n(b) x(n)");
    let push = mine.fetch().push_it();
    push.refused(&["error published-identity-changed at x_with_a_better_name.py:14"])
        .says("`x` is in origin/main already and now needs `n`, which it did not");
    merges_to_one_head(&mine, "x");
}

/// Both sides re-point e: git will ask. Taken from main, x is beside it; taken from here, c is.
#[test]
fn a_conflict_about_a_parent_warns_that_git_will_ask() {
    let world = World::with("a b(a) e(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("x(b) e(x)");
    world.main().add_all("c(b) e(c)").publish();
    mine.fetch();
    assert!(!mine.try_git(&["merge-tree", "--write-tree", "origin/main", "HEAD"]).status.success());
    let push = mine.push_it();
    assert!(push.success, "{}", push.stderr);
    push.says("git will ask how to merge `migrations/versions/e_add_e.py` with origin/main");
}

#[test]
fn a_fault_that_shows_whichever_way_a_conflict_is_resolved_blocks() {
    let world = World::with("a b(a) e(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").edit_body("e(b)").add("d(e)");
    let theirs = world.main();
    let other = Written::parse("e(b)").python_with("    op.execute(\"select 2\")\n");
    theirs.write(&path_of("e"), &other).commit("body").land("f(e)");
    mine.fetch();
    let push = mine.push_it();
    push.refused(&[
        "error stale-down-revision at d:14",
        "warning published-migration-edited at e:20",
    ])
    .says("git will ask how to merge `migrations/versions/e_add_e.py` with origin/main");
}

/// A clone that is about to push a fork, and differs from main in the body of b.
fn fork_in_conflict(branch: &str) -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch(branch, "origin/main").edit_body("b(a)").add_all("d(b) e(b)");
    let other = Written::parse("b(a)").python_with("    op.execute(\"select 2\")\n");
    world.main().write(&path_of("b"), &other).commit("body").publish();
    mine.fetch();
    (world, mine)
}

#[test]
fn a_fork_beside_a_conflict_is_put_in_one_line_once_git_is_answered() {
    let (_world, mine) = fork_in_conflict("feature");
    mine.push_it()
        .refused(&["error multiple-heads at d:14", "warning published-migration-edited at b:20"])
        .says("bring in origin/main and answer git:");
    mine.git(&["fetch", "origin"]);
    assert!(!mine.try_git(&["merge", "--no-commit", "origin/main"]).status.success(), "git asks");
    mine.git(&["checkout", "-q", "--theirs", &path_of("b")]);
    mine.git(&["add", &path_of("b")]);
    mine.guard(&["rebase", "--stage"]).exits(0);
    mine.git(&["commit", "-q", "--no-edit"]);
    mine.push_it().passed(&[]);
}

#[test]
fn a_fork_in_a_forced_push_is_put_in_one_line_once_git_is_answered() {
    let (_world, mine) = fork_in_conflict("work");
    mine.git(&["switch", "-q", "-C", "main", "work"]);
    let push = mine.push(&["--force", "origin", "main"]);
    push.refused(&["error multiple-heads at d:14", "warning published-migration-edited at b:20"])
        .says("bring in origin/main and answer git:");
}

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

/// Blame is on d and never on b, which landed first.
#[track_caller]
fn blamed_on_d(outcome: &Outcome) {
    outcome
        .refused(STALE_D)
        .says_nothing_of("--> migrations/versions/b_add_b.py")
        .says_nothing_of("in migrations/versions/b_add_b.py write")
        .says("put `d` on top of `b`: alembic-guard rebase --stage")
        .says("--no-verify");
}

/// A feature branch with d(a), and a `main` here that has b(a).
fn before_merging() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.git(&["branch", "-qf", "main", "origin/main"]);
    feature.add("d(a)");
    (world, feature)
}

#[test]
fn row_25_a_clean_merge_of_main() {
    let (_world, feature) = before_merging();
    blamed_on_d(&feature.run(&["merge", "--no-edit", "main"]));
    // The repair is made in the merge that git left open.
    feature.stage("d(b)");
    feature.run(&["commit", "--no-edit"]).passed(&[]).is_silent();
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn row_25_a_clean_merge_of_main_as_the_remote_has_it() {
    let (_world, feature) = before_merging();
    feature.git(&["branch", "-qD", "main"]);
    blamed_on_d(&feature.run(&["merge", "--no-edit", "origin/main"]));
    feature.git(&["merge", "--abort"]);
    blamed_on_d(&feature.run(&["pull", "-q", "--no-rebase", "--no-edit", "origin", "main"]));
}

#[test]
fn row_25_a_merge_revision_in_the_merge_repairs_it() {
    let (_world, feature) = before_merging();
    feature.run(&["merge", "--no-edit", "main"]);
    feature.stage("m(b,d)");
    feature.run(&["commit", "--no-edit"]).passed(&[]).is_silent();
}

#[test]
fn row_25_a_merge_with_a_conflict_elsewhere() {
    let (world, feature) = before_merging();
    feature.write("app.py", "VERSION = 2\n").commit("ours");
    world.main().write("app.py", "VERSION = 3\n").commit("theirs").publish();
    feature.fetch().git(&["branch", "-qf", "main", "origin/main"]);
    assert!(!feature.try_git(&["merge", "--no-edit", "main"]).status.success());
    feature.write("app.py", "VERSION = 4\n").git(&["add", "app.py"]);
    blamed_on_d(&feature.run(&["commit", "--no-edit"]));
    blamed_on_d(&feature.run(&["commit", "-a", "--no-edit"]));
    feature.stage("d(b)");
    feature.run(&["commit", "--no-edit"]).passed(&[]).is_silent();
}

#[test]
fn row_25_a_squashed_merge() {
    let (_world, feature) = before_merging();
    feature.git(&["merge", "-q", "--squash", "main"]);
    blamed_on_d(&feature.run(&["commit", "-m", "squashed"]));
    feature.stage("d(b)");
    feature.run(&["commit", "-m", "squashed"]).passed(&[]).is_silent();
}

#[test]
fn row_25_a_cherry_pick_without_a_commit() {
    let (_world, feature) = before_merging();
    feature.git(&["cherry-pick", "-n", "main"]);
    blamed_on_d(&feature.run(&["commit", "-m", "picked"]));
}

#[test]
fn row_25_the_migrations_of_main_checked_out() {
    let (_world, feature) = before_merging();
    feature.git(&["checkout", "-q", "main", "--", "migrations"]);
    blamed_on_d(&feature.run(&["commit", "-m", "taken"]));
}

#[test]
fn row_25_an_octopus() {
    let (_world, feature) = before_merging();
    feature.branch("docs", "feature~").write("docs.txt", "words\n").commit("docs");
    feature.switch("feature");
    blamed_on_d(&feature.run(&["merge", "--no-edit", "main", "docs"]));
    feature.git(&["merge", "--abort"]);
    blamed_on_d(&feature.run(&["merge", "--no-edit", "docs", "main"]));
}

#[test]
fn row_25_merging_the_branch_into_main() {
    let (_world, feature) = before_merging();
    feature.switch("main");
    blamed_on_d(&feature.run(&["merge", "--no-edit", "--no-ff", "feature"]));
}

#[test]
fn row_25_where_no_side_is_on_a_target_what_is_merged_yields() {
    let (_world, feature) = before_merging();
    feature.branch("other", "main").add("e(b)");
    let merge = feature.run(&["merge", "--no-edit", "feature"]);
    merge.refused(STALE_D).says("put `d` on top of `e`: alembic-guard rebase --stage");
}

#[test]
fn on_a_shared_branch_what_was_pushed_first_stays() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_code().publish();
    world.colleague("feature").land("z(b)");
    mine.add("c(b)").fetch();
    let merge = mine.run(&["merge", "--no-edit", "origin/feature"]);
    merge.refused(&["error stale-down-revision at c:14"]);
    merge.says("put `c` on top of `z`: alembic-guard rebase --stage");
}

#[test]
fn what_is_being_merged_need_not_be_brought_in_again() {
    let (_world, feature) = before_merging();
    feature.git(&["merge", "-q", "--no-commit", "origin/main"]);
    let check = feature.guard(&["check"]);
    let said = check.exits(1).stdout();
    assert!(!said.contains("git merge --no-ff --no-commit"), "{said}");
    assert!(said.contains("alembic-guard rebase"), "{said}");
}

#[test]
fn one_command_joins_the_heads_of_two_faults() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(a)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at d:14", "error stale-down-revision at e:14"]);
    push.says("alembic-guard merge --stage b d e").says_nothing_of("merge --stage b d help");
}
