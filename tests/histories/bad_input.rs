//! What cannot be judged is said, and nothing looks as if it had been.

use crate::support::world::{Repo, World};

fn config(text: &str) -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.add("d(a)").write(".alembic-guard.toml", text).commit("configure");
    (world, feature)
}

/// Runs the hook by itself, since git makes one of all exit codes.
fn push_code(mine: &Repo) -> Option<i32> {
    let tip = mine.tip("HEAD");
    let line = format!("refs/heads/feature {tip} refs/heads/feature {}\n", "0".repeat(40));
    mine.guard_with_input(&["hook", "pre-push", "origin", "url"], &line).code()
}

#[track_caller]
fn broken(mine: &Repo, said: &[&str]) {
    let push = mine.push_it();
    push.refused(&[]);
    for words in said {
        push.says(words);
    }
    for judged in ["refused", "clean", "passed,", "builds on", "compared with"] {
        push.says_nothing_of(judged);
    }
    push.says("add `--no-verify` to push anyway");
    assert_eq!(push_code(mine), Some(2));
    mine.push(&["--no-verify", "origin", "HEAD"]).passed(&[]);
}

#[test]
fn toml_that_is_none() {
    let (_world, mine) = config("targets = [\n");
    broken(&mine, &[".alembic-guard.toml"]);
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest() {
    let (_world, mine) = config("[rules]\n\n[[environment]]\nscript_locatoin = \"migrations\"\n");
    broken(&mine, &["script_locatoin", "script_location", ".alembic-guard.toml:4"]);
    let (_world, mine) = config("target = [\"main\"]\n");
    broken(&mine, &["`target`", "did you mean `targets`?", ".alembic-guard.toml:1"]);
}

#[test]
fn an_unknown_rule_is_shown_with_the_nearest() {
    let (_world, mine) = config("[rules]\nstale-down-revison = \"off\"\n");
    broken(
        &mine,
        &["stale-down-revison", "did you mean `stale-down-revision`?", ".alembic-guard.toml:2"],
    );
}

#[test]
fn a_wrong_value_is_shown() {
    let (_world, mine) = config("fetch_timeout = \"soon\"\n");
    broken(&mine, &["fetch_timeout", ".alembic-guard.toml:1"]);
    let (_world, mine) = config("[rules]\nstale-down-revision = \"maybe\"\n");
    broken(&mine, &["maybe", ".alembic-guard.toml:2"]);
}

#[test]
fn the_pushed_configuration_counts_and_not_the_one_lying_about() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").write(".alembic-guard.toml", "nonsense = 1\n");
    feature.push_it().refused(&["error stale-down-revision at d:14"]);
}

#[test]
fn a_bad_configuration_stops_no_push_that_touches_no_migration() {
    // "A hook never blocks a push that touches no migration", also where the mistake is on main already.
    let world = World::with("a b(a)");
    world.main().write(".alembic-guard.toml", "nonsense = 1\n").commit("bad").publish();
    let mine = world.mine();
    mine.branch("docs", "origin/main").write("docs.txt", "1").commit("docs");
    mine.push_it().passed(&[]);
}

#[test]
fn a_repository_without_alembic_is_left_in_peace() {
    let world = World::empty();
    let mine = world.mine();
    mine.write("main.py", "1\n").git(&["add", "-A"]);
    mine.run(&["commit", "-m", "first"]).passed(&[]).is_silent();
    mine.push(&["origin", "main"]).passed(&[]).is_silent();
    mine.branch("feature", "main").write("setup.py", "revision = 1\n").git(&["add", "-A"]);
    mine.run(&["commit", "-m", "second"]).passed(&[]).is_silent();
    mine.push_it().passed(&[]).is_silent();
    let check = mine.guard(&["check"]);
    check.exits(2);
    assert!(check.stderr().contains("no Alembic environment"), "{}", check.stderr());
    assert_eq!(check.stdout(), "");
}

#[test]
fn an_empty_repository_is_no_panic() {
    let world = World::empty();
    let mine = world.repository("new");
    mine.install();
    for arguments in [&["check"][..], &["check", "--staged"], &["check", "--all"]] {
        let check = mine.guard(arguments);
        check.exits(2);
        assert!(check.stderr().contains("no Alembic environment"), "{}", check.stderr());
    }
    let check = mine.guard(&["check", "HEAD"]);
    check.exits(2);
    assert!(check.stderr().contains("`HEAD` is not a"), "{}", check.stderr());
    mine.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
}

