//! `unknown-dependency`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::says;

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "unknown-dependency",
    fires: "before: a b(a)\nchange: d(b)!nowhere",
    silent: "before: a#lib b(a)\nchange: d(b)!lib",
};

#[test]
fn a_name_that_nothing_has() {
    says(
        EXAMPLES.fires,
        str![[r#"
error unknown-dependency versions/d.py:4:14 "nowhere"
  `d` depends on `nowhere`, which is not a revision or branch label
  ^ not found
  > if it is on another branch, merge that branch first; if it was deleted, remove it from `depends_on`
  > or if it is in another repository, add to the header: `# alembic-guard: allow(unknown-dependency)`

"#]],
    );
}

#[test]
fn a_prefix() {
    says(
        "\
before: abcdef
change: d(abcdef)!abc",
        str![[r#"
error unknown-dependency versions/d.py:4:14 "abc"
  `d` depends on `abc`, which is not a revision or branch label
  ^ not found
  > write the full id; `depends_on` does not accept a prefix: `"abcdef"`

"#]],
    );
}

#[test]
fn what_the_change_removes() {
    says(
        "\
before: a x#lib b(a)!lib
change: -x",
        str![[r#"
error unknown-dependency versions/x.py (a path)
  `b` depends on `lib`, which this change deletes
  ^ `lib` was defined here
  + versions/b.py:4:14 "lib": needs `lib`
  > restore versions/x.py: `git restore --source=1234567890 --staged --worktree -- versions/x.py`
  > or remove `lib` from `depends_on`

"#]],
    );
}

#[test]
fn a_label_that_the_change_removes() {
    says(
        "\
before: a x#lib b(a)!lib
change: x",
        str![[r#"
error unknown-dependency versions/x.py:3:17 None
  `b` depends on `lib`, which this change deletes
  ^ `lib` was defined here
  + versions/b.py:4:14 "lib": needs `lib`
  > restore the label in versions/x.py
  > or remove `lib` from `depends_on`

"#]],
    );
}

#[test]
fn a_label_that_only_running_would_tell() {
    says(
        "\
before: a
before versions/x.py:
    revision = \"x\"
    down_revision = None
    branch_labels = (cli.EXPAND_BRANCH,)
change: d(a)!expand",
        str![[r#"
warn unknown-dependency versions/d.py:4:14 "expand" (Doubt(CannotTell))
  `d` depends on `expand`, which is not a revision or branch label
  ^ not found
  + versions/x.py: may define it: its names are computed
  > if it is on another branch, merge that branch first; if it was deleted, remove it from `depends_on`
  > or if it is in another repository, add to the header: `# alembic-guard: allow(unknown-dependency)`

"#]],
    );
}

#[test]
fn another_one_of_a_history_that_lies_in_several_repositories() {
    says(
        "\
before: a!core b(a)
change: d(b)!core2",
        str![[r#"
warn unknown-dependency versions/a.py:4:14 "core" (Existing)
  `a` depends on `core`, which is not a revision or branch label
  ^ not found
  > if it is on another branch, merge that branch first; if it was deleted, remove it from `depends_on`
  > or if it is in another repository, add to the header: `# alembic-guard: allow(unknown-dependency)`
warn unknown-dependency versions/d.py:4:14 "core2" (Doubt(Incomplete))
  `d` depends on `core2`, which is not a revision or branch label
  ^ not found
  > if it is on another branch, merge that branch first; if it was deleted, remove it from `depends_on`
  > or if it is in another repository, add to the header: `# alembic-guard: allow(unknown-dependency)`

"#]],
    );
}

#[test]
fn what_was_unknown_before() {
    says(
        "\
before: a b(a)!nowhere
change: d(b)",
        str![[r#"
warn unknown-dependency versions/b.py:4:14 "nowhere" (Existing)
  `b` depends on `nowhere`, which is not a revision or branch label
  ^ not found
  > if it is on another branch, merge that branch first; if it was deleted, remove it from `depends_on`
  > or if it is in another repository, add to the header: `# alembic-guard: allow(unknown-dependency)`

"#]],
    );
}
