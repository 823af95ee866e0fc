//! A push to a target that has commits which are not here: git lists it whether it is forced or not.

use crate::support::outcome::Outcome;
use crate::support::world::{Repo, World};

const LOST_B: &str = "error published-migration-deleted at b";
const NOT_FORCED: &str =
    "if you did not force the push, pull first, since git rejects this ref: git pull";

/// main is a, b(a); the clone has seen a alone, and has a commit of code on top of it.
fn behind() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    world.main().land("b(a)");
    mine.add_code();
    (world, mine)
}

/// The same, where main has moved on by code alone.
fn behind_by_code() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    world.main().write("theirs", "theirs").commit("theirs").publish();
    mine.add_code();
    (world, mine)
}

/// The guard could not judge, and nothing moved.
#[track_caller]
fn is_unknown(push: &Outcome) -> &Outcome {
    push.refused(&[]);
    push.says("cannot check what this push replaces: origin/main is now at")
}

#[track_caller]
fn run(mine: &Repo, command: &str) {
    let ran = mine.command("sh").args(["-c", command]).output().expect("sh runs");
    assert!(ran.status.success(), "{command}: {ran:?}");
}

#[test]
fn a_forced_push_over_what_was_never_fetched_is_judged_by_what_it_replaces() {
    let (_world, mine) = behind();
    let push = mine.push(&["--force", "origin", "main"]);
    push.refused(&[LOST_B])
        .says("`b` was deleted from origin/main, since this push replaces origin/main")
        .says("origin/main has commits that this push lacks")
        .says(NOT_FORCED);
}

#[test]
fn forced_or_not_the_verdict_is_the_same() {
    for arguments in [&["origin", "main"][..], &["-f", "origin", "main"], &["origin", "+main"]] {
        let (_world, mine) = behind();
        mine.push(arguments).refused(&[LOST_B]).says(NOT_FORCED);
    }
}

#[test]
fn once_the_commit_is_here_git_lists_a_forced_push_alone() {
    let (_world, mine) = behind();
    mine.push(&["origin", "main"]).refused(&[LOST_B]);
    let plain = mine.push(&["origin", "main"]);
    assert!(!plain.success && plain.stderr.contains("[rejected]"), "{}", plain.stderr);
    plain.says_nothing_of("published-migration-deleted");
    mine.push(&["--force", "origin", "main"]).refused(&[LOST_B]).says_nothing_of(NOT_FORCED);
}

#[test]
fn a_forced_push_that_loses_no_migration_passes() {
    let (_world, mine) = behind_by_code();
    mine.push(&["--force", "origin", "main"]).passed(&[]).is_silent();
}

#[test]
fn a_forced_push_that_adds_a_head_to_what_it_keeps_is_refused() {
    let world = World::with("a");
    let mine = world.mine();
    world.main().land("b(a)");
    mine.add_code().add_all("b(a) c(a)");
    mine.push(&["--force", "origin", "main"])
        .refused(&["error stale-down-revision at c:14"])
        .says(NOT_FORCED);
}

/// Git pushes to another address than it fetches from: what is replaced is there.
#[test]
fn what_is_replaced_is_asked_of_where_git_pushes_to() {
    let (world, mine) = behind();
    mine.git(&["remote", "set-url", "--push", "origin", &world.url("origin.git")]);
    mine.git(&["remote", "set-url", "origin", &world.url("gone")]);
    mine.push(&["--force", "origin", "main"]).refused(&[LOST_B]);
}

#[test]
fn a_push_to_an_address_is_judged_by_what_that_has() {
    let (world, mine) = behind();
    mine.push(&["--force", &world.url("origin.git"), "main"]).refused(&[LOST_B]);
    mine.git(&["remote", "remove", "origin"]);
    mine.push(&["--force", &world.url("origin.git"), "main"]).refused(&[LOST_B]);
}

/// As a mirror is pushed by `git clone --mirror` of a fork, or by a job that copies one host to another.
#[test]
fn a_mirror_that_takes_published_migrations_away_is_refused() {
    let (world, mine) = behind();
    mine.push(&["--mirror", &world.url("origin.git")]).refused(&[LOST_B]);
}

