//! Uninstalling leaves a hooks folder as it was before.

use alembic_guard::report::installation::text;
use std::fs;
use std::os::unix::fs::symlink;

use alembic_guard::hook::{RemoveOutcome, Removed, uninstall};

use crate::hook_install::sandbox::{Repository, hermetic, listing, write};

fn outcomes(removed: &[Removed]) -> Vec<RemoveOutcome> {
    removed.iter().map(|hook| hook.outcome).collect()
}

fn remove(repository: &Repository) -> Vec<Removed> {
    uninstall(&repository.top).expect("the shims can be removed")
}

#[test]
fn nothing_installed_is_said() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        assert_eq!(outcomes(&remove(&repository)), [RemoveOutcome::NotInstalled; 5]);
    });
}

#[test]
fn the_folder_is_byte_for_byte_what_it_was() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.top.join("script"), b"#!/bin/sh\n", 0o755);
        write(&repository.hook("pre-commit"), b"#!/bin/sh\n\xff\r\nexit 0", 0o751);
        write(&repository.hook("pre-merge-commit"), b"exit 1", 0o640);
        symlink("../../script", repository.hook("pre-push")).expect("a link can be made");
        write(&repository.hook("post-merge"), b"#!/bin/sh\n", 0o755);
        write(&repository.hook("post-checkout"), b"#!/bin/sh\n# ours\n", 0o700);
        let before = listing(&repository.hooks());

        let installed = repository.install();
        assert!(installed[0].chained.is_some());
        assert_eq!(installed[1].chained, None, "git ignored it before");
        assert!(installed[2].chained.is_some());
        assert!(repository.hook("pre-push.alembic-guard-chained").is_symlink());
        assert_ne!(listing(&repository.hooks()), before);

        assert_eq!(outcomes(&remove(&repository)), [RemoveOutcome::Restored; 5]);
        assert_eq!(listing(&repository.hooks()), before);
        assert_eq!(outcomes(&remove(&repository)), [RemoveOutcome::Foreign; 5]);
        assert_eq!(listing(&repository.hooks()), before);
    });
}

#[test]
fn a_link_that_leads_nowhere_comes_back_too() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        symlink("gone", repository.hook("pre-push")).expect("a link can be made");
        let before = listing(&repository.hooks());
        assert_eq!(repository.install()[2].chained, None);
        assert_eq!(remove(&repository)[2].outcome, RemoveOutcome::Restored);
        assert_eq!(listing(&repository.hooks()), before);
    });
}

#[test]
fn without_earlier_hooks_the_shims_just_go() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let before = listing(&repository.hooks());
        repository.install();
        let removed = remove(&repository);
        assert_eq!(outcomes(&removed), [RemoveOutcome::Removed; 5]);
        assert!(text::removed(&removed).contains("pre-commit"), "{removed:?}");
        assert_eq!(listing(&repository.hooks()), before);
    });
}

#[test]
fn a_shim_deleted_by_hand_still_gives_back_the_earlier_hook() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-push"), b"#!/bin/sh\n", 0o755);
        repository.install();
        fs::remove_file(repository.hook("pre-push")).expect("it is there");
        assert_eq!(remove(&repository)[2].outcome, RemoveOutcome::Restored);
        assert!(repository.hook("pre-push").exists());
    });
}

#[test]
fn a_hook_that_replaced_the_shim_stays() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        write(&repository.hook("pre-push"), b"#!/bin/sh\n# first\n", 0o755);
        repository.install();
        write(&repository.hook("pre-push"), b"#!/bin/sh\n# second\n", 0o755);
        let removed = remove(&repository);
        assert_eq!(removed[2].outcome, RemoveOutcome::Foreign);
        assert_eq!(removed[2].left, Some(repository.hook("pre-push.alembic-guard-chained")));
        assert!(text::removed(&removed).contains("; a previous hook is still kept as"));
        let hook = fs::read(repository.hook("pre-push")).expect("it stays");
        assert_eq!(hook, b"#!/bin/sh\n# second\n");
    });
}

#[test]
fn shims_that_a_later_setting_hid_are_removed_as_well() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let before = listing(&repository.hooks());
        repository.install();
        repository.git(&["config", "core.hooksPath", ".husky/_"]);
        let removed = remove(&repository);
        assert_eq!(
            outcomes(&removed),
            [[RemoveOutcome::NotInstalled; 5], [RemoveOutcome::Removed; 5]].concat()
        );
        assert_eq!(listing(&repository.hooks()), before);
    });
}
