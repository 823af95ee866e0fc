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
  `d` is stale: main has moved on
  ^ main is now at `b`
  + versions/b.py:2:17 "a": main has `b` on this parent
  > put `d` on top of `b`: `alembic-guard rebase`
  > or join both heads with a merge revision: `alembic-guard merge b d`

"#]],
    );
}

#[test]
fn a_merge_revision_whose_parent_was_left_behind() {
    says(
        "before: a b(a) c(b)\nchange: d(a) m(b,d)",
        str![[r#"
error stale-down-revision versions/m.py:2:18 "b"
  merge revision `m` is stale: main has moved on
  ^ main is now at `c`
  + versions/c.py:2:17 "b": main has `c` on this parent
  > put `m` on top of `c`: `alembic-guard rebase`
  > or join both heads with a merge revision: `alembic-guard merge c m`

"#]],
    );
}

#[test]
fn a_repair_that_was_overtaken() {
    says(
        "before: x y z(x)\nchange: m(x,y)",
        str![[r#"
warn stale-down-revision versions/m.py:2:18 "x" (Doubt(Unfinished))
  merge revision `m` is stale: main has moved on
  ^ main is now at `z`
  + versions/z.py:2:17 "x": main has `z` on this parent
  > finish the repair: `alembic-guard merge z m`

"#]],
    );
}

#[test]
fn a_chain_that_a_merge_revision_joins() {
    is_silent("before: a b(a)\nchange: d(a) e(d) m(b,e)");
}
