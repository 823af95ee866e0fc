//! Heads that were too many before a change: noted, never called clean, and a fault of the target itself.

use serde_json::Value;

use crate::support::world::{Ran, Repo, World};

/// A clone of a `main` with the heads x and y; a branch that was freshly cut from it is checked out.
fn two_heads() -> (World, Repo) {
    let world = World::with("a x(a) y(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    (world, mine)
}

/// Returns what was said, in one line.
fn said(ran: &Ran) -> String {
    (ran.stdout() + &ran.stderr()).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn json(repo: &Repo, arguments: &[&str]) -> Value {
    let ran = repo.guard(&[&["--format", "json", "check"], arguments].concat());
    serde_json::from_str(&ran.stdout()).expect("it is JSON")
}

#[track_caller]
fn is_noted(ran: &Ran) {
    let said = said(ran);
    assert!(said.contains("origin/main already has too many heads"), "{said}");
    assert!(said.contains("alembic-guard merge"), "{said}");
    assert!(said.contains("heads = 2"), "{said}");
    assert!(!said.contains("clean"), "{said}");
}

#[test]
fn check_notes_them_with_both_ways_out_and_calls_nothing_clean() {
    let (_world, mine) = two_heads();
    is_noted(mine.guard(&["check"]).succeeded());
    is_noted(mine.guard(&["-v", "check"]).succeeded());
    is_noted(mine.guard(&["check", "--staged"]).succeeded());
    is_noted(mine.with("CI", "true").guard(&["check"]).succeeded());
    let report = json(&mine, &[]);
    assert_eq!(report["environments"][0]["existing"], serde_json::json!(["x", "y"]));
    assert_eq!(report["findings"], serde_json::json!([]));
    // Work on one of them leaves as many.
    mine.add("d(x)");
    is_noted(mine.guard(&["check"]).succeeded());
    assert_eq!(json(&mine, &[])["environments"][0]["existing"], serde_json::json!(["d", "y"]));
}

#[test]
fn a_repair_leaves_nothing_to_note() {
    let (_world, mine) = two_heads();
    mine.guard(&["merge"]).succeeded();
    let ran = mine.guard(&["check"]);
    assert!(ran.succeeded().stdout().contains("clean"), "{}", ran.stdout());
    assert_eq!(json(&mine, &[])["environments"][0]["existing"], serde_json::json!([]));
}

#[test]
fn the_target_answers_for_its_own_heads() {
    let (_world, mine) = two_heads();
    mine.switch("main");
    let ran = mine.guard(&["check"]);
    assert!(said(ran.exits(1)).contains("error[multiple-heads]: main has 2 heads: `x` and `y`"));
    mine.guard(&["check", "HEAD"]).exits(1);
    is_noted(mine.guard(&["check", "--staged"]).succeeded());
    let report = json(&mine, &[]);
    assert_eq!(report["environments"][0]["existing"], serde_json::json!(["x", "y"]));
    let help = report["findings"][0]["help"].as_str().expect("there is a way out").to_owned();
    let commands: Vec<&str> = help.split('`').filter(|text| text.contains(" = [{")).collect();
    // Both ways out, each alone.
    mine.write(".alembic-guard.toml", commands[0]);
    assert!(mine.guard(&["check"]).succeeded().stdout().contains("clean"));
    mine.write(".alembic-guard.toml", "");
    mine.guard(&["merge", "x", "y"]).succeeded();
    assert!(mine.guard(&["check"]).succeeded().stdout().contains("clean"));
}

#[test]
fn in_ci_the_target_is_known_by_the_push_event() {
    let (_world, mine) = two_heads();
    mine.git(&["switch", "-q", "--detach", "origin/main"]);
    is_noted(mine.guard(&["check"]).succeeded());
    let push = mine.with("GITHUB_EVENT_NAME", "push").with("GITHUB_REF_NAME", "main");
    push.guard(&["check"]).exits(1);
    push.with("GITHUB_REF_TYPE", "tag").guard(&["check"]).succeeded();
    let other = mine.with("GITHUB_EVENT_NAME", "push").with("GITHUB_REF_NAME", "feature");
    is_noted(other.guard(&["check"]).succeeded());
    let request = mine.with("GITHUB_EVENT_NAME", "pull_request").with("GITHUB_REF_NAME", "main");
    is_noted(request.guard(&["check"]).succeeded());
    let gitlab = mine.with("CI_PIPELINE_SOURCE", "push").with("CI_COMMIT_BRANCH", "main");
    gitlab.guard(&["check"]).exits(1);
}

#[test]
fn check_all_begins_with_a_command_that_works() {
    let (_world, mine) = two_heads();
    let report = json(&mine, &["--all"]);
    assert_eq!(report["outcome"], "findings");
    let help = report["findings"][0]["help"].as_str().expect("there is a way out").to_owned();
    let command = help.lines().next().and_then(|line| line.split('`').nth(1));
    let command = command.expect("the first line names a command");
    assert_eq!(command, "alembic-guard merge x y");
    mine.guard(&command.split(' ').skip(1).collect::<Vec<_>>()).succeeded();
    mine.guard(&["check", "--all"]).succeeded();
}

#[test]
fn hooks_only_note_them() {
    let (_world, mine) = two_heads();
    mine.stage("d(x)");
    let commit = mine.run(&["commit", "-m", "d"]);
    commit.passed(&[]).says("the last commit already has too many heads");
    let push = mine.push_it();
    push.passed(&[]).says("origin/main already has too many heads").says("alembic-guard merge");
    mine.add_code().push_it().passed(&[]).is_silent();
    let push = mine.push(&["origin", "HEAD:main"]);
    push.passed(&[]).says("already has too many heads").says_nothing_of("clean");
}
