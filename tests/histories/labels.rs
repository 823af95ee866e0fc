//! Labels, dependencies and computed values across branches: what each side alone cannot see.

use crate::support::notation::Written;
use crate::support::world::{Repo, World, path_of};

/// A branch cut from a `main` of these migrations.
fn cut(migrations: &str) -> (World, Repo) {
    let world = World::with(migrations);
    let feature = world.mine();
    feature.branch("feature", "origin/main");
    (world, feature)
}

/// Writes a migration of which one line is other Python.
fn write_with<'r>(repo: &'r Repo, migration: &str, line: &str, other: &str) -> &'r Repo {
    let written = Written::parse(migration);
    let source = written.python().replacen(line, other, 1);
    assert!(source.contains(other), "`{line}` is not in the migration");
    repo.write(&path_of(&written.id), &source).commit(migration)
}

#[test]
fn a_label_that_both_sides_declare_is_refused_though_each_side_loads() {
    let (world, feature) = cut("a b(a)");
    world.main().land("c#billing(b)");
    feature.fetch().add("d#billing(b)");
    let push = feature.push_it();
    push.refused(&["error duplicate-branch-label at d:15", "error stale-down-revision at d:14"])
        .says("branch label `billing` is declared twice")
        .says("migrations/versions/c_add_c.py:15:17");
}

#[test]
fn a_label_declared_again_further_up_is_refused() {
    let (_world, feature) = cut("a b#billing(a)");
    let push = feature.add("d#billing(b)").push_it();
    push.refused(&["error duplicate-branch-label at d:15"]).says("branch_labels = None");
}

#[test]
fn a_dependency_on_what_main_removed_is_refused() {
    let (world, feature) = cut("a b(a)");
    let main = world.main();
    main.land("s");
    feature.fetch().merge("origin/main");
    main.remove("s").publish();
    let push = feature.fetch().add("d(b)!s").push_it();
    push.refused(&["error unknown-dependency at d:16"])
        .says("`d` depends on `s`, which is not a revision or branch label");
}

#[test]
fn removing_what_a_published_migration_depends_on_is_refused() {
    let (_world, feature) = cut("a b#lib(a) c(a) d(c)!lib");
    let push = feature.remove("b").push_it();
    push.refused(&["error unknown-dependency at b"])
        .says("`d` depends on `lib`, which this push deletes")
        .says("migrations/versions/d_add_d.py:16:14");
}

/// OpenStack's migrations write their labels so.
#[test]
fn labels_from_another_module_keep_no_head_from_being_known() {
    let (world, feature) = cut("a b(a)");
    let label = ("branch_labels = None", "branch_labels = (cli.EXPAND_BRANCH,)");
    write_with(&feature, "d(b)", label.0, label.1);
    feature.push_it().passed(&[]).is_silent();
    let heads = feature.guard(&["heads", "--format", "json"]);
    assert!(heads.stdout().contains("\"heads\": [\n        \"d\"\n      ]"), "{}", heads.stdout());
    world.main().land("c(b)");
    feature.fetch().add("e(d)");
    feature.push_it().passed(&["warning stale-down-revision at d:14: not changed by this push"]);
}

#[test]
fn a_computed_parent_that_has_landed_warns_once_and_never_blocks() {
    let world = World::with("a b(a)");
    let main = world.main();
    write_with(&main, "c(b)", "down_revision = \"b\"", "down_revision = parent_of(\"c\")");
    main.publish();
    let feature = world.mine();
    feature.branch("feature", "origin/main").add_code();
    feature.push_it().passed(&[]).is_silent();
    feature.add_all("d(c) e(d)");
    feature.push_it().passed(&[]).is_silent();
    let check = feature.guard(&["check", "--base", "origin/main"]);
    let said = check.exits(0).stdout();
    assert_eq!(
        said.matches("warning[computed-identifier]: 1 existing problem").count(),
        1,
        "{said}"
    );
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
}

#[test]
fn a_computed_parent_in_a_new_file_is_refused_with_the_reason() {
    let (_world, feature) = cut("a b(a)");
    write_with(&feature, "d(b)", "down_revision = \"b\"", "down_revision = parent_of(\"d\")");
    let push = feature.push_it();
    push.refused(&["error computed-identifier at d:14"]).says("`down_revision` is not a literal: ");
}

#[test]
fn heads_bear_the_labels_of_their_lines_as_alembic_shows_them() {
    let (_world, feature) = cut("a b#billing(a) c(b) d#mail(a) e(d)");
    let heads = feature.guard(&["heads"]).exits(0).stdout();
    assert!(heads.starts_with("c (billing) (head)  "), "{heads}");
    assert!(heads.contains("\ne (mail) (head)  "), "{heads}");
}
