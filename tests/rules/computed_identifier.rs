//! `computed-identifier`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "computed-identifier",
    fires: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = parent()",
    silent: "\
before: a
change versions/b.py:
    PARENT = \"a\"
    revision = \"b\"
    down_revision = PARENT",
};

#[test]
fn a_parent_that_a_call_returns() {
    says(
        EXAMPLES.fires,
        str![[r#"
error computed-identifier versions/b.py:2:17 parent()
  `down_revision` is not a literal: it is a function call
  ^ computed
  > write `down_revision` as a literal

"#]],
    );
}

#[test]
fn a_dependency_that_a_call_returns() {
    says(
        "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    depends_on = parent()",
        str![[r#"
warn computed-identifier versions/b.py:3:14 parent() (Doubt(CannotTell))
  `depends_on` is not a literal: it is a function call
  ^ computed
  > write `depends_on` as a literal

"#]],
    );
}

#[test]
fn a_file_that_did_not_change() {
    says(
        "\
before: a
before versions/b.py:
    revision = \"b\"
    down_revision = parent()
change: c(b)",
        str![[r#"
warn computed-identifier versions/b.py:2:17 parent() (Existing)
  `down_revision` is not a literal: it is a function call
  ^ computed
  > write `down_revision` as a literal

"#]],
    );
}

#[test]
fn labels_that_nothing_counts_by() {
    is_silent(
        "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    branch_labels = labels()",
    );
}
