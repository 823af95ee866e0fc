//! `unreadable-migration`.

use snapbox::str;

use crate::Examples;
use crate::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "unreadable-migration",
    fires: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print \"b\"",
    silent: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print(\"b\")",
};

#[test]
fn a_body_of_another_language() {
    says(
        EXAMPLES.fires,
        str![[r#"
error unreadable-migration versions/b.py:5:11 "b"
  this file cannot be read as Python: simple statements must be separated by newlines or semicolons
  ^ here
  > mend the place that is shown
  > see what Python says: `python -m py_compile versions/b.py`

"#]],
    );
}

#[test]
fn a_conflict_that_git_left_behind() {
    says(
        "\
before: a b(a)
change versions/c.py:
    revision = \"c\"
    <<<<<<< HEAD
    down_revision = \"a\"
    =======
    down_revision = \"b\"
    >>>>>>> main",
        str![[r#"
error unreadable-migration versions/c.py:2:1 <<<<<<<
  this file cannot be read as Python: a merge conflict marker
  ^ here
  > mend the place that is shown
  > see what Python says: `python -m py_compile versions/c.py`

"#]],
    );
}

#[test]
fn an_old_body_that_did_not_change() {
    is_silent(
        "\
before: a
before versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print \"b\"
change: c(b)",
    );
}
