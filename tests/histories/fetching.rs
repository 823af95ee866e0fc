//! A push that brings migrations asks the remote what its main has now, and touches nothing of the user's.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::support::world::{Repo, World};

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

/// Two clones; the other one has pushed b(a) to main, and nobody has fetched here.
fn unfetched() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    let other = world.clone_of("origin.git", "other");
    other.add("b(a)").push_it().passed(&[]);
    (world, mine)
}

fn without_own(refs: BTreeMap<String, String>) -> BTreeMap<String, String> {
    refs.into_iter().filter(|(name, _)| !name.starts_with("refs/alembic-guard/base/")).collect()
}

#[test]
fn a_rival_on_main_is_met_without_fetching_by_hand() {
    let (world, mine) = unfetched();
    let before = mine.refs();
    let push = mine.push_it();
    let newest = world.at("origin.git").tip("main");
    push.refused(STALE_D)
        .says("migrations/versions/d_add_d.py:14:17")
        .says("`d` is stale: origin/main has moved on")
        .says(&format!("compared with origin/main at {}", &newest[..10]))
        .says("git fetch origin && git merge --no-ff --no-commit origin/main");
    let after = mine.refs();
    assert_eq!(without_own(after.clone()), before, "the user's refs are as they were");
    let own: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(own, ["refs/alembic-guard/base/origin/main"]);
    assert!(!mine.top.join(".git/FETCH_HEAD").exists());
    let unreachable = mine.git(&["fsck", "--unreachable", "--no-reflogs", "--no-progress"]);
    assert_eq!(unreachable, "", "nothing is left that no ref holds");
    assert_eq!(mine.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_was_fetched_before_stays_in_fetch_head() {
    let (_world, mine) = unfetched();
    mine.git(&["fetch", "-q", "origin", "main:refs/heads/copy", "--no-tags"]);
    mine.git(&["update-ref", "refs/remotes/origin/main", "refs/remotes/origin/main"]);
    let before = fs::read(mine.top.join(".git/FETCH_HEAD")).expect("git fetch wrote it");
    mine.push_it().refused(STALE_D);
    let after = fs::read(mine.top.join(".git/FETCH_HEAD")).expect("it is there");
    assert_eq!(before, after);
}

#[test]
fn force_with_lease_still_protects_a_colleagues_commit() {
    let (_world, mine) = unfetched();
    let before = mine.push_it();
    mine.switch("main").write("mine", "mine").commit("mine");
    let push = mine.push(&["--force-with-lease", "origin", "main"]);
    assert!(!push.success && push.stderr.contains("stale info"), "{}", push.stderr);
    assert_eq!(push.after, before.after, "the colleague's commit is on main");
}

#[test]
fn the_advice_that_is_printed_repairs_the_push() {
    let (_world, mine) = unfetched();
    mine.push_it().refused(STALE_D);
    mine.git(&["fetch", "origin"]);
    mine.git(&["merge", "--no-verify", "--no-edit", "origin/main"]);
    mine.add("d(b)").push_it().passed(&[]).is_silent();
}

#[test]
fn the_report_says_that_the_base_was_fetched() {
    let (_world, mine) = unfetched();
    let report = mine.judged_push("feature");
    assert_eq!(report["outcome"], "findings");
    let one = &report["refs"][0];
    assert_eq!(one["base"]["ref"], "origin/main");
    assert_eq!(one["base"]["fetched"], "now");
    assert_eq!(one["findings"][0]["rule"], "stale-down-revision");
    assert_eq!(one["findings"][0]["path"], "migrations/versions/d_add_d.py");
    assert_eq!(one["findings"][0]["line"], 14);
    assert_eq!(one["findings"][0]["column"], 17);
}

#[test]
fn never_means_never() {
    let (_world, mine) = unfetched();
    mine.write(".alembic-guard.toml", "fetch = \"never\"\n").commit("configure");
    mine.push_it().passed(&[]).is_silent();
    assert!(!mine.refs().keys().any(|name| name.starts_with("refs/alembic-guard/")));
    // What was last seen still counts.
    mine.fetch().add_code().edit_body("d(a)");
    mine.push_it().refused(STALE_D).says("compared with origin/main at ");
}

#[test]
fn a_push_without_migrations_asks_nobody() {
    let world = World::with("a");
    let mine = world.mine();
    mine.git(&["remote", "set-url", "--push", "origin", &world.url("origin.git")]);
    mine.git(&["remote", "set-url", "origin", &world.url("nowhere.git.gone")]);
    mine.branch("feature", "origin/main").add_code();
    mine.push_it().passed(&[]).is_silent();
    assert!(!mine.refs().keys().any(|name| name.starts_with("refs/alembic-guard/")));
}

#[test]
fn a_commit_asks_nobody() {
    let (_world, mine) = unfetched();
    mine.stage("e(d)");
    mine.run(&["commit", "-qm", "e"]).passed(&[]).is_silent();
    assert!(!mine.refs().keys().any(|name| name.starts_with("refs/alembic-guard/")));
}

#[test]
fn a_remote_that_cannot_be_reached_warns_and_the_last_seen_counts() {
    let (world, mine) = unfetched();
    mine.git(&["remote", "set-url", "--push", "origin", &world.url("origin.git")]);
    mine.git(&["remote", "set-url", "origin", &world.url("gone")]);
    let push = mine.push_it();
    push.passed(&[])
        .says("cannot fetch main from origin")
        .says("the check used origin/main as last fetched")
        .says(&format!("compared with origin/main at {}", &mine.tip("origin/main")[..10]));
}

#[test]
fn an_unreachable_remote_excuses_nothing_that_was_seen() {
    let (world, mine) = unfetched();
    mine.fetch();
    mine.git(&["remote", "set-url", "--push", "origin", &world.url("origin.git")]);
    mine.git(&["remote", "set-url", "origin", &world.url("gone")]);
    mine.push_it().refused(STALE_D).says("cannot fetch main from origin");
}

#[test]
fn a_remote_that_does_not_answer_is_given_up_in_time() {
    let (world, mine) = unfetched();
    let ssh = world.path("ssh");
    crate::support::world::write_program(&ssh, "#!/bin/sh\nsleep 60\n");
    mine.write(".alembic-guard.toml", "fetch_timeout = \"300ms\"\n").commit("configure");
    mine.git(&["remote", "set-url", "--push", "origin", &world.url("origin.git")]);
    mine.git(&["remote", "set-url", "origin", "ssh://nobody@example.invalid/origin.git"]);
    let patient = mine.with("GIT_SSH_COMMAND", ssh.to_str().expect("a plain path"));
    let started = Instant::now();
    let push = patient.push_it();
    assert!(started.elapsed() < Duration::from_secs(30));
    push.passed(&[]).says("the remote did not answer within 300ms");
}

#[test]
fn pushing_to_an_address_asks_the_remote_of_that_address() {
    let (world, mine) = unfetched();
    let push = mine.push(&[&world.url("origin.git"), "feature"]);
    push.refused(STALE_D).says("origin/main is now at `b`");
}

#[test]
fn pushing_to_an_address_of_no_remote_judges_by_the_branches_here() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    world.bare("elsewhere.git");
    mine.branch("feature", "main~").add("d(a)");
    mine.git(&["remote", "rename", "origin", "hub"]);
    let push = mine.push(&[&world.url("elsewhere.git"), "feature"]);
    push.refused(STALE_D).says("main is now at `b`");
}

/// Each address is asked for itself, with what it has.
#[test]
fn of_two_pushurls_each_is_judged() {
    let (world, mine) = unfetched();
    world.bare("second.git");
    let (first, second) = (world.url("origin.git"), world.url("second.git"));
    mine.git(&["remote", "set-url", "--add", "--push", "origin", &first]);
    mine.git(&["remote", "set-url", "--add", "--push", "origin", &second]);
    let push = mine.push_it();
    push.refused(&[STALE_D[0], STALE_D[0]]);
    mine.fetch().merge("origin/main").add("d(b)");
    mine.push_it().passed(&[]).is_silent();
    assert_eq!(mine.at_remote(&first, "feature"), mine.at_remote(&second, "feature"));
}

#[test]
fn what_was_fetched_is_forgotten_with_the_hooks() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").push_it();
    let kept = || feature.git(&["for-each-ref", "refs/alembic-guard"]);
    assert!(kept().contains("refs/alembic-guard/base/origin/main"), "{}", kept());
    feature.guard(&["hook", "uninstall"]).succeeded();
    assert_eq!(kept(), "");
    feature.guard(&["hook", "uninstall"]).succeeded();
}

/// Git says why it fails in the user's language; this one knows no English but where it is asked for.
const TRANSLATED: &str = r#"#!/bin/sh
case "$LC_ALL $*" in
"C "*) ;;
*" fetch "*) echo "fatal: Konnte Remote-Referenz main nicht finden." >&2; exit 128 ;;
esac
PATH="$PLAIN" exec git "$@"
"#;

#[test]
fn a_base_that_the_remote_has_no_more_is_known_in_any_language() {
    let (world, mine) = unfetched();
    world.at("origin.git").git(&["branch", "-m", "main", "trunk"]);
    fs::create_dir(world.path("bin")).expect("a folder");
    crate::support::world::write_program(&world.path("bin/git"), TRANSLATED);
    let plain = std::env::var("PATH").expect("there is one");
    let path = format!("{}:{plain}", world.url("bin"));
    let mine = mine.with("PLAIN", &plain).with("PATH", &path);
    let push = mine.push_it();
    push.says("couldn't find remote ref")
        .says("if that branch was renamed, update the name of the default branch");
}
