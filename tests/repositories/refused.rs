//! What cannot be judged ends with exit code 2, a reason and a remedy, and never in silence.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repositories::kinds::{partial, reftable};
use crate::repositories::story::{Plot, copy, tell};
use crate::support::prerequisites::with;
use crate::support::world::{Ran, Repo, World, path_of};

/// Somebody who is nobody here.
const STRANGER: &str = "65534";

fn plain() -> (World, Repo) {
    let told = tell(Plot::PLAIN);
    let world = World::unfollowed();
    let repo = copy(&told, &world);
    (world, repo)
}

/// Checks that something was refused with a reason and a remedy.
#[track_caller]
fn is_refused(ran: &Ran, reason: &str, remedy: &str) {
    ran.exits(2);
    let said = ran.stderr().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(reason), "{said}");
    assert!(said.contains(remedy), "{said}");
}

/// Gives a folder to somebody, by whatever right there is.
fn give(folder: &Path, owner: &str) -> Result<(), String> {
    let chown = |program: &str, first: &[&str]| {
        let mut command = Command::new(program);
        let given = command.args(first).args(["-R", owner]).arg(folder).output();
        given.is_ok_and(|given| given.status.success())
    };
    if chown("chown", &[]) || chown("sudo", &["-n", "chown"]) {
        Ok(())
    } else {
        Err("nothing can be given to another user here".to_owned())
    }
}

/// Returns who runs this test.
fn owner(folder: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).expect("it is there").uid().to_string()
}

#[test]
fn a_repository_of_another_user_is_refused_in_the_words_of_git() {
    let (_world, repo) = plain();
    let me = owner(&repo.top);
    with(give(&repo.top, STRANGER), |()| {
        let git = repo.try_git(&["status"]);
        let words = String::from_utf8_lossy(&git.stderr);
        let words = words.lines().next().and_then(|line| line.strip_prefix("fatal: "));
        let words = words.expect("git refuses").to_owned();
        assert!(words.contains("dubious ownership"), "{words}");
        let config = "git config --global --add safe.directory";
        for command in [&["check"][..], &["hook", "pre-commit"], &["heads"], &["rebase"]] {
            is_refused(&repo.guard(command), &words, config);
        }
        repo.git(&[
            "config",
            "--global",
            "--add",
            "safe.directory",
            &repo.top.display().to_string(),
        ]);
        repo.guard(&["check", "main"]).exits(0);
        give(&repo.top, &me).expect("it was ours");
    });
}

/// Returns where an object lies by itself.
fn loose(repo: &Repo, expression: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", expression]);
    let (folder, name) = id.trim().split_at(2);
    repo.top.join(".git/objects").join(folder).join(name)
}

fn of_feature(migration: &str) -> String {
    format!("feature:{}", path_of(migration))
}

#[test]
#[ignore = "needs more time"]
fn an_object_that_is_damaged_or_gone_is_named() {
    let main = format!("main:{}", path_of("b(a)"));
    for path in [of_feature("d(a)"), main, "feature^{tree}".to_owned(), "feature".to_owned()] {
        for damage in [true, false] {
            let (_world, repo) = plain();
            let object = loose(&repo, &path);
            fs::set_permissions(&object, Permissions::from_mode(0o644)).expect("it is ours");
            if damage {
                fs::write(&object, b"no object").expect("it can be written")
            } else {
                fs::remove_file(&object).expect("it is there")
            }
            let ran = repo.guard(&["check", "feature"]);
            assert_eq!(ran.code(), Some(2), "{path}, damaged: {damage}\n{}", ran.stderr());
            is_refused(&ran, "cannot check: cannot ", "git fsck");
        }
    }
}

#[test]
fn a_target_whose_commit_is_gone_is_not_taken_for_none() {
    let (_world, repo) = plain();
    fs::remove_file(loose(&repo, "origin/main")).expect("it is there");
    let tip = repo.tip("feature");
    let line = format!("refs/heads/x {tip} refs/heads/x {}\n", "0".repeat(40));
    let ran = repo.guard_with_input(&["hook", "pre-push", "origin"], &line);
    is_refused(&ran, "cannot check: cannot ", "add `--no-verify`");
}

