//! A repository in the middle of a merge, and databases that have run this or that of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use crate::conformance::database::Database;
use crate::conformance::postgres::Cluster;

/// An environment, how its commands are run and in which files its databases are.
pub(super) struct Run {
    pub(super) folder: &'static str,
    pub(super) program: &'static str,
    pub(super) stores: &'static [&'static str],
}

/// The repository; `origin` has a `main`, and `feature` is checked out.
pub(super) struct Place {
    pub(super) database: Database,
    pub(super) runs: Vec<Run>,
    /// What an upgrade goes to.
    pub(super) head: &'static str,
    /// The server that has the databases; they are SQLite files without one.
    pub(super) server: Option<Cluster>,
}

/// Runs SQL; what a database holds is written as JSON.
const SCRIPT: &str = "\
import json, shutil, sys
from pathlib import Path

TABLES = {
    'sqlite': 'select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c '
              'where m.type = \\'table\\'',
    'postgresql': 'select table_name, column_name from information_schema.columns '
                  'where table_schema = \\'public\\'',
}

def connect(store):
    if store.startswith('postgresql:'):
        import psycopg
        return 'postgresql', psycopg.connect(store, autocommit=True)
    import sqlite3
    return 'sqlite', sqlite3.connect(store, isolation_level=None)

def tables(kind, connection):
    found = {}
    for table, column in connection.execute(TABLES[kind]).fetchall():
        found.setdefault(table, []).append(column)
    return {table: sorted(columns) for table, columns in sorted(found.items())}

what, *stores = sys.argv[1:]
for store in stores:
    kind, connection = connect(store)
    if what == 'fill':
        for table, columns in tables(kind, connection).items():
            if table != 'alembic_version':
                values = ', '.join(str(place + 1) for place in range(len(columns)))
                names = ', '.join(columns)
                connection.execute(f'insert into {table} ({names}) values ({values})')
    else:
        held = tables(kind, connection)
        rows = {
            table: [dict(zip(columns, row))
                    for row in connection.execute(f'select {\", \".join(columns)} from {table}').fetchall()]
            for table, columns in held.items()
        }
        stamps = sorted(row['version_num'] for row in rows.pop('alembic_version', []))
        held.pop('alembic_version', None)
        print(json.dumps({'tables': held, 'rows': rows, 'stamps': stamps}))
    connection.close()
";

/// Copies databases of PostgreSQL: pairs of what is dropped and made, and its template.
const COPY: &str = "\
import sys
import psycopg
address, *names = sys.argv[1:]
connection = psycopg.connect(address, autocommit=True)
for made, template in zip(names[::2], names[1::2]):
    connection.execute(f'drop database if exists {made}')
    connection.execute(f'create database {made} template {template}')
";

/// What one database holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Held {
    /// The columns of each table.
    pub(super) tables: BTreeMap<String, Vec<String>>,
    pub(super) rows: BTreeMap<String, Vec<BTreeMap<String, Option<i64>>>>,
    pub(super) stamps: Vec<String>,
}

/// What the databases of all environments hold.
pub(super) type Content = Vec<Held>;

impl Held {
    /// Returns the same without rows.
    fn schema(&self) -> Held {
        Held { rows: BTreeMap::new(), ..self.clone() }
    }
}

impl Place {
    /// Makes what is checked out the `main` of a repository that is fetched from.
    pub(super) fn share(&self) {
        self.database.shell("git init -q --bare .git/origin.git");
        self.database.shell("git remote add origin \"$PWD/.git/origin.git\"");
        self.database.shell("git push -q origin main:main");
    }

    /// Begins to bring `main` in, which git has nothing to ask about.
    pub(super) fn begin_merging(&self) {
        self.database.shell("git merge -q --no-commit origin/main");
        assert!(self.path(".git/MERGE_HEAD").exists(), "the merge is not under way");
    }

    /// Runs a subcommand in every environment.
    pub(super) fn run(&self, subcommand: &str) {
        for run in &self.runs {
            self.database.shell(&run.line(subcommand));
        }
    }

    /// Asserts that a subcommand fails in every environment, and why.
    pub(super) fn fails(&self, subcommand: &str, why: &str) {
        for run in &self.runs {
            let said = self.database.fails(&run.line(subcommand));
            assert!(said.contains(why), "{said}");
        }
    }

    pub(super) fn upgrade(&self) {
        self.run(&format!("upgrade {}", self.head));
    }

