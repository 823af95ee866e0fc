//! Every command compares with the base as it was last seen, by git or by a hook of a push.

use crate::support::world::{Repo, World};

/// main has moved on to b(a), which the hook of a refused push of d(a) has seen and git has not.
fn refused() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    world.main().land("b(a)");
    mine.push_it().refused(&["error stale-down-revision at d:14"]);
    (world, mine)
}

/// Puts the shared main back to a commit.
fn roll_back(world: &World, commit: &str) {
    world.at("origin.git").git(&["update-ref", "refs/heads/main", commit]);
}

#[track_caller]
fn compared_with(mine: &Repo, arguments: &[&str], commit: &str) -> String {
    let ran = mine.guard(&[&["--format", "json"], arguments].concat());
    let report: serde_json::Value =
        serde_json::from_str(&ran.stdout()).expect("the report is JSON");
    assert_eq!(report["base"]["commit"], commit, "{report}");
    mine.guard(arguments).stdout()
}

#[test]
fn check_compares_with_what_the_hook_saw() {
    let (world, mine) = refused();
    let there = world.at("origin.git").tip("main");
    assert_ne!(mine.tip("origin/main"), there);
    let said = compared_with(&mine, &["check"], &there);
    assert!(said.contains("stale-down-revision"), "{said}");
    assert!(said.contains("(seen by a push just now, after the last fetch)"), "{said}");
    assert!(
        said.contains("git fetch origin && git merge --no-ff --no-commit origin/main"),
        "{said}"
    );
    let named = compared_with(&mine, &["check", "--base", "origin/main"], &there);
    assert!(named.contains("stale-down-revision"), "{named}");
    mine.write(".alembic-guard.toml", "base = \"origin/main\"\n");
    compared_with(&mine, &["check"], &there);
}

#[test]
fn a_commit_looks_ahead_to_what_the_hook_saw() {
    let (_world, mine) = refused();
    mine.git(&["reset", "-q", "--hard", "origin/main"]);
    let commit = mine.stage("f(a)").run(&["commit", "-qm", "f"]);
    commit.says("`f` is stale: origin/main has moved on");
}

#[test]
fn all_commands_agree_until_git_looks_again() {
    let (world, mine) = refused();
    let seen = world.at("origin.git").tip("main");
    let rebase = mine.guard(&["rebase"]);
    assert!(rebase.exits(1).stdout().contains("git fetch origin"), "{}", rebase.stdout());
    compared_with(&mine, &["check"], &seen);
    world.main().land("c(b)");
    mine.fetch();
    let fetched = mine.tip("origin/main");
    assert_ne!(fetched, seen);
    let said = compared_with(&mine, &["check"], &fetched);
    assert!(!said.contains("seen by a push"), "{said}");
}

#[test]
fn a_main_that_was_rolled_back_counts_as_it_is() {
    let (world, mine) = refused();
    let first = world.at("origin.git").tip("main~");
    let before = mine.tip("origin/main");
    world.main().land("c(b)");
    mine.fetch();
    // Git has looked since the push, and what it found is older than that.
    roll_back(&world, &first);
    mine.fetch();
    assert_eq!(mine.tip("origin/main"), before);
    let said = compared_with(&mine, &["check"], &first);
    assert!(!said.contains("stale-down-revision"), "{said}");
}

/// Nothing has moved for git, so it writes no reflog; what it fetched is in FETCH_HEAD.
#[test]
fn a_fetch_that_finds_main_rolled_back_to_what_git_knew_counts() {
    let (world, mine) = refused();
    let known = mine.tip("origin/main");
    roll_back(&world, &known);
    mine.fetch();
    let said = compared_with(&mine, &["check"], &known);
    assert!(!said.contains("stale-down-revision"), "{said}");
}

#[test]
fn housekeeping_does_not_make_git_the_last_to_have_looked() {
    let (world, mine) = refused();
    mine.git(&["gc", "-q"]);
    compared_with(&mine, &["check"], &world.at("origin.git").tip("main"));
}

/// What git reports of main during a push is an observation of it like any other.
#[test]
fn what_git_reports_of_main_counts_for_later_commands() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    let first = mine.tip("main~");
    roll_back(&world, &first);
    mine.add_all("x(b) y(b)");
    mine.push(&["origin", "main"]).refused(&["error multiple-heads at x:14"]);
    mine.branch("feature", &first).add("d(a)");
    let said = compared_with(&mine, &["check"], &first);
    assert!(!said.contains("stale-down-revision"), "{said}");
}

#[test]
fn a_push_that_git_took_is_seen_last() {
    let (_world, mine) = refused();
    mine.fetch().merge("origin/main").add("d(b)");
    mine.push(&["origin", "HEAD:main"]).passed(&[]);
    compared_with(&mine, &["check"], &mine.tip("HEAD"));
}

#[test]
fn what_was_seen_is_forgotten_with_the_hooks() {
    let (_world, mine) = refused();
    let seen = || mine.top.join(".git/alembic-guard/seen").exists();
    assert!(seen());
    mine.guard(&["hook", "uninstall"]).succeeded();
    assert!(!seen());
    compared_with(&mine, &["check"], &mine.tip("origin/main"));
}
