//! What installing writes, keeps and refuses.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use alembic_guard::advice::Step;
use alembic_guard::hook::{self, Error, Hook, InstallOptions, InstallOutcome};
use alembic_guard::report::installation::text;

use crate::hook_install::sandbox::{hermetic, listing, write};

const NAMES: [&str; 5] =
    ["pre-commit", "pre-merge-commit", "pre-push", "post-merge", "post-checkout"];

#[test]
fn a_missing_hooks_folder_is_made() {
    hermetic(|sandbox| {
        let repository = sandbox.init(&["--template="], "repository");
        assert!(!repository.hooks().exists());
        let installed = repository.install();
        assert_eq!(installed.len(), NAMES.len());
        for (hook, name) in installed.iter().zip(NAMES) {
            assert_eq!(hook.hook.name(), name);
            assert_eq!(hook.path, repository.hook(name));
            assert_eq!(hook.outcome, InstallOutcome::Written);
            assert_eq!(hook.chained, None);
            let mode = fs::metadata(&hook.path).expect("it is installed").permissions().mode();
            assert_eq!(mode & 0o777, 0o755, "under the usual umask");
        }
        assert_eq!(listing(&repository.hooks()).len(), NAMES.len(), "and nothing else");
    });
}

#[test]
fn a_second_install_changes_nothing_and_says_so() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        sandbox.recorder_at(&repository.hook("pre-push"), "chained");
        let first = repository.install();
        assert_eq!(first[2].outcome, InstallOutcome::MovedAside);
        let before = listing(&repository.hooks());
        let second = repository.install();
        assert!(second.iter().all(|hook| hook.outcome == InstallOutcome::Unchanged));
        assert_eq!(second[2].chained, Some(repository.hook("pre-push.alembic-guard-chained")));
        assert_eq!(listing(&repository.hooks()), before);
        let said = text::installed(&second);
        assert!(said.contains("pre-push: already installed; runs the existing hook `"), "{said}");
        assert!(!said.contains("to check this repository"), "{said}");
    });
}

#[test]
fn an_older_edited_or_disabled_shim_is_replaced_in_place() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let current = listing(&repository.hooks());
        let shim = fs::read_to_string(repository.hook("pre-push")).expect("it is installed");
        write(
            &repository.hook("pre-push"),
            shim.replace("version 2", "version 0").as_bytes(),
            0o755,
        );
        write(
            &repository.hook("pre-commit"),
            b"#!/bin/sh\n# alembic-guard shim, version 7\n",
            0o755,
        );
        write(
            &repository.hook("pre-merge-commit"),
            &current["pre-merge-commit".as_ref() as &std::ffi::OsStr].1,
            0o644,
        );

        let outcomes: Vec<_> = repository.install().iter().map(|hook| hook.outcome).collect();
        let from = |from| InstallOutcome::Updated { from };
        assert_eq!(outcomes[..3], [from(7), from(hook::SHIM_VERSION), from(0)]);
        assert_eq!(outcomes[3..], [InstallOutcome::Unchanged; 2]);
        assert_eq!(listing(&repository.hooks()), current, "nothing is chained to itself");
    });
}

#[test]
fn an_install_of_fewer_hooks_is_completed() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let all = listing(&repository.hooks());
        for name in ["post-merge", "post-checkout"] {
            fs::remove_file(repository.hook(name)).expect("it is there");
        }
        let status = hook::status(&repository.top).expect("there is a repository");
        assert!(!status.is_ok());
        let missing = "  post-merge, post-checkout: missing\n";
        assert!(text::status(&status).ends_with(missing), "{status:?}");
        let outcomes: Vec<_> = repository.install().iter().map(|hook| hook.outcome).collect();
        let (old, new) = outcomes.split_at(3);
        assert_eq!(old, [InstallOutcome::Unchanged; 3]);
        assert_eq!(new, [InstallOutcome::Written; 2]);
        assert_eq!(listing(&repository.hooks()), all);
    });
}

