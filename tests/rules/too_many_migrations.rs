//! `too-many-migrations`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "too-many-migrations",
    fires: "before: a\nchange: b(a)\nchange .alembic-guard.toml:\n    max_migrations = 1",
    silent: "before: a\nchange: b(a)\nchange .alembic-guard.toml:\n    max_migrations = 2",
};

#[test]
fn more_migrations_than_are_read() {
    says(
        EXAMPLES.fires,
        str![[r#"
error too-many-migrations versions (a path)
  `.` has more than 1 migrations and was not checked
  ^ not read
  > raise the limit in .alembic-guard.toml: `max_migrations = 2`

"#]],
    );
}

#[test]
fn nothing_is_said_of_migrations_that_were_not_read() {
    says(
        "before: a b(a)\nchange: -b c(x) d(y)\nchange .alembic-guard.toml:\n    max_migrations = 1",
        str![[r#"
error too-many-migrations versions (a path)
  `.` has more than 1 migrations and was not checked
  ^ not read
  > raise the limit in .alembic-guard.toml: `max_migrations = 2`

"#]],
    );
}

#[test]
fn a_change_back_to_few_cannot_be_compared() {
    says(
        "before: a b(a) c(b)\nchange: -b -c\nchange .alembic-guard.toml:\n    max_migrations = 2",
        str![[r#"
error too-many-migrations versions (a path)
  `.` has more than 2 migrations and was not checked
  ^ not read
  > raise the limit in .alembic-guard.toml: `max_migrations = 4`

"#]],
    );
}

#[test]
fn a_change_of_other_files_passes() {
    says(
        "before: a b(a)\nchange env.py:\n    pass\nchange .alembic-guard.toml:\n    max_migrations = 1",
        str![[r#"
warn too-many-migrations versions (a path)
  `.` has more than 1 migrations and was not checked
  ^ not read
  > raise the limit in .alembic-guard.toml: `max_migrations = 2`

"#]],
    );
}

#[test]
fn all_may_be_let_in() {
    is_silent("before: a b(a)\nchange: c(b)\nchange .alembic-guard.toml:\n    max_migrations = 3");
}
