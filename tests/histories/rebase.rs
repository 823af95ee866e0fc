//! `rebase`: what it moves, what it leaves alone, and in the middle of what it works.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::world::{GUARD, Ran, Repo, World, path_of};

/// Returns the line that says what a migration builds on.
fn parent(repo: &Repo, migration: &str) -> String {
    let text = repo.read(&path_of(migration));
    let line = text.lines().find(|line| line.starts_with("down_revision")).expect("it has one");
    line.trim_start_matches("down_revision = ").to_owned()
}

/// The feature branch with d on a, in the middle of bringing in main with b.
fn in_the_middle_of_merging() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.add("d(a)");
    feature.git(&["merge", "-q", "--no-commit", "origin/main"]);
    (world, feature)
}

trait Said {
    fn says(&self, words: &str) -> &Self;
}

impl Said for Ran {
    #[track_caller]
    fn says(&self, words: &str) -> &Ran {
        let said = format!("{} {}", self.stdout(), self.stderr());
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "lacks {words:?}:\n{}{}", self.stdout(), self.stderr());
        self
    }
}

#[test]
fn in_the_middle_of_a_merge_the_side_that_has_not_landed_is_moved() {
    let (_world, feature) = in_the_middle_of_merging();
    feature.guard(&["rebase", "--stage"]).exits(0).says("`d` will build on `b` instead of `a`");
    assert_eq!(parent(&feature, "d"), "\"b\"");
    assert!(feature.read(&path_of("d")).contains("\nRevises: b\n"));
    feature.git(&["commit", "-q", "--no-edit"]);
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn on_main_the_branch_that_is_merged_in_is_moved() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    feature.git(&["branch", "-q", "-f", "main", "origin/main"]);
    feature.switch("main");
    feature.git(&["merge", "-q", "--no-commit", "feature"]);
    feature.guard(&["rebase", "--stage"]).exits(0);
    assert_eq!(parent(&feature, "d"), "\"b\"");
    feature.git(&["commit", "-q", "--no-edit"]);
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn in_the_middle_of_a_rebase_where_ours_is_theirs_the_same_is_moved() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").add_code().write("code.py", "other").commit("code again");
    feature.git(&["switch", "-q", "-c", "other", "origin/main"]);
    feature.write("code.py", "theirs").commit("conflicting").switch("feature");
    assert!(!feature.try_git(&["rebase", "-q", "other"]).status.success(), "it stops");
    feature.guard(&["rebase", "--stage"]).exits(0).says("git rebase --continue");
    assert_eq!(parent(&feature, "d"), "\"b\"");
    feature.write("code.py", "other").git(&["add", "code.py"]);
    while !feature.try_git(&["rebase", "--continue"]).status.success() {
        feature.write("code.py", "other").git(&["add", "code.py"]);
    }
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn a_cherry_pick_that_stopped_is_mended_and_goes_on() {
    let (_world, feature) = World::moved_on();
    feature.write("code.py", "both").draft("d(a)").commit("both");
    feature.branch("other", "origin/main").write("code.py", "other").commit("other");
    assert!(!feature.try_git(&["cherry-pick", "feature"]).status.success(), "it stops");
    feature.guard(&["rebase", "--stage"]).exits(0).says("git cherry-pick --continue");
    assert_eq!(parent(&feature, "d"), "\"b\"");
    feature.write("code.py", "both").git(&["add", "code.py"]);
    feature.git(&["cherry-pick", "--continue"]);
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn without_the_base_in_the_work_tree_the_command_that_brings_it_is_all_that_comes() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    let rebase = feature.guard(&["rebase", "--stage"]);
    rebase.exits(1).says("`b` of origin/main is not in the work tree yet");
    rebase.says("git merge --no-ff --no-commit origin/main");
    assert_eq!(feature.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_a_refused_push_has_learned_is_known() {
    let world = World::with("a");
    let feature = world.mine();
    feature.git(&["switch", "-qc", "feature"]);
    feature.add("d(a)");
    world.main().land("b(a)");
    feature.push_it().refused(&["error stale-down-revision at d:14"]);
    feature
        .guard(&["rebase"])
        .exits(1)
        .says("git fetch origin && git merge --no-ff --no-commit origin/main");
}

#[test]
fn several_chains_become_one_line() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(d) f(a)").merge("origin/main");
    feature.guard(&["rebase", "--stage"]).exits(0).says("2 migrations to re-point");
    assert_eq!((parent(&feature, "d"), parent(&feature, "f")), ("\"b\"".into(), "\"e\"".into()));
    feature.commit("as advised").push_it().passed(&[]).is_silent();
}

#[test]
fn what_is_not_committed_yet_is_moved_before_what_is() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("e(b)").stage("d(b)");
    mine.guard(&["rebase", "--stage"]).exits(0);
    assert_eq!((parent(&mine, "d"), parent(&mine, "e")), ("\"e\"".into(), "\"b\"".into()));
}

#[test]
fn on_a_branch_that_is_shared_what_is_not_pushed_is_moved_and_what_is_stays() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)").publish();
    world.colleague("feature").land("b(d)");
    mine.add("c(d)").fetch();
    mine.git(&["merge", "-q", "--no-commit", "origin/feature"]);
    mine.guard(&["rebase", "--stage"]).exits(0);
    assert_eq!((parent(&mine, "b"), parent(&mine, "c")), ("\"d\"".into(), "\"b\"".into()));
    mine.git(&["commit", "-q", "--no-edit"]);
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn a_migration_that_git_does_not_know_yet_is_moved_too() {
    let (_world, feature) = World::moved_on();
    feature.merge("origin/main").draft("d(a)");
    feature
        .guard(&["rebase"])
        .exits(0)
        .says("git add migrations/versions/d_add_d.py && git commit");
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn the_command_that_comes_next_works_from_a_folder_below() {
    let (_world, feature) = World::moved_on();
    feature.merge("origin/main").draft("d(a)");
    let below = feature.below("migrations/versions");
    below.guard(&["rebase"]).exits(0).says("git add ../../migrations/versions/d_add_d.py");
    below.git(&["add", "../../migrations/versions/d_add_d.py"]);
}

#[test]
fn where_there_is_no_other_branch_the_last_commit_is_the_base() {
    let world = World::empty();
    let mine = world.repository("mine");
    mine.scaffold().add_all("a b(a)").draft("d(a)");
    mine.guard(&["rebase"]).exits(0).says("compared with the last commit");
    assert_eq!(parent(&mine, "d"), "\"b\"");
}

#[test]
fn what_is_on_somebody_elses_branch_is_not_edited() {
    let (world, feature) = World::moved_on();
    feature.branch("theirs", "HEAD").add("d(a)").publish();
    feature.branch("mine", "HEAD").add("e(d)").merge("origin/main");
    let rebase = feature.guard(&["rebase"]);
    rebase.exits(1).says("`d` needs a new parent, but it is shared on origin/theirs");
    rebase.says("alembic-guard merge");
    assert_eq!(feature.git(&["status", "--porcelain"]), "");
    drop(world);
}

#[test]
fn what_is_on_somebody_elses_branch_stays_beside_what_is_moved() {
    let (world, feature) = World::moved_on();
    feature.branch("theirs", "HEAD").add("e(a)").publish();
    feature.branch("mine", "HEAD").add_all("d(a) x f(d)!x");
    let held =
        "warning stale-down-revision at e:14: already on origin/theirs, not changed by this push";
    let own = ["error stale-down-revision at d:14", "error multiple-heads at x:14"];
    feature.push_it().refused(&[own[0], own[1], held]);
    feature.merge("origin/main");
    let rebase = feature.guard(&["rebase", "--stage"]);
    rebase.exits(0).says("`e` of origin/theirs is not changed; fix it there");
    assert_eq!((parent(&feature, "x"), parent(&feature, "d")), ("\"b\"".into(), "\"x\"".into()));
    assert_eq!(parent(&feature, "e"), "\"a\"");
    feature.git(&["commit", "-q", "-m", "as advised"]);
    feature.push_it().passed(&[held]);
    let again = feature.guard(&["rebase"]);
    again.exits(1).says("`e` needs a new parent, but it is shared on origin/theirs");
    drop(world);
}

/// One merge revision that named all of these would stop an upgrade.
#[test]
fn heads_of_which_one_needs_another_are_not_to_be_joined_instead() {
    let (_world, feature) = World::moved_on();
    feature.branch("theirs", "HEAD").add_all("d(a) x(a) f(d)!x").publish();
    feature.branch("mine", "HEAD").add("e(f)").merge("origin/main");
    let rebase = feature.guard(&["rebase"]);
    rebase.exits(1).says("repair it on origin/theirs, then merge that branch");
    assert!(!rebase.stderr().contains("alembic-guard merge"), "{}", rebase.stderr());
}

#[test]
fn a_branch_of_ones_own_is_mended_though_it_was_pushed_and_others_build_on_it() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").publish().branch("higher", "HEAD").add("e(d)").publish();
    feature.switch("feature").merge("origin/main");
    feature.guard(&["rebase"]).exits(0);
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn what_is_on_another_target_is_not_edited() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("release/1.0", "origin/main").land("h(a)");
    world.main().land("b(a)");
    mine.fetch().branch("feature", "origin/main").merge("origin/release/1.0");
    let rebase = mine.guard(&["rebase", "--base", "origin/main"]);
    rebase.exits(1).says("`h` needs a new parent, but it is published on origin/release/1.0");
    assert_eq!(mine.git(&["status", "--porcelain"]), "");
}

