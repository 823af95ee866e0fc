//! `placeholder-revision-id`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "placeholder-revision-id",
    fires: "before: a\nchange: a1b2c3d4e5f6(a)",
    silent: "before: a\nchange: 1975ea83b712(a)",
};

#[test]
fn an_id_that_counts_up() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn placeholder-revision-id versions/a1b2c3d4e5f6.py:1:12 "a1b2c3d4e5f6"
  revision id `a1b2c3d4e5f6` looks hand-written; another branch may choose it too
  ^ not a random id
  > write in versions/a1b2c3d4e5f6.py: `revision = "2fbbb0fec326"`
  > write it everywhere instead of `a1b2c3d4e5f6`: `down_revision`, docstring, file name

"#]],
    );
}

#[test]
fn numbers_by_which_a_history_is_counted() {
    is_silent("before: 0041\nchange: 0042(0041) 20240131_1405(0042)");
}

#[test]
fn an_id_that_was_there_before() {
    is_silent("before: a1b2c3d4e5f6\nchange: 1975ea83b712(a1b2c3d4e5f6)");
}
