//! Runs whole processes in turn.

use std::process::Command;
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::figures::{Measured, Run};
use crate::guard::with_empty_cache;
use crate::rows::Cache;
use crate::subjects::Subject;

/// A subject that has taken this long in total does not run again, except in the first rounds.
const ENOUGH: Duration = Duration::from_secs(8);

/// The number of rounds in which every subject runs, up to `TOO_MUCH`.
const FEW: usize = 3;

/// A subject that has taken this long in total never runs again.
const TOO_MUCH: Duration = Duration::from_secs(30);

/// Runs every subject once, to check its exit code and to warm caches. Then runs all of them round after
/// round, each round starting with another one.
pub(crate) fn measure(subjects: &[Subject<'_>], rounds: usize) -> Vec<Measured> {
    for subject in subjects {
        run(subject, 0);
    }
    let mut results: Vec<Measured> = subjects
        .iter()
        .map(|subject| Measured { row: subject.row, runs: vec![None; rounds] })
        .collect();
    for round in 0..rounds {
        for turn in 0..subjects.len() {
            let place = (round + turn) % subjects.len();
            let (subject, result) = (&subjects[place], &mut results[place]);
            let total = result.total();
            let is_enough = total >= TOO_MUCH || round >= FEW && total >= ENOUGH;
            if !is_enough && round + 1 < subject.questions() {
                result.runs[round] = Some(run(subject, round + 1));
            }
        }
    }
    results
}

fn run(subject: &Subject<'_>, number: usize) -> Run {
    let mut command = subject.command(number);
    let (run, exit_code) = if subject.row.cache == Some(Cache::Filling) {
        with_empty_cache(subject.repository, || finish(&mut command))
    } else {
        finish(&mut command)
    };
    assert_eq!(exit_code, Some(subject.exit_code), "{}", subject.row);
    run
}

/// Returns the apparent memory of a process that does nothing.
///
/// A process first counts with the memory of its parent, so smaller values cannot be measured.
pub(crate) fn least_memory() -> u64 {
    finish(&mut Command::new("true")).0.peak_memory
}

fn finish(command: &mut Command) -> (Run, Option<i32>) {
    let before = Instant::now();
    let mut child = command.spawn().expect("the program exists");
    let used = child.wait4().expect("it can be waited for");
    let run = Run { time: before.elapsed(), peak_memory: used.rusage.maxrss };
    (run, used.status.code())
}
