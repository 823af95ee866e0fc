//! The two hooks that advise: what git hands them arrives, and nothing of theirs becomes git's status.

use std::fs;

use crate::hook_install::sandbox::{Repository, Sandbox, hermetic, text, write};
use crate::hook_install::shells::{each_shell, shim};

const ADVISERS: [&str; 2] = ["post-merge", "post-checkout"];

fn installed(sandbox: &Sandbox) -> Repository {
    let repository = sandbox.repository("repository");
    repository.git(&["branch", "side"]);
    repository.install();
    repository
}

/// Installs behind an earlier hook of each kind.
fn chained(sandbox: &Sandbox) -> Repository {
    let repository = sandbox.repository("repository");
    repository.git(&["branch", "side"]);
    for hook in ADVISERS {
        sandbox.recorder_at(&repository.hook(hook), "chained");
    }
    repository.install();
    repository
}

#[test]
fn both_are_told_what_was_checked_out() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        let first = repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
        repository.commit_file("file");
        let second = repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
        sandbox.ran();
        for (checkout, [before, after, flag]) in [
            (["checkout", "-q", "side"], [&*second, &*first, "1"]),
            (["switch", "-q", "main"], [&first, &second, "1"]),
            (["checkout", "--", "file"], [&second, &second, "0"]),
        ] {
            repository.git(&checkout);
            assert_eq!(sandbox.ran(), ["chained", "guard"], "{checkout:?}");
            assert_eq!(sandbox.arguments("chained"), [before, after, flag]);
            assert_eq!(
                sandbox.arguments("guard"),
                ["hook", "post-checkout", "--", before, after, flag]
            );
        }
    });
}

#[test]
fn both_are_told_of_a_merge_and_of_a_squash() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        repository.commit_file("file");
        repository.git(&["switch", "-q", "side"]);
        for (merge, squash) in [
            (["merge", "-q", "--squash", "main"], "1"),
            (["merge", "-q", "--ff-only", "main"], "0"),
        ] {
            repository.git(&["reset", "-q", "--hard"]);
            sandbox.ran();
            repository.git(&merge);
            assert_eq!(sandbox.ran(), ["chained", "guard"], "{merge:?}");
            assert_eq!(sandbox.arguments("chained"), [squash]);
            assert_eq!(sandbox.arguments("guard"), ["hook", "post-merge", "--", squash]);
        }
    });
}

#[test]
fn git_fails_where_the_earlier_hook_does_and_only_there() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        for (earlier, guard) in [(0, 0), (0, 2), (0, 101), (1, 0), (3, 1)] {
            sandbox.exits("chained", earlier);
            sandbox.exits("guard", guard);
            for branch in ["side", "main"] {
                let checkout = repository.try_git(&["checkout", "-q", branch]);
                let failed = i32::from(earlier != 0);
                assert_eq!(checkout.status.code(), Some(failed), "{guard}: {}", text(&checkout));
                assert_eq!(sandbox.ran(), ["chained", "guard"]);
                let here = repository.git(&["rev-parse", "--abbrev-ref", "HEAD"]);
                assert_eq!(here.trim(), branch);
            }
            each_shell(|shell| {
                for hook in ADVISERS {
                    let output = shim(shell, &repository, hook).output().expect("it runs");
                    let case = format!("{shell:?} {hook} {earlier} {guard}: {}", text(&output));
                    assert_eq!(output.status.code(), Some(earlier), "{case}");
                    assert_eq!(sandbox.ran(), ["chained", "guard"], "{case}");
                    assert_eq!(sandbox.arguments("guard"), ["hook", hook, "--", "a b", "", "*"]);
                    assert_eq!(text(&output), "", "{case}");
                }
            });
        }
    });
}

#[test]
fn alone_the_guard_cannot_fail_a_checkout_or_a_worktree() {
    hermetic(|sandbox| {
        let repository = installed(sandbox);
        sandbox.exits("guard", 2);
        repository.git(&["checkout", "-q", "side"]);
        repository.git(&["worktree", "add", "-q", "../linked", "main"]);
        assert_eq!(sandbox.ran(), ["guard", "guard"]);
        write(&repository.guard, b"#!/bin/sh\nkill -s KILL $$\n", 0o755);
        each_shell(|shell| {
            for hook in ADVISERS {
                let output = shim(shell, &repository, hook).output().expect("it runs");
                assert_eq!(output.status.code(), Some(0), "{shell:?} {hook}");
            }
        });
    });
}

#[test]
fn a_program_that_is_gone_is_not_missed() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        fs::remove_file(&repository.guard).expect("it is there");
        let checkout = |branch: &str| repository.try_git(&["checkout", "-q", branch]);
        for (branch, earlier) in [("side", 1), ("main", 0)] {
            sandbox.exits("chained", earlier);
            let output = checkout(branch);
            assert_eq!((output.status.code(), text(&output)), (Some(earlier), String::new()));
        }
        fs::remove_file(repository.hook("post-checkout.alembic-guard-chained"))
            .expect("it is there");
        let output = checkout("side");
        assert_eq!((output.status.code(), text(&output)), (Some(0), String::new()));
        each_shell(|shell| {
            let output = shim(shell, &repository, "post-checkout").output().expect("it runs");
            assert_eq!(
                (output.status.code(), text(&output)),
                (Some(0), String::new()),
                "{shell:?}"
            );
        });
    });
}

#[test]
fn switched_off_the_earlier_hook_still_runs() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        each_shell(|shell| {
            for hook in ADVISERS {
                let output = shim(shell, &repository, hook).env("ALEMBIC_GUARD", "0").output();
                assert!(output.expect("it runs").status.success(), "{shell:?} {hook}");
                assert_eq!(sandbox.ran(), ["chained"], "{shell:?} {hook}");
            }
        });
    });
}
