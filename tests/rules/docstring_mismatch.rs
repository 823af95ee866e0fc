//! `docstring-mismatch`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, rules, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "docstring-mismatch",
    fires: "\
before: a b(a)
change versions/c.py:
    \"\"\"add users

    Revision ID: c
    Revises: a
    Create Date: 2024-01-31 14:05:09

    \"\"\"
    revision = \"c\"
    down_revision = \"b\"",
    silent: "\
before: a b(a)
change versions/c.py:
    \"\"\"add users

    Revision ID: c
    Revises: b
    Create Date: 2024-01-31 14:05:09

    \"\"\"
    revision = \"c\"
    down_revision = \"b\"",
};

#[test]
fn parents_that_changed_below_the_docstring() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn docstring-mismatch versions/c.py:4:10 a
  the docstring says `a`, but `down_revision` is `b`
  ^ Alembic ignores this
  + versions/c.py:9:17 "b": `down_revision` is `b`
  > write in the docstring: `Revises: b`

"#]],
    );
}

#[test]
fn a_file_that_was_copied() {
    says(
        "\
before: a
change versions/b.py:
    '''
    Revision ID: a
    Revises:
    '''
    revision = \"b\"
    down_revision = \"a\"",
        str![[r#"
warn docstring-mismatch versions/b.py:2:14 a
  the docstring says `a`, but `revision` is `b`
  ^ Alembic ignores this
  + versions/b.py:5:12 "b": `revision` is `b`
  + versions/b.py:3:1 Revises:: also wrong: `down_revision` is `a`
  > write in the docstring: `Revision ID: b`
  > write in the docstring: `Revises: a`

"#]],
    );
}

#[test]
fn a_first_revision_that_has_a_parent_in_its_docstring() {
    says(
        "change versions/b.py:\n    '''\n    Revises: a\n    '''\n    revision = \"b\"\n    down_revision = None",
        str![[r#"
warn docstring-mismatch versions/b.py:2:10 a
  the docstring says `a`, but `down_revision` is `None`
  ^ Alembic ignores this
  + versions/b.py:5:17 None: `down_revision` is `None`
  > write in the docstring: `Revises:`

"#]],
    );
}

#[test]
fn several_parents_in_any_order_and_notation() {
    for revises in ["b, c", "c,b", "('b', 'c')", "b (users), c (roles)"] {
        is_silent(&format!(
            "\
before: a b(a) c(a)
change versions/m.py:
    '''
    Revises: {revises}
    '''
    revision = \"m\"
    down_revision = (\"b\", \"c\")"
        ));
    }
}

#[test]
fn no_parent_in_any_notation() {
    for revises in ["", "None", "<base>"] {
        is_silent(&format!(
            "change versions/a.py:\n    '''\n    Revises: {revises}\n    '''\n    revision = \"a\"\n    down_revision = None"
        ));
    }
}

#[test]
fn a_published_migration_that_gets_another_id_or_parent_is_told_of_once() {
    let docstring = "    '''\n    Revision ID: c\n    Revises: b\n    '''\n";
    let published = |change: &str| {
        format!(
            "before: a b(a)\nbefore versions/c.py:\n{docstring}    revision = \"c\"\n    \
             down_revision = \"b\"\nchange versions/c.py:\n{docstring}    {change}"
        )
    };
    let other_id = published("revision = \"d\"\n    down_revision = \"b\"");
    assert_eq!(rules(&other_id), ["published-migration-deleted"]);
    let other_parent = published("revision = \"c\"\n    down_revision = \"a\"");
    assert!(!rules(&other_parent).contains(&"docstring-mismatch"));
}

#[test]
fn an_old_docstring_above_a_new_body() {
    is_silent(
        "\
before: a
before versions/b.py:
    '''
    Revises: x
    '''
    revision = \"b\"
    down_revision = \"a\"
change versions/b.py:
    '''
    Revises: x
    '''
    revision = \"b\"
    down_revision = \"a\"
    # more",
    );
}

#[test]
fn a_line_that_a_rebase_writes_is_not_advised() {
    says(
        "\
before: a b(a)
change versions/d.py:
    \"\"\"d

    Revision ID: x
    Revises: b
    \"\"\"
    revision = \"d\"
    down_revision = \"a\"",
        str![[r#"
error stale-down-revision versions/d.py:7:17 "a"
  `d` is stale: main has moved on
  ^ main is now at `b`
  + versions/b.py:2:17 "a": main has `b` on this parent
  > put `d` on top of `b`: `alembic-guard rebase`
  > or join both heads with a merge revision: `alembic-guard merge b d`
warn docstring-mismatch versions/d.py:3:14 x
  the docstring says `x`, but `revision` is `d`
  ^ Alembic ignores this
  + versions/d.py:6:12 "d": `revision` is `d`
  + versions/d.py:4:10 b: also wrong: `down_revision` is `a`
  > write in the docstring: `Revision ID: d`
  > check again: `d` may have another parent then

"#]],
    );
}
