//! Changes to configuration, each judged by what `alembic upgrade heads` makes of it before and after.
//!
//! A change is at fault if Alembic worked before and fails now for every way in which it is run, or if it no
//! longer loads a revision whose file is still there.

use std::collections::{BTreeMap, BTreeSet};

use alembic_guard::compare::{Comparison, Reader, check};
use alembic_guard::config::{Config, Level};
use alembic_guard::finding::Finding;
use alembic_guard::rules::Standing;
use alembic_guard::tree::MemoryTree;
use serde::Deserialize;
use serde_json::json;

use crate::support::judge::Judge;
use crate::support::prerequisites::{python, with};

const ENV: &str = "\
from alembic import context
from sqlalchemy import create_engine

with create_engine(\"sqlite://\").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";
const INI: &str = "[alembic]\nscript_location = migrations\n";

/// A current directory, an ini file and its section; `flask` in the place of a section for Flask-Migrate.
type Way = (&'static str, &'static str, &'static str);
const USUAL: &[Way] = &[("", "alembic.ini", "alembic")];

/// A change: files that are written, or removed where they have no content.
struct Change {
    name: &'static str,
    ways: &'static [Way],
    before: &'static [(&'static str, &'static str)],
    after: &'static [(&'static str, Option<&'static str>)],
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Clean,
    Error,
    /// The tree does not tell, so the guard warns whatever Alembic does here.
    Unknown,
}

#[derive(Debug, Deserialize)]
struct Run {
    revisions: BTreeSet<String>,
    error: Option<String>,
}

type Files = BTreeMap<String, String>;

const A: &str = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n";
const B: &str = "revision = 'b'\ndown_revision = 'a'\n\n\ndef upgrade():\n    pass\n";
const P: &str = "revision = 'p'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n";

/// What every case begins with: an environment with a, b(a), and a folder with a base of its own.
fn usual() -> Files {
    let mut files = Files::new();
    for folder in ["migrations", "db"] {
        files.insert(format!("{folder}/env.py"), ENV.to_owned());
        files.insert(format!("{folder}/script.py.mako"), String::new());
    }
    files.remove("db/script.py.mako");
    files.insert("alembic.ini".to_owned(), INI.to_owned());
    files.insert("migrations/versions/a.py".to_owned(), A.to_owned());
    files.insert("migrations/versions/b.py".to_owned(), B.to_owned());
    files.insert("plugin/p.py".to_owned(), P.to_owned());
    files
}

const BOTH: &str = "[alembic]\nscript_location = migrations\npath_separator = os\n\
                    version_locations = migrations/versions:plugin\n";
const PYPROJECT: &str = "[tool.alembic]\nscript_location = \"%(here)s/migrations\"\n";
const NOWHERE: &str = "[tool.alembic]\nscript_location = \"%(here)s/gone\"\n";
const FLASK_ENV: &str = concat!(
    "# current_app\n",
    "from alembic import context\n",
    "from sqlalchemy import create_engine\n",
    "with create_engine(\"sqlite://\").connect() as connection:\n",
    "    context.configure(connection=connection)\n",
    "    with context.begin_transaction():\n        context.run_migrations()\n"
);
const FLASK: &[Way] = &[("", "migrations/alembic.ini", "flask")];
const FLASK_BEFORE: &[(&str, &str)] =
    &[("migrations/alembic.ini", "[alembic]\n"), ("migrations/env.py", FLASK_ENV)];
const NO_TOP: (&str, Option<&str>) = ("alembic.ini", None);

const CHANGES: &[Change] = &[
    Change { name: "nothing", ways: USUAL, before: &[], after: &[], expected: Expected::Clean },
    Change {
        name: "a folder leaves version_locations",
        ways: USUAL,
        before: &[("alembic.ini", BOTH)],
        after: &[("alembic.ini", Some(INI))],
        expected: Expected::Error,
    },
    Change {
        name: "script_location is switched to an empty environment",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("[alembic]\nscript_location = db\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "recursive_version_locations is switched off",
        ways: USUAL,
        before: &[
            (
                "alembic.ini",
                "[alembic]\nscript_location = migrations\nrecursive_version_locations = true\n",
            ),
            (
                "migrations/versions/more/c.py",
                "revision = 'c'\ndown_revision = 'b'\ndef upgrade(): pass\n",
            ),
        ],
        after: &[("alembic.ini", Some(INI))],
        expected: Expected::Error,
    },
    Change {
        name: "a folder is copied and script_location follows",
        ways: USUAL,
        before: &[],
        after: &[
            ("alembic.ini", Some("[alembic]\nscript_location = db\n")),
            ("db/versions/a.py", Some(A)),
            ("db/versions/b.py", Some(B)),
        ],
        expected: Expected::Clean,
    },
    Change {
        name: "alembic.ini becomes pyproject.toml",
        ways: USUAL,
        before: &[],
        after: &[NO_TOP, ("pyproject.toml", Some(PYPROJECT))],
        expected: Expected::Clean,
    },
    Change {
        name: "alembic.ini becomes a pyproject.toml whose script_location names no folder",
        ways: USUAL,
        before: &[],
        after: &[NO_TOP, ("pyproject.toml", Some(NOWHERE))],
        expected: Expected::Error,
    },
    Change {
        name: "alembic.ini becomes a pyproject.toml that cannot be parsed",
        ways: USUAL,
        before: &[],
        after: &[
            NO_TOP,
            ("pyproject.toml", Some("[tool.alembic]\nscript_location = \"migrations\n")),
        ],
        expected: Expected::Error,
    },
    Change {
        name: "alembic.ini becomes a pyproject.toml that leads to an empty environment",
        ways: USUAL,
        before: &[],
        after: &[
            NO_TOP,
            ("pyproject.toml", Some("[tool.alembic]\nscript_location = \"%(here)s/db\"\n")),
        ],
        expected: Expected::Error,
    },
    Change {
        name: "pyproject.toml becomes an alembic.ini whose script_location names no folder",
        ways: USUAL,
        before: &[("alembic.ini", "[loggers]\nkeys = root\n"), ("pyproject.toml", PYPROJECT)],
        after: &[
            ("alembic.ini", Some("[alembic]\nscript_location = gone\n")),
            ("pyproject.toml", None),
        ],
        expected: Expected::Error,
    },
    Change {
        name: "conflict markers",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("<<<<<<< HEAD\n[alembic]\nscript_location = migrations\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "a key twice in another section",
        ways: USUAL,
        before: &[],
        after: &[(
            "alembic.ini",
            Some("[alembic]\nscript_location = migrations\n[loggers]\nkeys = a\nkeys = b\n"),
        )],
        expected: Expected::Error,
    },
    Change {
        name: "a bad value of a key that Alembic reads",
        ways: USUAL,
        before: &[],
        after: &[(
            "alembic.ini",
            Some("[alembic]\nscript_location = migrations\nfile_template = %(rev)s\n"),
        )],
        expected: Expected::Error,
    },
    Change {
        name: "a number that is none",
        ways: USUAL,
        before: &[],
        after: &[(
            "alembic.ini",
            Some("[alembic]\nscript_location = migrations\ntruncate_slug_length = long\n"),
        )],
        expected: Expected::Error,
    },
    Change {
        name: "a bad value in post_write_hooks",
        ways: USUAL,
        before: &[],
        after: &[(
            "alembic.ini",
            Some("[alembic]\nscript_location = migrations\n[post_write_hooks]\nhooks = 50%\n"),
        )],
        expected: Expected::Error,
    },
    Change {
        name: "a bad % in a key that Alembic does not read",
        ways: USUAL,
        before: &[],
        after: &[(
            "alembic.ini",
            Some(
                "[alembic]\nscript_location = migrations\nsqlalchemy.url = p%40ss\n[x]\ny = 50%\n",
            ),
        )],
        expected: Expected::Clean,
    },
    Change {
        name: "script_location names no folder",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("[alembic]\nscript_location = gone\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "script_location is no longer there",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("[alembic]\nfile_template = x\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "the section has another name",
        ways: &[("", "alembic.ini", "alembic"), ("", "alembic.ini", "main")],
        before: &[],
        after: &[("alembic.ini", Some("[main]\nscript_location = migrations\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "env.py is deleted",
        ways: USUAL,
        before: &[],
        after: &[("migrations/env.py", None)],
        expected: Expected::Error,
    },
    Change {
        name: "script.py.mako is deleted",
        ways: USUAL,
        before: &[],
        after: &[("migrations/script.py.mako", None)],
        expected: Expected::Clean,
    },
    Change {
        name: "script_location is switched to a folder without env.py",
        ways: USUAL,
        before: &[],
        after: &[
            (
                "alembic.ini",
                Some(
                    "[alembic]\nscript_location = other\nversion_locations = migrations/versions\n",
                ),
            ),
            ("other/script.py.mako", Some("")),
        ],
        expected: Expected::Error,
    },
    Change {
        name: "a pyproject.toml that says nothing of Alembic is broken",
        ways: USUAL,
        before: &[("pyproject.toml", "[project]\nname = \"x\"\n")],
        after: &[("pyproject.toml", Some("[project]\n<<<<<<< HEAD\nname = \"x\"\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "a pyproject.toml in another folder is broken",
        ways: USUAL,
        before: &[("migrations/pyproject.toml", "[project]\nname = \"x\"\n")],
        after: &[("migrations/pyproject.toml", Some("[project]\n<<<<<<< HEAD\nname = \"x\"\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "the pyproject.toml beside an ini file that is run from above is broken",
        ways: &[("", "service/alembic.ini", "alembic")],
        before: &[
            ("service/alembic.ini", "[alembic]\nscript_location = migrations\n"),
            ("service/pyproject.toml", "[tool.alembic]\n"),
        ],
        after: &[("service/pyproject.toml", Some("[tool.alembic\n")), NO_TOP],
        expected: Expected::Clean,
    },
    Change {
        name: "pyproject.toml alone is broken",
        ways: USUAL,
        before: &[("alembic.ini", "[loggers]\nkeys = root\n"), ("pyproject.toml", PYPROJECT)],
        after: &[("pyproject.toml", Some("[tool.alembic]\nscript_location = \"migrations\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "a value that Alembic refuses in pyproject.toml",
        ways: USUAL,
        before: &[("alembic.ini", "[loggers]\nkeys = root\n"), ("pyproject.toml", PYPROJECT)],
        after: &[("pyproject.toml", Some("[tool.alembic]\nscript_location = 5\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "an ini file beside a sound pyproject.toml is broken",
        ways: USUAL,
        before: &[("alembic.ini", "[alembic]\nx = 1\n"), ("pyproject.toml", PYPROJECT)],
        after: &[("alembic.ini", Some("[alembic]\nx = 1\nx = 2\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "one of two ini files is broken",
        ways: &[("", "alembic.ini", "alembic"), ("", "test.ini", "alembic")],
        before: &[("test.ini", INI)],
        after: &[("alembic.ini", Some("x\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "Flask-Migrate with a script_location that names no folder",
        ways: FLASK,
        before: FLASK_BEFORE,
        after: &[NO_TOP, ("migrations/alembic.ini", Some("[alembic]\nscript_location = gone\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "Flask-Migrate with a script_location that cannot be read",
        ways: FLASK,
        before: FLASK_BEFORE,
        after: &[NO_TOP, ("migrations/alembic.ini", Some("[alembic]\nscript_location = 50%\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "Flask-Migrate with a broken ini file",
        ways: FLASK,
        before: FLASK_BEFORE,
        after: &[NO_TOP, ("migrations/alembic.ini", Some("[alembic]\nx = 1\nx = 2\n"))],
        expected: Expected::Error,
    },
    Change {
        name: "Flask-Migrate with a broken pyproject.toml",
        ways: FLASK,
        before: FLASK_BEFORE,
        after: &[NO_TOP, ("pyproject.toml", Some("[tool.alembic\n"))],
        expected: Expected::Clean,
    },
    Change {
        name: "a program fills script_location in",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("[alembic]\nscript_location = {folder}/migrations\n"))],
        expected: Expected::Unknown,
    },
    Change {
        name: "a package that is not here",
        ways: USUAL,
        before: &[],
        after: &[("alembic.ini", Some("[alembic]\nscript_location = package:migrations\n"))],
        expected: Expected::Unknown,
    },
    Change {
        name: "alembic.ini is deleted and the folder stays as it is",
        ways: USUAL,
        before: &[],
        after: &[NO_TOP],
        expected: Expected::Unknown,
    },
];

#[test]
#[ignore = "needs Alembic"]
fn what_alembic_could_run_must_still_run() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "upgrade_judge.py");
        let wrong: Vec<String> =
            CHANGES.iter().filter_map(|change| compare(change, &mut judge)).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

fn compare(change: &Change, judge: &mut Judge) -> Option<String> {
    let mut before = usual();
    before
        .extend(change.before.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    if change.after.contains(&NO_TOP) && change.ways != USUAL {
        before.remove("alembic.ini");
    }
    let mut after = before.clone();
    for (path, content) in change.after {
        match content {
            Some(content) => drop(after.insert((*path).to_owned(), (*content).to_owned())),
            None => drop(after.remove(*path)),
        }
    }
    let earlier = ask(judge, change, &before);
    let later = ask(judge, change, &after);
    let worked = earlier.iter().any(|run| run.error.is_none());
    assert!(worked, "{}: {earlier:?}", change.name);
    let works = later.iter().any(|run| run.error.is_none());
    let loaded = |runs: &[Run]| -> BTreeSet<String> {
        runs.iter().flat_map(|run| run.revisions.clone()).collect()
    };
    let is_lost = !works || !loaded(&earlier).is_subset(&loaded(&later));
    let truth = if is_lost { Expected::Error } else { Expected::Clean };
    let said = said(&before, &after);
    let is_right = match change.expected {
        Expected::Clean | Expected::Error => {
            truth == change.expected && level(&said) == Some(truth)
        }
        Expected::Unknown => is_lost && level(&said) == Some(Expected::Unknown),
    };
    let shown =
        said.iter().map(|it| format!("{} {}: {}", it.level(), it.problem.rule, it.problem.message));
    let shown: Vec<String> = shown.collect();
    (!is_right).then(|| format!("{}: {later:?}, the guard: {shown:?}", change.name))
}

fn ask(judge: &mut Judge, change: &Change, files: &Files) -> Vec<Run> {
    let ways: Vec<_> = change
        .ways
        .iter()
        .map(|(folder, ini, section)| json!([folder, ini, section, *section == "flask"]))
        .collect();
    judge.ask(&json!({ "files": files, "ways": ways }))
}

fn said(before: &Files, after: &Files) -> Vec<Finding> {
    let tree = |files: &Files| {
        MemoryTree::new(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))
    };
    let (before, after) = (tree(before), tree(after));
    let comparison = Comparison {
        before: Some(&before),
        standing: Standing::Published,
        ..Comparison::alone(&after)
    };
    let mut reader = Reader::new(Config::default());
    check(&mut reader, &comparison).expect("memory never fails").findings
}

/// Returns how a lost environment is taken; nothing if something else is found.
fn level(findings: &[Finding]) -> Option<Expected> {
    match findings {
        [] => Some(Expected::Clean),
        [one] if one.problem.rule == "environment-lost" => Some(match one.level() {
            Level::Error => Expected::Error,
            Level::Off | Level::Warn => Expected::Unknown,
        }),
        _ => None,
    }
}
