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
  published revision `b` gains a new ancestor, `d`
  ^ builds on `a` on main
  + versions/d.py:1:12 "d": databases at `b` never run this
  > restore the parent: write in versions/b.py: `down_revision = "a"`
  > build `d` on top: write in versions/d.py: `down_revision = "b"`

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
  published revision `b` gains a new ancestor, `d` and `e`
  ^ builds on `a` on main
  + versions/d.py:1:12 "d": databases at `b` never run this
  + versions/e.py:1:12 "e": databases at `b` never run this
  > restore the parent: write in versions/b.py: `down_revision = "a"`
  > build `d` on top: write in versions/d.py: `down_revision = "c"`

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
  ^ builds on `b` on main
  + versions/b.py:1:12 "b": databases at `c` run this again
  > restore the parent: write in versions/c.py: `down_revision = "b"`
  > or if this undoes an earlier mistake and no database has run `c` at its current place, add to the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

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
  published revision `c` gains a new ancestor, `b`
  ^ builds on `a` on main
  + versions/b.py:1:12 "b": databases at `c` never run this
  > restore the parent: write in versions/c.py: `down_revision = "a"`
  > join the heads instead, which is safe for every database: `alembic-guard merge b c`

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
  published revision `b` gains a new ancestor, `x`
  ^ different on main
  + versions/x.py:1:12 "x": databases at `b` never run this
  > restore `depends_on` in versions/b.py

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
  `a` and `b` were deleted from main
  ^ databases that ran `a` will not find it
  > before you merge this, upgrade every database to `c` or later: `alembic upgrade c`
warn published-identity-changed versions/c.py:2:17 "s"
  published revision `c` gains a new ancestor, `s`
  ^ builds on `b` on main
  + versions/s.py:1:12 "s": databases at `c` never run this
  > keep this only if `s` does the same as the deleted revisions

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
  ^ builds on `b` and `c` on main
  + versions/c.py:1:12 "c": databases at `m` run this again
  > restore the parent: write in versions/m.py: `down_revision = ("b", "c")`
  > or if this undoes an earlier mistake and no database has run `m` at its current place, add to the header of versions/m.py: `# alembic-guard: allow(published-identity-changed)`

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
  ^ builds on `b` on main
  + versions/b.py:1:12 "b": databases at `c` run this again
  > restore the parent: write in versions/c.py: `down_revision = "b"`
  > or if this undoes an earlier mistake and no database has run `c` at its current place, add to the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

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
  ^ builds on `b` on main
  + versions/b.py:1:12 "b": databases at `c` run this again
  > restore the parent: write in versions/c.py: `down_revision = "b"`
  > or if this undoes an earlier mistake and no database has run `c` at its current place, add to the header of versions/c.py: `# alembic-guard: allow(published-identity-changed)`

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
  ^ different on main
  + versions/b.py:1:12 "b": databases at `x` run this again
  > restore the branch label in its `depends_on`
  > or if this undoes an earlier mistake and no database has run `x` at its current place, add to the header of versions/x.py: `# alembic-guard: allow(published-identity-changed)`
warn published-identity-changed versions/b.py:3:17 None
  published revision `b` changes its branch labels from `line` to none
  ^ commands and settings with the old label fail
  > restore the label, or change everything that uses it
warn published-identity-changed versions/p.py:3:17 "line"
  published revision `p` changes its branch labels from none to `line`
  ^ commands and settings with the old label fail
  > restore the label, or change everything that uses it

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
  published revision `a` changes its branch labels from `one` to `two`
  ^ commands and settings with the old label fail
  > restore the label, or change everything that uses it

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
  ^ builds on `b` on main
  > restore the parent: write in versions/c.py: `down_revision = "b"`

"#]],
    );
}
