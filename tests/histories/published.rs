//! Rows 12 to 16 and 29: what has landed is squashed, taken back, re-pointed, landed again.

use crate::support::world::{Repo, VERSIONS, World};

fn main_of(migrations: &str) -> (World, Repo) {
    let world = World::with(migrations);
    let mine = world.mine();
    (world, mine)
}

#[test]
fn row_12_squashing_what_has_landed_passes_with_a_warning() {
    let (_world, mine) = main_of("a b(a)");
    mine.branch("squash", "origin/main");
    mine.remove("a").remove("b").add("s");
    let warning = ["warning published-migration-deleted at a"];
    mine.push_it().passed(&warning).says("alembic upgrade b").says("alembic stamp --purge s");
    mine.push(&["origin", "HEAD:main"]).passed(&warning);
}

#[test]
fn row_12_what_builds_on_a_squash_may_be_re_pointed_to_it() {
    let (_world, mine) = main_of("a b(a) c(b)");
    mine.branch("squash", "origin/main");
    mine.remove("a").remove("b").add_all("s c(s)");
    mine.push_it().passed(&[
        "warning published-migration-deleted at a",
        "warning published-identity-changed at c:14",
    ]);
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
        .says("`c` builds on `b`, which this push deletes")
        .says("migrations/versions/c_add_c.py:14:17");
}

#[test]
fn row_14_a_revert_pushed_to_main_passes_with_one_warning() {
    let (_world, mine) = main_of("a b(a) c(b)");
    mine.remove("b").remove("c");
    mine.push_it().passed(&["warning published-migration-deleted at b"]);
}

#[test]
fn row_14_what_takes_the_place_of_a_published_migration_is_refused() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["revert", "--no-edit", "HEAD"]);
    mine.add("d(a)");
    let push = mine.push_it();
    push.refused(&["error published-migration-deleted at b"])
        .says("`b` was deleted from origin/main, and `d` now has the parent of `b`");
    let restore = push.stderr.lines().find(|line| line.trim().starts_with("git restore"));
    let ran = mine.command("sh").args(["-c", restore.expect("it says how")]).status();
    assert!(ran.expect("sh runs").success());
    mine.add("d(b)").push_it().passed(&[]).is_silent();
}

#[test]
fn row_14_a_new_migration_after_the_revert_has_landed_passes() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["revert", "--no-edit", "HEAD"]);
    mine.push_it().passed(&["warning published-migration-deleted at b"]);
    mine.add("d(a)").push_it().passed(&[]).is_silent();
}

#[test]
fn row_14_taking_a_published_migration_back_by_force_is_refused() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    mine.write("README", "other").commit("other");
    let push = mine.push(&["--force", "origin", "main"]);
    push.refused(&["error published-migration-deleted at b"])
        .says("`b` was deleted from origin/main, since this push replaces origin/main");
}

#[test]
fn row_14_a_target_may_be_rewritten_where_no_migration_is_lost() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["commit", "-q", "--amend", "--no-verify", "-m", "a better message"]);
    mine.push(&["--force", "origin", "main"]).passed(&[]).is_silent();
}

#[test]
fn row_14_a_new_id_for_a_published_migration_is_refused() {
    let (_world, mine) = main_of("a b(a)");
    let path = crate::support::world::path_of("b");
    let text = mine.read(&path).replace("revision = \"b\"", "revision = \"b2\"");
    mine.write(&path, &text).commit("a new id");
    let push = mine.push_it();
    push.refused(&["error published-migration-deleted at b:13"])
        .says("`b2` now has the parent of `b`");
}

#[test]
fn row_15_joining_two_heads_by_a_new_parent_warns() {
    let (_world, mine) = main_of("a b(a) c(a)");
    let warning = ["warning published-identity-changed at c:14"];
    mine.branch("feature", "main").add("c(b)");
    mine.push_it().passed(&warning);
    let push = mine.push(&["origin", "feature:main"]);
    push.passed(&warning)
        .says("databases at `c` never run this")
        .says("alembic-guard merge --stage b c");
}

#[test]
fn row_16_a_published_migration_with_another_ancestor_is_refused() {
    let (_world, mine) = main_of("a b(a) k(b) c(b) x(a) m(c,k,x)");
    let push = mine.add("c(x)").push_it();
    push.refused(&["error published-identity-changed at c:14"])
        .says("published revision `c` loses its ancestor `b`, which stays in the history");
}

