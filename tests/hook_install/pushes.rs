//! What git hands to the hooks reaches both the guard and the hook that was there before.

use std::fs;

use crate::hook_install::sandbox::{Repository, Sandbox, hermetic, text, write};
use alembic_guard::report::installation::text;

const ZERO: &str = "0000000000000000000000000000000000000000";

/// Makes a repository with a remote, the shims and, in front of each, an earlier hook.
fn chained(sandbox: &Sandbox, name: &str) -> Repository {
    let repository = with_remote(sandbox, name);
    for hook in ["pre-commit", "pre-merge-commit", "pre-push"] {
        sandbox.recorder_at(&repository.hook(hook), "chained");
    }
    repository.install();
    repository
}

fn with_remote(sandbox: &Sandbox, name: &str) -> Repository {
    let repository = sandbox.repository(name);
    let remote = sandbox.init(&["--bare"], "re mote.git");
    repository.git(&["remote".as_ref(), "add".as_ref(), "origin".as_ref(), remote.top.as_os_str()]);
    repository
}

fn remote_url(sandbox: &Sandbox) -> String {
    sandbox.root.join("re mote.git").to_string_lossy().into_owned()
}

#[test]
fn a_commit_calls_the_guard_and_stops_when_it_refuses() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        repository.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.arguments("guard"), ["hook", "pre-commit", "--"]);
        sandbox.exits("guard", 1);
        assert!(!repository.try_git(&["commit", "-qm", "third", "--allow-empty"]).status.success());
        repository.git(&["commit", "-qm", "third", "--allow-empty", "--no-verify"]);
    });
}

#[test]
fn a_merge_calls_the_guard_and_stops_when_it_refuses() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        repository.git(&["switch", "-qc", "side"]);
        repository.commit_file("side");
        repository.git(&["switch", "-q", "main"]);
        repository.commit_file("main");
        assert_eq!(sandbox.ran(), ["guard"; 2], "after each of the two checkouts");
        sandbox.exits("guard", 1);
        assert!(!repository.try_git(&["merge", "-q", "--no-edit", "side"]).status.success());
        assert_eq!(sandbox.ran(), ["chained", "guard"]);
        assert_eq!(sandbox.arguments("guard"), ["hook", "pre-merge-commit", "--"]);
        let environment = String::from_utf8_lossy(&sandbox.recorded("guard.env")).into_owned();
        assert!(environment.contains("GITHEAD_"), "git's variables arrive: {environment}");
        repository.git(&["merge", "--abort"]);
        sandbox.exits("guard", 0);
        repository.git(&["merge", "-q", "--no-edit", "side"]);
    });
}

#[test]
fn a_push_of_several_refs_reaches_the_guard_alone() {
    hermetic(|sandbox| {
        let repository = with_remote(sandbox, "repository");
        repository.install();
        push_several(sandbox, &repository, &["guard"]);
    });
}

#[test]
fn a_push_of_several_refs_reaches_both() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        push_several(sandbox, &repository, &["chained", "guard"]);
        assert!(sandbox.left_nothing_behind());
    });
}

fn push_several(sandbox: &Sandbox, repository: &Repository, expected: &[&str]) {
    let tip = repository.git(&["rev-parse", "HEAD"]).trim().to_string();
    for branch in ["b", "c"] {
        repository.git(&["branch", branch]);
    }
    repository.git(&["push", "-q", "origin", "main", "b:refs/heads/other"]);
    assert_eq!(sandbox.ran(), expected);
    repository.git(&["push", "-q", "origin", "c", ":other"]);
    assert_eq!(sandbox.ran(), expected);

    let url = remote_url(sandbox);
    let lines =
        format!("(delete) {ZERO} refs/heads/other {tip}\nrefs/heads/c {tip} refs/heads/c {ZERO}\n");
    for name in expected {
        let arguments = sandbox.arguments(name);
        let own = arguments.strip_prefix(&["hook", "pre-push", "--"].map(str::to_string)[..]);
        assert_eq!(own.unwrap_or(&arguments), ["origin", &url]);
        let mut got: Vec<_> =
            String::from_utf8_lossy(&sandbox.stdin(name)).lines().map(str::to_string).collect();
        got.sort();
        assert_eq!(got, lines.lines().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_remote_without_a_name_is_passed_as_its_path() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        let url = remote_url(sandbox);
        repository.git(&["push", "-q", &url, "main"]);
        assert_eq!(sandbox.arguments("chained"), [url.as_str(), &url]);
        assert_eq!(sandbox.arguments("guard"), ["hook", "pre-push", "--", &url, &url]);
    });
}

#[test]
fn either_refusal_stops_a_push() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        for (chained, guard) in [(0, 1), (1, 0), (3, 2)] {
            sandbox.exits("chained", chained);
            sandbox.exits("guard", guard);
            let output = repository.try_git(&["push", "origin", "main"]);
            assert!(!output.status.success(), "{chained} {guard}");
            assert_eq!(sandbox.ran(), ["chained", "guard"], "the verdict is given all the same");
        }
        repository.git(&["push", "-q", "--no-verify", "origin", "main"]);
        assert!(sandbox.ran().is_empty());
    });
}

