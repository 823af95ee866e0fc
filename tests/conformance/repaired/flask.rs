//! The same with an app: its migrations are those that `flask db migrate` writes from its models.

use std::path::Path;

use super::place::{Place, Run, ways};
use crate::conformance::database::Database;
use crate::support::prerequisites::{python, with};

const APP: &str = "\
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

top = Path(__file__).parent
app = Flask(__name__)
app.config[\"SQLALCHEMY_DATABASE_URI\"] = f\"sqlite:///{top}/story.db\"
# binds
db = SQLAlchemy(app)
Migrate(app, db)

for path in sorted(top.glob(\"models/*\")):
    for bind in (None, *app.config.get(\"SQLALCHEMY_BINDS\", ())):
        columns = {\"id\": db.Column(db.Integer, primary_key=True)}
        names = {\"__tablename__\": path.name, \"__bind_key__\": bind}
        type(f\"{path.name}_{bind}\", (db.Model,), {**names, **columns})
";

const SECOND: &str =
    "app.config[\"SQLALCHEMY_BINDS\"] = {\"second\": f\"sqlite:///{top}/second.db\"}";

#[test]
#[ignore = "needs Alembic"]
fn an_app_with_one_database() {
    holds("", "flask db init", &["story.db"]);
}

#[test]
#[ignore = "needs Alembic"]
fn an_app_with_two_databases() {
    holds(SECOND, "flask db init --multidb", &["story.db", "second.db"]);
}

fn holds(binds: &str, init: &str, stores: &'static [&'static str]) {
    with(python(), |python| {
        let made = |python: &Path| {
            let place = place(python, binds, init, stores);
            place.begin_merging();
            place.empty();
            place.fails("upgrade", "Multiple head revisions");
            place
        };
        let place = made(&python);
        place.repair("merge --stage");
        let whole = place.goes_up_and_down();
        place.upgrades_from("main", &whole);
        place.upgrades_from("own", &whole);
        place.database.shell("git commit -q --no-edit && alembic-guard check");
        let place = made(&python);
        place.run("upgrade heads");
        place.keep("both");
        let said = place.repair("rebase --stage");
        let whole = place.goes_up_and_down();
        place.upgrades_from("main", &whole);
        place.bring("own");
        place.upgrade();
        assert_ne!(place.content(), whole, "nothing is skipped");
        for (state, stamps, command) in [
            (
                "own",
                &["e"][..],
                "flask db stamp --purge a && flask db upgrade b && flask db stamp e",
            ),
            ("both", &["b", "e"], "flask db stamp --purge e"),
        ] {
            let ways = ways(&said);
            let way = ways.iter().find(|way| way.stamps == *stamps).expect("the state is told");
            assert_eq!(way.command, command);
            place.bring(state);
            place.database.shell(command);
            assert_eq!(place.content(), whole, "{state}");
        }
        let said = said.to_string();
        assert!(said.contains("or if databases differ"), "{said}");
        place.database.shell("git commit -q --no-edit && alembic-guard check");
    });
}

/// Makes an app whose `main` got `b` on `a`, and whose `feature`, checked out, has `d` and `e` on `a`.
fn place(python: &Path, binds: &str, init: &str, stores: &'static [&'static str]) -> Place {
    let runs = vec![Run { folder: "", program: "flask db", stores }];
    let place = Place { database: Database::empty(python), runs, head: "head", server: None };
    place.database.write("app.py", &APP.replace("# binds", binds));
    place.database.shell(init);
    let migrate = |id: &str| {
        place.database.write(&format!("models/{id}"), "");
        place.run(&format!("migrate -m {id} --rev-id {id}"));
        place.upgrade();
        place.database.shell("git add -A && git commit -qm change");
    };
    migrate("a");
    place.keep("common");
    place.share();
    place.database.shell("git branch feature");
    migrate("b");
    place.database.shell("git push -q origin main");
    place.keep("main");
    place.database.shell("git switch -q feature");
    place.bring("common");
    migrate("d");
    migrate("e");
    place.keep("own");
    place
}
