//! `redundant-merge`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "redundant-merge",
    fires: "before: a b(a) c(a)\nchange: m(a,b,c)",
    silent: "before: a b(a) c(a)\nchange: m(b,c)",
};

#[test]
fn three_parents_of_which_one_is_below_another() {
    says(
        EXAMPLES.fires,
        str![[r#"
error redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `b` already includes
  ^ `alembic upgrade` stops here with `KeyError: 'a'`
  + versions/b.py:2:17 "a": `b` builds on `a`
  > write in versions/m.py: `down_revision = ("b", "c")`

"#]],
    );
}

#[test]
fn a_dependency_below_a_parent_of_two() {
    says(
        "before: a b(a) c(a)\nchange: m(b,c)!a",
        str![[r#"
error redundant-merge versions/m.py:4:14 "a"
  `m` depends on `a`, which `b` already includes
  ^ `alembic upgrade` stops here with `KeyError: 'a'`
  + versions/b.py:2:17 "a": `b` builds on `a`
  > remove `a` from `depends_on`: `b` includes it

"#]],
    );
}

#[test]
fn a_dependency_by_its_label_below_the_only_parent() {
    says(
        "before: a#first c(a) x\nchange: d(c)!x,first e(x,d)",
        str![[r#"
error redundant-merge versions/d.py:4:20 "first"
  `d` depends on `a`, which `c` already includes
  ^ `alembic upgrade` stops here with `KeyError: 'a'`
  + versions/c.py:2:17 "a": `c` builds on `a`
  > remove `a` from `depends_on`: `c` includes it

"#]],
    );
}

#[test]
fn a_parent_below_another_by_a_dependency_alone() {
    says(
        "before: a b(a) c(a) x y(x)!b\nchange: m(b,c,y)",
        str![[r#"
error redundant-merge versions/m.py:2:18 "b"
  `m` builds on `b`, which `y` already includes
  ^ `alembic upgrade` stops here with `KeyError: 'b'`
  + versions/y.py:4:14 "b": `y` needs `b`
  > join `b` and `y` in a separate merge revision, and build on that: `alembic-guard merge b y`

"#]],
    );
}

#[test]
fn two_parents_on_one_line() {
    says(
        "before: a b(a)\nchange: m(a,b)",
        str![[r#"
warn redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `b` already includes
  ^ `b` already includes it
  + versions/b.py:2:17 "a": `b` builds on `a`
  > write in versions/m.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn three_parents_on_one_line() {
    says(
        "before: a b(a) c(b)\nchange: m(a,c,b)",
        str![[r#"
warn redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `c` already includes
  ^ `c` already includes it
  + versions/c.py:2:17 "b": `c` builds on `a`
  > write in versions/m.py: `down_revision = "c"`

"#]],
    );
}

#[test]
fn a_parent_that_is_named_twice() {
    says(
        "before: a b(a)\nchange: m(b,b)",
        str![[r#"
warn redundant-merge versions/m.py:2:23 "b"
  `m` names its parent `b` twice
  ^ named twice
  > write in versions/m.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn parents_that_were_joined_before() {
    says(
        "before: a b(a) c(a) m(b,c)\nchange: n(c,b) o(m,n)",
        str![[r#"
warn redundant-merge versions/n.py:2:17 ("c", "b")
  `n` joins `b` and `c`, and so does `m`
  ^ already joined
  + versions/m.py:2:17 ("b", "c"): the same parents
  > build the children of `n` on `m`
  > if no database has run it, delete the file: `git rm versions/n.py`

"#]],
    );
}

#[test]
fn parents_that_two_new_revisions_join() {
    says(
        "before: a b(a) c(a)\nchange: n(b,c) m(b,c) o(m,n)",
        str![[r#"
warn redundant-merge versions/n.py:2:17 ("b", "c")
  `n` joins `b` and `c`, and so does `m`
  ^ already joined
  + versions/m.py:2:17 ("b", "c"): the same parents
  > build the children of `n` on `m`
  > if no database has run it, delete the file: `git rm versions/n.py`

"#]],
    );
}

#[test]
fn merges_of_the_same_that_leave_two_heads_are_told_of_once() {
    says(
        "before: a b(a) c(a)\nchange: n(b,c) m(b,c)",
        str![[r#"
error multiple-heads versions/m.py:2:17 ("b", "c")
  this change adds 2 heads: `m` and `n`
  ^ `m` is a head
  + versions/n.py:2:17 ("b", "c"): `n` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge m n`

"#]],
    );
}

#[test]
fn a_dependency_that_an_ancestor_has_too() {
    is_silent("before: x a!x b(a) c(a)\nchange: m(b,c)!x n(x,m)");
}

#[test]
fn two_heads_of_which_one_depends_on_the_other() {
    is_silent("before: a b(a) x y(x)!b\nchange: m(b,y)");
}

#[test]
fn what_was_so_before_and_what_needs_itself() {
    is_silent("before: a b(a) c(a) m(a,b,c)\nchange: d(m)");
    assert_eq!(crate::rules::judge::rules("before: a b(a)\nchange: m(m,a,b)"), ["revision-cycle"]);
}

#[test]
fn parents_that_a_rebase_changes_are_looked_at_after_it() {
    says(
        "\
before: a b(a)
change: d(a) m(a,d)",
        str![[r#"
error stale-down-revision versions/d.py:2:17 "a"
  `d` is stale: main has moved on
  ^ main is now at `b`
  + versions/b.py:2:17 "a": main has `b` on this parent
  + versions/m.py:2:18 "a": also stale: main is now at `b`
  > put `d` and `m` on top of `b`: `alembic-guard rebase`
  > or join both heads with a merge revision: `alembic-guard merge b m`
warn redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `d` already includes
  ^ `d` already includes it
  + versions/d.py:2:17 "a": `d` builds on `a`
  > check again: `m` may have another parent then

"#]],
    );
}
