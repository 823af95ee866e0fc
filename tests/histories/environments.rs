//! Rows 19 and 20: environments that move or vanish.

use crate::notation::Written;
use crate::world::{VERSIONS, World};

#[test]
fn row_19_a_migration_added_to_the_folder_that_main_moved_is_stale() {
    let (world, feature) = World::moved_on();
    let theirs = world.main();
    std::fs::create_dir(theirs.top.join("db")).expect("a folder");
    theirs.git(&["mv", "migrations", "db/migrations"]);
    theirs.write("alembic.ini", "[alembic]\nscript_location = %(here)s/db/migrations\n");
    theirs.commit("move").publish();
    feature.fetch().add("d(a)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at d:14"])
        .says("origin/main is at `b` now")
        .says("db/migrations/versions/b_add_b.py:14:17");
}

#[test]
fn row_19_moving_the_folder_deletes_nothing() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    std::fs::create_dir(mine.top.join("db")).expect("a folder");
    mine.git(&["mv", "migrations", "db/migrations"]);
    mine.write("alembic.ini", "[alembic]\nscript_location = %(here)s/db/migrations\n");
    mine.commit("move");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn row_20_taking_the_environment_away_and_leaving_its_migrations_is_refused() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    let commit = mine.run(&["commit", "-m", "gone"]);
    assert!(!commit.success, "{}", commit.stderr);
    commit.says("environment-lost");
    mine.git(&["commit", "-qm", "gone", "--no-verify"]);
    let push = mine.push_it();
    push.refused(&["error environment-lost at migrations"]);
}

#[test]
fn row_20_a_fork_beside_the_loss_is_still_seen() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    mine.commit("gone");
    let push = mine.push_it();
    assert!(!push.success, "{}", push.stderr);
    push.says("error[environment-lost]").says("error[stale-down-revision]: `d` builds on `a`");
}

#[test]
fn taking_the_environment_away_with_its_migrations_passes() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.git(&["rm", "-qr", "alembic.ini", "migrations"]);
    mine.commit("gone");
    assert!(mine.push_it().success);
}

#[test]
fn two_migrations_that_are_one_file_on_other_disks_are_told_of() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    let python = Written::parse("d(b)").python();
    mine.write(&format!("{VERSIONS}/B_ADD_B.py"), &python).commit("d");
    let push = mine.push_it();
    push.passed(&[]).says("B_ADD_B.py` and ").says("are one file on disks");
    mine.add_code().push_it().passed(&[]).is_silent();
}
