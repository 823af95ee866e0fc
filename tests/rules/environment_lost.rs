//! `environment-lost`.

use snapbox::str;

use crate::Examples;
use crate::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "environment-lost",
    fires: "before: a b(a)\nchange -alembic.ini:\nchange -env.py:\nchange -script.py.mako:",
    silent: "before: a b(a)\nchange -alembic.ini:",
};

#[test]
fn migrations_without_an_environment() {
    says(
        EXAMPLES.fires,
        str![[r#"
error environment-lost  (a path)
  the Alembic environment `.` is gone while 2 of its migrations remain
  ^ nothing here tells Alembic to run them
  > bring back its alembic.ini or env.py
  > or name it in .alembic-guard.toml: `[[environment]]` with `script_location = "."`

"#]],
    );
}

#[test]
fn an_environment_that_goes_with_its_migrations() {
    is_silent(
        "before: a\nchange: -a\nchange -alembic.ini:\nchange -env.py:\nchange -script.py.mako:",
    );
}
