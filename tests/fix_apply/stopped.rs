//! Writing that ends, or fails once, at every operation in turn.

use std::cell::RefCell;
use std::io;

use alembic_guard::repair::{Error, FileChange, Place, finish_interrupted_on};
use alembic_guard::tree::RepoPath;
use rustix::io::Errno;

use crate::fix_apply::disk::{Gated, stopping_at};
use crate::fix_apply::world::{COMPILED, EDITED, IN_NEW_FOLDER, MOVED, NEW, SECOND, World, plan};

#[test]
fn a_plan_is_written_in_full() {
    let world = World::new();
    let (_, new) = world.old_and_new();
    world.apply(&plan()).expect("nothing is in the way");
    assert_eq!(world.snapshot(), new);
    assert_eq!(world.finish().expect("there is nothing to do"), []);
}

#[test]
fn a_run_that_ends_at_any_operation_leaves_whole_files_and_is_finished_by_the_next() {
    let mut was_finished = false;
    for end in 0.. {
        let world = World::new();
        let (old, new) = world.old_and_new();
        let disk = stopping_at(end);
        let result = world.apply_on(&disk, &plan());
        world.assert_each_old_or_new(&format!("stopped at {end}"));
        if disk.operations() <= end {
            result.expect("it was not stopped");
            assert!(was_finished, "no run came past its journal");
            assert!(end > 40, "{end} operations are too few");
            return;
        }
        result.expect_err("it was stopped");
        world.finish().expect("nothing is in the way");
        let found = world.snapshot();
        assert!(found == old || found == new, "stopped at {end}: {found:#?}");
        assert!(!was_finished || found == new, "{end} is undone, an earlier one was finished");
        was_finished = found == new;
        if !was_finished {
            world.apply(&plan()).expect("all is as it was");
            assert_eq!(world.snapshot(), new, "stopped at {end}");
        }
    }
}

#[test]
fn the_next_run_may_end_at_any_operation_too() {
    let operations = operations();
    let mut ended = 0;
    for first in (0..operations).step_by(3) {
        for second in 0.. {
            let world = World::new();
            let (old, new) = world.old_and_new();
            world.apply_on(&stopping_at(first), &plan()).expect_err("it was stopped");
            let disk = stopping_at(second);
            let place = Place { top: world.root(), git_dir: &world.path(".git") };
            let result = finish_interrupted_on(&disk, &place);
            world.assert_each_old_or_new(&format!("stopped at {first} and {second}"));
            world.finish().expect("nothing is in the way");
            let found = world.snapshot();
            assert!(found == old || found == new, "{first}, {second}: {found:#?}");
            if disk.operations() <= second {
                result.expect("it was not stopped");
                break;
            }
            ended += 1;
        }
    }
    assert!(ended > operations, "only {ended} second runs ended early");
}

