//! `duplicate-revision`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "duplicate-revision",
    fires: "\
before: a b(a)
change versions/z.py:
    revision = \"b\"
    down_revision = \"a\"",
    silent: "\
before: a b(a)
change versions/z.py:
    revision = \"z\"
    down_revision = \"b\"",
};

#[test]
fn an_id_that_is_taken() {
    says(
        EXAMPLES.fires,
        str![[r#"
error duplicate-revision versions/z.py:1:12 "b"
  revision `b` is defined by 2 files
  ^ already in use
  + versions/b.py:1:12 "b": also defined here
  > give one of them its own id: write in versions/z.py: `revision = "4f91fd92053b"`
  > use the new id in its docstring and file name, and in the `down_revision` of migrations that build on it

"#]],
    );
}

#[test]
fn a_migration_that_is_there_twice() {
    says(
        "\
before: a
before versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
change versions/z.py:
    revision = \"b\"
    down_revision = \"a\"",
        str![[r#"
error duplicate-revision versions/z.py:1:12 "b"
  revision `b` is defined by 2 files
  ^ already in use
  + versions/b.py:1:12 "b": also defined here
  > delete it; versions/b.py is the same file: `rm versions/z.py`

"#]],
    );
}

#[test]
fn an_id_that_was_taken_twice_before() {
    says(
        "\
before: a b(a)
before versions/z.py:
    revision = \"b\"
    down_revision = \"a\"
change: c(b)",
        str![[r#"
warn duplicate-revision versions/b.py:1:12 "b" (Existing)
  revision `b` is defined by 2 files
  ^ already in use
  + versions/z.py:1:12 "b": also defined here
  > give one of them its own id: write in versions/b.py: `revision = "34489e9b60a6"`
  > use the new id in its docstring and file name, and in the `down_revision` of migrations that build on it

"#]],
    );
}

#[test]
fn a_file_that_got_another_name() {
    is_silent(
        "\
before: a b(a)
change: -b
change versions/z.py:
    revision = \"b\"
    down_revision = \"a\"",
    );
}
