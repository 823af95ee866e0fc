//! Histories that forked, each mended by `rebase` and by `merge` in the middle of the merge that forks it.

use std::path::Path;

use super::place::{Content, Place, Run, ways_back};
use super::script::Script;
use crate::database::Database;
use crate::prerequisites::{python, with};

/// Migrations before a branch was cut, and on both sides since.
struct Shape {
    folders: &'static [&'static str],
    common: &'static str,
    main: &'static str,
    own: &'static str,
    /// What an upgrade goes to, and the branches that the configuration knows.
    head: &'static str,
    branches: &'static [&'static str],
}

/// What a database that has run the branch's own migrations needs after a rebase.
enum Own {
    /// The commands that are printed.
    Commands,
    /// To be taken back to a revision before the rebase.
    TakenBack(&'static str),
}

const SIMPLE: Shape =
    Shape { folders: &[""], common: "a", main: "b(a)", own: "d(a)", head: "head", branches: &[] };

const CHAIN: Shape = Shape { main: "b(a) c(b)", own: "d(a) e(d) f(e)", ..SIMPLE };

const CHAINS: Shape = Shape { main: "b(a) c(b)", own: "d(a) e(d) f(a)", ..SIMPLE };

const MANY: Shape = Shape {
    own: "d(a) e(a) f(a) g(f) h(a) i(a) j(a) k(a) l(a) m(a) o(m) p(a) q(a) r(a)",
    ..SIMPLE
};

const OVERTAKEN: Shape = Shape { common: "a b(a)", main: "c(b)", own: "d(a) n(b,d)", ..SIMPLE };

const BUSY: Shape = Shape { own: "d(a) n*(b,d) e(n)", ..OVERTAKEN };

const MERGED_TWICE: Shape =
    Shape { common: "a b(a) c(a)", main: "n*(b,c)", own: "m*(b,c) d(m)", ..SIMPLE };

const TWO: Shape = Shape { folders: &["one/", "two/"], own: "d(a) e(d)", ..SIMPLE };

const NEW_HISTORY: Shape = Shape { main: "b(a)", own: "d e(d)", ..SIMPLE };

const LINES: Shape = Shape {
    common: "a#one x#two",
    main: "b(a) y(x)",
    own: "d(a)!x",
    head: "heads",
    branches: &["one", "two"],
    ..SIMPLE
};

#[test]
fn one_migration_beside_another() {
    SIMPLE.holds(&Own::Commands);
}

#[test]
fn a_database_that_has_run_both_sides_is_told_where_it_stands() {
    with(python(), |python| {
        let place = SIMPLE.conflict(&python, &Own::Commands);
        place.run("upgrade heads");
        place.keep("both");
        let said = place.mend("rebase --stage");
        let whole = is_mended(&place);
        place.bring("both");
        place.fails("upgrade head", "overlaps with other requested revisions");
        let then = said["then"].as_array().expect("a list").iter();
        let mut lines = then.filter_map(|line| line.as_str()?.split_once("needs no more than: `"));
        let (_, command) = lines.next().expect("a way is told");
        place.database.shell(command.trim_end_matches('`'));
        place.upgrade();
        assert_eq!(place.content(), whole);
    });
}

#[test]
fn a_chain_beside_a_chain() {
    CHAIN.holds(&Own::Commands);
}

#[test]
fn several_chains() {
    CHAINS.holds(&Own::TakenBack("a"));
}

#[test]
fn many_chains() {
    MANY.holds(&Own::TakenBack("a"));
}

#[test]
fn a_merge_revision_that_was_overtaken() {
    OVERTAKEN.holds(&Own::Commands);
}

#[test]
fn a_merge_revision_with_operations_that_was_overtaken() {
    BUSY.holds(&Own::Commands);
}

#[test]
fn a_merge_revision_that_others_made_first() {
    MERGED_TWICE.holds(&Own::Commands);
}

#[test]
fn two_environments() {
    TWO.holds(&Own::Commands);
}

#[test]
fn a_history_that_begins_anew() {
    NEW_HISTORY.holds(&Own::TakenBack("base"));
}

#[test]
fn one_of_two_lines_with_labels() {
    LINES.holds(&Own::Commands);
}

impl Shape {
    fn holds(&self, own: &Own) {
        with(python(), |python| {
            let place = self.conflict(&python, own);
            place.mend("merge --stage");
            let whole = is_mended(&place);
            place.upgrades_from("own", &whole);
            let place = self.conflict(&python, own);
            let said = place.mend("rebase --stage");
            let whole = is_mended(&place);
            match own {
                Own::Commands => needs_the_commands(&place, &whole, &ways_back(&said)),
                Own::TakenBack(_) => {
                    assert!(ways_back(&said).is_empty(), "{said:#}");
                    place.upgrades_from("back", &whole);
                }
            }
        });
    }

    /// Asserts that an upgrade fails, in the middle of a merge that git has nothing to ask about.
    fn conflict(&self, python: &Path, own: &Own) -> Place {
        let place = self.place(python, own);
        place.begin_merging();
        place.empty();
        match self.branches {
            [] => place.fails("upgrade head", "Multiple head revisions"),
            [one, ..] => place.fails(&format!("upgrade {one}@head"), "Multiple head revisions"),
        }
        place
    }

    /// Makes both branches, with databases that have run either, and one that was taken back from its own.
    fn place(&self, python: &Path, own: &Own) -> Place {
        let run = |folder: &&'static str| Run { folder, program: "alembic", stores: &["story.db"] };
        let runs = self.folders.iter().map(run).collect();
        let place = Place { database: Database::empty(python), runs, head: self.head };
        for folder in self.folders {
            place.database.environment(folder);
        }
        if !self.branches.is_empty() {
            let config = format!(
                "[[environment]]\nscript_location = \"migrations\"\nbranches = {:?}\n",
                self.branches
            );
            place.database.write(".alembic-guard.toml", &config);
        }
        self.add(&place, self.common);
        place.database.shell("git branch feature");
        self.add(&place, self.main);
        place.share();
        place.run("upgrade heads");
        place.keep("main");
        place.database.shell("git switch -q feature");
        self.add(&place, self.own);
        place.empty();
        place.run("upgrade heads");
        place.keep("own");
        if let Own::TakenBack(below) = own {
            place.run(&format!("downgrade {below}"));
            place.keep("back");
        }
        place
    }

    fn add(&self, place: &Place, migrations: &str) {
        for script in migrations.split(' ').map(Script::parse) {
            for folder in self.folders {
                let path = format!("{folder}migrations/versions/{}_.py", script.id);
                place.database.write(&path, &script.python());
            }
            place.database.shell("git add -A && git commit -qm change");
        }
    }
}

/// Asserts that Alembic and the guard are content, and that a database of `main` loses nothing.
fn is_mended(place: &Place) -> Content {
    let whole = place.goes_up_and_down();
    place.upgrades_from("main", &whole);
    place.database.shell("git commit -q --no-edit && alembic-guard check");
    assert_eq!(place.database.shell("git status --porcelain"), "");
    whole
}

/// Asserts that a database that has run the branch's own migrations comes up by the commands alone.
fn needs_the_commands(place: &Place, whole: &Content, commands: &[String]) {
    assert_eq!(commands.len(), place.runs.len(), "{commands:?}");
    place.bring("own");
    place.upgrade();
    assert_ne!(place.content(), *whole, "nothing is skipped");
    place.bring("own");
    for command in commands {
        place.database.shell(command);
    }
    assert_eq!(place.content(), *whole, "{commands:?}");
}