#[test]
fn a_branch_that_is_no_target_may_replace_what_is_not_here() {
    let world = World::with("a");
    world.main().branch("topic", "main").land("t(a)");
    let mine = world.mine();
    world.colleague("topic").land("u(t)");
    mine.branch("topic", "origin/topic").add("v(t)");
    mine.push(&["--force", "origin", "topic"]).passed(&[]).is_silent();
}

#[test]
fn never_means_that_nothing_is_asked_and_nothing_passes_unseen() {
    let (_world, mine) = behind();
    mine.write(".alembic-guard.toml", "fetch = \"never\"\n").commit("configure");
    let push = mine.push(&["--force", "origin", "main"]);
    is_unknown(&push).says("`fetch` is \"never\"");
    assert!(!mine.refs().keys().any(|name| name.starts_with("refs/alembic-guard/")));
    run(&mine, push.command_after("fetch it, then push again"));
    mine.push(&["--force", "origin", "main"]).refused(&[LOST_B]);
}

/// The remote takes pushes and answers no fetch.
#[test]
fn what_cannot_be_fetched_is_not_taken_for_what_was_last_seen() {
    let (world, mine) = behind();
    let refuses = world.path("refuses");
    crate::support::world::write_program(
        &refuses,
        "#!/bin/sh\necho 'no reading today' >&2\nexit 1\n",
    );
    mine.git(&["config", "remote.origin.uploadpack", refuses.to_str().expect("a plain path")]);
    let push = mine.push(&["--force", "origin", "main"]);
    is_unknown(&push).says("git fetch origin refs/heads/main");
    mine.git(&["config", "--unset", "remote.origin.uploadpack"]);
    run(&mine, push.command_after("fetch it, then push again"));
    mine.push(&["--force", "origin", "main"]).refused(&[LOST_B]);
}

#[test]
fn the_exit_code_says_that_it_could_not_be_judged() {
    let (world, mine) = behind();
    mine.write(".alembic-guard.toml", "fetch = \"never\"\n").commit("configure");
    let (tip, url) = (mine.tip("main"), world.url("origin.git"));
    let there = world.at("origin.git").tip("main");
    let line = format!("refs/heads/main {tip} refs/heads/main {there}\n");
    let ran = mine.guard_with_input(&["hook", "pre-push", "origin", &url], &line);
    ran.exits(2);
    let arguments = ["--format", "json", "hook", "pre-push", "origin", &url];
    let ran = mine.guard_with_input(&arguments, &line);
    let report: serde_json::Value =
        serde_json::from_str(&ran.exits(2).stderr()).expect("the report is JSON");
    assert_eq!(report["outcome"], "broken");
    assert_eq!(report["refs"][0]["outcome"], "broken");
    assert_eq!(
        report["refs"][0]["error"]["help"],
        "fetch it, then push again: `git fetch origin refs/heads/main`"
    );
}

