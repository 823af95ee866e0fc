//! Every kind of ref, by where it goes.

use crate::servers::world::{Repo, World, ZERO, path_of};

const STALE_D: &str = "error stale-down-revision at d:14";
const WARNED_D: &str = "warning stale-down-revision at d:14: not a target branch";

fn stale() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.add("d(a)");
    (world, mine)
}

#[test]
fn in_a_first_push_heads_are_counted_and_warned_of() {
    let world = World::empty();
    let first = world.first();
    first.add_all("a b(a) d(a)");
    first.push_main().passed(&["warning multiple-heads at b:14: no base to compare with"]);
}

#[test]
fn in_a_first_push_what_does_not_load_is_refused() {
    let world = World::empty();
    let first = world.first();
    first.add("a(nowhere)");
    first.push_main().refused(&["error unknown-down-revision at a:14"]);
    first
        .push(&["origin", "main:topic"])
        .passed(&["warning unknown-down-revision at a:14: not a target branch"]);
}

#[test]
fn a_branch_in_work_is_warned_of() {
    let (_world, mine) = stale();
    mine.push(&["origin", "HEAD:refs/heads/topic"])
        .passed(&[WARNED_D])
        .says_nothing_of("list it in `targets`");
    mine.git(&["commit", "-q", "--allow-empty", "-m", "code"]);
    mine.push(&["origin", "HEAD:refs/heads/topic"])
        .passed(&["warning stale-down-revision at d:14: not changed by this push"]);
}

#[test]
fn a_branch_that_does_not_touch_migrations_passes_in_silence() {
    let (_world, mine) = stale();
    mine.git(&["reset", "-q", "--hard", "HEAD~2"]);
    mine.write("app.py", "").commit("code");
    mine.push(&["origin", "HEAD:refs/heads/topic"]).passed(&[]).is_silent();
}

#[test]
fn a_new_target_is_compared_with_the_nearest() {
    let (_world, mine) = stale();
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"]).refused(&[STALE_D]);
    mine.push(&["origin", "HEAD~:refs/heads/release/1.0"]).passed(&[]).is_silent();
}

#[test]
fn a_hotfix_is_compared_with_its_release_alone() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.push(&["origin", "HEAD~:refs/heads/release/1.0"]).passed(&[]).is_silent();
    mine.branch("hotfix", "HEAD~").add("h(a)");
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"]).passed(&[]).is_silent();
    mine.add("i(a)");
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"])
        .refused(&["error stale-down-revision at i:14"])
        .says("alembic-guard rebase --stage --base origin/release/1.0");
}

#[test]
fn what_a_target_has_passes_unjudged() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    world.server().git(&["config", "alembic-guard.level", "warn"]);
    mine.add("d(a)");
    mine.push_main();
    world.server().git(&["config", "--unset", "alembic-guard.level"]);
    mine.push(&["origin", "HEAD:refs/heads/release/2.0", "HEAD:refs/heads/topic"])
        .passed(&[])
        .is_silent();
}

#[test]
fn tags_notes_deletions_and_other_refs_pass() {
    let (world, mine) = stale();
    mine.git(&["tag", "-a", "-m", "v1", "v1"]);
    mine.git(&["notes", "add", "-m", "note"]);
    mine.push(&["origin", "v1", "refs/notes/commits", "HEAD:refs/changes/1"])
        .passed(&[])
        .is_silent();
    mine.push(&["origin", "HEAD:refs/heads/topic"]).passed(&[WARNED_D]);
    mine.push(&["origin", ":topic", ":v1"]).passed(&[]).is_silent();
    world.server().git(&["config", "receive.denyDeleteCurrent", "false"]);
    let last = mine.push(&["origin", ":main"]);
    last.passed(&[]).says("this push deletes main and with it `a` and `b`");
}

#[test]
fn a_mirror_of_a_clone_does_not_pass_for_what_has_landed() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.git(&["remote", "add", "mirror", &world.url()]);
    mine.add("d(a)");
    // As last seen, `main` is where the clone wishes it to be.
    mine.push(&["origin", "HEAD:refs/remotes/origin/main"]).passed(&[]);
    mine.push_main().refused(&[STALE_D]);
    mine.push(&["origin", "HEAD:refs/heads/topic"]).passed(&[WARNED_D]);
}