    /// Runs the guard, which must write something, and returns what it says.
    pub(super) fn repair(&self, arguments: &str) -> Value {
        let said = self.database.shell(&format!("alembic-guard --format json {arguments}"));
        let said: Value = serde_json::from_str(&said).expect("it is JSON");
        let repair = said.get("fixes").unwrap_or(&said);
        assert_eq!(repair["outcome"], "written", "{said:#}");
        repair.clone()
    }

    /// Puts the databases as they are aside.
    pub(super) fn keep(&self, name: &str) {
        match &self.server {
            Some(server) => self.copy(server, &format!("kept_{name}"), "story"),
            None => {
                for store in self.files() {
                    fs::copy(&store, kept(&store, name)).expect("there is a database");
                }
            }
        }
    }

    /// Brings back what was put aside.
    pub(super) fn bring(&self, name: &str) {
        match &self.server {
            Some(server) => self.copy(server, "story", &format!("kept_{name}")),
            None => {
                for store in self.files() {
                    fs::copy(kept(&store, name), &store).expect("it was put aside");
                }
            }
        }
    }

    /// Begins with databases that hold nothing.
    pub(super) fn empty(&self) {
        match &self.server {
            Some(server) => self.copy(server, "story", "template0"),
            None => {
                for store in self.files().iter().filter(|store| store.exists()) {
                    fs::remove_file(store).expect("the folder is ours");
                }
            }
        }
    }

    fn copy(&self, server: &Cluster, made: &str, template: &str) {
        let line =
            format!("python -c \"$COPY\" '{}' {made} {template}", server.address("postgres"));
        self.database.shell(&format!("COPY={}\n{line}", quoted(COPY)));
    }

    /// Puts a row into every table.
    pub(super) fn fill(&self) {
        self.each_database("fill");
    }

    /// Returns the tables with their columns, and the revisions at which the databases stand.
    pub(super) fn content(&self) -> Content {
        self.data().iter().map(Held::schema).collect()
    }

    /// Returns the same with all rows.
    pub(super) fn data(&self) -> Content {
        let said = self.each_database("tell");
        said.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
    }

    fn each_database(&self, what: &str) -> String {
        let stores = |run: &Run| match &self.server {
            Some(server) => format!("'{}'", server.address("story")),
            None => run.stores.join(" "),
        };
        let lines = self.runs.iter().map(|run| {
            format!("(cd ./{} && python -c \"$SCRIPT\" {what} {})", run.folder, stores(run))
        });
        let lines: Vec<String> = lines.collect();
        self.database.shell(&format!("SCRIPT={}\n{}", quoted(SCRIPT), lines.join(" && ")))
    }

    /// Asserts that empty databases can be upgraded, taken back and upgraded again, and returns what they
    /// hold then.
    pub(super) fn goes_up_and_down(&self) -> Content {
        self.empty();
        self.upgrade();
        let whole = self.content();
        self.run("downgrade base");
        let left = self.content();
        assert!(left.iter().all(|held| held.tables.is_empty()), "{left:#?}");
        self.upgrade();
        assert_eq!(self.content(), whole);
        whole
    }

    /// Asserts that databases as they were put aside come up to the same without further ado.
    pub(super) fn upgrades_from(&self, name: &str, whole: &Content) {
        self.bring(name);
        self.upgrade();
        assert_eq!(self.content(), *whole, "from {name}");
    }

    fn files(&self) -> Vec<PathBuf> {
        let of = |run: &Run| {
            let paths = run.stores.iter().map(|store| self.path(run.folder).join(store));
            paths.collect::<Vec<PathBuf>>()
        };
        self.runs.iter().flat_map(of).collect()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.database.folder.path().join(path)
    }
}

impl Run {
    fn line(&self, subcommand: &str) -> String {
        format!("cd ./{} && {} {subcommand}", self.folder, self.program)
    }
}

/// What the guard advises for databases in one state.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) stamps: Vec<String>,
    pub(super) command: String,
}

/// Returns what is advised for databases after a rebase.
pub(super) fn ways(said: &Value) -> Vec<Way> {
    let then = said["then"].as_array().expect("a list").iter();
    let lines = then.map(|line| line.as_str().expect("text"));
    let ways = lines.filter_map(|line| {
        let (_, rest) = line.split_once(" contains only ")?;
        let (stamps, rest) = rest.split_once(" (")?;
        let mut stamps: Vec<String> =
            stamps.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        stamps.sort();
        let (_, command) = rest.split_once(": `")?;
        Some(Way { stamps, command: command.trim_end_matches('`').to_owned() })
    });
    ways.collect()
}

fn kept(store: &std::path::Path, name: &str) -> PathBuf {
    store.with_extension(format!("db-{name}"))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
