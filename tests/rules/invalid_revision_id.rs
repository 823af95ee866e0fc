//! `invalid-revision-id`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "invalid-revision-id",
    fires: "before: a\nchange: add-users(a)",
    silent: "before: a\nchange: add_users(a)",
};

#[test]
fn an_id_with_a_character_of_alembics_own() {
    says(
        EXAMPLES.fires,
        str![[r#"
error invalid-revision-id versions/add-users.py:1:12 "add-users"
  revision id `add-users` contains `-`, which Alembic reads as part of a range or branch
  ^ not a valid id
  > give the migration another id before you merge it

"#]],
    );
}

#[test]
fn a_word_of_alembics_own() {
    says(
        "before: a\nchange: head(a)",
        str![[r#"
error invalid-revision-id versions/head.py:1:12 "head"
  `head` is reserved by Alembic
  ^ not a valid id
  > give the migration another id before you merge it

"#]],
    );
}

#[test]
fn an_id_that_the_column_does_not_take() {
    says(
        "before: a\nchange: add_users_and_their_telephone_numbers(a)",
        str![[r#"
error invalid-revision-id versions/add_users_and_their_telephone_numbers.py:1:12 "add_users_and_their_telephone_numbers"
  revision id `add_users_and_their_telephone_numbers` has 37 characters; the column that stores it takes 32
  ^ not a valid id
  > give the migration another id before you merge it
  > or if your column is wider, set `max_revision_id_length` in .alembic-guard.toml

"#]],
    );
}

#[test]
fn an_id_that_a_wider_column_takes() {
    is_silent(
        "\
before: a
change: add_users_and_their_telephone_numbers(a)
change .alembic-guard.toml:
    max_revision_id_length = 50",
    );
}

#[test]
fn several_ids_for_one() {
    says(
        "before: a\nchange versions/b.py:\n    revision = ()\n    down_revision = \"a\"",
        str![[r#"
error invalid-revision-id versions/b.py:1:12 ()
  `revision` must be a string
  ^ not a string
  > write the id as a string

"#]],
    );
}