#[test]
fn a_target_that_is_replaced_must_keep_what_it_had() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.push(&["--force", "origin", "HEAD~:main"])
        .refused(&["error published-migration-deleted at b"]);
    mine.git(&["commit", "-q", "--amend", "-m", "another message"]);
    mine.push(&["--force", "origin", "HEAD:main"]).passed(&[]).is_silent();
}

#[test]
fn one_bad_ref_refuses_the_whole_push() {
    let (_world, mine) = stale();
    mine.git(&["branch", "-q", "fine", "HEAD~"]);
    mine.branch("sound", "HEAD~").add("c(b)");
    mine.branch("main2", "main");
    mine.push(&["origin", "fine", "sound", "main"])
        .refused(&[STALE_D])
        .says("to push only the refs that pass: git push origin ")
        .says(":refs/heads/fine ")
        .says(":refs/heads/sound")
        .says("main: blocked, 1 error");
    mine.push(&["origin", "fine", "sound"]).passed(&[]).is_silent();
}

#[test]
fn a_change_for_review_is_one_to_its_branch() {
    let (_world, mine) = stale();
    mine.push(&["origin", "HEAD:refs/for/main"]).refused(&[STALE_D]);
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    mine.add("c(b)");
    mine.push(&["origin", "HEAD:refs/for/main"]).passed(&[]).is_silent();
}

#[test]
fn the_branch_that_head_names_is_a_target() {
    let world = World::with("a b(a)");
    world.server().git(&["symbolic-ref", "HEAD", "refs/heads/next"]);
    let mine = world.at("first");
    mine.push(&["origin", "main:next"]).passed(&[]).is_silent();
    mine.add("d(a)");
    mine.push(&["origin", "HEAD:next"]).refused(&[STALE_D]);
}

