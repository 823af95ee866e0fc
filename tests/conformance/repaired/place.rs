//! A repository in the middle of a merge, and databases that have run this or that of it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::database::Database;

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
}

const CONTENT: &str = "\
import sqlite3, sys
for path in sys.argv[1:]:
    connection = sqlite3.connect(path)
    names = \"select name from sqlite_master where type = 'table'\"
    for name in sorted(name for name, in connection.execute(names)):
        columns = sorted(row[1] for row in connection.execute(f'pragma table_info({name})'))
        print(path, name, *columns)
    print(path, 'at', *sorted(row[0] for row in connection.execute('select * from alembic_version')))
";

/// What databases of several environments hold, and where they stand.
pub(super) type Content = Vec<String>;

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
    pub(super) fn mend(&self, arguments: &str) -> Value {
        let said = self.database.shell(&format!("alembic-guard --format json {arguments}"));
        let said: Value = serde_json::from_str(&said).expect("it is JSON");
        let repair = said.get("fixes").unwrap_or(&said);
        assert_eq!(repair["outcome"], "written", "{said:#}");
        repair.clone()
    }

    /// Puts the databases as they are aside.
    pub(super) fn keep(&self, name: &str) {
        for store in self.stores() {
            fs::copy(&store, kept(&store, name)).expect("there is a database");
        }
    }

    /// Brings back what was put aside.
    pub(super) fn bring(&self, name: &str) {
        for store in self.stores() {
            fs::copy(kept(&store, name), &store).expect("it was put aside");
        }
    }

    /// Begins with databases that hold nothing.
    pub(super) fn empty(&self) {
        for store in self.stores().iter().filter(|store| store.exists()) {
            fs::remove_file(store).expect("the folder is ours");
        }
    }

    /// Returns the tables with their columns, and the revisions at which the databases stand.
    pub(super) fn content(&self) -> Content {
        let mut content = Vec::new();
        for run in &self.runs {
            let stores = run.stores.join(" ");
            let line = format!("cd ./{} && python -c \"$CONTENT\" {stores}", run.folder);
            let said = self.database.shell(&format!("CONTENT={}\n{line}", quoted(CONTENT)));
            content.extend(said.lines().map(|line| format!("{}{line}", run.folder)));
        }
        content
    }

    /// Asserts that empty databases can be upgraded, taken back and upgraded again, and returns what they
    /// hold then.
    pub(super) fn goes_up_and_down(&self) -> Content {
        self.empty();
        self.upgrade();
        let whole = self.content();
        self.run("downgrade base");
        let left = self.content();
        assert!(left.iter().all(|line| is_of_alembic(line)), "{left:#?}");
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

    fn stores(&self) -> Vec<PathBuf> {
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

/// Returns the commands for databases that have run what was moved; one an environment.
pub(super) fn ways_back(said: &Value) -> Vec<String> {
    let then = said["then"].as_array().expect("a list").iter();
    let lines = then.map(|line| line.as_str().expect("text"));
    let ways = lines.filter_map(|line| line.split_once("there, run: `"));
    ways.map(|(_, command)| command.trim_end_matches('`').to_owned()).collect()
}

/// Tells whether a line of content is about what Alembic itself keeps, or says that a database is at the base.
fn is_of_alembic(line: &str) -> bool {
    line.ends_with(" at") || line.ends_with(" alembic_version version_num")
}

fn kept(store: &std::path::Path, name: &str) -> PathBuf {
    store.with_extension(format!("db-{name}"))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
