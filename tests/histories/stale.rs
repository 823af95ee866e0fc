//! Rows 1 to 6 and 11: a branch whose migrations build on what main has moved past.

use crate::support::world::{World, path_of};

const STALE_D: &str = "error stale-down-revision at d:14";

#[test]
fn row_1_a_stale_migration_on_a_new_branch_is_refused() {
    let (world, feature) = World::moved_on();
    world.main().branch("release/1", "main~").publish();
    feature.fetch().add("d(a)");
    let push = feature.push_it();
    push.refused(&[STALE_D])
        .says("`d` is stale: origin/main has moved on")
        .says("migrations/versions/d_add_d.py:14:17")
        .says("origin/main is now at `b`")
        .says("put `d` on top of `b`: alembic-guard rebase --stage")
        .says("if `feature` never merges into origin/main, list it in `targets`")
        .says("git push --no-verify");
}

#[test]
fn row_2_merging_main_repairs_nothing_by_itself() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main");
    let push = feature.push_it();
    push.refused(&[STALE_D])
        .says("origin/main is now at `b`")
        .says_nothing_of("git merge --no-ff --no-commit");
}

#[test]
fn what_is_judged_by_name_is_told_to_bring_in_main_only_if_it_has_not() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").branch("merged", "feature").merge("origin/main");
    let advice = "git merge --no-ff --no-commit origin/main";
    for (elsewhere, name, lacks_main) in [("feature", "merged", false), ("merged", "feature", true)]
    {
        let check = feature.switch(elsewhere).guard(&["check", name]);
        check.exits(1);
        assert_eq!(check.stdout().contains(advice), lacks_main, "{}", check.stdout());
    }
}

#[test]
fn row_3_a_merge_revision_or_a_new_parent_repairs_it() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main");
    feature.branch("merged", "feature").add("m(b,d)");
    feature.push_it().passed(&[]).is_silent();
    feature.branch("rebased", "feature").add("d(b)");
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn row_3_a_chain_is_repaired_at_its_lowest_migration() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(d)").merge("origin/main");
    feature.push_it().refused(&[STALE_D]);
    feature.add("d(b)").push_it().passed(&[]).is_silent();
}

#[test]
fn row_4_a_branch_behind_that_adds_no_migration_passes() {
    let (_world, feature) = World::moved_on();
    feature.add_code().push_it().passed(&[]).is_silent();
}

#[test]
fn row_5_a_code_only_push_on_what_became_stale_passes_with_a_warning() {
    let world = World::with("a");
    let feature = world.mine();
    feature.branch("feature", "origin/main").add("d(a)");
    feature.push_it().passed(&[]).is_silent();
    world.main().land("b(a)");
    feature.fetch().add_code();
    feature.push_it().passed(&["warning stale-down-revision at d:14: not changed by this push"]);
    feature.add_code().edit_body("d(a)");
    feature.push_it().refused(&[STALE_D]);
}

#[test]
fn row_6_work_on_top_of_a_colleagues_stale_migration_passes_with_a_warning() {
    let world = World::with("a");
    let theirs = world.main();
    theirs.branch("f", "main").land("d(a)");
    world.main().land("b(a)");
    let mine = world.mine();
    mine.branch("mine", "origin/f").add("e(d)");
    let push = mine.push_it();
    push.passed(&[
        "warning stale-down-revision at d:14: already on origin/f, not changed by this push",
    ]);
    push.says("fix migrations/versions/d_add_d.py on origin/f");
    push.says_nothing_of("alembic-guard rebase");
}

#[test]
fn row_6_the_same_branch_shared_by_two() {
    let world = World::with("a");
    world.main().branch("f", "main").land("d(a)");
    world.main().land("b(a)");
    let mine = world.mine();
    mine.branch("f", "origin/f").add("e(d)");
    let push = mine.push_it();
    push.passed(&["warning stale-down-revision at d:14: not changed by this push"]);
}

#[test]
fn row_11_an_overtaken_merge_revision_is_at_fault_and_not_the_chain_below_it() {
    let (world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main").add("n(b,d)");
    feature.push_it().passed(&[]);
    world.main().land("c(b)");
    feature.fetch().add_code().edit_body("n(b,d)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at n:14", "warning merge-with-operations at n:20"])
        .says("merge revision `n` is stale: origin/main has moved on")
        .says("put `n` on top of `c`: alembic-guard rebase --stage")
        .says_nothing_of("d_add_d.py write");
    feature.add("n(c,d)").merge("origin/main");
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn row_11_the_same_on_a_branch_that_nobody_has_seen() {
    let (world, feature) = World::moved_on();
    feature.add_all("d(a) e(d)").merge("origin/main").add("n(b,e)");
    world.main().land("c(b)");
    feature.fetch();
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at n:14"])
        .says("put `n` on top of `c`: alembic-guard rebase --stage");
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_removed() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    let file = path_of("d");
    feature.git(&["update-index", "--skip-worktree", &file]);
    std::fs::remove_file(feature.top.join(&file)).expect("it is there");
    let ran = feature.guard(&["check"]);
    assert!(ran.exits(1).stdout().contains("stale-down-revision"), "{}", ran.stdout());
}
