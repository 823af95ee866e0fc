//! `published-migration-deleted`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::says;

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "published-migration-deleted",
    fires: "before: a b(a)\nchange: -b",
    silent: "before: a b(a)\nchange: -b\nchange versions/other.py:\n    revision = \"b\"\n    down_revision = \"a\"",
};

#[test]
fn a_revert() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn published-migration-deleted versions/b.py (a path)
  `b` was deleted from main
  ^ databases that ran `b` will not find it
  > restore versions/b.py: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
  > undo its changes in a new migration on top

"#]],
    );
}

#[test]
fn several_at_once() {
    says(
        "\
before: a b(a) c(b) d(c)
change: -b -c -d",
        str![[r#"
warn published-migration-deleted versions/b.py (a path)
  3 revisions were deleted from main
  ^ databases that ran `b` will not find it
  > restore all 3 files: `git restore --source=1234567890 --staged --worktree -- versions/b.py versions/c.py versions/d.py`
  > undo their changes in a new migration on top

"#]],
    );
}

#[test]
fn another_in_its_place() {
    says(
        "\
before: a b(a)
change: -b d(a)",
        str![[r#"
error published-migration-deleted versions/b.py (a path)
  `b` was deleted from main, and `d` now has the parent of `b`
  ^ databases that ran `b` will not find it
  + versions/d.py:2:17 "a": `d` has the parent of `b`
  > restore versions/b.py: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
  > undo its changes in a new migration on top
  > build on it: write in versions/d.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn another_id_in_its_file() {
    says(
        "\
before: a b(a)
change versions/b.py:
    revision = \"b2\"
    down_revision = \"a\"",
        str![[r#"
error published-migration-deleted versions/b.py:1:12 "b2"
  `b` was deleted from main, and `b2` now has the parent of `b`
  ^ databases that ran `b` will not find it
  + versions/b.py:2:17 "a": `b2` has the parent of `b`
  > write in versions/b.py: `revision = "b"`

"#]],
    );
}

#[test]
fn another_in_its_place_where_that_repairs_a_fork() {
    says(
        "\
before: a b(a) c(a)
change: -b -c d(a)",
        str![[r#"
warn published-migration-deleted versions/b.py (a path)
  `b` and `c` were deleted from main, and `d` now has the parent of `b`
  ^ databases that ran `b` will not find it
  + versions/d.py:2:17 "a": `d` has the parent of `b`
  > restore both files: `git restore --source=1234567890 --staged --worktree -- versions/b.py versions/c.py`
  > undo their changes in a new migration on top
  > build on it: write in versions/d.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn another_in_the_place_of_several() {
    says(
        "\
before: a b(a) c(b)
change: -b -c d(a)",
        str![[r#"
error published-migration-deleted versions/b.py (a path)
  `b` and `c` were deleted from main, and `d` now has the parent of `b`
  ^ databases that ran `b` will not find it
  + versions/d.py:2:17 "a": `d` has the parent of `b`
  > restore both files: `git restore --source=1234567890 --staged --worktree -- versions/b.py versions/c.py`
  > undo their changes in a new migration on top
  > build on it: write in versions/d.py: `down_revision = "c"`

"#]],
    );
}

#[test]
fn one_out_of_the_middle() {
    says(
        "\
before: a b(a) c(b)
change: -b c(a)",
        str![[r#"
warn published-migration-deleted versions/b.py (a path)
  `b` was deleted from main
  ^ databases that ran `b` will not find it
  > restore versions/b.py: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
  > build `c` on its old parent: write in versions/c.py: `down_revision = "b"`
  > undo its changes in a new migration on top

"#]],
    );
}

#[test]
fn the_oldest_ones() {
    says(
        "\
before: a b(a) c(b) d(c)
change: -a -b c",
        str![[r#"
warn published-migration-deleted versions/a.py (a path)
  `a` and `b` were deleted from main
  ^ databases that ran `a` will not find it
  > before you merge this, upgrade every database to `c` or later: `alembic upgrade c`

"#]],
    );
}

#[test]
fn more_than_a_command_can_name() {
    says(
        "\
before: a b(a) c(b) d(c) e(d) f(e) g(f) h(g) i(h) j(i)
change: -b -c -d -e -f -g -h -i -j",
        str![[r#"
warn published-migration-deleted versions/b.py (a path)
  9 revisions were deleted from main
  ^ databases that ran `b` will not find it
  > restore all 9 files, for example: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
  > undo their changes in a new migration on top

"#]],
    );
}

#[test]
fn a_squash() {
    says(
        "\
before: a b(a) c(b)
change: -a -b -c s",
        str![[r#"
warn published-migration-deleted versions/a.py (a path)
  3 revisions were deleted from main
  ^ databases that ran `a` will not find it
  > before you merge this, upgrade every database to `c` or later: `alembic upgrade c`
  > after you merge this, stamp every database: `alembic stamp --purge s`

"#]],
    );
}

#[test]
fn beside_a_file_of_unknown_id() {
    says(
        "\
before: a b(a) c(b)
change: -c
change versions/x.py:
    revision = make_id()
    down_revision = \"b\"",
        str![[r#"
error computed-identifier versions/x.py:1:12 make_id()
  `revision` is not a literal: it is a function call
  ^ computed
  > write `revision` as a literal
warn published-migration-deleted versions/c.py (a path) (Doubt(CannotTell))
  `c` was deleted from main
  ^ databases that ran `c` will not find it
  + versions/x.py: may define it: its id is computed
  > restore versions/c.py: `git restore --source=1234567890 --staged --worktree -- versions/c.py`
  > undo its changes in a new migration on top

"#]],
    );
}

#[test]
fn where_its_absence_is_an_error_already() {
    says(
        "\
before: a b(a) c(b)
change: -b",
        str![[r#"
error unknown-down-revision versions/b.py (a path)
  `c` builds on `b`, which this change deletes
  ^ `b` was defined here
  + versions/c.py:2:17 "b": needs `b`
  > restore versions/b.py: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
  > or build `c` on another revision

"#]],
    );
}

#[test]
fn all_of_them_while_the_environment_stays() {
    says(
        "\
before: a b(a)
change: -a -b",
        str![[r#"
error published-migration-deleted versions/a.py (a path)
  `a` and `b` were deleted from main, which leaves the Alembic environment `.` empty
  ^ databases that ran `a` will not find it
  > restore both files: `git restore --source=1234567890 --staged --worktree -- versions/a.py versions/b.py`
  > or start a new history in the same change: `alembic revision`

"#]],
    );
}

#[test]
fn one_that_goes_to_another_environment() {
    says(
        "\
before: a
before alembic.ini:
    [alembic]
    script_location = .
    path_separator = space
    version_locations = versions plugin
before plugin/p.py:
    revision = \"p\"
    down_revision = None
before other/alembic.ini:
    [alembic]
    script_location = %(here)s
before other/env.py:
change -plugin/p.py:
change other/versions/p.py:
    revision = \"p\"
    down_revision = None",
        str![[r#"
warn published-migration-deleted plugin/p.py (a path)
  `p` of main is now in the Alembic environment `other`
  ^ databases of `.` that ran `p` will not find it

"#]],
    );
}