#[test]
fn a_published_migration_that_loses_an_ancestor_is_refused_and_merge_declines() {
    let (_world, mine) = main_of("a b(a) c(b)");
    mine.branch("feature", "origin/main").add("c(a)");
    mine.push_it().refused(&["error multiple-heads at c:14"]);
    let merge = mine.guard(&["merge"]);
    let said = merge.exits(1).stdout() + &merge.stderr();
    assert!(said.contains("`c` loses its ancestor `b`"), "{said}");
    // A merge revision made by other means is no repair either.
    let push = mine.add("m(b,c)").push_it();
    push.refused(&["error published-identity-changed at c:14"])
        .says("published revision `c` loses its ancestor `b`, which stays in the history")
        .says("databases at `c` run this again")
        .says("# alembic-guard: allow(published-identity-changed)");
    let path = crate::support::world::path_of("c");
    let text = mine.read(&path);
    let allowed = format!("# alembic-guard: allow(published-identity-changed)\n{text}");
    mine.write(&path, &allowed).commit("allow");
    mine.push_it().passed(&[]);
}

#[test]
fn a_repair_that_takes_three_heads_to_two_passes() {
    // Alembic cannot load main: `gone` is not there.
    let (_world, mine) = main_of("a b(a) x(a) y(a) m(x,gone)");
    mine.branch("feature", "origin/main").add("m(b,y)");
    mine.push_it().passed(&[]);
}

#[test]
fn row_16_a_migration_slipped_in_below_a_published_one_is_refused() {
    let (_world, mine) = main_of("a b(a)");
    mine.branch("feature", "origin/main").add_all("d(a) b(d)");
    let push = mine.push_it();
    push.refused(&["error published-identity-changed at b:14"])
        .says("restore the parent: write in migrations/versions/b_add_b.py: down_revision = \"a\"")
        .says("build `d` on top: write in migrations/versions/d_add_d.py: down_revision = \"b\"");
}

#[test]
fn what_has_not_landed_may_be_re_pointed_edited_and_removed() {
    let (world, mine) = main_of("a");
    mine.branch("feature", "origin/main").add_all("d(a) e(d)").publish();
    world.main().land("b(a)");
    mine.fetch().merge("origin/main");
    mine.add("d(b)").edit_body("e(d)");
    mine.push_it().passed(&[]).is_silent();
    mine.remove("e").push_it().passed(&[]).is_silent();
}

#[test]
fn a_published_body_is_edited_with_a_warning_and_formatted_in_silence() {
    let (_world, mine) = main_of("a b(a)");
    mine.branch("feature", "origin/main");
    let path = crate::support::world::path_of("b");
    let text = mine.read(&path).replace('"', "'") + "# the end\n";
    mine.write(&path, &text).commit("format");
    mine.push_it().passed(&[]).is_silent();
    mine.edit_body("b(a)").push_it().passed(&["warning published-migration-edited at b:20"]);
    mine.add_code().push_it().passed(&[]).is_silent();
}

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
    mine.push_it().passed(&["warning published-migration-deleted at d"]);
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
    push.refused(&["error stale-down-revision at d:14"]).says("origin/main is now at `c`");
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

#[test]
fn at_a_commit_what_has_landed_is_not_rewritten() {
    let (_world, mine) = main_of("a b(a)");
    mine.stage("d(a)").stage("b(d)");
    mine.run(&["commit", "-m", "d"]).refused(&["error published-identity-changed at b:14"]);
}

#[test]
fn at_a_commit_what_is_only_here_may_be_rewritten() {
    let (_world, mine) = main_of("a");
    mine.add("b(a)").stage("d(a)").stage("b(d)");
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
    mine.remove("b").stage("e(d)");
    mine.run(&["commit", "-m", "e"]).passed(&[]).is_silent();
}

#[test]
fn without_a_remote_nothing_has_landed_on_the_branch_itself() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["remote", "remove", "origin"]);
    mine.stage("d(a)").stage("b(d)");
    mine.run(&["commit", "-m", "d"]).passed(&[]).is_silent();
}

#[test]
fn an_environment_may_be_removed_as_a_whole() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["rm", "-rq", "alembic.ini", "migrations"]);
    mine.commit("no Alembic any more");
    mine.push_it()
        .passed(&["warning published-migration-deleted at a"])
        .says("with the Alembic environment");
}

#[test]
fn a_squash_that_replaces_a_target_by_force_is_refused() {
    let (_world, mine) = main_of("a b(a)");
    mine.git(&["reset", "-q", "--hard", "HEAD~2"]);
    mine.add("s");
    mine.push(&["--force", "origin", "main"])
        .refused(&["error published-migration-deleted at a"])
        .says("were deleted from origin/main, since this push replaces origin/main");
}
