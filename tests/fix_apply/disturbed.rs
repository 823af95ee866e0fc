//! Somebody else changes files, or runs the guard, while it writes and after it was interrupted.

use std::cell::RefCell;
use std::fs;
use std::process::Command;

use alembic_guard::advice::Step;
use alembic_guard::repair::Error;

use crate::fix_apply::disk::{Gated, stopping_at};
use crate::fix_apply::world::{EDITED, NEW, World, plan};
use crate::support::scratch;

/// Interrupts a run that has written all and renamed nothing.
fn interrupted() -> World {
    let world = World::new();
    let disk = Gated::new(|operation| match operation.path {
        Some(path) if path.ends_with(EDITED) => Err(std::io::Error::other("stopped")),
        _ => Ok(()),
    });
    world.apply_on(&disk, &plan()).expect_err("it was stopped");
    assert!(disk.operations() > 20, "it was stopped too early");
    world
}

#[test]
fn what_somebody_writes_meanwhile_is_not_overwritten() {
    let renamed_at = RefCell::new(None);
    let disk = Gated::new(|operation| {
        let is_target = operation.path.is_some_and(|path| path.ends_with(EDITED));
        if operation.name == "rename" && is_target {
            renamed_at.borrow_mut().get_or_insert(operation.number);
        }
        Ok(())
    });
    World::new().apply_on(&disk, &plan()).expect("nothing is in the way");
    let renamed_at = renamed_at.into_inner().expect("the file is renamed");

    for at in 0..renamed_at {
        for path in [EDITED, NEW] {
            let world = World::new();
            let disk = Gated::new(|operation| {
                if operation.number == at {
                    world.write(path, "theirs");
                }
                Ok(())
            });
            let error = world.apply_on(&disk, &plan()).expect_err("the file is another");
            assert_eq!(world.read(path).as_deref(), Some("theirs"), "{path} at {at}: {error}");
        }
    }
}

#[test]
fn a_change_before_all_is_written_is_refused_and_leaves_nothing() {
    let world = World::new();
    let (mut old, _) = world.old_and_new();
    let disk = Gated::new(|operation| {
        if operation.number == 12 {
            world.write(EDITED, "theirs");
        }
        Ok(())
    });
    let error = world.apply_on(&disk, &plan()).expect_err("the file is another");
    assert!(matches!(&error, Error::Changed(path) if *path == EDITED.into()), "{error}");
    old.insert(world.path(EDITED), Some(b"theirs".to_vec()));
    assert_eq!(world.snapshot(), old);
}

#[test]
fn a_change_after_an_interruption_is_refused_with_a_way_out() {
    let world = interrupted();
    world.write(NEW, "theirs");
    let error = world.finish().expect_err("somebody has written there");
    assert_eq!(
        error.to_string(),
        format!("`{NEW}` has changed since a run of alembic-guard was interrupted")
    );
    world.apply(&plan()).expect_err("it is still so");
    world.assert_others_are_old();

    give_up(&error);
    assert_eq!(world.finish().expect("it is forgotten"), []);
    assert_eq!(world.read(NEW).as_deref(), Some("theirs"));
    fs::remove_file(world.path(NEW)).expect("a file");
    world.apply(&plan()).expect("nothing is in the way");
}

#[test]
fn a_change_that_is_undone_is_no_obstacle() {
    let world = interrupted();
    world.write(NEW, "theirs");
    world.finish().expect_err("somebody has written there");
    fs::remove_file(world.path(NEW)).expect("a file");
    assert_eq!(world.finish().expect("it is as it was").len(), 5);
}

#[test]
fn a_lost_temporary_is_told_with_a_way_out() {
    for content in [None, Some("other")] {
        let world = interrupted();
        let folder = world.path("migrations/versions");
        let names =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("one").path());
        let lost = names.filter(|path| path.extension().is_some_and(|end| end == "tmp")).min();
        let lost = lost.expect("a temporary");
        match content {
            None => fs::remove_file(&lost).expect("a file"),
            Some(content) => fs::write(&lost, content).expect("a file"),
        }
        let error = world.finish().expect_err("a content is lost");
        assert!(matches!(error, Error::Lost { .. }), "{error}");
        world.assert_others_are_old();
        give_up(&error);
        assert_eq!(world.finish().expect("it is forgotten"), []);
        let names =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("one").path());
        assert_eq!(
            names.filter(|path| path.extension().is_some_and(|end| end == "tmp")).count(),
            0
        );
    }
}

#[test]
fn a_folder_that_became_a_link_is_not_followed_after_an_interruption() {
    let world = interrupted();
    let outside = scratch::folder();
    let versions = world.path("migrations/versions");
    fs::rename(&versions, outside.path().join("versions")).expect("a folder");
    std::os::unix::fs::symlink(outside.path().join("versions"), &versions).expect("a link");
    let error = world.finish().expect_err("the folder is elsewhere");
    assert!(matches!(error, Error::ChangedSince { .. }), "{error}");
    let edited = fs::read_to_string(world.path(EDITED)).expect("a file");
    assert_eq!(edited, "down_revision = 'a'\n");
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let world = World::new();
    let (_, new) = world.old_and_new();
    let refused = RefCell::new(Vec::new());
    let disk = Gated::new(|operation| {
        if operation.number > 2 {
            refused.borrow_mut().push(world.apply(&plan()));
            let finished = world.has_journal().then(|| world.finish().map(drop));
            refused.borrow_mut().extend(finished);
        }
        Ok(())
    });
    world.apply_on(&disk, &plan()).expect("nothing is in the way");
    assert_eq!(world.snapshot(), new);
    let refused = refused.into_inner();
    assert!(refused.len() > 50);
    for result in refused {
        assert!(matches!(result, Err(Error::Busy)), "{result:?}");
    }
}

#[test]
fn a_journal_that_says_nothing_names_itself() {
    for (content, message) in [
        ("{", "cannot parse the journal"),
        ("{\"version\": 99}", "has version 99, not 1"),
        ("{\"version\": 1}", "cannot parse the journal"),
    ] {
        let world = World::new();
        world.write(".git/alembic-guard/journal.json", content);
        let error = world.finish().expect_err("the journal says nothing");
        assert!(error.to_string().contains(message), "{error}");
        world.apply(&plan()).expect_err("it is still so");
        give_up(&error);
        world.apply(&plan()).expect("the journal is gone");
    }
}

#[test]
fn what_is_no_journal_yet_goes() {
    let world = World::new();
    let (old, _) = world.old_and_new();
    world.apply_on(&stopping_at(3), &plan()).expect_err("it was stopped");
    assert_ne!(world.snapshot(), old);
    assert_eq!(world.finish().expect("nothing is in the way"), []);
    assert_eq!(world.snapshot(), old);
}

/// Runs the command with which the help ends.
fn give_up(error: &Error) {
    let help = error.help();
    let command = help.iter().find_map(Step::command).expect("the help says what to remove");
    let status = Command::new("sh").args(["-c", &command.to_string()]).status();
    assert!(status.expect("sh runs").success());
}
