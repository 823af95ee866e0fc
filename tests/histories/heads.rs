//! Rows 7 to 10, 26, 27 and 30: forks, old debt and its repair, labels, dependencies, duplicates.

use crate::support::notation::Written;
use crate::support::world::{Repo, World};

/// A branch that is up to date with a `main` of these migrations.
fn fresh(migrations: &str) -> (World, Repo) {
    let world = World::with(migrations);
    let feature = world.mine();
    feature.branch("feature", "origin/main");
    (world, feature)
}

/// Writes another migration of the same id.
fn twin<'r>(repo: &'r Repo, migration: &str) -> &'r Repo {
    let other = Written::parse(migration).python_with("    op.execute(\"select 1\")\n");
    repo.write("migrations/versions/d_other.py", &other)
}

#[test]
fn row_7_two_new_migrations_on_one_parent_are_refused_at_each() {
    let (_world, feature) = fresh("a b(a)");
    feature.add_all("d(b) e(b)");
    let push = feature.push_it();
    push.refused(&["error multiple-heads at d:14"])
        .says("this push adds 2 heads: `d` and `e`")
        .says("alembic-guard merge --stage d e");
}

#[test]
fn row_8_only_the_stale_one_of_two_is_shown() {
    let (_world, feature) = fresh("a b(a)");
    feature.add_all("d(b) e(a)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at e:14"])
        .says("`e` is stale: origin/main has moved on")
        .says_nothing_of("d_add_d.py:");
}

#[test]
fn row_9_debt_stops_no_code_and_no_repair() {
    let (_world, feature) = fresh("a x(a) y(a)");
    feature.add_code().push_it().passed(&[]).is_silent();
    feature.add("z(x,y)").push_it().passed(&[]).is_silent();
}

#[test]
fn row_9_debt_stops_a_third_head() {
    let (_world, feature) = fresh("a x(a) y(a)");
    feature.add("d(a)");
    feature.push_it().refused(&["error stale-down-revision at d:14"]);
}

#[test]
fn row_9_work_on_one_of_the_heads_adds_none() {
    let (_world, feature) = fresh("a x(a) y(a)");
    feature.add("d(x)").push_it().passed(&[]);
}

#[test]
fn row_9_a_repair_excuses_no_new_fork() {
    let (_world, feature) = fresh("a x(a) y(a)");
    feature.add_all("z(x,y) d(a)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at d:14"]).says_nothing_of("z_add_z.py:14");
}

#[test]
fn row_9_the_same_pushed_to_main_itself() {
    let (_world, main) = fresh("a x(a) y(a)");
    main.switch("main").add_code();
    main.push_it().passed(&[]).is_silent();
    main.add_all("z(x,y) d(a)");
    main.push_it().refused(&["error stale-down-revision at d:14"]);
    main.remove("d").push_it().passed(&[]).is_silent();
}

#[test]
fn row_10_an_overtaken_repair_passes_and_names_what_to_merge_now() {
    let (world, feature) = fresh("a x(a) y(a)");
    world.main().land("w(x)");
    feature.fetch().add("z(x,y)");
    let push = feature.push_it();
    push.passed(&["warning stale-down-revision at z:14: an unfinished repair"]);
    push.says("alembic-guard merge --stage w z");
}

#[test]
fn row_26_each_configured_label_may_have_a_head() {
    let (_world, feature) = fresh("a");
    feature.write(
        ".alembic-guard.toml",
        "[[environment]]\nname = \"default\"\nscript_location = \"migrations\"\n\
         branches = [\"expand\", \"contract\"]\n",
    );
    feature.add_all("e1#expand(a) c1#contract(a)");
    feature.push_it().passed(&[]).is_silent();
    feature.add_all("e2(e1) c2(c1)").push_it().passed(&[]);
    feature.add_all("e3(e2) e4(e2)");
    let push = feature.push_it();
    push.refused(&["error multiple-heads at e3:14"]);
    push.says("`e3` and `e4`").says_nothing_of("c2_add_c2.py");
}

#[test]
fn row_26_a_head_of_a_label_goes_stale() {
    let (world, feature) = fresh("a");
    let main = world.main();
    main.write(
        ".alembic-guard.toml",
        "[[environment]]\nname = \"default\"\nscript_location = \"migrations\"\n\
         branches = [\"expand\", \"contract\"]\n",
    );
    main.land("e1#expand(a) c1#contract(a)");
    feature.fetch().merge("origin/main");
    main.land("e2(e1)");
    feature.fetch().add("e3(e1)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at e3:14"]).says("origin/main is now at `e2`");
}

#[test]
fn row_26_unconfigured_labels_are_heads_like_any_and_the_way_to_configure_them_is_shown() {
    let (_world, feature) = fresh("a");
    feature.add_all("e1#expand(a) c1#contract(a)");
    let push = feature.push_it();
    push.refused(&["error multiple-heads at c1:14"]).says("branches = [\"contract\", \"expand\"]");
}

#[test]
fn row_27_a_dependency_joins_no_heads() {
    let (_world, feature) = fresh("a b(a)");
    feature.add_all("d(b) e(b)!d");
    let push = feature.push_it();
    push.refused(&["error multiple-heads at d:14"]).says("`d` and `e`");
}

#[test]
fn row_30_an_id_in_two_files_on_one_parent_is_refused() {
    let (_world, feature) = fresh("a b(a)");
    feature.add("d(b)");
    twin(&feature, "d(b)").commit("twin");
    let push = feature.push_it();
    push.refused(&["error duplicate-revision at d_other.py:13"])
        .says("migrations/versions/d_add_d.py:13:12");
}

#[test]
fn row_30_an_id_in_two_files_on_two_parents_is_refused() {
    let (_world, feature) = fresh("a b(a)");
    feature.add("d(b)");
    twin(&feature, "d(a)").commit("twin");
    // Nobody can tell which of the two `d` means, so nothing is said of what it builds on.
    feature.push_it().refused(&["error duplicate-revision at d_other.py:13"]);
}

#[test]
fn row_30_nothing_is_said_of_what_builds_on_an_id_in_two_files() {
    let (world, feature) = fresh("a");
    let theirs = world.main();
    twin(&theirs, "b(a)").commit("theirs").publish();
    theirs.land("c(b)");
    feature.fetch().add_all("b(a) d(b)");
    feature.push_it().refused(&["error duplicate-revision at b:13"]);
}

#[test]
fn row_30_an_id_that_main_took_meanwhile_is_refused() {
    let (world, feature) = fresh("a b(a)");
    let theirs = world.main();
    twin(&theirs, "d(b)").commit("theirs").publish();
    feature.fetch().add("d(b)");
    let push = feature.push_it();
    push.refused(&["error duplicate-revision at d:13"]);
    push.says("migrations/versions/d_other.py:13");
}
