//! `stale-down-revision`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "stale-down-revision",
    fires: "before: a b(a)\nchange: d(a)",
    silent: "before: a b(a)\nchange: d(b)",
};

#[test]
fn a_parent_that_another_revision_took() {
    says(
        EXAMPLES.fires,
        str![[r#"
error stale-down-revision versions/d.py:2:17 "a"
  `d` builds on `a`, which main has moved past
  ^ main is at `b` now
  + versions/b.py:2:17 "a": `b` took its place on main
  > put `d` on top of `b`: `alembic-guard rebase`
  > or do not edit it, and add a revision that joins both: `alembic-guard merge b d`

"#]],
    );
}

#[test]
fn a_merge_revision_whose_parent_was_left_behind() {
    says(
        "before: a b(a) c(b)\nchange: d(a) m(b,d)",
        str![[r#"
error stale-down-revision versions/m.py:2:18 "b"
  merge revision `m` joins `b`, which main has moved past
  ^ main is at `c` now
  + versions/c.py:2:17 "b": `c` took its place on main
  > put `m` on top of `c`: `alembic-guard rebase`
  > or do not edit it, and add a revision that joins both: `alembic-guard merge c m`

"#]],
    );
}

#[test]
fn a_repair_that_was_overtaken() {
    says(
        "before: x y z(x)\nchange: m(x,y)",
        str![[r#"
warn stale-down-revision versions/m.py:2:18 "x" (Doubt(Unfinished))
  merge revision `m` joins `x`, which main has moved past
  ^ main is at `z` now
  + versions/z.py:2:17 "x": `z` took its place on main
  > finish the repair: `alembic-guard merge z m`

"#]],
    );
}

#[test]
fn a_chain_that_a_merge_revision_joins() {
    is_silent("before: a b(a)\nchange: d(a) e(d) m(b,e)");
}
