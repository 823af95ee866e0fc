//! A repository with a history in it, and the guard run on it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use snapbox::data::DataFormat;
use snapbox::{Data, assert_data_eq};
use tempfile::TempDir;

use crate::support::scratch;

const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");

/// The folder in which every case keeps its migrations.
const VERSIONS: &str = "migrations/versions";

/// A file: its path and its bytes.
pub(crate) type File = (String, Vec<u8>);

/// A history that has landed on `main`, and a change on the branch `feature`, which is checked out.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    /// Commits the files to `main` and begins `feature` there.
    pub(crate) fn new(landed: &[File]) -> Repository {
        let repository = Repository { folder: scratch::folder() };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.commit(&[
            text("alembic.ini", "[alembic]\nscript_location = migrations\n"),
            text("migrations/env.py", ""),
            text("migrations/script.py.mako", ""),
        ]);
        repository.commit(landed);
        repository.git(&["switch", "-q", "-c", "feature"]);
        repository
    }

    /// Does the same and commits a change to `feature`.
    pub(crate) fn with_change(landed: &[File], change: &[File]) -> Repository {
        let repository = Repository::new(landed);
        repository.commit(change);
        repository
    }

    /// Writes files and commits them to the branch that is checked out.
    pub(crate) fn commit(&self, files: &[File]) {
        for (path, bytes) in files {
            let path = self.top().join(path);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            fs::write(path, bytes).expect("the folder is ours");
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "change"]);
    }

    /// Removes files and commits that.
    pub(crate) fn remove(&self, paths: &[&str]) {
        for path in paths {
            self.git(&["rm", "-q", "--", path]);
        }
        self.git(&["commit", "-q", "-m", "remove"]);
    }

    pub(crate) fn top(&self) -> &Path {
        self.folder.path()
    }

    /// Runs git, which must succeed, and returns its standard output without the last newline.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.run(Command::new("git").args(arguments), "");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs the guard, with something on its standard input.
    pub(crate) fn guard(&self, arguments: &[&str], input: &str) -> Output {
        let mut guard = Command::new(GUARD);
        let output = self.run(guard.args(arguments), input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        crate::support::schemas::check_output(arguments, &output);
        output
    }

    /// Asks the guard for JSON and returns it with the exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (serde_json::Value, i32) {
        let output = self.guard(&[&["--format", "json"], arguments].concat(), "");
        let json = serde_json::from_slice(&output.stdout).expect("the guard writes JSON");
        (json, output.status.code().expect("the guard exits"))
    }

    /// Returns `level rule` of each finding, in the guard's order.
    pub(crate) fn findings(&self, arguments: &[&str]) -> Vec<String> {
        let (json, code) = self.json(arguments);
        let findings = json["findings"].as_array().expect("a list of findings");
        let word = |finding: &serde_json::Value, key: &str| {
            finding[key].as_str().expect("a word").to_owned()
        };
        let found: Vec<String> = findings
            .iter()
            .map(|finding| format!("{} {}", word(finding, "level"), word(finding, "rule")))
            .collect();
        let blocks = found.iter().any(|finding| finding.starts_with("error"));
        assert_eq!(code, i32::from(blocks), "{found:?}");
        found
    }

    /// Runs `check` both ways and returns all that a user reads.
    pub(crate) fn both_checks(&self) -> String {
        self.said(&["check", "--all"]) + "\n" + &self.said(&["check", "--base", "main"])
    }

    /// Returns a command, what a user reads after it, and its exit code.
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        self.said_on(arguments, "")
    }

    /// Does the same with something on standard input.
    pub(crate) fn said_on(&self, arguments: &[&str], input: &str) -> String {
        let output = self.guard(arguments, input);
        let said = format!(
            "$ alembic-guard {}\n{}{}exit code: {}\n",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            output.status.code().expect("the guard exits"),
        );
        self.without_commits(said)
    }

    /// Writes each branch's commit, however it is abbreviated, as the branch.
    fn without_commits(&self, mut said: String) -> String {
        let branches = self.git(&["for-each-ref", "--format=%(objectname) %(refname:short)"]);
        for (commit, branch) in branches.lines().filter_map(|line| line.split_once(' ')) {
            let name = format!("[{}]", branch.to_uppercase());
            for length in (7..=commit.len()).rev() {
                said = said.replace(&commit[..length], &name);
            }
        }
        said.replace(self.top().to_str().expect("a plain path"), "[TOP]")
    }

    fn run(&self, command: &mut Command, input: &str) -> Output {
        let mut child = command
            .current_dir(self.top())
            .env_clear()
            .env("PATH", crate::support::world::path_with_guard())
            .env("HOME", self.top())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.top().join(".git/none"))
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .envs(
                ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"]
                    .map(|name| (name, "2024-01-01T00:00:00Z")),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program exists");
        let mut stdin = child.stdin.take().expect("it is piped");
        // A program that reads no input may be gone already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }
}

/// A file of plain text.
pub(crate) fn text(path: &str, content: &str) -> File {
    (path.to_owned(), content.as_bytes().to_vec())
}

/// A migration named for its id, on parents as Python writes them.
pub(crate) fn migration(id: &str, parents: &str) -> File {
    file(id, &source(id, parents))
}

/// A file of the version folder.
pub(crate) fn file(stem: &str, content: &str) -> File {
    text(&format!("{VERSIONS}/{stem}.py"), content)
}

/// What Alembic's template makes of an id and its parents.
pub(crate) fn source(id: &str, parents: &str) -> String {
    format!(
        "\"\"\"add {id}\n\nRevision ID: {id}\nCreate Date: 2024-01-01 00:00:00\n\"\"\"\n\
         from alembic import op\nimport sqlalchemy as sa\n\n\
         revision = \"{id}\"\ndown_revision = {parents}\nbranch_labels = None\ndepends_on = None\n\n\n\
         def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
}

/// The first migration of most histories here.
pub(crate) fn first() -> File {
    migration("a", "None")
}

/// Compares what was said with a file of the folder `snapshots`.
pub(crate) fn same(said: &str, name: &str) {
    let path = snapbox::utils::current_dir!().join(format!("snapshots/{name}.txt"));
    let expected = Data::read_from(&path, Some(DataFormat::Text)).raw();
    assert_data_eq!(Data::text(said.to_owned()).raw(), expected);
}
