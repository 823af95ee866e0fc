//! Edits of `down_revision`.

use super::docstring::follow;
use super::edit::Edit;
use super::value::write;
use super::verify::{Before, Identifier, Uneditable, texts};
use crate::alembic::migration::{Docstring, Module, ReadLimits, RevisionId};

/// Returns the edits that set `down_revision` to exactly these parents, in this order.
///
/// Only the value and the docstring's `Revises:` line change, and as little of the value as possible. The
/// edits are not verified; [`edit_parents`] does that.
pub fn write_parents(
    source: &[u8],
    module: &Module,
    docstring: &Docstring,
    parents: &[RevisionId],
) -> Result<Vec<Edit>, Uneditable> {
    let parents = texts(parents);
    let mut edits = write(source, module, Identifier::DownRevision, &parents)?;
    edits.extend(follow(source, docstring.revises.as_ref(), &parents));
    Ok(edits)
}

/// Returns a source with exactly these parents in `down_revision`, verified by reading it again.
pub fn edit_parents(
    source: &[u8],
    limits: &ReadLimits,
    parents: &[RevisionId],
) -> Result<Vec<u8>, Uneditable> {
    let before = Before::read(source, limits)?;
    let edits = write_parents(source, &before.module, &before.docstring, parents)?;
    before.says(&edits, Identifier::DownRevision, &texts(parents))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(source: &str, parents: &str) -> Result<String, Uneditable> {
        let parents: Vec<RevisionId> = parents.split_whitespace().map(RevisionId::new).collect();
        let edited = edit_parents(source.as_bytes(), &ReadLimits::default(), &parents)?;
        Ok(String::from_utf8(edited).expect("the examples are UTF-8"))
    }

    /// Each example is a value, the parents it is to name, and the value then.
    fn check(examples: &[(&str, &str, &str)]) {
        for (value, parents, expected) in examples {
            let source =
                |value| format!("revision = \"x\"\r\ndown_revision: str = {value}  # y\r\n");
            let after = edited(&source(value), parents);
            assert_eq!(after, Ok(source(expected)), "{value} to {parents}");
        }
    }

    #[test]
    fn one_parent_is_exchanged_within_its_quotes() {
        check(&[
            ("'a'", "b", "'b'"),
            ("u\"a\"", "b", "u\"b\""),
            ("'''a'''", "b", "'''b'''"),
            (r"'\x61'", "b", "'b'"),
            ("'a'", "it's", r"'it\'s'"),
            ("r'a'", "é", r"'\xe9'"),
            ("('a')", "b", "('b')"),
            ("('a' 'b')", "c", "('c')"),
            ("'a' + \"b\"", "c", "'c'"),
            ("'a'", "", "None"),
            ("None", "a", "\"a\""),
            ("(  # none\n    None)", "a", "(  # none\n    \"a\")"),
            ("None", "a b", "(\"a\", \"b\")"),
            ("'a'", "a", "'a'"),
        ]);
    }

    #[test]
    fn one_parent_becomes_several_in_a_tuple() {
        check(&[
            ("u'a'", "a b", "(u'a', 'b')"),
            ("'a'", "b a c", "('b', 'a', 'c')"),
            ("'a'", "b c", "('b', 'c')"),
            ("(\n    'a'  # one\n)", "a b", "(\n    'a', 'b'  # one\n)"),
            ("'a' 'b'", "ab c", "('a' 'b', 'c')"),
        ]);
    }

    #[test]
    fn parents_come_and_go_within_the_brackets_that_are_there() {
        check(&[
            ("('a', \"b\")", "a c", "('a', \"c\")"),
            ("['a', 'b']", "a b c", "['a', 'b', 'c']"),
            ("['a', 'b',]", "a b c", "['a', 'b', 'c',]"),
            ("{'a', 'b'}", "c a b", "{'c', 'a', 'b'}"),
            ("'a', 'b'", "a c b", "'a', 'c', 'b'"),
            ("('a', 'b', 'c')", "a c", "('a', 'c')"),
            ("('a', 'b', 'c')", "a b", "('a', 'b')"),
            ("('a', 'b', 'c',)", "a", "('a',)"),
            ("('a', 'b')", "a", "('a',)"),
            ("('a', 'b')", "b", "('b',)"),
            ("['a', 'b']", "b", "['b']"),
            ("['a', 'b']", "a", "['a']"),
            ("('a',)", "b a", "('b', 'a',)"),
            ("('a',)", "a b", "('a', 'b')"),
            ("()", "a", "(\"a\",)"),
            ("[]", "a b", "[\"a\", \"b\"]"),
            ("['a', 'b']", "", "None"),
            ("'a', 'b'", "", "None"),
            ("(['a', ('b')])", "c d", "(['c', ('d')])"),
            ("('a',) + (u'b',)", "a c", "('a',) + (u'c',)"),
            ("('a',) + (u'b',)", "a", "'a'"),
            ("{'a', 'b', 'a'}", "c b", "('c', 'b')"),
        ]);
    }

    #[test]
    fn lines_and_comments_between_the_parents_stay() {
        let three = "(\n    'a',  # one\n    'b',\n    'c'  # three\n)";
        check(&[
            (three, "a d c", "(\n    'a',  # one\n    'd',\n    'c'  # three\n)"),
            (three, "a c", "(\n    'a',  # one\n    'c'  # three\n)"),
            (three, "b c", "(\n    # one\n    'b',\n    'c'  # three\n)"),
            (three, "a b", "(\n    'a',  # one\n    'b',\n    # three\n)"),
            (three, "a d b c", "(\n    'a',  # one\n    'd',\n    'b',\n    'c'  # three\n)"),
            (three, "a b c d", "(\n    'a',  # one\n    'b',\n    'c',  # three\n    'd'\n)"),
            ("[\r\n    'a',\r\n]", "b a", "[\r\n    'b',\r\n    'a',\r\n]"),
            ("[\r    'a',\r    'b',\r]", "a", "[\r    'a',\r]"),
            ("(\n    'a',\n    'b')", "a b c", "(\n    'a',\n    'b',\n    'c')"),
            ("(\n    'a',\n    'b')", "a", "(\n    'a',)"),
        ]);
    }

    #[test]
    fn a_name_is_replaced_where_it_is_used() {
        for (source, parents, expected) in [
            ("P = 'a'\ndown_revision = P\n", "b", "P = 'a'\ndown_revision = 'b'\n"),
            ("P = 'a'\ndown_revision = P\n", "a b", "P = 'a'\ndown_revision = (P, 'b')\n"),
            ("P = 'a'\ndown_revision = [P, 'b']\n", "c b", "P = 'a'\ndown_revision = ['c', 'b']\n"),
            ("P = 'a', 'b'\ndown_revision = P\n", "a", "P = 'a', 'b'\ndown_revision = 'a'\n"),
            ("P = None\ndown_revision = P\n", "a", "P = None\ndown_revision = 'a'\n"),
        ] {
            assert_eq!(edited(source, parents).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn only_the_value_that_counts_is_edited() {
        for (source, expected) in [
            ("\u{feff}down_revision = 'a'; x = 1\n", "\u{feff}down_revision = 'b'; x = 1\n"),
            (
                "down_revision = 'z'\ndown_revision = 'a'\n",
                "down_revision = 'z'\ndown_revision = 'b'\n",
            ),
            ("x, down_revision = 'a', 'a'\n", "x, down_revision = 'a', 'b'\n"),
            ("down_revision = 'a'\ndepends_on = f()\n", "down_revision = 'b'\ndepends_on = f()\n"),
            ("x = down_revision = 'a'\n", "x = down_revision = 'b'\n"),
            ("\x0cdown_revision \\\n= \\\n 'a'", "\x0cdown_revision \\\n= \\\n 'b'"),
        ] {
            assert_eq!(edited(source, "b").as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn the_docstring_follows() {
        let source = |revises: &str, value: &str| {
            format!(
                "\"\"\"x\n\nRevision ID: x\nRevises:{revises}\n\"\"\"\ndown_revision = {value}\n"
            )
        };
        for (revises, value, parents, after, value_after) in [
            (" a", "'a'", "b", " b", "'b'"),
            (" a", "'a'", "b c", " b, c", "('b', 'c')"),
            (" a, b", "'a', 'b'", "", " ", "None"),
            (" ", "None", "a", " a", "'a'"),
            ("", "None", "a", " a", "'a'"),
            (" a (the first)", "'b'", "a", " a (the first)", "'a'"),
            // Neither can be written so that every reader of the docstring takes it as it is.
            (" a", "'a'", "it's", " a", r"'it\'s'"),
            (r" a\", "'a'", "b", r" a\", "'b'"),
        ] {
            let edited = edited(&source(revises, value), parents);
            assert_eq!(edited, Ok(source(after, value_after)), "{revises}");
        }
    }

    #[test]
    fn other_encodings_hold_the_edited_value() {
        let source = b"# coding: cp1252\ndown_revision = '\xe9', 'a'  # \xe9\n";
        let parents = [RevisionId::new("é"), RevisionId::new("€")];
        let edited = edit_parents(source, &ReadLimits::default(), &parents);
        let expected = b"# coding: cp1252\ndown_revision = '\xe9', '\\u20ac'  # \xe9\n";
        assert_eq!(edited.as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn what_cannot_be_edited_alone_is_refused() {
        for (source, reason) in [
            ("revision = 'x'\n", "`down_revision` is never assigned"),
            ("down_revision = f()\n", "`down_revision` is not a literal: it is a function call"),
            ("revision = down_revision = 'a'\n", "`revision` would change with `down_revision`"),
            (
                "down_revision = 'a'\ndepends_on = down_revision\n",
                "`depends_on` would change with `down_revision`",
            ),
            (
                "down_revision = 'a'\ndepends_on = f(down_revision)\n",
                "`depends_on` could change with `down_revision`: it is a function call",
            ),
            ("down_revision = 'a'\ndown_revision += 'b'\n", "`down_revision` is changed with `+=`"),
            ("down_revision = 'a'\nif\n", "the file cannot be read: expected an expression"),
        ] {
            let refusal = edited(source, "c").map_err(|refusal| refusal.to_string());
            assert_eq!(refusal, Err(reason.to_owned()), "{source}");
        }
    }
}
