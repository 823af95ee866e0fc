//! A commit and a merge under a host that runs the guard as docs/hook-managers.md says.

use crate::hosts::host::{Host, with_each_host};
use crate::hosts::team::{Team, heard};
use crate::support::outcome::Outcome;
use crate::support::world::path_of;

const SECOND_HEAD: [&str; 1] = ["error stale-down-revision at d:14"];

with_each_host!(
    a_second_head_is_not_committed,
    what_commit_all_would_commit_is_judged,
    what_a_commit_leaves_out_is_not_judged,
    a_merge_that_brings_a_second_head_is_not_committed,
    a_warning_of_a_commit_is_seen,
);

fn commit(team: &Team, arguments: &[&str]) -> Outcome {
    heard(team.mine.run(&[&["commit", "-q", "-m", "more"], arguments].concat()))
}

/// Checks `main` out, which is a, b(a).
fn on_main(host: Host) -> Team {
    let team = Team::by_readme(host);
    team.mine.switch("main").fetch();
    team.mine.git(&["reset", "-q", "--hard", "origin/main"]);
    team
}

fn a_second_head_is_not_committed(host: Host) {
    let team = on_main(host);
    team.mine.stage("d(a)");
    commit(&team, &[]).refused(&SECOND_HEAD).says("git commit --no-verify");
    team.mine.stage("d(b)");
    commit(&team, &[]).passed(&[]);
}

fn what_commit_all_would_commit_is_judged(host: Host) {
    let team = on_main(host);
    team.mine.add("d(b)");
    team.mine.draft("d(a)");
    commit(&team, &["-a"]).refused(&["error multiple-heads at d:14"]);
}

fn what_a_commit_leaves_out_is_not_judged(host: Host) {
    let team = on_main(host);
    team.mine.stage("d(a)").write("app.py", "VERSION = 2\n");
    commit(&team, &["app.py"]).passed(&[]);
    commit(&team, &["--", &path_of("d(a)")]).refused(&SECOND_HEAD);
}

fn a_merge_that_brings_a_second_head_is_not_committed(host: Host) {
    let team = on_main(host);
    team.mine.switch("feature").add("d(a)").switch("main");
    heard(team.mine.run(&["merge", "--no-ff", "--no-edit", "feature"])).refused(&SECOND_HEAD);
}

fn a_warning_of_a_commit_is_seen(host: Host) {
    let team = Team::by_readme(host);
    team.mine.fetch().stage("d(a)");
    let ahead = "warning stale-down-revision at d:14: ahead";
    commit(&team, &[]).passed(&[ahead]);
}
