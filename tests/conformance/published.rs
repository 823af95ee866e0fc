//! What becomes of databases when migrations that have landed are changed: the claims of the
//! `published-*` rules, each shown by Alembic and an SQLite file beside what the guard says of it.

use serde_json::Value;

use crate::conformance::database::Database;
use crate::support::prerequisites::{python, with};

/// A database at `upgraded`, after which these migrations are written anew.
fn changed(
    migrations: &[(&str, &str)],
    upgraded: &str,
    change: &[(&str, &str)],
    test: fn(Database),
) {
    with(python(), |python| {
        let database = Database::new(&python);
        for (id, parents) in migrations {
            database.migration(id, parents);
        }
        database.shell(&format!("alembic upgrade {upgraded}"));
        database.shell("git switch -q -c feature");
        for (id, parents) in change {
            database.migration(id, parents);
        }
        test(database);
    });
}

/// Returns what the guard finds, as `error published-identity-changed`.
fn found(database: &Database) -> Vec<String> {
    let report = database.check();
    let findings = report["findings"].as_array().expect("findings are a list");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let words = |finding: &Value| format!("{} {}", text(&finding["level"]), text(&finding["rule"]));
    findings.iter().map(words).collect()
}

/// Returns what blocks.
fn errors(database: &Database) -> Vec<String> {
    found(database).into_iter().filter(|finding| finding.starts_with("error")).collect()
}

const LINE: &[(&str, &str)] = &[("a", "None"), ("b", "\"a\"")];
const FORK: &[(&str, &str)] = &[("a", "None"), ("b", "\"a\""), ("c", "\"a\"")];

