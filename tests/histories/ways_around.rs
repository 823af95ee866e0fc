//! The ways around a refusal: each does what the refusal or the README says, and no more.

use crate::support::outcome::Outcome;
use crate::support::world::{Repo, World};

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

fn stale() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.add("d(a)");
    (world, feature)
}

fn lowered(how: &str) -> String {
    format!("warning stale-down-revision at d:14: turned off by {how}")
}

#[test]
fn no_verify_is_gits_own() {
    let (_world, mine) = stale();
    mine.push(&["--no-verify", "origin", "HEAD"]).passed(&[]).is_silent();
}

/// Returns the command to push anyway that a refusal prints.
fn printed(push: &Outcome) -> String {
    let line = push.stderr.lines().find(|line| line.contains("git push --no-verify"));
    let line = line.unwrap_or_else(|| panic!("{}", push.stderr));
    line[line.find("git push").expect("it was found by that")..].to_owned()
}

fn shell(repo: &Repo, line: &str) -> bool {
    repo.command("sh").args(["-c", line]).status().expect("sh runs").success()
}

#[test]
fn a_forced_push_is_repeated_only_over_what_it_was_to_replace() {
    let (world, mine) = World::moved_on();
    mine.add_code().push_it().passed(&[]);
    mine.stage("d(a)").git(&["commit", "-q", "--amend", "--no-verify", "-m", "d"]);
    let push = mine.push(&["--force", "origin", "HEAD"]);
    let anyway = printed(push.refused(STALE_D));
    assert!(anyway.contains("--force-with-lease=feature:"), "{anyway}");

    let colleague = world.colleague("feature");
    colleague.add_code().git(&["push", "-q", "--no-verify", "origin", "HEAD"]);
    let theirs = colleague.tip("HEAD");
    assert!(!shell(&mine, &anyway), "what a colleague pushed since is not lost");
    assert!(mine.at_remote("origin", "feature").contains(&theirs));

    mine.git(&["push", "-q", "--no-verify", "--force", "origin", "origin/feature:feature"]);
    let push = mine.push(&["--force", "origin", "HEAD"]);
    assert!(shell(&mine, &printed(push.refused(STALE_D))));
    assert!(mine.at_remote("origin", "feature").contains(&mine.tip("HEAD")));
}

#[test]
fn an_address_with_a_password_is_left_to_fill_in() {
    let (world, mine) = stale();
    let instead = format!("url.{}.insteadOf", world.url("origin.git"));
    mine.git(&["config", &instead, "https://me:secret@host.example/it"]);
    let push = mine.push(&["https://me:secret@host.example/it", "HEAD"]);
    let anyway = printed(push.refused(STALE_D).says_nothing_of("secret"));
    assert_eq!(anyway, "git push --no-verify URL HEAD:refs/heads/feature");
}

#[test]
fn a_level_on_gits_command_line_warns() {
    let (_world, mine) = stale();
    let before = mine.push_it();
    before.refused(STALE_D);
    let push = mine.run(&["-c", "alembic-guard.level=warn", "push", "origin", "HEAD"]);
    assert!(push.success, "{}", push.stderr);
    assert_eq!(
        crate::support::outcome::findings(&push.stderr),
        [lowered("alembic-guard.level=warn")]
    );
}

#[test]
fn a_level_on_gits_command_line_warns_at_a_commit() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.stage("d(a)");
    mine.run(&["commit", "-m", "d"]).refused(STALE_D);
    mine.run(&["-c", "alembic-guard.level=warn", "commit", "-m", "d"])
        .passed(&[&lowered("alembic-guard.level=warn")]);
}

#[test]
fn a_branch_in_work_warns_and_no_other() {
    for pushed in ["HEAD:refs/heads/one", "feature:refs/heads/two", "feature"] {
        let (_world, mine) = stale();
        mine.git(&["config", "branch.feature.alembic-guard", "warn"]);
        mine.push(&["origin", pushed]).passed(&[&lowered("branch.feature.alembic-guard=warn")]);
    }
    let (_world, mine) = stale();
    mine.git(&["config", "branch.feature.alembic-guard", "warn"]);
    mine.branch("other", "feature");
    mine.push_it().refused(STALE_D);
}

