//! What is pushed lies apart until the hook has let it in, and the hook reads it there.

use crate::servers::world::{SERVER, World, ZERO, write_program};
use crate::support::outcome::findings;

/// Puts a hook in front of the guard that records where git keeps what is pushed.
fn record_environment(world: &World) {
    let script = "#!/bin/sh\nenv | grep '^GIT_' >seen\nls \"$GIT_QUARANTINE_PATH\" >>seen\n";
    write_program(&world.server().top.join("hooks/pre-receive.alembic-guard-chained"), script);
}

#[test]
fn what_is_judged_is_nowhere_else_yet() {
    let world = World::with("a b(a)");
    record_environment(&world);
    let mine = world.clone("mine");
    mine.add("d(a)");
    mine.push_main().refused(&["error stale-down-revision at d:14"]);
    let seen = std::fs::read_to_string(world.server().top.join("seen")).expect("it was recorded");
    assert!(seen.contains("GIT_OBJECT_DIRECTORY=") && seen.contains("GIT_QUARANTINE_PATH="));
    let gone = world.server().try_git(&["cat-file", "-e", &mine.tip("HEAD")]);
    assert!(!gone.status.success(), "the commit is not in the server");
}

#[test]
fn packs_and_loose_objects_are_read_alike() {
    for limit in ["1", "1000"] {
        let world = World::with("a b(a)");
        world.server().git(&["config", "receive.unpackLimit", limit]);
        let objects = world.files("objects");
        let mine = world.clone("mine");
        mine.add_all("c(b) d(a)");
        mine.push_main().refused(&["error stale-down-revision at d:14"]);
        assert_eq!(world.files("objects"), objects, "unpack limit {limit}");
    }
}

/// The merge that a branch is judged by is made, and not kept.
#[test]
fn a_merge_in_memory_leaves_nothing() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.branch("topic", "HEAD~").add("d(a)");
    let before = world.files(".");
    let warning = "warning stale-down-revision at d:14: not a target branch";
    let push = mine.push(&["origin", "topic"]);
    assert_eq!(findings(&push.stderr), [warning]);
    let line = format!("{ZERO} {} refs/heads/again\n", mine.tip("topic"));
    let landed = world.files(".");
    assert!(landed.is_superset(&before));
    let judged = world.server().guard_with_input(&["hook", "pre-receive"], &line);
    assert_eq!(judged.exits(0).stdout(), "");
    assert_eq!(world.files("."), landed);
}

#[test]
fn a_server_that_borrows_its_objects_is_read() {
    let world = World::with("a b(a)");
    world.at(".").git(&["clone", "-q", "--bare", "--shared", &world.url(), "fork.git"]);
    let fork = world.at("fork.git");
    fork.guard(&["hook", "install"]).exits(0);
    let mine = world.clone("mine");
    mine.git(&["remote", "add", "fork", fork.top.to_str().expect("a plain path")]);
    mine.add("d(a)");
    let refused = mine.try_git(&["push", "fork", "HEAD:main"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("error[stale-down-revision]"), "{said}");
}

#[test]
fn a_server_whose_path_git_has_to_quote_judges_all_the_same() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    std::fs::rename(world.path(SERVER), world.path("a:b.git")).expect("it can be moved");
    let url = world.path("a:b.git").display().to_string();
    mine.git(&["remote", "set-url", "origin", &url]);
    mine.add("d(a)");
    let refused = mine.try_git(&["push", "origin", "HEAD:main"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("error[stale-down-revision]"), "{said}");
}