#[test]
#[ignore = "needs Alembic"]
fn what_is_slipped_in_below_a_published_migration_is_never_run_by_a_database_past_it() {
    changed(LINE, "b", &[("d", "\"a\""), ("b", "\"d\"")], |database| {
        database.shell("alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version b");
        assert_eq!(found(&database), ["error published-identity-changed"]);
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_database_at_one_of_two_heads_that_are_put_in_line_skips_the_other() {
    changed(FORK, "c", &[("c", "\"b\"")], |database| {
        database.shell("alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version c");
        assert_eq!(found(&database), ["warn published-identity-changed"]);
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_database_at_both_of_two_heads_that_are_put_in_line_stops() {
    changed(FORK, "heads", &[("c", "\"b\"")], |database| {
        let said = database.fails("alembic upgrade head");
        assert!(said.contains("overlaps with other requested revisions"), "{said}");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_merge_revision_is_safe_for_databases_at_one_and_at_both_of_two_heads() {
    for upgraded in ["b", "c", "heads"] {
        changed(FORK, upgraded, &[("m", "(\"b\", \"c\")")], |database| {
            database.shell("alembic upgrade head");
            assert_eq!(database.tables(), "a alembic_version b c m");
            assert_eq!(found(&database), ["warn merge-with-operations"]);
        });
    }
}

#[test]
#[ignore = "needs Alembic"]
fn a_database_at_a_migration_that_is_gone_stops() {
    changed(LINE, "b", &[], |database| {
        database.shell("git rm -q migrations/versions/b.py && git commit -qm gone");
        let said = database.fails("alembic upgrade head");
        assert!(said.contains("Can't locate revision identified by 'b'"), "{said}");
        assert_eq!(found(&database), ["warn published-migration-deleted"]);
        database.migration("d", "\"a\"");
        assert_eq!(found(&database), ["error published-migration-deleted"]);
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_squash_is_survived_by_the_commands_that_the_help_prints() {
    changed(LINE, "b", &[], |database| {
        database.shell("git rm -q migrations/versions/*.py");
        database.migration("s", "None");
        assert_eq!(found(&database), ["warn published-migration-deleted"]);
        database.fails("alembic upgrade head");
        database.shell(&stamp(&database, "alembic"));
        database.shell("alembic upgrade head");
        assert_eq!(database.shell("alembic current").trim(), "s (head)");
    });
}

/// Writes a migration whose id is `p` once Python runs.
fn computed(database: &Database) {
    database.migration("o", "\"a\"");
    let script = database.read("migrations/versions/o.py");
    let script = script.replace("revision = \"o\"", "revision = \"\".join([\"p\"])");
    database.write("migrations/versions/o.py", &script);
    database.shell("git commit -qam computed");
}

#[test]
#[ignore = "needs Alembic"]
fn siblings_on_a_parent_of_unknown_id_are_two_heads() {
    for repair in ["rebase", "merge"] {
        with(python(), |python| {
            let database = Database::new(&python);
            database.migration("a", "None");
            computed(&database);
            database.shell("git switch -q -c feature");
            database.migration("c", "\"p\"");
            assert_eq!(errors(&database), [""; 0]);
            database.shell("alembic upgrade head && rm story.db");
            database.migration("d", "\"p\"");
            let said = database.fails("alembic upgrade head");
            assert!(said.contains("Multiple head revisions"), "{said}");
            assert_eq!(errors(&database), ["error multiple-heads"]);
            database.shell(&format!("alembic-guard {repair} --base main"));
            database.shell("git add -A && git commit -qm repair");
            assert_eq!(errors(&database), [""; 0]);
            database.shell("alembic upgrade head");
            assert_eq!(database.tables(), "a alembic_version c d o");
        });
    }
}

#[test]
#[ignore = "needs Alembic"]
fn a_sibling_of_a_published_child_of_unknown_parent_is_stale() {
    with(python(), |python| {
        let database = Database::new(&python);
        database.migration("a", "None");
        computed(&database);
        database.migration("c", "\"p\"");
        database.shell("git switch -q -c feature");
        database.migration("d", "\"p\"");
        let said = database.fails("alembic upgrade head");
        assert!(said.contains("Multiple head revisions"), "{said}");
        assert_eq!(errors(&database), ["error stale-down-revision"]);
        database.shell("alembic-guard rebase --base main && git commit -qam repair");
        assert_eq!(errors(&database), [""; 0]);
        database.shell("alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version c d o");
    });
}

const CHAIN: &[(&str, &str)] = &[("a", "None"), ("b", "\"a\""), ("c", "\"b\"")];

#[test]
#[ignore = "needs Alembic"]
fn an_ancestor_that_a_published_migration_loses_is_run_again() {
    changed(CHAIN, "c", &[("c", "\"a\"")], |database| {
        assert_eq!(found(&database), ["error multiple-heads"]);
        let said = database.fails("alembic-guard merge --base main");
        assert!(said.contains("`c` loses its ancestor `b`"), "{said}");
        database.migration("m", "(\"b\", \"c\")");
        let report = ["error published-identity-changed", "warn merge-with-operations"];
        assert_eq!(found(&database), report);
        let said = database.fails("alembic upgrade head");
        assert!(said.contains("table b already exists"), "{said}");
        // The way out that the message names, for those whose databases were never past `c`.
        let script = database.read("migrations/versions/c.py");
        let allowed = format!("# alembic-guard: allow(published-identity-changed)\n{script}");
        database.write("migrations/versions/c.py", &allowed);
        database.shell("git commit -qam allowed && rm story.db && alembic upgrade a");
        assert_eq!(found(&database), ["warn merge-with-operations"]);
        database.shell("alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version b c m");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_parent_that_another_parent_includes_is_no_ancestor_lost() {
    const REDUNDANT: &[(&str, &str)] =
        &[("a", "None"), ("b", "\"a\""), ("c", "\"b\""), ("m", "(\"b\", \"c\")")];
    changed(REDUNDANT, "m", &[("m", "\"c\""), ("n", "\"m\"")], |database| {
        assert_eq!(found(&database), [""; 0]);
        database.shell("alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version b c m n");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_dependency_that_becomes_a_parent_is_no_ancestor_lost() {
    changed(FORK, "heads", &[], |database| {
        let script = database.read("migrations/versions/c.py");
        let script = script.replace("depends_on = None", "depends_on = \"b\"");
        database.write("migrations/versions/c.py", &script);
        database.shell("git commit -qam depends && git branch -f main");
        database.migration("c", "\"b\"");
        assert_eq!(found(&database), [""; 0]);
        database.shell("rm story.db && alembic upgrade head");
        assert_eq!(database.tables(), "a alembic_version b c");
    });
}

#[test]
#[ignore = "needs Alembic"]
fn a_head_comes_back_without_blame_if_there_are_no_more_heads_than_before() {
    const THREE: &[(&str, &str)] =
        &[("a", "None"), ("x", "\"a\""), ("y", "\"a\""), ("z", "\"a\""), ("w", "\"z\"")];
    changed(THREE, "a", &[("w", "(\"x\", \"y\")")], |database| {
        assert_eq!(database.shell("alembic heads | wc -l").trim(), "2");
        let before = "git switch -q --detach main && alembic heads | wc -l; git switch -q feature";
        assert_eq!(database.shell(before).trim(), "3");
        // The rule about published revisions still applies, on its own terms.
        let found = found(&database);
        assert_eq!(found, ["error published-identity-changed", "warn merge-with-operations"]);
        database.shell("alembic upgrade heads");
        assert_eq!(database.tables(), "a alembic_version w x y z");
    });
}

/// The configuration of two lines with labels of their own.
const TWO_LINES: &str =
    "[[environment]]\nscript_location = \"migrations\"\nbranches = [\"one\", \"two\"]\n";

#[test]
#[ignore = "needs Alembic"]
fn a_squash_beside_another_line_keeps_the_row_of_that_line() {
    with(python(), |python| {
        keeps_the_row_of_the_other_line(&Database::new(&python), "alembic");
    });
}

const APP: &str = "\
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config[\"SQLALCHEMY_DATABASE_URI\"] = f\"sqlite:///{Path(__file__).parent}/story.db\"
Migrate(app, SQLAlchemy(app))
";

#[test]
#[ignore = "needs Alembic"]
fn a_squash_beside_another_line_keeps_the_row_of_that_line_with_flask_migrate_too() {
    with(python(), |python| {
        let database = Database::empty(&python);
        database.write("app.py", APP);
        database.shell("flask db init");
        keeps_the_row_of_the_other_line(&database, "flask db");
    });
}

fn keeps_the_row_of_the_other_line(database: &Database, program: &str) {
    let run = |subcommand: &str| database.shell(&format!("{program} {subcommand}"));
    database.write(".alembic-guard.toml", TWO_LINES);
    labelled(database, "a", "one");
    database.migration("b", "\"a\"");
    labelled(database, "x", "two");
    run("upgrade heads");
    database.shell("git switch -q -c feature && git rm -q migrations/versions/[ab].py");
    labelled(database, "s", "one");
    assert_eq!(found(database), ["warn published-migration-deleted"]);
    database.fails(&format!("{program} upgrade heads"));
    let command = stamp(database, program);
    assert_eq!(command, format!("{program} stamp --purge s && {program} stamp x"));
    database.shell(&command);
    run("upgrade heads");
    let current = run("current");
    let mut current: Vec<&str> = current.lines().map(str::trim).collect();
    current.sort_unstable();
    assert_eq!(current, ["s (head)", "x (head)"]);
}

/// Commits the first migration of a line.
fn labelled(database: &Database, id: &str, label: &str) {
    database.migration(id, "None");
    let path = format!("migrations/versions/{id}.py");
    let labels = format!("branch_labels = \"{label}\"");
    let source = database.read(&path).replace("branch_labels = None", &labels);
    database.write(&path, &source);
    database.shell("git commit -qam label");
}

/// Returns the command of the help that says to Alembic where a database stands.
fn stamp(database: &Database, program: &str) -> String {
    let report = database.check();
    let help = report["findings"][0]["help"].as_str().expect("there is a way out");
    let stamp = help.split('`').find(|words| words.starts_with(&format!("{program} stamp")));
    stamp.unwrap_or_else(|| panic!("no command in {help}")).to_owned()
}
