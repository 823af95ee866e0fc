//! What is measured, and what has to come of it.

use std::env;
use std::process::Command;

use crate::repository::Repository;

/// How often something is run that takes a second and more.
const ROUNDS_OF_ALEMBIC: usize = 5;

/// One row of the table.
pub(crate) struct Subject<'r> {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) most_rounds: usize,
    pub(crate) exit_code: i32,
    pub(crate) input: String,
    command: Box<dyn Fn() -> Command + 'r>,
}

/// What a row is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What it costs git to list the version folder.
    Listing,
    /// What Alembic itself takes to name the heads.
    Alembic,
    /// This program.
    Guard,
}

impl Subject<'_> {
    pub(crate) fn command(&self) -> Command {
        (self.command)()
    }
}

/// A Python that imports Alembic.
pub(crate) struct Alembic {
    python: String,
    pub(crate) version: String,
}

impl Alembic {
    pub(crate) fn find() -> Option<Alembic> {
        let named = env::var("ALEMBIC_GUARD_PYTHON").ok();
        let python = named.clone().unwrap_or_else(|| "python3".to_owned());
        let output = Command::new(&python)
            .args(["-c", "import alembic; print(alembic.__version__)"])
            .output();
        match output {
            Ok(output) if output.status.success() => Some(Alembic {
                python,
                version: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            }),
            _ => {
                assert!(named.is_none(), "ALEMBIC_GUARD_PYTHON imports no Alembic");
                None
            }
        }
    }
}

/// Returns everything that is measured in a repository.
pub(crate) fn subjects<'r>(
    repository: &'r Repository,
    alembic: Option<&'r Alembic>,
) -> Vec<Subject<'r>> {
    let push = |commit: &str| {
        let zeros = "0".repeat(40);
        format!("refs/heads/topic {commit} refs/heads/topic {zeros}\n")
    };
    let mut subjects = vec![
        Subject {
            name: "git ls-tree -r, version folder",
            role: Role::Listing,
            ..subject(repository, "git", &["ls-tree", "-r", "main", "migrations/versions/"])
        },
        Subject {
            name: "pre-push, a stale migration",
            exit_code: 1,
            input: push(&repository.stale),
            ..guard(repository, &["hook", "pre-push", "origin", "../remote.git"])
        },
        Subject {
            name: "pre-push, no migration",
            input: push(&repository.unrelated),
            ..guard(repository, &["hook", "pre-push", "origin", "../remote.git"])
        },
        Subject {
            name: "pre-commit, a new migration",
            ..guard(repository, &["hook", "pre-commit"])
        },
        Subject {
            name: "post-checkout, a migration more",
            ..guard(repository, &checkout(&repository.before, &repository.newest))
        },
        Subject {
            name: "post-checkout, no migration",
            ..guard(repository, &checkout(&repository.newest, &repository.unrelated))
        },
        Subject { name: "check --all", ..guard(repository, &["check", "--all"]) },
    ];
    subjects.extend(alembic.map(|alembic| heads(repository, alembic)));
    subjects
}

fn checkout<'a>(before: &'a str, after: &'a str) -> [&'a str; 5] {
    ["hook", "post-checkout", before, after, "1"]
}

fn guard<'r>(repository: &'r Repository, arguments: &[&'r str]) -> Subject<'r> {
    let built = option_env!("CARGO_BIN_EXE_alembic-guard").unwrap_or("alembic-guard");
    let program = env::var("ALEMBIC_GUARD_BINARY").unwrap_or_else(|_| built.to_owned());
    subject(repository, &program, arguments)
}

fn heads<'r>(repository: &'r Repository, alembic: &'r Alembic) -> Subject<'r> {
    Subject {
        name: "alembic heads, .pyc files warm",
        role: Role::Alembic,
        most_rounds: ROUNDS_OF_ALEMBIC,
        ..subject(repository, &alembic.python, &["-m", "alembic", "heads"])
    }
}

fn subject<'r>(repository: &'r Repository, program: &str, arguments: &[&'r str]) -> Subject<'r> {
    let program = program.to_owned();
    let arguments = arguments.to_vec();
    Subject {
        name: "",
        role: Role::Guard,
        most_rounds: usize::MAX,
        exit_code: 0,
        input: String::new(),
        command: Box::new(move || {
            let mut command = repository.command(&program);
            command.args(&arguments);
            command
        }),
    }
}