#[test]
fn what_is_finished_is_named() {
    let world = World::new();
    let disk = Gated::new(|operation| match operation.path {
        Some(path) if path.ends_with(EDITED) => Err(io::Error::other("stopped")),
        _ => Ok(()),
    });
    let error = world.apply_on(&disk, &plan()).expect_err("it was stopped");
    assert!(matches!(error, Error::Finish { .. }), "{error}");
    assert!(error.help().iter().any(|line| line.text.contains("run this again")), "{error}");
    let finished = world.finish().expect("nothing is in the way");
    let finished: Vec<String> = finished.iter().map(ToString::to_string).collect();
    assert_eq!(finished, [MOVED, EDITED, SECOND, NEW, IN_NEW_FOLDER]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_are_finished_too() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let path = RepoPath::new(b"migrations/versions/caf\xe9.py");
    let disk = world.root().join(std::ffi::OsStr::from_bytes(path.as_bytes()));
    let change = FileChange { path: path.clone(), before: None, after: Some(b"\xff\r\n".to_vec()) };
    let gated = Gated::new(|operation| match operation.path {
        Some(path) if path.file_name() == disk.file_name() => Err(io::Error::other("stopped")),
        _ => Ok(()),
    });
    world.apply_on(&gated, &[change]).expect_err("it was stopped");
    assert!(!disk.exists());
    assert_eq!(world.finish().expect("nothing is in the way"), [path]);
    assert_eq!(std::fs::read(disk).expect("a file"), b"\xff\r\n");
}

#[test]
fn a_plan_that_comes_after_an_interrupted_one_finishes_it_first() {
    let world = World::new();
    let (_, new) = world.old_and_new();
    world.apply_on(&stopping_at(operations() - 5), &plan()).expect_err("it was stopped");
    let error = world.apply(&plan()).expect_err("all is done, and no longer as it was");
    assert!(matches!(error, Error::Gone(_)), "{error}");
    assert_eq!(world.snapshot(), new);
}

#[test]
fn a_disk_that_is_full_at_any_operation_changes_nothing_before_all_is_on_it() {
    let mut written = 0;
    for full_at in 0..operations() {
        let world = World::new();
        let (old, new) = world.old_and_new();
        let disk =
            Gated::new(
                |operation| {
                    if operation.number == full_at { Err(Errno::NOSPC.into()) } else { Ok(()) }
                },
            );
        let result = world.apply_on(&disk, &plan());
        match result {
            Err(Error::Write { source, .. } | Error::Lock { source, .. }) => {
                assert_eq!(source.kind(), io::ErrorKind::StorageFull);
                assert_eq!(world.snapshot(), old, "full at {full_at}");
                assert_eq!(written, 0, "{full_at} is undone, an earlier one was written");
            }
            Err(Error::Compiled { path, .. }) => {
                assert_eq!(path, world.root().canonicalize().expect("a folder").join(COMPILED));
                let mut found = world.snapshot();
                assert!(found.remove(&world.path(COMPILED)).is_some());
                assert_eq!(found, new);
                written += 1;
            }
            Err(Error::Finish { .. } | Error::Clean { .. }) => {
                world.finish().expect("the disk has room again");
                assert_eq!(world.snapshot(), new, "full at {full_at}");
                written += 1;
            }
            Ok(()) => panic!("operation {full_at} failed, and nobody told"),
            Err(error) => panic!("full at {full_at}: {error}"),
        }
    }
    assert!(written > 5, "only {written} operations follow the journal");
}

#[test]
fn a_mark_that_may_not_last_is_taken_back_before_what_it_promises() {
    let mark = mark();
    for (ended, end) in (mark + 2..).enumerate() {
        let world = World::new();
        let (old, new) = world.old_and_new();
        let disk = Gated::new(|operation| {
            if operation.number == mark + 1 {
                Err(Errno::IO.into())
            } else if operation.number < end {
                Ok(())
            } else {
                Err(io::Error::other("stopped"))
            }
        });
        world.apply_on(&disk, &plan()).expect_err("the folder of the journal cannot be synced");
        world.finish().unwrap_or_else(|error| panic!("stopped at {end}: {error}"));
        let found = world.snapshot();
        assert!(found == old || (found == new && ended < 4), "stopped at {end}: {found:#?}");
        if disk.operations() <= end {
            assert!(ended > 10, "only {ended} runs ended while they took it back");
            return;
        }
    }
}

/// Returns the number of the operation that marks the journal complete.
fn mark() -> usize {
    let renames = RefCell::new(Vec::new());
    let disk = Gated::new(|operation| {
        if operation.name == "rename" {
            renames.borrow_mut().push(operation.number);
        }
        Ok(())
    });
    World::new().apply_on(&disk, &plan()).expect("nothing is in the way");
    renames.into_inner()[1]
}

fn operations() -> usize {
    let disk = Gated::new(|_| Ok(()));
    World::new().apply_on(&disk, &plan()).expect("nothing is in the way");
    disk.operations()
}
