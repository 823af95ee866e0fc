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
  `m` builds on `a`, which `b` builds on already
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
  `m` depends on `a`, which `b` builds on already
  ^ `alembic upgrade` stops here with `KeyError: 'a'`
  + versions/b.py:2:17 "a": `b` builds on `a`
  > take `a` out of `depends_on`: `b` brings it along

"#]],
    );
}

#[test]
fn a_dependency_by_its_label_below_the_only_parent() {
    says(
        "before: a#first c(a) x\nchange: d(c)!x,first e(x,d)",
        str![[r#"
error redundant-merge versions/d.py:4:20 "first"
  `d` depends on `a`, which `c` builds on already
  ^ `alembic upgrade` stops here with `KeyError: 'a'`
  + versions/c.py:2:17 "a": `c` builds on `a`
  > take `a` out of `depends_on`: `c` brings it along

"#]],
    );
}

#[test]
fn a_parent_below_another_by_a_dependency_alone() {
    says(
        "before: a b(a) c(a) x y(x)!b\nchange: m(b,c,y)",
        str![[r#"
error redundant-merge versions/m.py:2:18 "b"
  `m` builds on `b`, which `y` needs already
  ^ `alembic upgrade` stops here with `KeyError: 'b'`
  + versions/y.py:4:14 "b": `y` needs `b`
  > join `b` and `y` in a merge revision of their own, and build on that: `alembic-guard merge b y`

"#]],
    );
}

#[test]
fn two_parents_on_one_line() {
    says(
        "before: a b(a)\nchange: m(a,b)",
        str![[r#"
warn redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `b` builds on already
  ^ `b` alone says as much
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
  `m` builds on `a`, which `c` builds on already
  ^ `c` alone says as much
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
  ^ the second time
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
  `n` joins `b` and `c`, as `m` does
  ^ joined already
  + versions/m.py:2:17 ("b", "c"): the same parents
  > let what builds on `n` build on `m`
  > and, unless a database has run it, remove the file: `git rm versions/n.py`

"#]],
    );
}

#[test]
fn parents_that_two_new_revisions_join() {
    says(
        "before: a b(a) c(a)\nchange: n(b,c) m(b,c) o(m,n)",
        str![[r#"
warn redundant-merge versions/n.py:2:17 ("b", "c")
  `n` joins `b` and `c`, as `m` does
  ^ joined already
  + versions/m.py:2:17 ("b", "c"): the same parents
  > let what builds on `n` build on `m`
  > and, unless a database has run it, remove the file: `git rm versions/n.py`

"#]],
    );
}

#[test]
fn merges_of_the_same_that_leave_two_heads_are_told_of_once() {
    says(
        "before: a b(a) c(a)\nchange: n(b,c) m(b,c)",
        str![[r#"
error multiple-heads versions/m.py:2:17 ("b", "c")
  this change adds 2 heads side by side: `m` and `n`
  ^ `m` is a head
  + versions/n.py:2:17 ("b", "c"): `n` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them: `alembic-guard merge m n`

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
  `d` builds on `a`, which main has moved past
  ^ main is at `b` now
  + versions/b.py:2:17 "a": `b` took its place on main
  + versions/m.py:2:18 "a": stale too: main is at `b` now
  > put `d` and `m` on top of `b`: `alembic-guard rebase`
  > or do not edit it, and add a revision that joins both: `alembic-guard merge b m`
warn redundant-merge versions/m.py:2:18 "a"
  `m` builds on `a`, which `d` builds on already
  ^ `d` alone says as much
  + versions/d.py:2:17 "a": `d` builds on `a`
  > check again after that: `m` may have another parent then

"#]],
    );
}
