//! A repository in which every commit is a day later than the one before.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::notation::Written;
use crate::support::scratch;

pub(crate) const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");
pub(crate) const VERSIONS: &str = "migrations/versions";

/// When the first commit is made: 2024-01-01.
const START: u64 = 1_704_067_200;
const DAY: u64 = 86_400;

pub(crate) struct Repository {
    folder: tempfile::TempDir,
    days: Cell<u64>,
}

impl Repository {
    /// A repository with no commit.
    pub(crate) fn empty() -> Repository {
        let folder = scratch::folder();
        let repository = Repository { folder, days: Cell::new(0) };
        fs::create_dir_all(repository.top()).expect("folders can be made");
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// A repository whose `main` holds Alembic and these migrations, a commit each.
    pub(crate) fn with(migrations: &str) -> Repository {
        let repository = Repository::empty();
        repository.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
        repository.write("migrations/env.py", "from alembic import context\n");
        repository.write("migrations/script.py.mako", "revision = ${repr(up_revision)}\n");
        repository.commit("scaffold");
        repository.add(migrations);
        repository
    }

    /// The story of two branches: `main` is a, b(a), and the merge of a branch brought d(a).
    pub(crate) fn forked() -> Repository {
        let repository = Repository::with("a");
        repository.git(&["switch", "-qc", "feature"]);
        repository.add("d(a)");
        repository.git(&["switch", "-q", "main"]);
        repository.add("b(a)").merge("feature");
        repository
    }

    pub(crate) fn top(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Returns a path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Prepares a program that knows nothing of the developer's environment.
    fn command(&self, program: &str, folder: &Path) -> Command {
        let date = format!("{} +0000", START + DAY * self.days.get());
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", crate::support::world::path_with_guard())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, date.clone())));
        command
    }

    /// Runs git, which must succeed, and returns what it printed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git", &self.top()).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("git prints text")
    }

    pub(crate) fn guard(&self, arguments: &[&str]) -> Output {
        self.guard_in(&self.top(), arguments)
    }

    pub(crate) fn guard_in(&self, folder: &Path, arguments: &[&str]) -> Output {
        let output = self.command(GUARD, folder).args(arguments).output().expect("the guard runs");
        crate::support::schemas::check_output(arguments, &output);
        output
    }

    /// Looks through a history and returns the report.
    #[track_caller]
    pub(crate) fn audit(&self, arguments: &[&str]) -> Value {
        self.audit_in(&self.top(), arguments)
    }

    #[track_caller]
    pub(crate) fn audit_in(&self, folder: &Path, arguments: &[&str]) -> Value {
        let output = self.guard_in(folder, &[&["--format", "json", "audit"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).expect("the report is JSON")
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: &str) -> &Repository {
        let path = self.top().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        fs::write(&path, content).expect("the file can be written");
        self
    }

    /// Commits all there is.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> &Repository {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.days.set(self.days.get() + 1);
        self
    }

    /// Commits migrations, or new texts of them, one after the other.
    #[track_caller]
    pub(crate) fn add(&self, migrations: &str) -> &Repository {
        for migration in migrations.split_whitespace() {
            let written = Written::parse(migration);
            self.write(&format!("{VERSIONS}/{}", written.file_name()), &written.python());
            self.commit(migration);
        }
        self
    }

    /// Commits the removal of a migration.
    pub(crate) fn remove(&self, revision: &str) -> &Repository {
        let path = format!("{VERSIONS}/{}", Written::parse(revision).file_name());
        self.git(&["rm", "-q", "--", &path]);
        self.commit(&format!("remove {revision}"))
    }

    /// Commits a change to code that is no migration.
    pub(crate) fn add_code(&self) -> &Repository {
        let count = self.days.get();
        self.write("app/code.py", &format!("COUNT = {count}\n")).commit("code")
    }

    /// Merges a branch.
    #[track_caller]
    pub(crate) fn merge(&self, other: &str) -> &Repository {
        self.git(&["merge", "-q", "--no-ff", "--no-edit", other]);
        self.days.set(self.days.get() + 1);
        self
    }
}

/// Says of each incident what landed it, and what ended it how and when.
pub(crate) fn told(report: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("null").to_owned();
    let incidents = report["incidents"].as_array().expect("a list").iter();
    let told = incidents.map(|incident| {
        let subject = word(&incident["subject"]);
        let repair = &incident["repaired"];
        if repair.is_null() {
            format!("{subject}: open")
        } else {
            format!(
                "{subject}: {} by {} after {} days, {} commits",
                word(&repair["how"]),
                word(&repair["subject"]),
                repair["seconds"].as_u64().expect("a number") / DAY,
                repair["commits"]
            )
        }
    });
    told.collect()
}