#[test]
fn heads_that_have_landed_side_by_side_are_to_be_joined() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    let rebase = mine.guard(&["rebase"]);
    rebase
        .exits(1)
        .says("`b` and `c` are already heads of origin/main")
        .says("alembic-guard merge");
}

#[test]
fn a_parent_that_no_file_defines_is_named_and_nothing_is_moved() {
    let (_world, feature) = World::moved_on();
    feature.add("d(x)").merge("origin/main");
    let rebase = feature.guard(&["rebase"]);
    rebase.exits(1).says("the parent of `d`, `x`, is not defined in any file; the head is `b`");
    rebase.says("put `d` on top of `b`: alembic-guard rebase --onto b");
    assert_eq!(parent(&feature, "d"), "\"x\"");
}

#[test]
fn two_files_with_one_id_are_named_and_nothing_is_moved() {
    let (_world, feature) = World::moved_on();
    let other = "revision = 'b'\ndown_revision = 'a'\n\ndef upgrade():\n    pass\n";
    feature.write("migrations/versions/b_other.py", other).commit("b again").merge("origin/main");
    for command in ["rebase", "merge"] {
        let ran = feature.guard(&[command]);
        ran.exits(1).says("revision `b` is defined by migrations/versions/b_add_b.py and");
        ran.says("alembic-guard check");
    }
}