#[test]
fn an_unborn_head_is_judged_alone() {
    let world = World::empty();
    let mine = world.repository("new");
    mine.install();
    mine.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
    mine.write("migrations/env.py", "").write("migrations/script.py.mako", "");
    mine.stage("a").stage("b(nowhere)").git(&["add", "-A"]);
    let commit = mine.run(&["commit", "-m", "first"]);
    assert!(!commit.success, "{}", commit.stderr);
    commit.says("error[unknown-down-revision]");
    mine.guard(&["check"]).exits(1);
    mine.guard(&["check", "--staged"]).exits(1);
}

#[test]
fn without_a_remote_the_branches_here_are_the_targets() {
    let world = World::empty();
    let mine = world.repository("alone");
    mine.install();
    mine.scaffold().add_all("a b(a)");
    mine.branch("feature", "main~").add("d(a)");
    let check = mine.guard(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&check.stdout()).expect("JSON");
    assert_eq!(report["base"]["ref"], "main");
    assert_eq!(report["findings"][0]["rule"], "stale-down-revision");
    check.exits(1);
    mine.guard(&["check", "--base", "main~"]).exits(0);
    // The branch that is judged has a name, whatever is checked out.
    mine.switch("main");
    mine.guard(&["check", "feature"]).exits(1);
}

#[test]
fn a_bare_repository_is_checked_by_name() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "main~").add("d(a)").publish();
    let bare = world.at("origin.git");
    bare.guard(&["check", "main"]).exits(0);
    bare.guard(&["check"]).exits(0);
    let check = bare.guard(&["check", "feature", "--base", "main"]);
    check.exits(1);
    assert!(check.stdout().contains("stale-down-revision"), "{}", check.stdout());
    let check = bare.guard(&["check", "feature"]);
    assert!(check.stdout().contains("stale-down-revision"), "{}", check.stdout());
    check.exits(1);
}

#[test]
fn a_bare_repository_that_is_named_from_afar() {
    let world = World::with("a b(a)");
    world.at(".").guard(&["-C", "origin.git", "check", "main"]).exits(0);
    world.at(".").guard(&["-C", "home", "check"]).exits(2);
}

/// A clone of depth one, in which where main and the branch parted cannot be seen.
fn shallow() -> (World, Repo) {
    let world = World::with("a b(a)");
    let url = format!("file://{}", world.url("origin.git"));
    world.at(".").git(&["clone", "-q", "--depth", "1", &url, "mine"]);
    let mine = world.at("mine");
    mine.install();
    mine.branch("feature", "origin/main").add("d(b)");
    (world, mine)
}

#[test]
fn a_shallow_clone_that_knows_enough_is_judged() {
    let (world, mine) = shallow();
    mine.push_it().passed(&[]).is_silent();
    world.main().land("c(b)");
    mine.edit_body("d(b)").push_it().refused(&["error stale-down-revision at d:14"]);
}

#[test]
fn a_shallow_clone_that_knows_too_little_says_so() {
    let (world, mine) = shallow();
    world.main().land("c(b) e(c)");
    mine.git(&["fetch", "-q", "--depth", "1", "origin", "main"]);
    let push = mine.push_it();
    push.passed(&[])
        .says("this clone is shallow and does not include the merge base with origin/main")
        .says("git fetch --unshallow");
}

#[test]
fn in_ci_a_shallow_clone_that_knows_too_little_is_broken() {
    let (world, mine) = shallow();
    world.main().land("c(b) e(c)");
    mine.git(&["fetch", "-q", "--depth", "1", "origin", "main"]);
    let check = mine.with("CI", "true").guard(&["check", "HEAD"]);
    check.exits(2);
    assert!(check.stderr().contains("git fetch --unshallow"), "{}", check.stderr());
    assert!(check.stderr().contains("fetch-depth: 0"), "{}", check.stderr());
    mine.guard(&["check", "HEAD"]).exits(0);
}