#[test]
fn switched_off_the_earlier_hook_still_runs() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        sandbox.exits("guard", 1);
        let push = |branch| {
            let mut command = repository.command();
            command.args(["push", "-q", "origin", branch]).env("ALEMBIC_GUARD", "0");
            command.output().expect("git runs")
        };
        let output = push("main:a");
        assert!(output.status.success());
        assert_eq!(text(&output), "");
        assert_eq!(sandbox.ran(), ["chained"]);
        sandbox.exits("chained", 1);
        assert!(!push("main:b").status.success());
    });
}

#[test]
fn a_missing_program_blocks_and_says_the_way_out() {
    hermetic(|sandbox| {
        let repository = chained(sandbox, "repository");
        fs::remove_file(&repository.guard).expect("it is there");
        let output = repository.try_git(&["push", "-q", "origin", "main"]);
        assert!(!output.status.success());
        assert_eq!(sandbox.ran(), ["chained"]);
        let words = text(&output);
        for expected in [
            &format!("no program at {}, none on PATH", repository.guard.display()),
            "alembic-guard hook install",
            "git push --no-verify",
            "alembic-guard hook uninstall, or delete .git/hooks/pre-push",
            "rename .git/hooks/pre-push.alembic-guard-chained to .git/hooks/pre-push",
        ] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
        let mut off = repository.command();
        off.args(["push", "-q", "origin", "main"]).env("ALEMBIC_GUARD", "0");
        assert!(off.status().expect("git runs").success());
    });
}

#[test]
fn a_program_that_is_not_executable_gives_way_to_the_one_on_path() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        write(&repository.guard, b"", 0o644);
        let folder = sandbox.root.join("on path");
        sandbox.recorder_at(&folder.join("alembic-head-guard"), "found");
        let path = std::env::var("PATH").expect("the sandbox sets it");
        let mut command = repository.command();
        command.args(["commit", "-qm", "second", "--allow-empty"]);
        command.env("PATH", format!("{path}:{}", folder.display()));
        assert!(command.status().expect("git runs").success());
        assert_eq!(sandbox.ran(), ["found"]);
        assert_eq!(sandbox.arguments("found"), ["hook", "pre-commit", "--"]);
    });
}

#[test]
fn a_script_of_that_name_is_named_and_not_run() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        fs::remove_file(&repository.guard).expect("it is there");
        let script = sandbox.root.join("on path/alembic-guard");
        sandbox.recorder_at(&script, "another program");
        let path = std::env::var("PATH").expect("the sandbox sets it");
        let folder = script.parent().expect("it is in a folder");
        let mut command = repository.command();
        command.args(["commit", "-qm", "second", "--allow-empty"]);
        let output = command.env("PATH", format!("{path}:{}", folder.display())).output();
        let output = output.expect("git runs");
        assert!(!output.status.success());
        assert!(sandbox.ran().is_empty());
        let words = text(&output);
        for expected in [
            &format!("and {} is another program", script.display()),
            "(PyPI: alembic-head-guard) and run: alembic-head-guard hook install",
        ] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
    });
}

#[test]
fn any_path_will_do() {
    hermetic(|sandbox| {
        let mut repository = chained(sandbox, "it's a \"$(repo)\" `with`\na newline\\n ");
        repository.guard = sandbox.root.join("bin's\n$HOME/gu ard");
        sandbox.recorder_at(&repository.guard, "guard");
        repository.install();
        repository.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["chained", "guard"]);
        repository.git(&["push", "-q", "origin", "main"]);
        assert_eq!(sandbox.ran(), ["chained", "guard"]);

        let status = alembic_guard::hook::status(&repository.top).expect("there is a repository");
        assert!(status.is_ok(), "{status:?}");
        assert_eq!(status.folders[0].worktrees, std::slice::from_ref(&repository.top));
        assert!(!text::status(&status).contains("it's a \"$(repo)\" `with`\n"), "{status:?}");
        alembic_guard::hook::uninstall(&repository.top).expect("the shims can be removed");
        repository.git(&["push", "-q", "origin", "main:again"]);
        assert_eq!(sandbox.ran(), ["chained"]);
    });
}

#[test]
fn an_earlier_hook_that_git_ignored_is_not_run() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-commit"), b"#!/bin/sh\nexit 1\n", 0o644);
        repository.install();
        repository.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["guard"]);
    });
}

#[test]
fn an_earlier_hook_that_is_a_link_runs_from_where_it_leads() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        sandbox.recorder_at(&repository.top.join("tools/check"), "chained");
        fs::create_dir_all(repository.hooks()).expect("folders can be made");
        std::os::unix::fs::symlink("../../tools/check", repository.hook("pre-commit"))
            .expect("a link can be made");
        repository.install();
        repository.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["chained", "guard"]);
    });
}