#[test]
fn what_nobody_may_read_is_not_passed() {
    let (_world, repo) = plain();
    let me = owner(&repo.top);
    let root = me == "0";
    let closed = repo.top.join(".git/objects");
    let run = |arguments: &[&str]| {
        if root {
            let mut command = repo.command("setpriv");
            let who = ["--reuid", STRANGER, "--clear-groups", crate::support::world::GUARD];
            Ran::of(command.args(who).args(arguments))
        } else {
            repo.guard(arguments)
        }
    };
    let ready = if root {
        give(repo.top.parent().expect("a world is around it"), STRANGER)
    } else {
        Ok(())
    };
    with(ready, |()| {
        run(&["check", "main"]).exits(0);
        fs::set_permissions(&closed, Permissions::from_mode(0o000)).expect("it is ours");
        is_refused(&run(&["check", "main"]), "cannot check: cannot ", "git fsck");
        fs::set_permissions(&closed, Permissions::from_mode(0o755)).expect("it is ours");
        if root {
            give(repo.top.parent().expect("a world is around it"), &me).expect("it was ours");
        }
    });
}

#[test]
fn without_git_libgit2_still_judges_and_says_what_it_cannot_read() {
    let (world, repo) = plain();
    let nothing = world.path("nothing");
    fs::create_dir_all(&nothing).expect("folders can be made");
    let without = repo.with("PATH", nothing.to_str().expect("a plain path"));
    without.guard(&["check", "feature"]).exits(1);
    without.guard(&["hook", "pre-commit"]).exits(1);
    let reftable = reftable(repo);
    let without = reftable.with("PATH", nothing.to_str().expect("a plain path"));
    is_refused(
        &without.guard(&["check", "feature"]),
        "unsupported extension name extensions.refstorage",
        "cannot run git",
    );
}

#[test]
fn what_was_promised_and_cannot_be_had_is_not_passed() {
    let (world, repo) = plain();
    let part = partial(&world, &repo, "blob:none");
    fs::rename(world.path("mine"), world.path("gone")).expect("it can be moved");
    is_refused(&part.guard(&["check", "feature"]), "cannot read", "git fetch full");
}

#[test]
fn a_merge_that_finds_no_place_for_its_objects_is_not_passed() {
    let (_world, repo) = plain();
    let repo = reftable(repo).with("TMPDIR", "/nonexistent");
    is_refused(
        &repo.guard_once(&["check", "crossed"], ""),
        "cannot create a temporary folder",
        "TMPDIR=",
    );
}

#[test]
fn a_disk_that_is_full_is_told() {
    let (_world, repo) = plain();
    let repo = reftable(repo);
    // No file may grow, as on a disk without room; git is ended by it.
    let script = "ulimit -f 0; exec \"$0\" check crossed";
    let ran = Ran::of(repo.command("sh").args(["-c", script, crate::support::world::GUARD]));
    is_refused(&ran, "cannot check: cannot merge", "git was killed by signal");
}

#[test]
fn hooks_say_how_to_go_on_without_a_verdict() {
    let (_world, repo) = plain();
    repo.install();
    fs::write(repo.top.join(".git/index"), b"no index").expect("it can be written");
    is_refused(&repo.guard(&["hook", "pre-commit"]), "cannot", "git commit --no-verify");
    let (_world, repo) = plain();
    let object = loose(&repo, "feature^{tree}");
    fs::remove_file(object).expect("it is there");
    let tip = repo.tip("feature");
    let line = format!("refs/heads/x {tip} refs/heads/x {}\n", "0".repeat(40));
    let ran = repo.guard_with_input(&["hook", "pre-push", "origin"], &line);
    is_refused(&ran, "cannot", "add `--no-verify`");
}
