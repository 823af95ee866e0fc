//! Row 23 and every other kind of ref and form of push.

use crate::support::world::{Repo, World};

const STALE_D: &[&str] = &["error stale-down-revision at d:14"];

/// A clone with a stale d(a) on the branch that is checked out.
fn stale() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.add("d(a)");
    (world, feature)
}

#[test]
fn row_23_tags_pass() {
    let (_world, mine) = stale();
    mine.git(&["tag", "light"]);
    mine.git(&["tag", "-a", "-m", "annotated", "annotated"]);
    mine.push(&["origin", "light"]).passed(&[]).is_silent();
    mine.push(&["origin", "annotated"]).passed(&[]).is_silent();
    mine.push(&["--tags", "origin", "origin/main:refs/heads/copy"]).passed(&[]).is_silent();
}

#[test]
fn a_tag_that_is_pushed_to_a_branch_is_judged_as_its_commit() {
    let (_world, mine) = stale();
    mine.git(&["tag", "-a", "-m", "annotated", "annotated"]);
    mine.push(&["origin", "annotated^{}:refs/heads/x"]).refused(STALE_D);
    mine.push(&["origin", "annotated^{commit}~:refs/heads/x"]).passed(&[]).is_silent();
}

#[test]
fn row_23_deletions_pass() {
    let (_world, mine) = stale();
    mine.publish();
    mine.push(&["origin", ":feature"]).passed(&[]).is_silent();
    mine.publish();
    mine.push(&["--delete", "origin", "feature"]).passed(&[]).is_silent();
}

#[test]
fn row_23_notes_and_other_refs_pass() {
    let (_world, mine) = stale();
    mine.git(&["notes", "add", "-m", "words"]);
    mine.push(&["origin", "refs/notes/commits"]).passed(&[]).is_silent();
    mine.push(&["origin", "HEAD:refs/pull/1/head"]).passed(&[]).is_silent();
    mine.push(&["origin", "HEAD:refs/remotes/mine/feature"]).passed(&[]).is_silent();
}

#[test]
fn row_23_a_mirror_passes() {
    let world = World::with("a");
    world.main().branch("f", "main").land("d(a)");
    world.main().land("b(a)");
    let mine = world.mine();
    world.bare("mirror.git");
    mine.git(&["tag", "-a", "-m", "annotated", "v1"]);
    mine.git(&["notes", "add", "-m", "words"]);
    mine.git(&["remote", "add", "mirror", &world.url("mirror.git")]);
    mine.push(&["--mirror", "mirror"]).passed(&[]).is_silent();
    assert!(world.at("mirror.git").refs().contains_key("refs/remotes/origin/f"));
}

#[test]
fn row_23_a_bare_mirror_of_everything_passes() {
    let world = World::with("a b(a)");
    world.main().branch("f", "main").land("d(b)");
    let others = world.at(".");
    others.git(&["clone", "-q", "--mirror", &world.url("origin.git"), "copy"]);
    let copy = world.at("copy");
    copy.install();
    world.bare("mirror.git");
    copy.push(&["--mirror", &world.url("mirror.git")]).passed(&[]);
    assert_eq!(world.at("mirror.git").refs(), world.at("origin.git").refs());
}

#[test]
fn a_change_for_review_is_judged_as_a_change_to_its_target() {
    let (_world, mine) = stale();
    mine.push(&["origin", "HEAD:refs/for/main"]).refused(STALE_D);
    mine.merge("origin/main");
    mine.push(&["origin", "HEAD:refs/for/main"]).refused(STALE_D);
    mine.add("d(b)");
    mine.push(&["origin", "HEAD:refs/for/main"]).passed(&[]).is_silent();
}

#[test]
fn beside_another_target_a_change_for_review_has_one_base() {
    let (world, mine) = stale();
    world.main().branch("release/1.0", "main").publish();
    mine.fetch();
    mine.push(&["origin", "HEAD:refs/for/main"])
        .refused(STALE_D)
        .says("compared with origin/main")
        .says_nothing_of("targets");
}

#[test]
fn code_for_review_from_a_branch_behind_passes() {
    let (_world, feature) = World::moved_on();
    feature.add_code();
    feature.push(&["origin", "HEAD:refs/for/main"]).passed(&[]).is_silent();
}

#[test]
fn an_expression_is_judged_by_its_commit() {
    let (_world, mine) = stale();
    mine.add_code();
    mine.push(&["origin", "HEAD~:refs/heads/x"]).refused(STALE_D);
    mine.push(&["origin", "HEAD~2:refs/heads/x"]).passed(&[]).is_silent();
    let tip = mine.tip("HEAD");
    mine.push(&["origin", &format!("{tip}:refs/heads/y")]).refused(STALE_D);
}

#[test]
fn a_dry_run_is_judged_too() {
    let (_world, mine) = stale();
    mine.push(&["--dry-run", "origin", "HEAD"]).refused(STALE_D);
    mine.merge("origin/main").add("d(b)");
    let push = mine.push(&["--dry-run", "origin", "HEAD"]);
    assert!(push.success && push.before == push.after, "{}", push.stderr);
    push.is_silent();
}

#[test]
fn with_nothing_to_push_nothing_is_said() {
    let (_world, mine) = stale();
    mine.publish();
    let push = mine.push_it();
    assert!(push.success, "{}", push.stderr);
    push.is_silent().says("Everything up-to-date");
}

#[test]
fn porcelain_output_stays_gits_own() {
    let (_world, mine) = stale();
    let push = mine.push(&["--porcelain", "origin", "HEAD"]);
    push.refused(STALE_D);
    assert!(!push.stdout.contains("alembic") && !push.stdout.contains("stale"), "{}", push.stdout);
}

#[test]
fn a_force_push_of_a_repaired_branch_passes() {
    let (_world, mine) = stale();
    mine.publish();
    mine.git(&["reset", "-q", "--hard", "origin/main"]);
    mine.add("d(b)");
    mine.push(&["--force", "origin", "HEAD"]).passed(&[]).is_silent();
}

/// A rebase leaves the remote's old commits behind; what main has of it is not the branch's own.
#[test]
fn a_branch_rebased_on_main_is_judged_by_what_it_adds() {
    let (_world, mine) = stale();
    mine.publish();
    mine.git(&["rebase", "-q", "origin/main"]);
    mine.push(&["--force", "origin", "HEAD"])
        .passed(&["warning stale-down-revision at d:14: not changed by this push"]);
}

#[test]
fn a_branch_with_an_odd_name_is_named_as_it_is() {
    let (_world, mine) = stale();
    mine.push(&["origin", "HEAD:refs/heads/fix/ü&co"]).refused(STALE_D);
    let push = mine.push(&["origin", "HEAD:refs/heads/x", "origin/main:refs/heads/a;b"]);
    push.refused(STALE_D);
}

#[test]
fn a_remote_that_looks_like_an_option_is_a_remote() {
    let (world, feature) = World::moved_on();
    for name in ["-h", "--help", "-V"] {
        feature.git(&["config", &format!("remote.{name}.url"), &world.url("origin.git")]);
        let push = feature.add_code().push(&["--", name, "HEAD:refs/heads/x"]);
        assert!(!push.stderr.contains("Usage"), "{name}: {}", push.stderr);
    }
    feature
        .add("d(a)")
        .push(&["--", "-h", "HEAD:refs/heads/y"])
        .refused(&["error stale-down-revision at d:14"]);
}
