//! The story for which the guard is there, told with a real database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::prerequisites::{python, with};

const ENV: &str = "\
from alembic import context
from sqlalchemy import create_engine

with create_engine(\"sqlite:///story.db\").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

const TABLES: &str = "\
import sqlite3
tables = sqlite3.connect('story.db').execute(\"select name from sqlite_master where type = 'table'\")
print(*sorted(name for name, in tables))
";

/// A repository whose `main` got `b` on `a`, and whose `feature`, checked out, has `d` on `a`.
struct Story {
    folder: TempDir,
    programs: PathBuf,
}

#[test]
fn a_fork_stops_the_upgrade_and_re_pointing_repairs_it() {
    with(python(), |python| {
        let story = Story::new(&python);
        let help = story.refused();
        story.shell(&command(&help, "bring in main"));
        story.upgrade_fails();
        let line = command(&help, "then write in migrations/versions/d.py:");
        let path = story.folder.path().join("migrations/versions/d.py");
        let source = fs::read_to_string(&path).expect("the file is there");
        let repaired = source.replace("down_revision = \"a\"", &line);
        assert_ne!(source, repaired);
        fs::write(&path, repaired).expect("the file is ours");
        story.repaired();
    });
}

#[test]
fn a_fork_stops_the_upgrade_and_a_merge_revision_repairs_it() {
    with(python(), |python| {
        let story = Story::new(&python);
        let help = story.refused();
        story.shell(&command(&help, "bring in main"));
        story.upgrade_fails();
        story.shell(&command(&help, "or do not edit it, and add a revision that joins both"));
        story.repaired();
    });
}

impl Story {
    fn new(python: &Path) -> Story {
        let programs = python.parent().expect("a program has a folder").to_owned();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let story = Story { folder, programs };
        story.shell("git init -q -b main");
        story.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
        story.write(".gitignore", "__pycache__\nstory.db\n");
        story.write("migrations/env.py", ENV);
        let template = Path::new("alembic/templates/generic/script.py.mako");
        let site = story.shell("python -c 'import alembic, os; print(os.path.dirname(os.path.dirname(alembic.__file__)))'");
        let template = Path::new(site.trim()).join(template);
        let template = fs::read_to_string(template).expect("Alembic brings a template");
        story.write("migrations/script.py.mako", &template);
        story.migration("a", "None");
        story.shell("git switch -q -c feature");
        story.migration("d", "\"a\"");
        story.shell("git switch -q main");
        story.migration("b", "\"a\"");
        story.shell("git switch -q feature");
        story
    }

    fn migration(&self, id: &str, parents: &str) {
        let source = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\n\
             down_revision = {parents}\nbranch_labels = None\ndepends_on = None\n\n\n\
             def upgrade():\n    op.create_table(\"{id}\", sa.Column(\"id\", sa.Integer))\n\n\n\
             def downgrade():\n    op.drop_table(\"{id}\")\n"
        );
        self.write(&format!("migrations/versions/{id}.py"), &source);
        self.shell("git add -A && git commit -qm change");
    }

    /// Asserts that the guard refuses the branch, and returns its help.
    fn refused(&self) -> Vec<String> {
        let report = self.check();
        assert_eq!(report["outcome"], "findings");
        let finding = &report["findings"][0];
        assert_eq!(finding["rule"], "stale-down-revision");
        let help = finding["help"].as_str().expect("there is a way out");
        help.lines().map(str::to_owned).collect()
    }

    fn upgrade_fails(&self) {
        let output = self.try_shell("alembic upgrade head");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = said + &String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success());
        assert!(said.contains("Multiple head revisions"), "{said}");
    }

    /// Asserts that Alembic and the guard are content.
    fn repaired(&self) {
        self.shell("git add -A && git commit -qm repair");
        assert_eq!(self.check()["outcome"], "clean");
        self.shell("alembic upgrade head");
        let mut python = Command::new("python");
        let tables = self.run(python.args(["-c", TABLES]));
        assert_eq!(tables.stdout, b"a alembic_version b d\n", "{tables:?}");
    }

    fn check(&self) -> Value {
        let mut guard = Command::new(env!("CARGO_BIN_EXE_alembic-guard"));
        guard.args(["--format", "json", "check", "--base", "main"]);
        let output = self.run(&mut guard);
        serde_json::from_slice(&output.stdout).expect("the guard writes JSON")
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, content).expect("the folder is ours");
    }

    /// Runs a line of shell that must succeed, and returns its standard output.
    fn shell(&self, line: &str) -> String {
        let output = self.try_shell(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn try_shell(&self, line: &str) -> Output {
        self.run(Command::new("sh").args(["-c", line]))
    }

    fn run(&self, command: &mut Command) -> Output {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.programs.clone()];
        let folders = folders.into_iter().chain(std::env::split_paths(&inherited));
        let path = std::env::join_paths(folders).expect("the folders came from PATH");
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            // A cached module of the same size and second hides an edit: Python would load the old one.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .output()
            .expect("the program exists")
    }
}

/// Returns the command that stands in backticks after some words of the help.
fn command(help: &[String], words: &str) -> String {
    let line = help.iter().find(|line| line.starts_with(words));
    let line = line.unwrap_or_else(|| panic!("no `{words}` in {help:?}"));
    line.split('`').nth(1).expect("it names a command").to_owned()
}
