//! Continuous integration on the merge that a host makes of a pull request: the request's own branch is nobody
//! else's.

use crate::support::world::{Repo, VERSIONS, World};

const MERGE: &str = "refs/pull/1/merge";

/// The branch `gui` was cut at `a`, has d(a) and is pushed; main is `b` now. The host has merged the two.
fn requested() -> World {
    let world = World::with("a");
    let theirs = world.main();
    theirs.branch("gui", "main").add("d(a)").publish();
    world.main().land("b(a)");
    merged_by_host(&world, "origin/gui");
    world
}

/// Makes the merge that a host offers of a branch and main.
fn merged_by_host(world: &World, branch: &str) {
    let host = world.main();
    host.git(&["switch", "-q", "--detach", "origin/main"]);
    host.merge(branch);
    host.git(&["push", "-q", "--force", "origin", &format!("HEAD:{MERGE}")]);
}

/// Checks out as actions/checkout does with the whole history.
fn checked_out(world: &World, reference: &str, tracking: &str) -> Repo {
    let ci = world.repository("ci");
    ci.git(&["remote", "add", "origin", &world.url("origin.git")]);
    let all = "+refs/heads/*:refs/remotes/origin/*";
    ci.git(&["fetch", "-q", "--prune", "origin", all, &format!("+{reference}:{tracking}")]);
    ci.git(&["checkout", "-q", "--force", tracking]);
    ci.with("CI", "true")
}

fn help(ci: &Repo, arguments: &[&str]) -> String {
    let ran = ci.guard(&[&["--format", "json", "check"], arguments].concat());
    ran.exits(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout()).expect("JSON");
    assert_eq!(report["findings"][0]["rule"], "stale-down-revision");
    report["findings"][0]["help"].as_str().expect("there is a way out").to_owned()
}

const REBASE: &str = "ut `d` on top of `b`";
const SHARED: &str = "it is on origin/gui, and others may have run it";

#[test]
fn the_branch_of_a_pull_request_is_its_own() {
    let world = requested();
    let ci = checked_out(&world, MERGE, "refs/remotes/pull/1/merge");
    assert!(help(&ci, &[]).contains(SHARED));
    for (variable, value) in [
        ("GITHUB_HEAD_REF", "gui"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "gui"),
        ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "refs/heads/gui"),
        ("BITBUCKET_BRANCH", "gui"),
        ("CHANGE_BRANCH", "gui"),
    ] {
        let ci = ci.with(variable, value);
        let tip = ci.tip("HEAD");
        for arguments in [&[][..], &["HEAD"], &["--staged"], &[&*tip]] {
            let help = help(&ci, arguments);
            assert!(help.contains(REBASE) && !help.contains(SHARED), "{variable}: {help}");
        }
    }
    // The author's own clone gives the same advice.
    let author = world.mine();
    author.git(&["switch", "-q", "gui"]);
    assert!(help(&author, &[]).contains(REBASE));
}

#[test]
fn so_it_is_without_a_merge() {
    let world = requested();
    let ci = checked_out(&world, "refs/heads/gui", "refs/remotes/origin/gui");
    assert!(help(&ci, &[]).contains(SHARED));
    let help = help(&ci.with("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "gui"), &[]);
    assert!(help.contains(REBASE), "{help}");
}

#[test]
fn a_name_alone_makes_no_branch_ones_own() {
    let world = requested();
    let ci = checked_out(&world, MERGE, "refs/remotes/pull/1/merge");
    assert!(help(&ci.with("GITHUB_HEAD_REF", "other"), &[]).contains(SHARED));
    // A fork's branch of the same name, built on the one here.
    let theirs = world.colleague("gui");
    theirs.branch("fork", "origin/gui").add_code();
    merged_by_host(&world, "fork");
    let ci = {
        std::fs::remove_dir_all(world.path("ci")).expect("it was made");
        checked_out(&world, MERGE, "refs/remotes/pull/1/merge")
    };
    assert!(help(&ci.with("GITHUB_HEAD_REF", "gui"), &[]).contains(SHARED));
}

#[test]
fn a_forks_branch_may_be_called_main() {
    let world = World::with("a");
    let theirs = world.main();
    theirs.branch("fork", "main").add("d(a)");
    world.main().land("b(a)");
    merged_by_host(&world, "fork");
    let ci = checked_out(&world, MERGE, "refs/remotes/pull/1/merge");
    for ci in [ci.clone(), ci.with("GITHUB_HEAD_REF", "main"), ci.with("GITHUB_HEAD_REF", "d")] {
        let help = help(&ci, &[]);
        assert!(help.contains(REBASE), "{help}");
    }
}

#[test]
fn somebody_elses_migration_on_the_branch_stays_theirs() {
    let world = requested();
    // The request stands on a colleague's branch, whose migration is stale.
    let theirs = world.colleague("gui");
    theirs.branch("mine", "origin/gui").add("e(d)").publish();
    merged_by_host(&world, "origin/mine");
    let ci = checked_out(&world, MERGE, "refs/remotes/pull/1/merge");
    let help = help(&ci.with("GITHUB_HEAD_REF", "mine"), &[]);
    assert!(help.contains(SHARED), "{help}");
    assert!(help.contains(VERSIONS), "{help}");
}