#[test]
fn the_command_that_fetches_shows_no_credentials() {
    let (_world, mine) = behind();
    mine.write(".alembic-guard.toml", "fetch = \"never\"\n").commit("configure");
    let there = mine.at_remote("origin", "main");
    let there = there.split('\t').next().expect("an id");
    let line = format!("refs/heads/main {} refs/heads/main {there}\n", mine.tip("main"));
    let url = "https://me:secret@host.example/x.git";
    let ran = mine.guard_with_input(&["hook", "pre-push", url, url], &line);
    let said = ran.exits(2).stderr();
    assert!(said.contains("git fetch https://host.example/x.git refs/heads/main"), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

/// Nobody listens at that address, so git says why it could not be asked.
#[test]
fn json_of_a_refused_push_shows_no_credentials() {
    let url = "https://me:secret@127.0.0.1:1/x.git";
    let hides = |mine: &Repo, remote: &str, line: &str, code: i32| {
        let push = ["--format", "json", "hook", "pre-push", remote, url];
        let said = mine.guard_with_input(&push, line).exits(code).stderr();
        assert!(said.contains("unable to access 'https://127.0.0.1:1/x.git/'"), "{said}");
        assert!(!said.contains("secret") && !said.contains("me:"), "{said}");
        said
    };
    let (_world, feature) = World::moved_on();
    let tip = feature.add("d(a)").tip("HEAD");
    let new = format!("refs/heads/feature {tip} refs/heads/feature {}\n", "0".repeat(40));
    feature.git(&["remote", "set-url", "origin", url]);
    hides(&feature, "origin", &new, 1);
    let (_world, mine) = behind();
    let there = mine.at_remote("origin", "main");
    let there = there.split('\t').next().expect("an id");
    let line = format!("refs/heads/main {} refs/heads/main {there}\n", mine.tip("main"));
    mine.git(&["remote", "remove", "origin"]);
    let said = hides(&mine, url, &line, 2);
    assert!(said.contains("git fetch https://127.0.0.1:1/x.git refs/heads/main"), "{said}");
}

#[test]
fn where_nothing_is_about_alembic_nothing_is_asked() {
    let world = World::empty();
    let first = world.repository("first");
    first.git(&["remote", "add", "origin", &world.url("origin.git")]);
    first.write("README", "one").commit("one").publish();
    let mine = world.mine();
    world.main().write("README", "two").commit("two").publish();
    mine.write("README", "three").commit("three");
    mine.push(&["--force", "origin", "main"]).passed(&[]).is_silent();
    assert!(!mine.refs().keys().any(|name| name.starts_with("refs/alembic-guard/")));
}

#[test]
fn an_outdated_main_that_loses_nothing_takes_no_good_ref_with_it() {
    for refs in [&["--all", "origin"][..], &["origin", "good", "main"], &["origin", "main", "good"]]
    {
        let (_world, mine) = behind_by_code();
        mine.branch("good", "origin/main").add("g(a)");
        let push = mine.push(refs);
        assert!(push.stderr.contains("(fetch first)"), "{}", push.stderr);
        let good = "origin.git:refs/heads/good";
        assert!(push.after.contains_key(good), "{refs:?}: {}", push.stderr);
        push.says_nothing_of("alembic-guard");
    }
}

#[test]
fn a_ref_that_git_may_reject_is_named_behind() {
    for refs in [["bad", "main"], ["main", "bad"]] {
        let (_world, mine) = behind_by_code();
        mine.branch("bad", "main").add_all("x(a) y(a)");
        let push = mine.push(&[&["origin"], &refs[..]].concat());
        push.refused(&["error multiple-heads at x:14"])
            .says("main: clean, behind origin/main; compared with origin/main at")
            .says_nothing_of(NOT_FORCED);
    }
}

/// The fetch for one target brings what the other one is at: git did not have it when it wrote its list.
#[test]
fn every_target_that_git_may_reject_is_named_behind() {
    for refs in [["main", "release/1"], ["release/1", "main"]] {
        let world = World::with("a");
        world.main().branch("release/1", "main").publish();
        let mine = world.mine();
        mine.branch("release/1", "main").branch("bad", "main").add_all("x(a) y(a)");
        let theirs = world.main();
        theirs.write("theirs", "1").commit("one");
        theirs.git(&["push", "-q", "--no-verify", "origin", "main:release/1"]);
        theirs.write("theirs", "2").commit("two").publish();
        for branch in ["main", "release/1"] {
            mine.switch(branch).add_code();
        }
        let push = mine.push(&[&["origin", "bad"], &refs[..]].concat());
        push.refused(&["error multiple-heads at x:14"])
            .says("main: clean, behind origin/main;")
            .says("release/1: clean, behind origin/release/1;");
    }
}

#[test]
fn the_refusal_names_the_good_refs_and_the_command_that_pushes_them() {
    for refs in [["good", "main"], ["main", "good"]] {
        let (_world, mine) = behind();
        mine.branch("good", "origin/main").write("more", "more").commit("more");
        let push = mine.push(&[&["origin"], &refs[..]].concat());
        push.refused(&[LOST_B])
            .says("main: blocked, 1 error, behind origin/main")
            .says("good: clean")
            .says("git switch main")
            .says(NOT_FORCED);
        let command = push.command_after("to push only the refs that pass");
        assert_eq!(command, "git push origin good");
        run(&mine, command);
    }
}

#[test]
fn a_ref_that_could_not_be_judged_hides_no_other() {
    for refs in [["good", "main"], ["main", "good"]] {
        let (_world, mine) = behind();
        mine.write(".alembic-guard.toml", "fetch = \"never\"\n").commit("configure");
        mine.branch("good", "main").write("more", "more").commit("more");
        let push = mine.push(&[&["origin"], &refs[..]].concat());
        is_unknown(&push)
            .says("blocked, 1 ref not checked")
            .says("main: not checked, see above")
            .says("good: clean");
        run(&mine, push.command_after("to push only the refs that pass"));
    }
}
