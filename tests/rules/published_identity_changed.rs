//! `published-identity-changed`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, rules, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "published-identity-changed",
    fires: "before: a b(a)\nchange: d(a) b(d)",
    silent: "before: a b(a)\nchange: d(b)",
};

#[test]
fn what_is_slipped_in_below() {
    says(
        EXAMPLES.fires,
        str![[r#"
error published-identity-changed versions/b.py:2:17 "d"
  `b` is in main already and now needs `d`, which it did not
  ^ in main it builds on `a`
  + versions/d.py:1:12 "d": a database that is at `b` never runs this
  > put it back; write in versions/b.py: `down_revision = "a"`
  > and build `d` on top; write in versions/d.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn a_chain_slipped_in_below() {
    says(
        "\
before: a b(a) c(b)
change: d(a) e(d) b(e)",
        str![[r#"
error published-identity-changed versions/b.py:2:17 "e"
  `b` is in main already and now needs `d` and `e`, which it did not
  ^ in main it builds on `a`
  + versions/d.py:1:12 "d": a database that is at `b` never runs this
  + versions/e.py:1:12 "e": a database that is at `b` never runs this
  > put it back; write in versions/b.py: `down_revision = "a"`
  > and build `d` on top; write in versions/d.py: `down_revision = "c"`

"#]],
    );
}

#[test]
fn what_is_put_on_top_of_a_branch() {
    says(
        "\
before: a b(a) k(b) c(b) x(a) m(c,k,x)
change: c(x)",
        str![[r#"
error published-identity-changed versions/c.py:2:17 "x"
  published revision `c` loses its ancestor `b`, which stays in the history, and gains `x`
  ^ in main it builds on `b`
  + versions/b.py:1:12 "b": a database that is at `c` runs this again
  > put it back; write in versions/c.py: `down_revision = "b"`
  > or, if this undoes an earlier re-pointing and no database has run `c` in its present place, write in the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

"#]],
    );
}

#[test]
fn two_heads_that_become_one() {
    says(
        "\
before: a b(a) c(a)
change: c(b)",
        str![[r#"
warn published-identity-changed versions/c.py:2:17 "b"
  `c` is in main already and now needs `b`, which it did not
  ^ in main it builds on `a`
  + versions/b.py:1:12 "b": a database that is at `c` never runs this
  > put it back; write in versions/c.py: `down_revision = "a"`
  > and join the heads instead, which is safe for every database: `alembic-guard merge b c`

"#]],
    );
}

#[test]
fn a_new_dependency() {
    says(
        "\
before: a x b(a)
change: b(a)!x",
        str![[r#"
error published-identity-changed versions/b.py:4:14 "x"
  `b` is in main already and now needs `x`, which it did not
  ^ not so in main
  + versions/x.py:1:12 "x": a database that is at `b` never runs this
  > put `depends_on` back in versions/b.py

"#]],
    );
}

#[test]
fn what_stands_for_revisions_that_are_gone() {
    says(
        "\
before: a b(a) c(b)
change: -a -b s c(s)",
        str![[r#"
warn published-migration-deleted versions/a.py (a path)
  `a` and `b` of main are gone
  ^ databases that have run `a` will not find it
  > before this lands, bring every database to `c` at least: `alembic upgrade c`
warn published-identity-changed versions/c.py:2:17 "s"
  `c` is in main already and now needs `s`, which it did not
  ^ in main it builds on `b`
  + versions/s.py:1:12 "s": a database that is at `c` never runs this
  > right where `s` does what the revisions that are gone did; else put it back

"#]],
    );
}

#[test]
fn a_merge_that_joins_less() {
    says(
        "\
before: a b(a) c(a) k(c) m(b,c)
change: m(b) n(m,k)",
        str![[r#"
error published-identity-changed versions/m.py:2:17 "b"
  published revision `m` loses its ancestor `c`, which stays in the history
  ^ in main it builds on `b` and `c`
  + versions/c.py:1:12 "c": a database that is at `m` runs this again
  > put it back; write in versions/m.py: `down_revision = ("b", "c")`
  > or, if this undoes an earlier re-pointing and no database has run `m` in its present place, write in the header of versions/m.py: `# alembic-guard: allow(published-identity-changed)`

"#]],
    );
}

#[test]
fn a_head_that_moves_to_another_head_loses_its_ancestor() {
    // There are two heads before and after, so no head is to blame.
    says(
        "\
before: a b(a) c(b) d(a)
change: c(d)",
        str![[r#"
error published-identity-changed versions/c.py:2:17 "d"
  published revision `c` loses its ancestor `b`, which stays in the history, and gains `d`
  ^ in main it builds on `b`
  + versions/b.py:1:12 "b": a database that is at `c` runs this again
  > put it back; write in versions/c.py: `down_revision = "b"`
  > or, if this undoes an earlier re-pointing and no database has run `c` in its present place, write in the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

"#]],
    );
}

#[test]
fn a_lost_ancestor_that_a_merge_joins() {
    says(
        "\
before: a b(a) c(b)
change: c(a) m(b,c)",
        str![[r#"
error published-identity-changed versions/c.py:2:17 "a"
  published revision `c` loses its ancestor `b`, which stays in the history
  ^ in main it builds on `b`
  + versions/b.py:1:12 "b": a database that is at `c` runs this again
  > put it back; write in versions/c.py: `down_revision = "b"`
  > or, if this undoes an earlier re-pointing and no database has run `c` in its present place, write in the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

"#]],
    );
}

#[test]
fn an_undone_re_pointing_may_be_allowed() {
    is_silent(
        "\
before: a b(a) c(b) x(a)
change: m(b,c,x)
change versions/c.py:
    # alembic-guard: allow(published-identity-changed)
    revision = \"c\"
    down_revision = \"a\"",
    );
}

#[test]
fn links_that_lose_no_ancestor() {
    // A redundant merge parent, a dependency that becomes a parent, and a parent that becomes a dependency.
    for fixture in [
        "before: a b(a) c(b) m(a,b,c) n(m)\nchange: m(b,c)",
        "before: a b(a) c(a)!b m(b,c)\nchange: c(b)",
        "before: a b(a) c(b) m(c)\nchange: c(a)!b m(b,c)",
    ] {
        assert!(!rules(fixture).contains(&EXAMPLES.rule), "{fixture}");
    }
}

#[test]
fn a_label_that_moves_takes_dependencies_along() {
    says(
        "\
before: a b(a)#line p(a) x(p)!line m(b,x)
change: b(a) p(a)#line",
        str![[r#"
error published-identity-changed versions/x.py:4:14 "line"
  published revision `x` loses its ancestor `b`, which stays in the history
  ^ not so in main
  + versions/b.py:1:12 "b": a database that is at `x` runs this again
  > put the branch label in its `depends_on` back
  > or, if this undoes an earlier re-pointing and no database has run `x` in its present place, write in the header of versions/x.py: `# alembic-guard: allow(published-identity-changed)`
warn published-identity-changed versions/b.py:3:17 None
  the branch labels of `b` in main change from `line` to none
  ^ commands and configurations that name the old label stop working
  > put the label back, or change all that names it
warn published-identity-changed versions/p.py:3:17 "line"
  the branch labels of `p` in main change from none to `line`
  ^ commands and configurations that name the old label stop working
  > put the label back, or change all that names it

"#]],
    );
}

#[test]
fn labels() {
    says(
        "\
before: a#one b(a)
change: a#two",
        str![[r#"
warn published-identity-changed versions/a.py:3:17 "two"
  the branch labels of `a` in main change from `one` to `two`
  ^ commands and configurations that name the old label stop working
  > put the label back, or change all that names it

"#]],
    );
}

#[test]
fn parents_in_another_order() {
    is_silent(
        "\
before: a b(a) c(a) m(b,c)
change: m(c,b)",
    );
}

#[test]
fn what_no_longer_keeps_another_from_being_a_head() {
    says(
        "\
before: a b(a) c(b)
change: c(a)",
        str![[r#"
error multiple-heads versions/c.py:2:17 "a"
  `b` is a head again: `c` no longer builds on it
  ^ on main it builds on `b`
  > put it back; write in versions/c.py: `down_revision = "b"`

"#]],
    );
}
