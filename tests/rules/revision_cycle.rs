//! `revision-cycle`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::says;

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "revision-cycle",
    fires: "before: a\nchange: b(a,d) c(b) d(c)",
    silent: "before: a\nchange: b(a) c(b) d(c)",
};

#[test]
fn revisions_in_a_circle() {
    says(
        EXAMPLES.fires,
        str![[r#"
error revision-cycle versions/b.py:2:17 ("a", "d")
  `b`, `d`, `c` build on each other in a cycle
  ^ builds on `d`
  + versions/d.py:2:17 "c": builds on `c`
  + versions/c.py:2:17 "b": builds on `b`
  > one of them must build on something else: write in versions/b.py the revision that `b` was generated on

"#]],
    );
}

#[test]
fn a_revision_on_itself() {
    says(
        "before: a\nchange: b(b)",
        str![[r#"
error revision-cycle versions/b.py:2:17 "b"
  `b` builds on itself
  ^ builds on `b`
  > one of them must build on something else: write in versions/b.py the revision that `b` was generated on

"#]],
    );
}

#[test]
fn a_circle_through_a_dependency() {
    says(
        "before: a b(a)\nchange: b(a)!c c(b)",
        str![[r#"
error revision-cycle versions/c.py:2:17 "b"
  `c` and `b` build on each other
  ^ builds on `b`
  + versions/b.py:2:17 "a": builds on `c`
  > one of them must build on something else: write in versions/c.py the revision that `c` was generated on

"#]],
    );
}
