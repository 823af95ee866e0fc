//! Running whole processes, in turn.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::subjects::{Role, Subject};

/// A short process may end between two samples.
const RUNS_FOR_MEMORY: usize = 15;

/// What came of one subject.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Sorted.
    pub(crate) times: Vec<Duration>,
    /// In KiB; none where the system does not tell.
    pub(crate) peak_memory: Option<u64>,
}

impl Measured {
    pub(crate) fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }
}

/// Runs every subject once to see that it answers as it must, then all of them round after round.
pub(crate) fn measure(subjects: &[Subject<'_>], rounds: usize) -> Vec<Measured> {
    let mut results: Vec<Measured> = subjects.iter().map(first_run).collect();
    for round in 0..rounds {
        for (subject, result) in subjects.iter().zip(&mut results) {
            if round < subject.most_rounds {
                result.times.push(time(subject));
            }
        }
    }
    for result in &mut results {
        result.times.sort();
    }
    results
}

/// Warms the system's caches, and samples memory meanwhile.
fn first_run(subject: &Subject<'_>) -> Measured {
    let samples = (0..RUNS_FOR_MEMORY).map(|_| peak_memory(subject));
    Measured {
        name: subject.name,
        role: subject.role,
        times: Vec::new(),
        peak_memory: samples.max().flatten(),
    }
}

fn peak_memory(subject: &Subject<'_>) -> Option<u64> {
    let mut child = start(subject);
    let mut peak = None;
    while child.try_wait().expect("it can be waited for").is_none() {
        peak = high_water_mark(child.id()).max(peak);
    }
    finish(child, subject);
    peak
}

fn time(subject: &Subject<'_>) -> Duration {
    let before = Instant::now();
    let child = start(subject);
    finish(child, subject);
    before.elapsed()
}

fn start(subject: &Subject<'_>) -> Child {
    let mut command = subject.command();
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program exists");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Whoever reads no input may be gone before it is written.
    let _ = stdin.write_all(subject.input.as_bytes());
    child
}

fn finish(mut child: Child, subject: &Subject<'_>) {
    let status = child.wait().expect("it can be waited for");
    assert_eq!(status.code(), Some(subject.exit_code), "{}", subject.name);
}

/// Returns the most memory that a process has held, in KiB, as Linux tells while it lives.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
