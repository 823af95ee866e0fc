//! `missing-identifier`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "missing-identifier",
    fires: "\
before: a
change versions/helpers.py:
    def name():
        return \"x\"",
    silent: "\
before: a
change versions/__init__.py:
    def name():
        return \"x\"",
};

#[test]
fn a_file_that_is_no_migration() {
    says(
        EXAMPLES.fires,
        str![[r#"
error missing-identifier versions/helpers.py
  this file in a versions folder does not define `revision` or `down_revision`
  ^ Alembic loads every Python file here
  > define `revision` and `down_revision`, or move the file out of the versions folder

"#]],
    );
}

#[test]
fn a_migration_without_down_revision() {
    says(
        "before: a\nchange versions/b.py:\n    revision = \"b\"",
        str![[r#"
error missing-identifier versions/b.py
  this file in a versions folder does not define `down_revision`
  ^ Alembic loads every Python file here
  > define `down_revision`, or move the file out of the versions folder

"#]],
    );
}

#[test]
fn a_file_that_was_there_before() {
    says(
        "before: a\nbefore versions/helpers.py:\n    x = 1\nchange: b(a)",
        str![[r#"
warn missing-identifier versions/helpers.py (Existing)
  this file in a versions folder does not define `revision` or `down_revision`
  ^ Alembic loads every Python file here
  > define `revision` and `down_revision`, or move the file out of the versions folder

"#]],
    );
}

#[test]
fn a_file_whose_name_is_its_id() {
    is_silent("before: a\nchange versions/1a2f.py:\n    down_revision = \"a\"");
}
