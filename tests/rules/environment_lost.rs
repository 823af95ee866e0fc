//! `environment-lost`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::says;

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "environment-lost",
    fires: "before: a b(a)\nchange -alembic.ini:\nchange -env.py:\nchange -script.py.mako:",
    silent: "before: a b(a)\nchange -script.py.mako:",
};

#[test]
fn migrations_without_an_environment() {
    says(
        EXAMPLES.fires,
        str![[r#"
error environment-lost  (a path)
  the Alembic environment `.` is gone, but 2 of its migrations remain
  ^ Alembic no longer finds them
  > restore its settings or its env.py
  > or list it in .alembic-guard.toml: `[[environment]]` with `script_location = "."`

"#]],
    );
}

#[test]
fn an_environment_that_goes_with_its_migrations() {
    says(
        "before: a\nchange: -a\nchange -alembic.ini:\nchange -env.py:\nchange -script.py.mako:",
        str![[r#"
warn published-migration-deleted versions/a.py (a path)
  `a` was deleted from main with the Alembic environment `.`
  ^ databases that ran `a` will not find it
  > restore versions/a.py: `git restore --source=1234567890 --staged --worktree -- versions/a.py`
  > undo its changes in a new migration on top

"#]],
    );
}

#[test]
fn an_ini_that_python_cannot_parse() {
    says(
        "before: a b(a)\nchange alembic.ini:\n    [alembic]\n    script_location = .\n    x = 1\n    x = 2",
        str![[r#"
error environment-lost alembic.ini:4:1 x = 2
  Alembic can no longer run `.`: Python cannot read the file: duplicate key `x` in this section
  ^ `alembic upgrade` fails here
  > restore alembic.ini: `git restore --source=1234567890 --staged --worktree -- alembic.ini`

"#]],
    );
}

#[test]
fn an_environment_that_only_a_program_can_run() {
    says(
        "before: a b(a)\nchange -alembic.ini:",
        str![[r#"
warn environment-lost alembic.ini (a path) (Doubt(OutsideRepository))
  cannot tell whether Alembic can still run `.`: the file was deleted, and nothing else leads to its folder
  ^ depends on more than this repository
  > if it still runs, list it in .alembic-guard.toml: `[[environment]]` with `script_location = "."`
  > or restore alembic.ini: `git restore --source=1234567890 --staged --worktree -- alembic.ini`

"#]],
    );
}

#[test]
fn a_folder_that_no_setting_names_any_more() {
    says(
        "\
before: a b(a)
before alembic.ini:
    [alembic]
    script_location = .
    path_separator = space
    version_locations = versions plugin
before plugin/p.py:
    revision = \"p\"
    down_revision = None
change alembic.ini:
    [alembic]
    script_location = .
    version_locations = versions",
        str![[r#"
error environment-lost alembic.ini:3:21 versions
  `p` of main is no longer in any Alembic environment
  ^ `version_locations` no longer includes `plugin`
  > include their folders in `version_locations` again
  > or move the files to a folder that Alembic loads, and keep their ids

"#]],
    );
}