#[test]
fn another_binary_replaces_the_recorded_one() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let options = InstallOptions { binary: "/elsewhere/guard".into(), ..repository.options() };
        let installed = hook::install(&options).expect("nothing speaks against it");
        assert!(
            installed
                .iter()
                .all(|hook| hook.outcome == InstallOutcome::Updated { from: hook::SHIM_VERSION })
        );
        let shim = fs::read_to_string(repository.hook("pre-push")).expect("it is installed");
        assert!(shim.contains("\nguard='/elsewhere/guard'\n"));
    });
}

#[test]
fn a_kept_hook_whose_shim_was_deleted_is_chained_again() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        sandbox.recorder_at(&repository.hook("pre-push"), "chained");
        repository.install();
        let installed = listing(&repository.hooks());
        fs::remove_file(repository.hook("pre-push")).expect("it is there");
        let again = repository.install();
        assert_eq!(again[2].outcome, InstallOutcome::Written);
        assert!(again[2].chained.is_some());
        assert_eq!(listing(&repository.hooks()), installed);
    });
}

#[test]
fn a_shim_in_the_place_of_the_kept_hook_is_dropped() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.install();
        let installed = listing(&repository.hooks());
        let kept = repository.hook("pre-push.alembic-guard-chained");
        fs::copy(repository.hook("pre-push"), kept).expect("it can be copied");
        repository.install();
        assert_eq!(listing(&repository.hooks()), installed);
    });
}

#[test]
fn two_foreign_hooks_are_refused_and_nothing_changes() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-push"), b"#!/bin/sh\n", 0o755);
        write(&repository.hook("pre-push.alembic-guard-chained"), b"#!/bin/sh\n", 0o755);
        let before = listing(&repository.hooks());
        let error = repository.refusal();
        assert!(matches!(error, Error::TwoForeignHooks { .. }), "{error}");
        assert!(!error.help().is_empty());
        assert_eq!(listing(&repository.hooks()), before);
    });
}

#[test]
fn a_hook_that_is_a_link_to_another_hook_is_refused() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-commit"), b"#!/bin/sh\n", 0o755);
        symlink("pre-commit", repository.hook("pre-push")).expect("a link can be made");
        let before = listing(&repository.hooks());
        let error = repository.refusal();
        assert!(matches!(error, Error::LinkToHook { target: Hook::PreCommit, .. }), "{error}");
        assert_eq!(listing(&repository.hooks()), before);
    });
}

#[test]
fn a_folder_in_the_place_of_a_hook_is_refused() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        fs::create_dir_all(repository.hook("pre-push")).expect("a folder can be made");
        let error = repository.refusal();
        assert!(matches!(error, Error::NoFile(_)), "{error}");
        assert!(!repository.hook("pre-commit").exists());
    });
}

#[test]
fn a_relative_binary_is_refused() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let options = InstallOptions { binary: "guard".into(), ..repository.options() };
        let error = hook::install(&options).expect_err("it has no absolute path");
        assert_eq!(error.to_string(), "`guard` is not an absolute path");
    });
}

#[test]
fn outside_a_repository_git_says_so() {
    hermetic(|sandbox| {
        for error in [
            hook::status(&sandbox.root).expect_err("there is no repository"),
            hook::uninstall(&sandbox.root).expect_err("there is no repository"),
        ] {
            let words = error.to_string();
            assert!(words.starts_with("not a git repository"), "{words}");
            assert!(!words.contains("\\u{a}"), "{words}");
            assert_eq!(
                error.help(),
                [Step::note("run this in the repository, or name it with `-C DIR`")]
            );
        }
        let error = hook::status(Path::new("/no/such/folder")).expect_err("there is no folder");
        assert_eq!(error.to_string(), "cannot run `git` in `/no/such/folder`");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", "/proc/self/fdinfo"]);
        let error = repository.refusal();
        assert!(matches!(error, Error::Write { .. }), "{error}");
        assert!(error.to_string().starts_with("cannot write `/proc/"), "{error}");
        assert!(!error.help().is_empty());
    });
}
