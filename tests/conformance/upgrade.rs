//! The story for which the guard is there, told with a real database.

use std::path::Path;

use crate::conformance::database::Database;
use crate::support::prerequisites::{python, with};

/// A repository whose `main` got `b` on `a`, and whose `feature`, checked out, has `d` on `a`.
struct Story {
    database: Database,
}

#[test]
#[ignore = "needs Alembic"]
fn a_fork_stops_the_upgrade_and_re_pointing_repairs_it() {
    with(python(), |python| {
        let story = Story::new(&python);
        let help = story.refused();
        story.database.shell(&command(&help, "merge main"));
        story.upgrade_fails();
        story.database.shell(&command(&help, "put `d` on top of `b`:"));
        story.repaired();
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_fork_stops_the_upgrade_and_a_merge_revision_repairs_it() {
    with(python(), |python| {
        let story = Story::new(&python);
        let help = story.refused();
        story.database.shell(&command(&help, "merge main"));
        story.upgrade_fails();
        story.database.shell(&command(&help, "or join both heads with a merge revision"));
        story.repaired();
    });
}

impl Story {
    fn new(python: &Path) -> Story {
        let database = Database::new(python);
        database.migration("a", "None");
        database.shell("git switch -q -c feature");
        database.migration("d", "\"a\"");
        database.shell("git switch -q main");
        database.migration("b", "\"a\"");
        database.shell("git switch -q feature");
        Story { database }
    }

    /// Asserts that the guard refuses the branch, and returns its help.
    fn refused(&self) -> Vec<String> {
        let report = self.database.check();
        assert_eq!(report["outcome"], "findings");
        let finding = &report["findings"][0];
        assert_eq!(finding["rule"], "stale-down-revision");
        let help = finding["help"].as_str().expect("there is a way out");
        help.lines().map(str::to_owned).collect()
    }

    fn upgrade_fails(&self) {
        let said = self.database.fails("alembic upgrade head");
        assert!(said.contains("Multiple head revisions"), "{said}");
    }

    /// Asserts that Alembic and the guard are content.
    fn repaired(&self) {
        self.database.shell("git add -A && git commit -qm repair");
        assert_eq!(self.database.check()["outcome"], "clean");
        self.database.shell("alembic upgrade head");
        assert_eq!(self.database.tables(), "a alembic_version b d");
    }
}

/// Returns the command that stands in backticks after some words of the help.
fn command(help: &[String], words: &str) -> String {
    let line = help.iter().find(|line| line.starts_with(words));
    let line = line.unwrap_or_else(|| panic!("no `{words}` in {help:?}"));
    line.rsplit('`').nth(1).expect("it names a command").to_owned()
}
