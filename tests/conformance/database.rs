//! A repository with an Alembic environment whose database is an SQLite file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::conformance::programs::{VARIABLES, programs};
use crate::support::scratch;

/// Takes the database from the environment, and what there should be in it from a file.
const ENV: &str = "\
import json
import os
from pathlib import Path

from alembic import context
from sqlalchemy import Column, Integer, MetaData, Table, create_engine

models = Path(\"models.json\")
metadata = MetaData()
if models.exists():
    for name, columns in json.loads(models.read_text()).items():
        Table(name, metadata, *(Column(column, Integer) for column in columns))

name = context.config.config_ini_section
url = f\"sqlite:///{'story' if name == 'alembic' else name}.db\"
with create_engine(os.environ.get(\"DATABASE\", url)).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata if models.exists() else None)
    with context.begin_transaction():
        context.run_migrations()
";

const TABLES: &str = "\
import sqlite3
tables = sqlite3.connect('story.db').execute(\"select name from sqlite_master where type = 'table'\")
print(*sorted(name for name, in tables))
";

/// The repository, on a branch `main`.
pub(crate) struct Database {
    pub(crate) folder: TempDir,
    programs: [PathBuf; 2],
    /// Where the database is, in words of SQLAlchemy; an SQLite file if nothing is said.
    pub(crate) url: Option<String>,
}

impl Database {
    pub(crate) fn new(python: &Path) -> Database {
        let database = Database::empty(python);
        database.environment("");
        database
    }

    /// A repository that holds no environment.
    pub(crate) fn empty(python: &Path) -> Database {
        let beside = python.parent().expect("a program has a folder").to_owned();
        let programs = [programs(python), beside];
        let folder = scratch::folder();
        let database = Database { folder, programs, url: None };
        database.shell("git init -q -b main");
        database.write(".gitignore", "__pycache__\n*.db*\nmodels.json\n");
        database
    }

    /// Makes an environment in a folder, in which its commands are run and its database lies.
    pub(crate) fn environment(&self, folder: &str) {
        self.write(&format!("{folder}alembic.ini"), "[alembic]\nscript_location = migrations\n");
        self.write(&format!("{folder}migrations/env.py"), ENV);
        let template = Path::new("alembic/templates/generic/script.py.mako");
        let site = self.shell("python -c 'import alembic, os; print(os.path.dirname(os.path.dirname(alembic.__file__)))'");
        let template = Path::new(site.trim()).join(template);
        let template = fs::read_to_string(template).expect("Alembic brings a template");
        self.write(&format!("{folder}migrations/script.py.mako"), &template);
    }

    /// Writes a migration that makes a table of its name, and commits it.
    pub(crate) fn migration(&self, id: &str, parents: &str) {
        let source = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\n\
             down_revision = {parents}\nbranch_labels = None\ndepends_on = None\n\n\n\
             def upgrade():\n    op.create_table(\"{id}\", sa.Column(\"id\", sa.Integer))\n\n\n\
             def downgrade():\n    op.drop_table(\"{id}\")\n"
        );
        self.write(&format!("migrations/versions/{id}.py"), &source);
        self.shell("git add -A && git commit -qm change");
    }

    /// Returns the names of all tables, sorted, in a line.
    pub(crate) fn tables(&self) -> String {
        let mut python = Command::new("python");
        let tables = self.run(python.args(["-c", TABLES]));
        String::from_utf8_lossy(&tables.stdout).trim_end().to_owned()
    }

    /// Runs a line of shell that must fail, and returns what it said.
    pub(crate) fn fails(&self, line: &str) -> String {
        let output = self.try_shell(line);
        assert!(!output.status.success(), "{line}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        said + &String::from_utf8_lossy(&output.stdout)
    }

    /// Judges the work tree against `main`.
    pub(crate) fn check(&self) -> Value {
        let mut guard = Command::new(env!("CARGO_BIN_EXE_alembic-guard"));
        guard.args(["--format", "json", "check", "--base", "main"]);
        let output = self.run(&mut guard);
        serde_json::from_slice(&output.stdout).expect("the guard writes JSON")
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, content).expect("the folder is ours");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).expect("the file is there")
    }

    /// Runs a line of shell that must succeed, and returns its standard output.
    pub(crate) fn shell(&self, line: &str) -> String {
        let output = self.try_shell(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn try_shell(&self, line: &str) -> Output {
        self.run(Command::new("sh").args(["-c", line]))
    }

    fn run(&self, command: &mut Command) -> Output {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let guard = Path::new(env!("CARGO_BIN_EXE_alembic-guard")).parent();
        let guard = guard.expect("the program is in a folder").to_owned();
        let folders = self.programs.iter().cloned().chain([guard]);
        let folders = folders.chain(std::env::split_paths(&inherited));
        let path = std::env::join_paths(folders).expect("the folders came from PATH");
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(VARIABLES)
            .envs(self.url.iter().map(|url| ("DATABASE", url)))
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .output()
            .expect("the program exists")
    }
}