#[test]
fn a_head_that_names_no_branch_leaves_the_usual_ones() {
    let world = World::with("a b(a)");
    world.server().git(&["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let mine = world.at("first");
    mine.configure("[rules]\nstale-down-revision = \"warn\"\n");
    mine.push_main().passed(&[]);
    mine.add("d(a)");
    mine.push_main().passed(&["warning stale-down-revision at d:14"]);
    mine.add("e(a)");
    mine.push(&["origin", "HEAD:gone"]).passed(&["warning stale-down-revision at e:14"]);
}

#[test]
fn json_names_every_ref() {
    let (world, mine) = stale();
    let server = world.server();
    let (old, new) = (server.tip("main"), mine.tip("HEAD"));
    // As if it were let in, to be asked of by hand.
    server.git(&["fetch", "-q", mine.top.to_str().expect("a plain path"), "HEAD"]);
    let lines = format!("{old} {new} refs/heads/main\n{old} {ZERO} refs/heads/topic\n");
    let ran = server.guard_with_input(&["--format", "json", "hook", "pre-receive"], &lines);
    let report: serde_json::Value =
        serde_json::from_str(&ran.exits(1).stderr()).expect("the report is JSON");
    assert_eq!((&report["version"], &report["outcome"]), (&1.into(), &"findings".into()));
    let [main, topic] = [&report["refs"][0], &report["refs"][1]];
    assert_eq!((&main["local_ref"], &main["remote_ref"]), (&"".into(), &"refs/heads/main".into()));
    assert_eq!((&main["local_oid"], &main["remote_oid"]), (&new.into(), &old.clone().into()));
    assert_eq!((&main["base"]["ref"], &main["base"]["commit"]), (&"main".into(), &old.into()));
    assert_eq!(main["findings"][0]["rule"], "stale-down-revision");
    assert_eq!(main["findings"][0]["path"], path_of("d"));
    assert_eq!(topic["skipped"], "deleted");
}

#[test]
fn what_is_none_of_gits_is_no_pass() {
    let (world, _mine) = stale();
    let server = world.server();
    let main = server.tip("main");
    for line in ["main", "x y refs/heads/main", &format!("{ZERO} {main}")] {
        let ran = server.guard_with_input(&["hook", "pre-receive"], &format!("{line}\n"));
        assert!(ran.exits(2).stderr().contains(line), "{}", ran.stderr());
        assert!(ran.stderr().contains("the server's administrator"), "{}", ran.stderr());
    }
    let unknown = format!("{main} {} refs/heads/main\n", "1".repeat(40));
    let ran = server.guard_with_input(&["hook", "pre-receive"], &unknown);
    assert!(ran.exits(2).stderr().contains("cannot read commit 1111111111"), "{}", ran.stderr());
    server.guard(&["hook", "update", "refs/heads/main", &main, "x"]).exits(2);
    server.guard_with_input(&["hook", "pre-receive"], "").exits(0);
}

#[test]
fn an_endless_line_is_not_repeated_whole() {
    let (world, _mine) = stale();
    let main = world.server().tip("main");
    let long = "x".repeat(10 << 20);
    for line in [long.clone(), format!("{ZERO} {main} {long}")] {
        let ran = world.server().guard_with_input(&["hook", "pre-receive"], &line);
        let said = ran.exits(2).stdout() + &ran.stderr();
        assert!(said.contains("unexpected input for pre-receive"));
        assert!(said.len() < 1000, "{} bytes", said.len());
    }
}

#[test]
fn a_ref_that_stands_for_a_target_is_that_target() {
    let world = World::with("a b(a)");
    world.server().git(&["symbolic-ref", "refs/heads/next", "refs/heads/main"]);
    let mine = world.clone("mine");
    mine.add("d(a)").push(&["origin", "HEAD:next"]).refused(&[STALE_D]);
}

#[test]
fn a_ref_that_stands_for_a_target_through_others_is_that_target() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.add("d(a)");
    let mut behind = "refs/heads/main".to_owned();
    for number in 1..=5 {
        let name = format!("alias{number}");
        let full_name = format!("refs/heads/{name}");
        world.server().git(&["symbolic-ref", &full_name, &behind]);
        let pushed = mine.push(&["origin", &format!("HEAD:{name}")]);
        assert!(!pushed.success, "{name}: {}", pushed.stderr);
        assert_eq!(pushed.before, pushed.after, "{name}: {}", pushed.stderr);
        behind = full_name;
    }
    mine.push(&["origin", "HEAD:alias4"]).refused(&[STALE_D]);
}

#[test]
fn the_branch_that_a_repository_is_about_is_found_behind_other_names() {
    let world = World::with("a b(a)");
    let server = world.server();
    server.git(&["branch", "-m", "main", "prod"]);
    server.git(&["symbolic-ref", "refs/heads/current", "refs/heads/prod"]);
    server.git(&["symbolic-ref", "HEAD", "refs/heads/current"]);
    let mine = world.clone("mine");
    mine.git(&["switch", "-q", "-C", "work", "origin/prod"]);
    mine.add("d(a)").push(&["origin", "HEAD:prod"]).refused(&[STALE_D]);
}

#[test]
fn what_one_target_has_does_not_bring_another_back_to_it() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.branch("topic", "main~1").push(&["origin", "topic:release/x"]).passed(&[]);
    let back = mine.push(&["--force", "origin", "topic:main"]);
    back.refused(&["error published-migration-deleted at b"]);
}

#[test]
fn a_tag_of_the_name_of_a_branch_is_no_base() {
    let world = World::with("a b(a)");
    let server = world.server();
    std::fs::write(
        server.top.join("guard.toml"),
        "base = \"main\"\n[server]\nother_branches = \"error\"\n",
    )
    .expect("it can be written");
    server.git(&["config", "alembic-guard.config", "guard.toml"]);
    let mine = world.clone("mine");
    mine.git(&["tag", "main", "main~1"]);
    mine.git(&["push", "-q", "origin", "refs/tags/main"]);
    mine.branch("topic", "refs/heads/main~1")
        .add("d(a)")
        .push(&["origin", "topic"])
        .refused(&[STALE_D]);
}

/// The old tip of a target is damaged on the server: nothing is known of what would be replaced.
#[test]
fn a_target_whose_old_tip_is_damaged_is_not_judged() {
    let world = World::with("a b(a)");
    let (server, mine) = (world.server(), world.clone("mine"));
    mine.branch("release/1", "main").write("code", "1").commit("one");
    mine.push(&["origin", "release/1"]).passed(&[]);
    mine.write("code", "2").commit("two");
    server.git(&["fetch", "-q", mine.top.to_str().expect("a plain path"), "HEAD"]);
    let folder = server.git(&["rev-parse", "release/1^{tree}"]);
    let (start, rest) = folder.trim().split_at(2);
    let path = server.top.join("objects").join(start).join(rest);
    std::fs::remove_file(&path).expect("the object is loose");
    std::fs::write(&path, "damaged").expect("the server is ours");
    let (old, new) = (server.tip("release/1"), mine.tip("HEAD"));
    let line = format!("{old} {new} refs/heads/release/1\n");
    let ran = server.guard_with_input(&["hook", "pre-receive"], &line);
    let said = ran.exits(2).stderr();
    assert!(said.contains("cannot read the commit that this push replaces on release/1"), "{said}");
}