#[test]
fn in_ci_a_missing_base_is_broken() {
    let world = World::empty();
    let mine = world.repository("alone");
    mine.scaffold().add_all("a b(a)");
    let check = mine.with("CI", "true").guard(&["check"]);
    check.exits(2);
    assert!(check.stderr().contains("there is no branch to compare with"), "{}", check.stderr());
    mine.with("CI", "true").guard(&["check", "--all"]).exits(0);
    mine.guard(&["check"]).exits(0);
}

#[test]
fn one_unreadable_file_hides_no_other_fault() {
    let (_world, feature) = World::moved_on();
    feature.add("g(nowhere)");
    feature.add("d(a)");
    feature
        .write(
            "migrations/versions/p_add_p.py",
            "revision = \"p\"\ndown_revision = \"b\"\ndef (:\n",
        )
        .commit("unreadable");
    let push = feature.push_it();
    assert!(!push.success, "{}", push.stderr);
    push.says("error[unreadable-migration]").says("migrations/versions/p_add_p.py:3");
    push.says("stale-down-revision").says("d_add_d.py:14");
    push.says("unknown-down-revision").says("g_add_g.py:14");
}

#[test]
fn a_published_unreadable_file_stops_nobody() {
    let world = World::with("a b(a)");
    let main = world.main();
    main.write("migrations/versions/p_add_p.py", "revision = \"p\"\ndown_revision = (\n");
    main.commit("unreadable").publish();
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_code();
    mine.push_it().passed(&[]).is_silent();
}

/// Configuration of Alembic that leads nowhere, and what is said of it.
const NOWHERE: [(&str, &str, &str); 7] = [
    ("script_location = m\n", "other.ini", "no section header"),
    ("[alembic]\nscript_location = m\nscript_location = n\n", "other.ini", "duplicate key"),
    (
        "[alembic]\nscript_location = ../elsewhere\n",
        "other.ini`, section `alembic`, key `script_location`",
        "is outside this repository",
    ),
    (
        "[alembic]\nscript_location = /app/migrations\n",
        "other.ini`, section `alembic`, key `script_location`",
        "an absolute path cannot be found in this repository",
    ),
    (
        "[alembic]\nscript_location = {alembic_dir}\n",
        "other.ini`, section `alembic`, key `script_location`",
        "it contains a placeholder",
    ),
    (
        "[alembic]\nscript_location = gone\n",
        "other.ini`, section `alembic`, key `script_location`",
        "there is no such folder",
    ),
    (
        "[alembic]\nscript_location = migrations\n[logs]\nversion_locations = gone %(x)s\n",
        "other.ini`, section `logs`, key `version_locations`",
        "cannot be read",
    ),
];

#[test]
fn configuration_that_leads_nowhere_is_told_and_hides_no_environment() {
    for (ini, place, reason) in NOWHERE {
        let (_world, feature) = World::moved_on();
        feature.write("other.ini", ini).add("d(a)");
        let push = feature.push_it();
        push.refused(&["error stale-down-revision at d:14"]).says(place).says(reason);
    }
}

#[test]
fn configuration_that_led_nowhere_before_is_no_news() {
    for (ini, _, reason) in NOWHERE {
        let world = World::with("a b(a)");
        world.main().write("other.ini", ini).commit("configure").publish();
        let mine = world.mine();
        mine.branch("feature", "origin/main").add("c(b)");
        mine.push_it().passed(&[]).says_nothing_of(reason);
    }
}

#[test]
fn configuration_that_leads_nowhere_is_told_where_there_is_nothing_else() {
    for (ini, place, reason) in NOWHERE {
        if ini.contains("[logs]") {
            continue;
        }
        let world = World::empty();
        let mine = world.mine();
        mine.write("main.py", "1\n").commit("first");
        mine.write("other.ini", ini).git(&["add", "-A"]);
        mine.run(&["commit", "-m", "second"]).passed(&[]).says(place).says(reason);
        let check = mine.guard(&["check"]);
        check.exits(2);
        assert!(check.stderr().contains(place), "{}", check.stderr());
        assert!(check.stderr().contains(reason), "{}", check.stderr());
        // A commit that does not touch it hears nothing of it.
        mine.write("main.py", "2\n").git(&["add", "-A"]);
        mine.run(&["commit", "-m", "third"]).passed(&[]).is_silent();
    }
}
