//! Histories that forked, each repaired by `rebase` and by `merge` in the middle of the merge that forks it.

use std::collections::BTreeMap;
use std::path::Path;

use super::place::{Content, Place, Run, Way, ways};
use super::script::Script;
use crate::conformance::database::Database;
use crate::conformance::postgres::Cluster;
use crate::support::prerequisites::{python, with};

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

const DEPENDENT: Shape = Shape { own: "f(a) e(a)!f", ..SIMPLE };

#[test]
#[ignore = "needs Alembic"]
fn one_migration_beside_another() {
    SIMPLE.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_chain_beside_a_chain() {
    CHAIN.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn several_chains() {
    CHAINS.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn many_chains() {
    MANY.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_merge_revision_that_was_overtaken() {
    OVERTAKEN.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_merge_revision_with_operations_that_was_overtaken() {
    BUSY.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_merge_revision_that_others_made_first() {
    MERGED_TWICE.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn two_environments() {
    TWO.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_history_that_begins_anew() {
    NEW_HISTORY.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn one_of_two_lines_with_labels() {
    LINES.holds();
}

#[test]
#[ignore = "needs Alembic"]
fn a_chain_that_depends_on_another_one() {
    // A merge revision that names both would stop an upgrade.
    DEPENDENT.holds_by_rebase();
}

#[test]
#[ignore = "needs Alembic"]
fn on_postgresql_no_row_is_lost_and_nothing_is_skipped() {
    with(python().and_then(|python| Ok((python, Cluster::start()?))), |(python, cluster)| {
        let mut server = Some(cluster);
        for shape in [CHAINS, BUSY, NEW_HISTORY, LINES] {
            let place = shape.conflict(&python, server.take());
            let said = place.repair("rebase --stage");
            place.empty();
            place.upgrade();
            place.run("check");
            let whole = place.content();
            place.upgrades_from("main", &whole);
            needs_the_commands(&place, &whole, &ways(&said));
            server = place.server;
        }
    });
}

/// A database that ran only a part of a chain is told nothing that would be wrong for it.
#[test]
#[ignore = "needs Alembic"]
fn no_command_is_told_for_another_state() {
    with(python(), |python| {
        let place = CHAIN.place(&python, None);
        place.empty();
        place.run("upgrade d");
        let stamps = place.content()[0].stamps.clone();
        place.begin_merging();
        let said = place.repair("rebase --stage");
        let ways = ways(&said);
        assert_eq!(ways.len(), 2);
        assert!(ways.iter().all(|way| way.stamps != stamps), "{ways:?}");
        assert!(said.to_string().contains("in any other state"), "{said:#}");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn nothing_is_told_of_a_database_whose_old_parent_is_gone() {
    with(python(), |python| {
        let place = SIMPLE.place(&python, None);
        place.database.shell("git switch -q main && git rm -q migrations/versions/a_.py");
        place.database.shell(
            "sed -i 's/^down_revision = .*/down_revision = None/' migrations/versions/b_.py",
        );
        place.database.shell("git commit -qam squash && git push -q origin main");
        place.database.shell("git switch -q feature && git merge -q origin/main");
        let said = place.repair("rebase --stage --onto b");
        assert!(ways(&said).is_empty(), "{said:#}");
        assert!(said.to_string().contains("a parent or dependency is missing"), "{said:#}");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn of_several_environments_each_is_named() {
    with(python(), |python| {
        let runs = vec![Run { folder: "", program: "alembic -n second", stores: &["second.db"] }];
        let database = Database::empty(&python);
        let place = Place { database, runs, head: "head", server: None };
        place.database.environment("");
        let sections =
            ["alembic", "second"].map(|name| format!("[{name}]\nscript_location = {name}_files\n"));
        place.database.write("alembic.ini", &sections.concat());
        place.database.shell("cp -r migrations second_files && mv migrations alembic_files");
        let add = |folder: &str, script: &str| {
            let script = Script::parse(script);
            let path = format!("{folder}/versions/{}_.py", script.id);
            place.database.write(&path, &script.python());
            place.database.shell("git add -A && git commit -qm change");
        };
        add("alembic_files", "x");
        add("second_files", "a");
        place.database.shell("git branch feature");
        add("second_files", "b(a)");
        place.share();
        place.database.shell("git switch -q feature");
        add("second_files", "d(a)");
        for state in ["own", "both"] {
            place.empty();
            place.run("upgrade heads");
            place.fill();
            place.keep(state);
            if state == "own" {
                place.begin_merging();
            }
        }
        let said = place.repair("rebase --stage");
        place.empty();
        place.upgrade();
        let ways = ways(&said);
        needs_the_commands(&place, &place.content(), &ways);
        assert!(ways.iter().all(|way| way.command.starts_with("alembic -n second ")), "{ways:?}");
        assert!(said.to_string().contains("`alembic_version` of environment `"), "{said:#}");
    });
}

impl Shape {
    fn holds(&self) {
        with(python(), |python| {
            let place = self.conflict(&python, None);
            place.repair("merge --stage");
            let whole = is_mended(&place);
            place.upgrades_from("own", &whole);
        });
        self.holds_by_rebase();
    }

    fn holds_by_rebase(&self) {
        with(python(), |python| {
            let place = self.conflict(&python, None);
            let said = place.repair("rebase --stage");
            let whole = is_mended(&place);
            needs_the_commands(&place, &whole, &ways(&said));
        });
    }

    /// Asserts that an upgrade fails, in the middle of a merge that git has nothing to ask about.
    fn conflict(&self, python: &Path, server: Option<Cluster>) -> Place {
        let place = self.place(python, server);
        place.begin_merging();
        place.empty();
        match self.branches {
            [] => place.fails("upgrade head", "Multiple head revisions"),
            [one, ..] => place.fails(&format!("upgrade {one}@head"), "Multiple head revisions"),
        }
        place.empty();
        place.run("upgrade heads");
        place.fill();
        place.keep("both");
        place
    }

    /// Makes both branches, with databases that have run either.
    fn place(&self, python: &Path, server: Option<Cluster>) -> Place {
        let run = |folder: &&'static str| Run { folder, program: "alembic", stores: &["story.db"] };
        let runs = self.folders.iter().map(run).collect();
        let mut database = Database::empty(python);
        let address = server.as_ref().map(|server| server.address("story"));
        database.url = address.map(|address| address.replacen(':', "+psycopg:", 1));
        let place = Place { database, runs, head: self.head, server };
        for folder in self.folders {
            place.database.environment(folder);
            place.database.write(&format!("{folder}models.json"), &self.models());
        }
        if !self.branches.is_empty() {
            let config = format!(
                "[[environment]]\nscript_location = \"migrations\"\nbranches = {:?}\n",
                self.branches
            );
            place.database.write(".alembic-guard.toml", &config);
        }
        place.empty();
        self.add(&place, self.common);
        place.database.shell("git branch feature");
        self.add(&place, self.main);
        place.share();
        place.run("upgrade heads");
        place.fill();
        place.keep("main");
        place.database.shell("git switch -q feature");
        self.add(&place, self.own);
        place.empty();
        place.run("upgrade heads");
        place.fill();
        place.keep("own");
        place
    }

    /// Returns the tables with their columns that all migrations make.
    fn models(&self) -> String {
        let all = [self.common, self.main, self.own].join(" ");
        let scripts: Vec<Script> = all.split(' ').map(Script::parse).collect();
        let mut models: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for script in scripts.iter().filter(|script| script.is_busy()) {
            models.entry(&script.id).or_default().insert(0, "id");
            if let Some(parent) = script.first_parent() {
                models.entry(parent).or_default().push(&script.id);
            }
        }
        serde_json::to_string(&models).expect("it is JSON")
    }

    fn add(&self, place: &Place, migrations: &str) {
        for script in migrations.split(' ').map(Script::parse) {
            for folder in self.folders {
                let path = format!("{folder}migrations/versions/{}_.py", script.id);
                let source = match place.server {
                    // What cannot be taken back.
                    Some(_) => script.without_downgrade(),
                    None => script.python(),
                };
                place.database.write(&path, &source);
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

/// Asserts that databases which have run the branch's own migrations, or both sides', come up by the commands
/// that are told for them, and lose nothing.
fn needs_the_commands(place: &Place, whole: &Content, ways: &[Way]) {
    for state in ["own", "both"] {
        place.bring(state);
        let before = place.data();
        let here: Vec<&Way> = ways.iter().filter(|way| way.stamps == before[0].stamps).collect();
        assert!(here.len() == place.runs.len() || state == "both", "{state}: {ways:?}");
        for way in here {
            assert!(!way.command.contains("downgrade"), "{ways:?}");
            place.database.shell(&way.command);
        }
        place.upgrade();
        if place.server.is_some() {
            place.run("check");
        }
        assert_eq!(place.content(), *whole, "{state}: {ways:?}");
        for (before, after) in before.iter().zip(place.data()) {
            for (table, rows) in &before.rows {
                let kept = after.rows[table].iter().zip(rows);
                assert_eq!(after.rows[table].len(), rows.len(), "{table} of {state}");
                let is_kept = kept.into_iter().all(|(after, before)| {
                    before.iter().all(|(column, value)| after[column] == *value)
                });
                assert!(is_kept, "{table} of {state}");
            }
        }
    }
}
