//! Counts the instructions of fixed jobs. No job may take over a tenth more than the accepted count.
//!
//! ```text
//! .ci/run instructions             # counts and compares, as CI does .ci/run instructions --accept    #
//! writes the counts to instructions.toml, to be committed
//! ```
//!
//! Jobs are whole processes under valgrind's callgrind. Its counts do not depend on the load of the
//! machine. The repositories are generated and the same everywhere. The guard has one processor, so it starts
//! no threads. Only hash seeds remain random: in four runs, the counts of a job differed by at most 0.2 %.
//!
//! Counts depend on the compiler. If it differs from the one in `instructions.toml`, they are printed but not
//! compared. A different C compiler (libgit2) or C library does not prevent the comparison.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod accepted;
mod callgrind;
mod jobs;
#[path = "../repositories/mod.rs"]
#[expect(dead_code, reason = "other benchmarks need more of it")]
mod repositories;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::ExitCode;

use accepted::{Accepted, Verdict};
use callgrind::Callgrind;

const PROGRAM: &str = env!("CARGO_BIN_EXE_alembic-guard");

fn main() -> ExitCode {
    if !cfg!(debug_assertions) {
        println!(
            "not counted: the counts are those of another profile, see `.ci/run instructions`"
        );
        return ExitCode::SUCCESS;
    }
    let Some(callgrind) = Callgrind::find() else {
        println!("valgrind or taskset is missing: no instructions were counted");
        return if is_ci() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    };
    let counted = Accepted { rustc: callgrind::rustc(), jobs: count(&callgrind) };
    if env::args().any(|argument| argument == "--accept") {
        counted.write();
        println!("written to {}", accepted::FILE);
        return ExitCode::SUCCESS;
    }
    report(&Accepted::read(), &counted)
}

fn report(accepted: &Accepted, counted: &Accepted) -> ExitCode {
    println!("{}", accepted.table(counted));
    match accepted.compare(counted) {
        Verdict::Kept => {
            println!("nothing has risen by more than a tenth");
            ExitCode::SUCCESS
        }
        Verdict::Risen => {
            println!("more than was accepted; if it must be, commit what this writes:");
            println!("    .ci/run instructions --accept");
            ExitCode::FAILURE
        }
        Verdict::NotCompared => {
            println!("NOT COMPARED: counted with another compiler, {}", counted.rustc);
            println!("accepted with {}", accepted.rustc);
            ExitCode::SUCCESS
        }
    }
}

/// Counts every job, and adds the size of the program, which has the same limit.
fn count(callgrind: &Callgrind) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let made = jobs::Made::new();
    for job in made.jobs() {
        counts.insert(job.name.clone(), callgrind.count(&job));
    }
    let program = fs::metadata(PROGRAM).expect("cargo has built it");
    counts.insert("bytes of the program".to_owned(), program.len());
    counts
}

fn is_ci() -> bool {
    env::var_os("CI").is_some()
}
