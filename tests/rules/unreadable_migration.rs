//! `unreadable-migration`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "unreadable-migration",
    fires: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print \"b\"",
    silent: "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print(\"b\")",
};

#[test]
fn a_body_of_another_language() {
    says(
        EXAMPLES.fires,
        str![[r#"
error unreadable-migration versions/b.py:5:11 "b"
  not valid Python: simple statements must be separated by newlines or semicolons
  ^ here
  > fix the line shown above
  > print Python's own error: `python -m py_compile versions/b.py`

"#]],
    );
}

#[test]
fn a_conflict_that_git_left_behind() {
    says(
        "\
before: a b(a)
change versions/c.py:
    revision = \"c\"
    <<<<<<< HEAD
    down_revision = \"a\"
    =======
    down_revision = \"b\"
    >>>>>>> main",
        str![[r#"
error unreadable-migration versions/c.py:2:1 <<<<<<<
  not valid Python: merge conflict marker
  ^ here
  > fix the line shown above
  > print Python's own error: `python -m py_compile versions/c.py`

"#]],
    );
}

#[test]
fn an_old_body_that_did_not_change() {
    is_silent(
        "\
before: a
before versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print \"b\"
change: c(b)",
    );
}

#[test]
fn a_file_that_only_stands_in_for_its_content() {
    says(
        "\
before: a
change: c(b)
change versions/b.py:
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 12345",
        str![[r#"
warn unreadable-migration versions/b.py (Doubt(CannotTell))
  cannot read this migration: its content is stored by Git LFS
  > check out the content with Git LFS
  > exclude it from now on: in .gitattributes, `versions/b.py -filter -diff -merge`
  > stage it again: `git add --renormalize versions/b.py`
warn unknown-down-revision versions/c.py:2:17 "b" (Doubt(CannotTell))
  `c` builds on `b`, which no migration defines
  ^ no such revision
  + versions/b.py: may define it: its id is computed
  > if `b` is on another branch, merge that branch; if it was deleted, restore it

"#]],
    );
}

#[test]
fn a_name_that_alembic_cannot_load() {
    says(
        "\
before: a
change versions/.py:
    revision = \"b\"
    down_revision = \"a\"",
        str![[r#"
error unreadable-migration versions/.py
  Alembic fails because of the name of this file
  ^ the suffix is not `.py`
  > rename it so that it ends in `.py`

"#]],
    );
}
