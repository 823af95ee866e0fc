//! `unknown-down-revision`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "unknown-down-revision",
    fires: "before: a\nchange: b(nowhere)",
    silent: "before: a\nchange: b(a)",
};

#[test]
fn a_parent_that_no_file_defines() {
    says(
        EXAMPLES.fires,
        str![[r#"
error unknown-down-revision versions/b.py:2:17 "nowhere"
  `b` builds on `nowhere`, which no migration defines
  ^ no such revision
  > if `nowhere` is on another branch, merge that branch; if it was deleted, restore it
  > or if the parent is a mistake, put `b` on the head, `a`: `alembic-guard rebase --onto a`

"#]],
    );
}

#[test]
fn a_parent_that_is_removed() {
    says(
        "before: a b(a)\nchange: -a",
        str![[r#"
error unknown-down-revision versions/a.py (a path)
  `b` builds on `a`, which this change deletes
  ^ `a` was defined here
  + versions/b.py:2:17 "a": needs `a`
  > restore versions/a.py: `git restore --source=1234567890 --staged --worktree -- versions/a.py`
  > or build `b` on another revision

"#]],
    );
}

#[test]
fn a_parent_by_the_beginning_of_its_id() {
    says(
        "before: 1975ea83b712\nchange: 8c27e05f61b3(1975ea)",
        str![[r#"
error unknown-down-revision versions/8c27e05f61b3.py:2:17 "1975ea"
  `8c27e05f61b3` builds on `1975ea`, which no migration defines
  ^ no such revision
  > write the full id; `down_revision` does not accept a prefix: `"1975ea83b712"`

"#]],
    );
}

#[test]
fn a_parent_that_a_file_without_known_id_may_define() {
    says(
        "\
before: a
change: b(nowhere)
change versions/c.py:
    revision = make()
    down_revision = \"a\"",
        str![[r#"
error computed-identifier versions/c.py:1:12 make()
  `revision` is not a literal: it is a function call
  ^ computed
  > write `revision` as a literal
warn unknown-down-revision versions/b.py:2:17 "nowhere" (Doubt(CannotTell))
  `b` builds on `nowhere`, which no migration defines
  ^ no such revision
  + versions/c.py: may define it: its id is computed
  > if `nowhere` is on another branch, merge that branch; if it was deleted, restore it

"#]],
    );
}

#[test]
fn a_gap_that_was_there_before() {
    says(
        "before: a b(nowhere)\nchange: c(a)",
        str![[r#"
warn unknown-down-revision versions/b.py:2:17 "nowhere" (Existing)
  `b` builds on `nowhere`, which no migration defines
  ^ no such revision
  > if `nowhere` is on another branch, merge that branch; if it was deleted, restore it

"#]],
    );
}

#[test]
fn a_gap_that_is_mended() {
    is_silent("before: a b(nowhere)\nchange: b(a)");
}

#[test]
fn another_gap_beside_one_that_was_there_before() {
    says(
        "\
before: a b(core)
change: d(core2)",
        str![[r#"
error unknown-down-revision versions/d.py:2:17 "core2"
  `d` builds on `core2`, which no migration defines
  ^ no such revision
  > if `core2` is on another branch, merge that branch; if it was deleted, restore it
warn unknown-down-revision versions/b.py:2:17 "core" (Existing)
  `b` builds on `core`, which no migration defines
  ^ no such revision
  > if `core` is on another branch, merge that branch; if it was deleted, restore it

"#]],
    );
}

#[test]
fn its_own_id_is_not_what_was_meant() {
    says(
        "before: a\nchange: aaa111bbb005(aaa111bbb004) aaa111bbb006(aaa111bbb005)",
        str![[r#"
error unknown-down-revision versions/aaa111bbb005.py:2:17 "aaa111bbb004"
  `aaa111bbb005` builds on `aaa111bbb004`, which no migration defines
  ^ no such revision
  > if `aaa111bbb004` is on another branch, merge that branch; if it was deleted, restore it
  > or if the parent is a mistake, put `aaa111bbb005` on the head, `a`: `alembic-guard rebase --onto a`

"#]],
    );
}