#[test]
fn what_is_staged_and_not_committed_is_to_be_committed() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main");
    feature.guard(&["rebase", "--stage"]).exits(0);
    feature.guard(&["rebase"]).exits(0).says("commit the staged fix: git commit");
}

#[test]
fn of_several_heads_of_the_base_one_is_to_be_chosen() {
    let world = World::with("a b(a) c(b) e(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    let rebase = mine.guard(&["rebase"]);
    rebase.exits(1).says("alembic-guard rebase --onto c").says("alembic-guard rebase --onto e");
    mine.guard(&["rebase", "--onto", "e"]).exits(0);
    assert_eq!(parent(&mine, "d"), "\"e\"");
}

#[test]
fn onto_takes_a_head_that_is_there() {
    let (_world, feature) = in_the_middle_of_merging();
    feature
        .guard(&["rebase", "--onto", "nowhere"])
        .exits(2)
        .says("no migration has the id `nowhere`");
    feature.guard(&["rebase", "--onto", "a"]).exits(2).says("`a` is not a head");
    assert_eq!(parent(&feature, "d"), "\"a\"");
}

#[test]
fn what_was_moved_and_not_staged_is_to_be_staged() {
    let (_world, feature) = in_the_middle_of_merging();
    feature.guard(&["rebase"]).exits(0);
    let again = feature.guard(&["rebase", "--stage"]);
    again.exits(0).says("nothing to do").says("git add migrations/versions/d_add_d.py");
    feature.git(&["add", "migrations/versions/d_add_d.py"]);
    let staged = feature.guard(&["rebase"]);
    assert!(!staged.stdout().contains("git add"), "{}", staged.stdout());
    feature.git(&["commit", "-q", "--no-edit"]);
}

#[test]
fn a_file_with_changes_that_are_not_staged_is_left_alone() {
    let (_world, feature) = in_the_middle_of_merging();
    let before = feature.read(&path_of("d")) + "# more\n";
    feature.write(&path_of("d"), &before);
    feature.guard(&["rebase"]).exits(1).says("has unstaged changes");
    assert_eq!(feature.read(&path_of("d")), before);
    feature.git(&["add", "-A"]);
    feature.guard(&["rebase"]).exits(0);
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn what_git_asks_about_is_to_be_answered_first() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").edit_body("b(a)").add("d(a)");
    world.main().write(&path_of("b"), "other").commit("other").land("c(b)");
    mine.fetch();
    let rebase = mine.guard(&["rebase"]);
    rebase.exits(2).says("merging origin/main would conflict in `migrations/versions/b_add_b.py`");
    assert!(!mine.try_git(&["merge", "-q", "origin/main"]).status.success(), "git asks");
    let rebase = mine.guard(&["rebase"]);
    rebase.exits(2).says("unresolved merge conflict in `migrations/versions/b_add_b.py`");
    assert_eq!(parent(&mine, "d"), "\"a\"");
}

#[test]
fn a_file_that_is_not_to_be_written_is_named_and_nothing_is() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(a)").merge("origin/main");
    let file = feature.top.join(path_of("e"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("the file is ours");
    feature.guard(&["rebase"]).exits(2).says("e_add_e.py").says("chmod u+w");
    assert_eq!((parent(&feature, "d"), parent(&feature, "e")), ("\"a\"".into(), "\"a\"".into()));
}

#[test]
fn on_a_full_disk_nothing_is_written_and_the_reason_is_told() {
    let (_world, feature) = in_the_middle_of_merging();
    // No file may grow, and the signal that says so is not listened to: a write fails.
    let line = format!("trap '' XFSZ; ulimit -f 0; exec '{GUARD}' rebase");
    let ran = Ran::of(feature.command("sh").args(["-c", &line]));
    ran.exits(2).says("cannot write");
    assert_eq!(parent(&feature, "d"), "\"a\"");
    let left = feature.git(&["status", "--porcelain", "--untracked-files=all"]);
    assert!(!left.contains("alembic-guard"), "{left}");
    feature.guard(&["rebase"]).exits(0);
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn a_bare_repository_has_nothing_to_edit() {
    let world = World::with("a");
    world.at("origin.git").guard(&["rebase"]).exits(2).says("no work tree");
}

#[test]
fn a_dry_run_is_a_patch_that_git_applies() {
    let (_world, feature) = in_the_middle_of_merging();
    let dry = feature.guard(&["rebase", "--dry-run"]);
    dry.exits(0).says("nothing was written");
    assert_eq!(parent(&feature, "d"), "\"a\"");
    fs::write(feature.top.join("../patch"), dry.stdout()).expect("the world is ours");
    feature.git(&["apply", "../patch"]);
    let patched = feature.read(&path_of("d"));
    feature.git(&["checkout", "-q", "--", "migrations"]);
    feature.guard(&["rebase"]).exits(0);
    assert_eq!(feature.read(&path_of("d")), patched);
}

#[test]
fn a_program_is_told_all_of_it() {
    let (_world, feature) = in_the_middle_of_merging();
    let ran = feature.guard(&["rebase", "--format", "json", "--stage"]);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout()).expect("it is JSON");
    assert_eq!(said["outcome"], "written");
    assert_eq!(said["staged"], true);
    let step = &said["environments"][0]["steps"][0];
    assert_eq!(step["step"], "repoint");
    assert_eq!(step["down_revision_before"], serde_json::json!(["a"]));
    assert_eq!(step["down_revision"], serde_json::json!(["b"]));
    assert_eq!(said["changes"][0]["path"], path_of("d"));
    let again = feature.guard(&["rebase", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&again.stdout()).expect("it is JSON");
    assert_eq!(said["outcome"], "nothing");
}

#[test]
fn compiled_files_of_what_was_edited_are_taken_away() {
    let (_world, feature) = in_the_middle_of_merging();
    feature.write("migrations/versions/__pycache__/d_add_d.cpython-312.pyc", "stale");
    feature.write("migrations/versions/__pycache__/a_add_a.cpython-312.pyc", "fine");
    feature.guard(&["rebase"]).exits(0);
    let cache = feature.top.join("migrations/versions/__pycache__");
    assert!(!cache.join("d_add_d.cpython-312.pyc").exists());
    assert!(cache.join("a_add_a.cpython-312.pyc").exists());
}

#[test]
fn a_file_that_git_does_not_look_at_is_not_edited() {
    for (option, back, words) in [
        ("--assume-unchanged", "--no-assume-unchanged", "is marked `assume-unchanged`"),
        ("--skip-worktree", "--no-skip-worktree", "is marked `skip-worktree`"),
    ] {
        let (_world, feature) = in_the_middle_of_merging();
        let file = path_of("d");
        feature.git(&["update-index", option, &file]);
        feature.guard(&["rebase", "--stage"]).exits(1).says(words).says(back);
        assert_eq!(parent(&feature, "d"), "\"a\"");
        feature.git(&["update-index", back, &file]);
        feature.guard(&["rebase", "--stage"]).exits(0);
        assert_eq!(feature.git(&["diff", "--name-only"]), "");
    }
}

#[test]
fn a_file_that_a_sparse_checkout_leaves_out_is_not_edited() {
    let (_world, feature) = in_the_middle_of_merging();
    let file = path_of("d");
    feature.git(&["update-index", "--skip-worktree", &file]);
    fs::remove_file(feature.top.join(&file)).expect("it is there");
    feature.guard(&["rebase"]).exits(1).says("is not in this sparse checkout");
    feature.git(&["update-index", "--no-skip-worktree", &file]);
    feature.git(&["restore", &file]);
    feature.guard(&["rebase", "--stage"]).exits(0);
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn variables_of_git_mean_the_folder_in_which_it_was_started() {
    let (_world, feature) = in_the_middle_of_merging();
    let below = feature.below("migrations").with("GIT_DIR", "../.git").with("GIT_WORK_TREE", "..");
    let below = below.with("GIT_INDEX_FILE", "../.git/index");
    below.guard(&["rebase", "--stage"]).exits(0);
    assert_eq!(feature.git(&["diff", "--name-only"]), "");
    assert_eq!(parent(&feature, "d"), "\"b\"");
}

#[test]
fn a_guessed_parent_is_replaced_by_the_head_that_is_named() {
    let (_world, feature) = World::moved_on();
    feature.merge("origin/main").add_all("d(head) e(d)");
    feature
        .guard(&["rebase", "--onto", "b", "--stage"])
        .exits(0)
        .says("`d` will build on `b` instead of `head`");
    assert_eq!((parent(&feature, "d"), parent(&feature, "e")), ("\"b\"".into(), "\"d\"".into()));
    feature.commit("as advised").push_it().passed(&[]).is_silent();
}

#[test]
fn what_builds_on_a_migration_that_main_removed_is_put_on_the_head_that_is_named() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(b)");
    world.main().remove("b").git(&["push", "-q", "--no-verify"]);
    mine.fetch().merge("origin/main");
    mine.guard(&["rebase", "--onto", "a", "--stage"]).exits(0);
    assert_eq!(parent(&mine, "d"), "\"a\"");
    mine.commit("as advised").push_it().passed(&[]).is_silent();
}
