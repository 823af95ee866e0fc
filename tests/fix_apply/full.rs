//! A real limit of what the disk takes.

use std::env;
use std::io;
use std::process::Command;
use std::thread;

use alembic_guard::repair::Error;

use crate::fix_apply::world::{World, change, plan};

#[test]
fn a_file_that_does_not_fit_changes_nothing() {
    if let Some(root) = env::var_os("FIX_APPLY_ROOT") {
        return be_limited(&World::at(root));
    }
    let world = World::new();
    let (old, _) = world.old_and_new();
    let test = thread::current();
    let output = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; ulimit -f 64 && exec "$@""#, "sh"])
        .arg(env::current_exe().expect("a test is a program"))
        .args(["--exact", test.name().expect("tests have names"), "--nocapture"])
        .env("FIX_APPLY_ROOT", world.root())
        .output()
        .expect("sh runs the test");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(world.snapshot(), old);
}

fn be_limited(world: &World) {
    let mut changes = plan();
    changes.push(change("migrations/versions/big.py", None, Some(&"#".repeat(1 << 20))));
    match world.apply(&changes) {
        Err(Error::Write { path, source }) => {
            assert_eq!(source.kind(), io::ErrorKind::FileTooLarge);
            assert!(path.to_string_lossy().ends_with("-5.tmp"), "{path:?}");
        }
        other => panic!("{other:?}"),
    }
}
