//! Writing by processes that are killed, for good, before every operation in turn.

use std::env;
use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::thread;

use rustix::process::{Signal, getpid, kill_process};

use crate::fix_apply::disk::Gated;
use crate::fix_apply::world::{World, plan};

#[test]
fn a_run_that_is_killed_before_any_operation_is_finished_or_undone_by_the_next() {
    if let (Some(root), Some(at)) = (env::var_os("FIX_APPLY_ROOT"), env::var_os("FIX_APPLY_AT")) {
        return be_killed(&World::at(root), &at);
    }
    let mut was_finished = false;
    for at in 0.. {
        let world = World::new();
        let (old, new) = world.old_and_new();
        let output = kill(&world, at);
        world.assert_each_old_or_new(&format!("killed before {at}"));
        if output.status.success() {
            assert_eq!(world.snapshot(), new);
            assert!(was_finished && at > 40, "{at} operations are too few");
            return;
        }
        assert_eq!(output.status.signal(), Some(9), "{output:?}");
        world.finish().expect("nothing is in the way");
        let found = world.snapshot();
        assert!(found == old || found == new, "killed before {at}: {found:#?}");
        assert!(!was_finished || found == new, "{at} is undone, an earlier one was finished");
        was_finished = found == new;
        if !was_finished {
            world.apply(&plan()).expect("the lock of a dead process is free");
            assert_eq!(world.snapshot(), new, "killed before {at}");
        }
    }
}

/// Runs this test again, as the process that is killed.
fn kill(world: &World, at: usize) -> Output {
    let test = thread::current();
    Command::new(env::current_exe().expect("a test is a program"))
        .args(["--exact", test.name().expect("tests have names"), "--nocapture"])
        .env("FIX_APPLY_ROOT", world.root())
        .env("FIX_APPLY_AT", at.to_string())
        .output()
        .expect("the test runs itself")
}

fn be_killed(world: &World, at: &OsStr) {
    let at: usize = at.to_string_lossy().parse().expect("a number");
    let disk = Gated::new(|operation| {
        if operation.number == at {
            kill_process(getpid(), Signal::KILL)?;
        }
        Ok(())
    });
    world.apply_on(&disk, &plan()).expect("nothing is in the way");
}