#[test]
fn deleting_a_target_is_told_of_where_no_other_has_its_migrations() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.branch("release/1", "origin/main").add("h(b)");
    mine.push(&["-q", "origin", "release/1"]).passed(&[]);
    let push = mine.push(&["origin", ":release/1"]);
    push.passed(&[])
        .says("this push deletes release/1 and with it `h`, which no other target branch has");
}

#[test]
fn a_target_that_is_deleted_and_created_in_one_push_is_compared_with_what_was_deleted() {
    let world = World::with("a b(a)");
    let server = world.server();
    let old = server.tip("main");
    let new = server.tip("main~");
    let lines = format!("{old} {ZERO} refs/heads/main\n{ZERO} {new} refs/heads/main\n");
    let ran = server.guard_with_input(&["hook", "pre-receive"], &lines);
    ran.exits(1);
    let said = ran.stderr();
    assert!(
        said.contains("error[published-migration-deleted]: `b` was deleted from main"),
        "{said}"
    );
}

#[test]
fn a_target_is_not_replaced_by_what_has_no_alembic() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.git(&["switch", "-q", "--orphan", "X"]);
    mine.write("README", "other").commit("other");
    mine.push(&["-f", "origin", "X:main"]).refused(&["error published-migration-deleted at a"]);
}

#[test]
fn what_alembic_could_run_must_still_run() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.write("alembic.ini", "[alembic]\nscript_location = gone\n").commit("gone");
    mine.push_main().refused(&["error environment-lost at alembic.ini:2"]);
}

/// A server whose `main` has b(a) and x(b), and whose release was cut at a; a clone at the release.
fn with_release() -> (World, Repo) {
    let world = World::with("a");
    let mine = world.clone("mine");
    mine.add_all("b(a) x(b)").push_main().passed(&[]).is_silent();
    mine.git(&["reset", "-q", "--hard", "HEAD~2"]);
    mine.write("app.py", "").commit("code");
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"]).passed(&[]);
    (world, mine)
}

#[test]
fn what_another_target_has_in_another_version_is_refused() {
    let (_world, mine) = with_release();
    mine.add("x(a)");
    let push = mine.push(&["origin", "HEAD:refs/heads/release/1.0"]);
    push.refused(&["error diverged-targets at x:14"])
        .says("a database at `x` that moves to main skips `b`");
    mine.push(&["origin", "HEAD:refs/heads/topic"])
        .passed(&["warning diverged-targets at x:14: not a target branch"]);
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    mine.add_all("b(a) x(b)");
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"]).passed(&[]).is_silent();
}

#[test]
fn two_targets_of_one_push_are_compared_as_they_will_be() {
    let world = World::with("a");
    let mine = world.clone("mine");
    mine.push(&["origin", "HEAD:refs/heads/release/1.0"]).passed(&[]);
    mine.git(&["branch", "release"]);
    mine.add_all("b(a) x(b)").git(&["switch", "-q", "release"]);
    mine.add("x(a)");
    let push = mine.push(&["--atomic", "origin", "main", "release:release/1.0"]);
    push.refused(&["error diverged-targets at x:14", "error diverged-targets at x:14"]);
}

#[test]
fn which_targets_are_left_out_is_said_by_what_has_landed() {
    let (_world, mine) = with_release();
    let config = "independent_targets = [\"release/*\"]\n";
    mine.add("x(a)").write(".alembic-guard.toml", config).commit("configure");
    let push = mine.push(&["origin", "HEAD:refs/heads/release/1.0"]);
    push.refused(&["error diverged-targets at x:14"]);
    let tip = mine.tip("HEAD");
    mine.git(&["switch", "-q", "--detach", "origin/main"]);
    mine.write(".alembic-guard.toml", config).commit("configure").push_main().passed(&[]);
    mine.push(&["origin", &format!("{tip}:refs/heads/release/1.0")]).passed(&[]);
}
