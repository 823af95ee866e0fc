//! The command line itself: `--help`, shell completions and manual pages.

mod completions;
mod help;
mod man;

use std::ffi::OsStr;
use std::process::{Command, Output};

use crate::support::prerequisites::not_checked;

/// Runs the guard in an empty environment, which must succeed, and returns what it prints.
fn guard<A: AsRef<OsStr>>(arguments: &[A]) -> String {
    let mut guard = Command::new(env!("CARGO_BIN_EXE_alembic-guard"));
    let output = guard.args(arguments).env_clear().output().expect("the program exists");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Runs the guard, which must refuse its arguments, and returns why.
fn refused(arguments: &[&str]) -> String {
    let mut guard = Command::new(env!("CARGO_BIN_EXE_alembic-guard"));
    let output = guard.args(arguments).output().expect("the program exists");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a program that may be missing, which is reported; in CI it has to be there.
fn run(program: &str, arguments: &[&OsStr]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            not_checked(&format!("{program}: {error}"));
            None
        }
    }
}
