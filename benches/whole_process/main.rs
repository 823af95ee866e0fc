//! What a user waits for: the released program as a whole process, from start to exit.
//!
//! ```text
//! cargo bench --bench whole_process                                   # a few minutes
//! ALEMBIC_GUARD_PYTHON=venv/bin/python cargo bench --bench whole_process    # beside `alembic heads`
//! ```
//!
//! Makes real repositories of 10, 100, 1,000 and 5,000 migrations with a remote, and in each runs
//! every [`subject`](subjects) in turn, round after round, so that whatever else the machine does
//! meets all of them alike. Nothing is cached between runs but what the system caches of files.
//! Peak memory is sampled from `/proc` while one more run of each lasts.
//!
//! | variable | meaning |
//! |---|---|
//! | `ALEMBIC_GUARD_PYTHON` | a Python that imports Alembic; `python3` where nothing is said |
//! | `BENCH_SIZES` | such as `10,1000` |
//! | `BENCH_ROUNDS` | 21 where nothing is said |
//! | `ALEMBIC_GUARD_BINARY` | another program to measure |
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod measure;
mod repository;
mod subjects;
mod table;

use std::env;
use std::process::Command;

use measure::measure;
use repository::Repository;
use subjects::{Alembic, subjects};

fn main() {
    let alembic = Alembic::find();
    println!("{}", machine(alembic.as_ref()));
    let rounds = variable("BENCH_ROUNDS", "21");
    let rounds: usize = rounds.parse().expect("BENCH_ROUNDS is a number");
    for size in variable("BENCH_SIZES", "10,100,1000,5000").split(',') {
        let migrations = size.trim().parse().expect("BENCH_SIZES are numbers");
        let repository = Repository::make(migrations);
        let results = measure(&subjects(&repository, alembic.as_ref()), rounds);
        println!("\n{}", table::of(migrations, &results));
    }
}

fn variable(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Says in general terms what the figures were taken on.
fn machine(alembic: Option<&Alembic>) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let alembic = alembic
        .map_or("no Alembic: set ALEMBIC_GUARD_PYTHON to compare with it".to_owned(), |alembic| {
            format!("Alembic {}", alembic.version)
        });
    format!("{cores} cores, {}, {}, {alembic}", said("uname", "-sm"), said("git", "--version"))
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let output = output.unwrap_or_else(|error| panic!("{program} runs: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
