//! The command line itself: `--help`, shell completions and manual pages.

mod completions;
mod help;
mod man;

use std::ffi::OsStr;
use std::process::{Command, Output};

/// Runs the guard in an empty environment, which must succeed, and returns what it prints.
fn guard<A: AsRef<OsStr>>(arguments: &[A]) -> String {
    let mut guard = Command::new(env!("CARGO_BIN_EXE_alembic-guard"));
    let output = guard.args(arguments).env_clear().output().expect("the program exists");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Runs a program that may be missing, which is reported; in CI it has to be there.
fn run(program: &str, arguments: &[&OsStr]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{program}: {error}");
            report_skipped(program);
            None
        }
    }
}

#[expect(clippy::print_stderr, reason = "a check that did not run is reported")]
fn report_skipped(program: &str) {
    eprintln!("SKIPPED: `{program}` is not installed");
}
