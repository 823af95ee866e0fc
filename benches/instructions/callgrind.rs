//! Counts the instructions of one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::PROGRAM;
use crate::jobs::Job;

/// valgrind's tool, on one processor.
pub(crate) struct Callgrind {
    processor: String,
    output: PathBuf,
}

impl Callgrind {
    /// Finds the required programs.
    pub(crate) fn find() -> Option<Callgrind> {
        said("valgrind", "--version")?;
        said("taskset", "--version")?;
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("callgrind.out");
        Some(Callgrind { processor: a_processor()?, output })
    }

    /// Runs a job and returns the number of instructions that the guard itself executes.
    pub(crate) fn count(&self, job: &Job<'_>) -> u64 {
        let mut command = job.command("taskset");
        command.args(["--cpu-list", &self.processor, "valgrind", "--tool=callgrind"]);
        command.arg(format!("--callgrind-out-file={}", self.output.display()));
        command.arg(PROGRAM).args(&job.arguments);
        let output = command.output().expect("taskset was there");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(job.exit_code), "{}: {said}", job.name);
        let counted = fs::read_to_string(&self.output).expect("callgrind has written it");
        let total = counted.lines().find_map(|line| line.strip_prefix("totals: "));
        total.and_then(|total| total.trim().parse().ok()).expect("callgrind writes the total")
    }
}

/// Returns a processor that this process may use.
fn a_processor() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    allowed.trim().split([',', '-']).next().map(str::to_owned)
}

/// Returns the version of the compiler.
pub(crate) fn rustc() -> String {
    said("rustc", "--version").expect("cargo has run it")
}

fn said(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