#[test]
fn switched_off_by_the_environment() {
    for (name, value) in
        [("ALEMBIC_GUARD", "0"), ("SKIP", "alembic-guard"), ("SKIP", "black, alembic-guard")]
    {
        let (_world, mine) = stale();
        mine.with(name, value).push_it().passed(&[]).is_silent();
    }
    let (_world, mine) = stale();
    mine.with("ALEMBIC_GUARD", "1").push_it().refused(STALE_D);
    mine.with("SKIP", "black").push_it().refused(STALE_D);
}

#[test]
fn ignored_refs_pass() {
    let (_world, mine) = stale();
    mine.write(".alembic-guard.toml", "ignore_refs = [\"wip/*\"]\n").commit("configure");
    mine.push(&["origin", "HEAD:refs/heads/other"]).refused(STALE_D);
    mine.push(&["origin", "HEAD:refs/heads/wip/x"]).passed(&[]).is_silent();
}

#[test]
fn a_rule_can_be_lowered_and_switched_off() {
    let set = |level: &str| {
        let (world, mine) = stale();
        let text = format!("[rules]\nstale-down-revision = \"{level}\"\n");
        mine.write(".alembic-guard.toml", &text).commit("configure");
        (world, mine.push_it())
    };
    set("warn").1.passed(&["warning stale-down-revision at d:14"]);
    set("off").1.passed(&[]).is_silent();
    set("error").1.refused(STALE_D);
}

#[test]
fn another_rule_that_is_switched_off_excuses_nothing() {
    let (_world, mine) = stale();
    mine.write(".alembic-guard.toml", "[rules]\nmultiple-heads = \"off\"\n").commit("configure");
    mine.push_it().refused(STALE_D);
}

#[test]
fn a_rule_can_be_allowed_in_one_file() {
    let (_world, mine) = stale();
    let path = crate::support::world::path_of("d");
    let allowed = format!(
        "# alembic-guard: allow(stale-down-revision)\n{}",
        crate::support::notation::Written::parse("d(a)").python()
    );
    mine.write(&path, &allowed).commit("allow");
    mine.push_it().passed(&[]).is_silent();
    mine.add("e(a)");
    mine.push_it().refused(&["error stale-down-revision at e:14"]);
}

#[test]
fn another_rule_that_is_allowed_excuses_nothing() {
    let (_world, mine) = stale();
    let path = crate::support::world::path_of("d");
    let allowed = format!(
        "# alembic-guard: allow(multiple-heads)\n{}",
        crate::support::notation::Written::parse("d(a)").python()
    );
    mine.write(&path, &allowed).commit("allow");
    mine.push_it().refused(&["error stale-down-revision at d:15"]);
}

#[test]
fn a_level_counts_wherever_git_would_read_it() {
    let global = |mine: &Repo, text: &str| {
        std::fs::write(mine.with_usual_files().home_file(".gitconfig"), text).expect("it is ours");
    };
    let level = "[alembic-guard]\n\tlevel = warn\n";
    type Set<'a> = &'a dyn Fn(&Repo);
    let settings: [(&str, Set<'_>); 6] = [
        ("the repository's file", &|mine| {
            drop(mine.git(&["config", "alembic-guard.level", "warn"]))
        }),
        ("the user's file", &|mine| global(mine, level)),
        ("a file that it includes", &|mine| {
            std::fs::write(mine.home_file("more"), level).expect("it is ours");
            global(mine, "[include]\n\tpath = more\n");
        }),
        ("a file for this branch", &|mine| {
            std::fs::write(mine.home_file("more"), level).expect("it is ours");
            global(mine, "[includeIf \"onbranch:feature\"]\n\tpath = more\n");
        }),
        ("a file for this remote", &|mine| {
            std::fs::write(mine.home_file("more"), level).expect("it is ours");
            global(mine, "[includeIf \"hasconfig:remote.*.url:/**\"]\n\tpath = more\n");
        }),
        ("the work tree's file", &|mine| {
            mine.git(&["config", "extensions.worktreeConfig", "true"]);
            mine.git(&["config", "--worktree", "alembic-guard.level", "warn"]);
        }),
    ];
    for (place, set) in settings {
        let (_world, mine) = stale();
        let mine = mine.with_usual_files();
        mine.push_it().refused(STALE_D);
        set(&mine);
        let push = mine.push_it();
        assert!(push.success, "{place}: {}", push.stderr);
        assert_eq!(
            crate::support::outcome::findings(&push.stderr),
            [lowered("alembic-guard.level=warn")]
        );
    }
}
