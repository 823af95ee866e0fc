//! `misspelled-identifier`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "misspelled-identifier",
    fires: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revisions = \"a\"",
    silent: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"",
};

#[test]
fn a_name_that_alembic_does_not_read() {
    says(
        EXAMPLES.fires,
        str![[r#"
error misspelled-identifier versions/b.py:2:1 down_revisions
  Alembic does not read `down_revisions`
  ^ did you mean `down_revision`?
  > write `down_revision` instead of `down_revisions`

"#]],
    );
}

#[test]
fn a_name_of_the_migrations_own() {
    is_silent(
        "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    table = \"revisions\"",
    );
}
