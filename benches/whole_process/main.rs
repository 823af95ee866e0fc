//! Measures the time that a user waits: whole processes of the released program, from start to exit.
//!
//! ```text
//! cargo bench --bench whole_process ALEMBIC_GUARD_PYTHON=venv/bin/python cargo bench --bench whole_process
//! # beside Alembic
//! ```
//!
//! Creates [repositories](cases) of 10 to 100,000 migrations and a monorepo, each with a remote, and keeps
//! them under `target/tmp` for later runs. In each repository, every [subject](subjects) runs in turn, round
//! after round, so that other load on the machine affects all of them alike. Ratios compare two runs of one
//! round; the median counts. Peak memory is what the system reports for a finished process. Of the processes
//! that it started, the largest counts.
//!
//! "Cold" is `--no-cache`, "filling" starts with an empty cache. "New question" is the usual case: the base
//! was read before, but not the pushed commit. The files themselves are in the page cache throughout. Most of
//! the time goes into creating the repository of 100,000 migrations and into running Alembic there.
//!
//! | variable | meaning |
//! |---|---|
//! | `ALEMBIC_GUARD_PYTHON` | a Python with `alembic`, and with `alembic-linear-migrations` to compare that too; default: `python3` |
//! | `BENCH_REPOSITORIES` | a selection of repositories, such as `10,1000-merged,monorepo` |
//! | `BENCH_ROUNDS` | by default 21; what takes long is run less often |
//! | `BENCH_DOCS` | 1: update the tables in docs/performance.md |
//! | `ALEMBIC_GUARD_BINARY` | another program to measure |
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod cases;
mod rows;
mod guard;
mod alembic;
#[path = "../repositories/mod.rs"]
mod repositories;
mod subjects;
mod figures;
mod measure;
mod table;
mod promises;
mod page;

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use alembic::Alembic;
use cases::Case;
use figures::{Figures, Measured};
use guard::{Guard, drop_cache};
use measure::measure;
use repositories::{Plan, Repository};
use subjects::Subjects;

/// The common input of all measurements.
struct Bench {
    guard: Guard,
    alembic: Option<Alembic>,
    rounds: usize,
}

fn main() {
    let rounds = env::var("BENCH_ROUNDS").unwrap_or_else(|_| "21".to_owned());
    let rounds = rounds.parse().expect("BENCH_ROUNDS is a number");
    let bench = Bench { guard: Guard::find(), alembic: Alembic::find(), rounds };
    let machine = machine(bench.alembic.as_ref());
    println!("{machine}\n{}", bench.guard.describe());
    let least = table::mebibytes(measure::least_memory());
    println!("a process that does nothing: {least:.1} MiB, less cannot be seen");

    let mut results: Vec<(Case, Figures)> = Vec::new();
    for case in cases::chosen() {
        let figures = bench.run(case);
        println!("\n{}", table::of(case.title, case.plan, &figures));
        results.push((case, figures));
    }
    println!("\n{}", promises::of(&results));
    if env::var("BENCH_DOCS").is_ok_and(|value| value == "1") {
        page::rewrite(&machine, bench.rounds, &results);
    }
}

impl Bench {
    /// Measures everything in one repository.
    fn run(&self, case: Case) -> Figures {
        let repository = self.repository(case);
        let subjects = self.subjects(&repository);
        let mut measured = measure(&subjects::subjects(case.plan, &subjects), self.rounds);
        if let Plan::History(..) = case.plan {
            measured.extend(self.fetching(&subjects));
        }
        Figures(measured)
    }

    /// Measures a fetch from the remote. This runs separately, because the result is stored in a ref.
    fn fetching(&self, subjects: &Subjects<'_>) -> Option<Measured> {
        let measured = measure(&subjects.fetching(), self.rounds);
        let refs =
            subjects.repository.git(&["for-each-ref", "--format=%(refname)", "refs/alembic-guard"]);
        for name in refs.lines() {
            subjects.repository.git(&["update-ref", "-d", name]);
        }
        measured.into_iter().next_back()
    }

    fn repository(&self, case: Case) -> Repository {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("whole_process").join(case.name);
        let start = Instant::now();
        let repository = Repository::keep(case.plan, self.rounds + 2, &folder);
        let seconds = start.elapsed().as_secs();
        if seconds > 0 {
            println!("\nmade the repository `{}` in {seconds} s", case.name);
        }
        drop_cache(&repository);
        repository
    }

    fn subjects<'r>(&'r self, repository: &'r Repository) -> Subjects<'r> {
        Subjects { repository, guard: &self.guard, alembic: self.alembic.as_ref() }
    }
}

/// Describes the machine in general terms.
fn machine(alembic: Option<&Alembic>) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let none = || "no Alembic: set ALEMBIC_GUARD_PYTHON to compare with it".to_owned();
    let alembic = alembic.map_or_else(none, Alembic::describe);
    format!("{cores} cores, {}, {}, {alembic}", said("uname", "-sm"), said("git", "--version"))
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let output = output.unwrap_or_else(|error| panic!("{program} runs: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
