//! The jobs to count the instructions of.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::PROGRAM;
use crate::repositories::{Plan, Repository, Shape, Size};

const MIGRATIONS: usize = 200;
const MONOREPO: Size = Size { files: 3000, environments: 10 };

/// The repositories, generated anew.
pub(crate) struct Made {
    linear: Repository,
    merged: Repository,
    monorepo: Repository,
    has_cache: bool,
}

/// One process.
pub(crate) struct Job<'r> {
    pub(crate) name: String,
    repository: &'r Repository,
    pub(crate) arguments: Vec<&'r str>,
    input: Input<'r>,
    pub(crate) exit_code: i32,
}

/// The standard input of a process.
#[derive(Clone, Copy)]
enum Input<'r> {
    Nothing,
    /// The pre-push input for a commit.
    Pushed(&'r str),
}

impl Made {
    pub(crate) fn new() -> Made {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions");
        let _ = fs::remove_dir_all(&folder);
        let make = |name, plan| Repository::keep(plan, 2, &folder.join(name));
        let help = Command::new(PROGRAM).arg("--help").output().expect("cargo has built it");
        Made {
            linear: make("linear", Plan::History(MIGRATIONS, Shape::Linear)),
            merged: make("merged", Plan::History(MIGRATIONS, Shape::Merged)),
            monorepo: make("monorepo", Plan::Monorepo(MONOREPO)),
            has_cache: String::from_utf8_lossy(&help.stdout).contains("--no-cache"),
        }
    }

    /// Returns the jobs in the order in which they must run. Warm jobs repeat earlier ones.
    pub(crate) fn jobs(&self) -> Vec<Job<'_>> {
        let mut jobs = Vec::new();
        let cold: &[&str] = if self.has_cache { &["--no-cache"] } else { &[] };
        jobs.extend(self.questions("cold", cold));
        if self.has_cache {
            jobs.extend(self.questions("filling", &[]));
            jobs.extend(self.questions("warm", &[]));
            jobs.push(self.stale("new question", &[], &self.linear, 1));
        }
        jobs
    }

    fn questions<'r>(&'r self, state: &str, global: &[&'r str]) -> Vec<Job<'r>> {
        let linear = &self.linear;
        let hook = |what: &str, arguments: &[&'r str]| Job {
            name: format!("{what}, {state}"),
            repository: linear,
            arguments: [global, &["hook"], arguments].concat(),
            input: Input::Nothing,
            exit_code: 0,
        };
        let checkout = ["post-checkout", &linear.before, &linear.newest, "1"];
        vec![
            self.stale(&format!("200 migrations, {state}"), global, linear, 0),
            self.stale(&format!("200 with merges, {state}"), global, &self.merged, 0),
            Job {
                input: Input::Pushed(&linear.sources[0]),
                ..hook("push of a source file", &["pre-push", "origin", "../remote.git"])
            },
            Job {
                repository: &self.monorepo,
                input: Input::Pushed(&self.monorepo.sources[0]),
                ..hook("push of a source file, monorepo", &["pre-push", "origin", "../remote.git"])
            },
            hook("commit of a migration", &["pre-commit"]),
            hook("checkout of a migration", &checkout),
        ]
    }

    fn stale<'r>(
        &self,
        state: &str,
        global: &[&'r str],
        repository: &'r Repository,
        commit: usize,
    ) -> Job<'r> {
        Job {
            name: format!("push of a stale migration, {state}"),
            repository,
            arguments: [global, &["hook", "pre-push", "origin", "../remote.git"]].concat(),
            input: Input::Pushed(&repository.stale[commit]),
            exit_code: 1,
        }
    }
}

impl Job<'_> {
    /// Returns a command that runs a program in the job's repository, with its input.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.repository.command(program);
        match self.input {
            Input::Nothing => command.stdin(Stdio::null()),
            Input::Pushed(commit) => {
                let zeros = "0".repeat(40);
                let line = format!("refs/heads/topic {commit} refs/heads/topic {zeros}\n");
                let path = self.repository.inputs().join("pushed");
                fs::write(&path, line).expect("the file can be written");
                command.stdin(File::open(path).expect("it was written"))
            }
        };
        command
    }
}
