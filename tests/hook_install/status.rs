//! What the state of the hooks is said to be.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use alembic_guard::hook::{BinaryState, HOOKS, Hook, HookState, Status, status};
use alembic_guard::report::installation::text;

use crate::hook_install::folders::linked_worktree;
use crate::hook_install::sandbox::{Repository, hermetic, write};

fn look(repository: &Repository) -> Status {
    status(&repository.top).expect("there is a repository")
}

fn pre_push(status: &Status) -> &HookState {
    &status.folders[0].hooks[2].state
}

#[test]
fn a_new_repository_has_none_and_an_installed_one_has_all() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let missing = look(&repository);
        assert!(!missing.is_ok());
        assert!(
            text::status(&missing).ends_with(", pre-push, post-merge, post-checkout: missing\n"),
            "{missing:?}"
        );

        repository.install();
        let status = look(&repository);
        assert!(status.is_ok(), "{status:?}");
        assert_eq!(status.folders.len(), 1);
        assert_eq!(status.folders[0].worktrees, std::slice::from_ref(&repository.top));
        let said = format!(
            "{}:\n  pre-commit, pre-merge-commit, pre-push, post-merge, post-checkout: installed, runs `{}`\n",
            repository.hooks().display(),
            repository.guard.display()
        );
        assert_eq!(text::status(&status), said);
    });
}

#[test]
fn a_binary_that_cannot_be_called_is_told() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let binary = |status: &Status| match pre_push(status) {
            HookState::Installed { binary, .. } => *binary,
            other => unreachable!("{other:?}"),
        };
        fs::set_permissions(&repository.guard, PermissionsExt::from_mode(0o644))
            .expect("it is ours");
        assert_eq!(binary(&look(&repository)), BinaryState::NotExecutable);
        fs::remove_file(&repository.guard).expect("it is there");
        let gone = look(&repository);
        assert_eq!(binary(&gone), BinaryState::Missing);
        assert!(!gone.is_ok());
        assert!(text::status(&gone).ends_with("/guard`, which does not exist\n"), "{gone:?}");
    });
}

#[test]
fn an_outdated_or_disabled_shim_is_not_well() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let path = repository.hook("pre-push");
        let shim = fs::read_to_string(&path).expect("it is installed");
        write(&path, shim.replace("version 2", "version 0").as_bytes(), 0o755);
        let outdated = look(&repository);
        assert!(
            text::status(&outdated).contains("pre-push: installed, outdated, runs"),
            "{outdated:?}"
        );
        assert!(!outdated.is_ok());

        write(&path, shim.as_bytes(), 0o644);
        let disabled = look(&repository);
        assert!(
            text::status(&disabled).contains("not executable, so git skips it"),
            "{disabled:?}"
        );
        assert!(!disabled.is_ok());
    });
}

#[test]
fn another_hook_is_well_where_it_calls_the_guard() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        for name in HOOKS.map(Hook::name) {
            let hook = format!("#!/bin/sh\nalembic-guard hook {name} \"$@\" || exit\n");
            write(&repository.hook(name), hook.as_bytes(), 0o755);
        }
        assert!(look(&repository).is_ok());
        write(&repository.hook("pre-push"), b"#!/bin/sh\n", 0o755);
        assert_eq!(*pre_push(&look(&repository)), HookState::Foreign { calls_guard: false });
        assert!(!look(&repository).is_ok());
    });
}

/// A clone of the guard's own source is called so by git, and so may be any folder that a hook names.
#[test]
fn a_hook_that_names_a_folder_called_as_the_guard_does_not_call_it() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("alembic-guard");
        let log = repository.top.join("alembic-guard/hook");
        let hook = format!("#!/bin/sh\necho ran >>'{}'\n", log.display());
        write(&repository.hook("pre-push"), hook.as_bytes(), 0o755);
        assert_eq!(*pre_push(&look(&repository)), HookState::Foreign { calls_guard: false });
    });
}

#[test]
fn earlier_hooks_are_listed_with_whether_they_run() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-commit"), b"#!/bin/sh\n", 0o644);
        write(&repository.hook("pre-push"), b"#!/bin/sh\n", 0o755);
        repository.install();
        let status = look(&repository);
        let runs =
            |index: usize| status.folders[0].hooks[index].kept.as_ref().map(|kept| kept.runs);
        assert_eq!([runs(0), runs(1), runs(2)], [Some(false), None, Some(true)]);
        assert!(status.is_ok());
    });
}

#[test]
fn every_worktree_is_looked_at() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let linked = linked_worktree(sandbox, &repository);
        repository.install();
        let shared = look(&linked);
        assert!(shared.is_ok());
        assert_eq!(shared.folders[0].worktrees, [linked.top.clone(), repository.top.clone()]);

        repository.git(&["config", "core.hooksPath", "own"]);
        repository.force();
        let status = look(&repository);
        assert!(!status.is_ok(), "the linked worktree has no folder `own`");
        assert_eq!(status.folders.len(), 2);
        assert!(status.folders[0].hooks.iter().all(|hook| hook.state.is_ok()));
        assert_eq!(status.folders[1].worktrees, [linked.top]);
        assert!(status.folders[1].hooks.iter().all(|hook| hook.state == HookState::Missing));
    });
}

#[test]
fn a_worktree_whose_folder_is_gone_is_passed_over() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let linked = linked_worktree(sandbox, &repository);
        repository.install();
        fs::remove_dir_all(&linked.top).expect("it is there");
        assert!(look(&repository).is_ok());
    });
}
