//! A push under a host that runs the guard as docs/hook-managers.md says.

use crate::hosts::host::{Host, with_each_host};
use crate::hosts::team::{Team, heard};
use crate::support::outcome::Outcome;
use crate::support::world::World;

const STALE: [&str; 1] = ["error stale-down-revision at d:14"];

with_each_host!(
    a_stale_migration_is_refused,
    what_is_fine_goes_through,
    the_second_of_two_refs_is_stale,
    a_first_push_of_everything_is_judged,
    what_would_be_lost_is_asked_for,
    heads_that_are_there_already_are_noted,
    a_target_that_cannot_be_fetched_is_judged_by_what_was_told,
    the_way_around_is_open,
);

fn a_stale_migration_is_refused(host: Host) {
    let team = Team::by_readme(host);
    team.mine.add("d(a)");
    heard(team.mine.push_it())
        .refused(&STALE)
        .says("`d` is stale: origin/main has moved on")
        .says("alembic-guard rebase")
        .says("git push --no-verify");
}

fn what_is_fine_goes_through(host: Host) {
    let team = Team::by_readme(host);
    team.mine.fetch().merge("origin/main").add("d(b)");
    let pushed = heard(team.mine.push_it());
    pushed.passed(&[]);
    match host {
        Host::PreCommit | Host::Prek => {
            pushed.says("the first ref of a push, so only `feature` is checked")
        }
        Host::Lefthook | Host::Husky => pushed.says_nothing_of("only the first ref"),
    };
}

/// pre-commit and prek hide the second ref, so it arrives; they say so.
fn the_second_of_two_refs_is_stale(host: Host) {
    let team = Team::by_readme(host);
    team.mine.branch("fine", "feature").add_code();
    team.mine.branch("stale", "feature").add("d(a)");
    let pushed = heard(team.mine.push(&["origin", "fine", "stale"]));
    match host {
        Host::PreCommit => {
            pushed.passed(&[]).says("pre-commit passes only the first ref of a push")
        }
        Host::Prek => pushed.passed(&[]).says("prek passes only the first ref of a push"),
        Host::Lefthook | Host::Husky => pushed.refused(&STALE).says("git push origin fine"),
    };
}

/// Of a push from the first commit on, pre-commit tells no commit.
fn a_first_push_of_everything_is_judged(host: Host) {
    let world = World::empty();
    let mine = host.at_home_in(&world.repository("mine"));
    mine.git(&["remote", "add", "origin", &world.url("origin.git")]);
    host.write_readme(&mine);
    mine.scaffold().add_all("a b(x)");
    host.install(&mine);
    let push = || heard(mine.push(&["origin", "main"]));
    push().refused(&["error unknown-down-revision at b:14"]);
    mine.add("b(a)");
    push().passed(&[]);
}

/// The clone has not fetched what it would replace, and pre-commit names another commit for it.
fn what_would_be_lost_is_asked_for(host: Host) {
    let team = Team::by_readme(host);
    team.mine.switch("main").fetch();
    team.mine.git(&["reset", "-q", "--hard", "origin/main"]);
    team.world.main().land("c(b)");
    team.mine.add_code();
    let push = || heard(team.mine.push(&["--force", "origin", "main"]));
    push().refused(&["error published-migration-deleted at c"]);
    team.mine.git(&["pull", "-q", "--no-verify", "--no-rebase", "--no-edit"]);
    push().passed(&[]);
}

fn heads_that_are_there_already_are_noted(host: Host) {
    let team = Team::by_readme(host);
    team.world.main().land("c(a)");
    team.mine.fetch().merge("origin/main").add("d(c)");
    heard(team.mine.push_it())
        .passed(&[])
        .says("origin/main already has too many heads")
        .says("alembic-guard merge");
}

/// Only pre-commit and prek tell too little of a target, so that it is asked for whatever they tell.
fn a_target_that_cannot_be_fetched_is_judged_by_what_was_told(host: Host) {
    let team = Team::by_readme(host);
    let refuses = team.world.path("refuses");
    team.mine.switch("main").fetch().merge("origin/main").add_all("d(b) e(b)");
    crate::support::world::write_program(
        &refuses,
        "#!/bin/sh\necho 'no reading today' >&2\nexit 1\n",
    );
    let refuses = refuses.to_str().expect("a plain path");
    team.mine.git(&["config", "remote.origin.uploadpack", refuses]);
    let noted = |pushed: &Outcome| match host {
        Host::PreCommit | Host::Prek => {
            pushed.says("cannot fetch origin/main");
            pushed.says("the check used the old commit that the hook manager passed");
        }
        Host::Lefthook | Host::Husky => {
            pushed.says_nothing_of("the check used the old commit");
        }
    };
    let pushed = heard(team.mine.push(&["origin", "main"]));
    pushed.refused(&["error multiple-heads at d:14"]);
    noted(&pushed);
    let pushed = heard(team.mine.add("e(d)").push(&["origin", "main"]));
    pushed.passed(&[]);
    noted(&pushed);
}

fn the_way_around_is_open(host: Host) {
    let team = Team::by_readme(host);
    team.mine.add("d(a)");
    let asked = ["-c", "alembic-guard.level=warn", "push", "origin", "HEAD"];
    heard(team.mine.run(&asked)).says("warning[stale-down-revision]");
    let there = team.mine.at_remote(&team.world.url("origin.git"), "feature");
    assert!(there.starts_with(&team.mine.tip("feature")), "it did not arrive: {there:?}");

    team.mine.branch("another", "HEAD").add_code();
    let quiet = team.mine.with("SKIP", "alembic-guard");
    heard(quiet.push_it()).passed(&[]).says_nothing_of("stale");
}
