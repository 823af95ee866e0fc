//! Edits of the other identifiers: a new id, dependencies, and a misspelled name.

use super::docstring::follow;
use super::edit::Edit;
use super::value::write;
use super::verify::{Before, Identifier, Uneditable, texts};
use crate::alembic::migration::{
    Docstring, Misspelling, Module, ReadLimits, RevisionId, Shape, Value, mentions,
};

/// Returns the edits that give `revision` another id, also in the docstring.
pub fn write_revision_id(
    source: &[u8],
    module: &Module,
    docstring: &Docstring,
    id: &RevisionId,
) -> Result<Vec<Edit>, Uneditable> {
    if let Value::Known { shape: Shape::None | Shape::Sequence, .. } = module.revision {
        return Err(Uneditable::NoString(Identifier::Revision));
    }
    let id = [id.as_str()];
    let mut edits = write(source, module, Identifier::Revision, &id)?;
    edits.extend(follow(source, docstring.revision.as_ref(), &id));
    Ok(edits)
}

/// Returns a source with another id in `revision`, verified by reading it again.
pub fn edit_revision_id(
    source: &[u8],
    limits: &ReadLimits,
    id: &RevisionId,
) -> Result<Vec<u8>, Uneditable> {
    let before = Before::read(source, limits)?;
    let edits = write_revision_id(source, &before.module, &before.docstring, id)?;
    before.says(&edits, Identifier::Revision, &[id.as_str()])
}

/// Returns the edits that set `depends_on` to exactly these ids, in this order.
pub fn write_dependencies(
    source: &[u8],
    module: &Module,
    dependencies: &[RevisionId],
) -> Result<Vec<Edit>, Uneditable> {
    write(source, module, Identifier::DependsOn, &texts(dependencies))
}

/// Returns a source with exactly these ids in `depends_on`, verified by reading it again.
pub fn edit_dependencies(
    source: &[u8],
    limits: &ReadLimits,
    dependencies: &[RevisionId],
) -> Result<Vec<u8>, Uneditable> {
    let before = Before::read(source, limits)?;
    let edits = write_dependencies(source, &before.module, dependencies)?;
    before.says(&edits, Identifier::DependsOn, &texts(dependencies))
}

/// Returns the edit that corrects a misspelled name.
///
/// A file that uses the name anywhere else is left alone, and so is a file that also assigns to the correct
/// name or to another misspelling of it.
pub fn rename_identifier(
    source: &[u8],
    limits: &ReadLimits,
    module: &Module,
    misspelling: &Misspelling,
) -> Result<Vec<Edit>, Uneditable> {
    if let Some(fault) = &module.fault {
        return Err(Uneditable::Unreadable(fault.message.clone()));
    }
    let same = module.misspellings.iter().filter(|other| other.meant == misspelling.meant);
    let is_missing = Identifier::named(misspelling.meant)
        .is_some_and(|identifier| *identifier.of(module) == Value::Missing);
    if is_missing && same.count() == 1 && mentions(source, &misspelling.found, limits).len() == 1 {
        Ok(vec![Edit::replace(&misspelling.span, misspelling.meant)])
    } else {
        Err(ambiguous(misspelling))
    }
}

/// Returns a source with the misspelled name corrected, verified by reading it again.
pub fn edit_misspelling(
    source: &[u8],
    limits: &ReadLimits,
    misspelling: &Misspelling,
) -> Result<Vec<u8>, Uneditable> {
    let before = Before::read(source, limits)?;
    let edits = rename_identifier(source, limits, &before.module, misspelling)?;
    let identifier = Identifier::named(misspelling.meant).ok_or_else(|| ambiguous(misspelling))?;
    before.makes_known(&edits, identifier)
}

fn ambiguous(misspelling: &Misspelling) -> Uneditable {
    Uneditable::Ambiguous { found: misspelling.found.clone(), meant: misspelling.meant }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::migration::read;

    fn shown(edited: Result<Vec<u8>, Uneditable>) -> String {
        match edited {
            Ok(source) => String::from_utf8(source).expect("the examples are UTF-8"),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn an_id_is_exchanged_with_its_line_of_the_docstring() {
        for (source, expected) in [
            (
                "'''x\n\nRevision ID: a\nRevises: b\n'''\nrevision: str = u'a'\n",
                "'''x\n\nRevision ID: c\nRevises: b\n'''\nrevision: str = u'c'\n",
            ),
            ("ID = 'a'\nrevision = ID\n", "ID = 'a'\nrevision = 'c'\n"),
            ("revision = 'a', 'b'\n", "`revision` is not a string"),
            ("revision = None\n", "`revision` is not a string"),
            ("down_revision = 'b'\n", "`revision` is never assigned"),
            (
                "revision = 'a'\ndown_revision = revision\n",
                "`down_revision` would change with `revision`",
            ),
        ] {
            let id = RevisionId::new("c");
            let edited = edit_revision_id(source.as_bytes(), &ReadLimits::default(), &id);
            assert_eq!(shown(edited), expected, "{source}");
        }
    }

    #[test]
    fn what_a_revision_depends_on_is_edited_as_parents_are() {
        let source = "'''x\n\nRevises: a\n'''\ndown_revision = 'a'\ndepends_on = [\"a\", 'b']\n";
        let dependencies = [RevisionId::new("c"), RevisionId::new("b")];
        let edited = edit_dependencies(source.as_bytes(), &ReadLimits::default(), &dependencies);
        assert_eq!(shown(edited), source.replace("\"a\"", "\"c\""));
    }

    #[test]
    fn a_misspelled_name_becomes_the_one_that_was_meant() {
        for (source, expected) in [
            (
                "revision = 'a'\ndown_revisions: str = 'b'  # down_revisions\n",
                "revision = 'a'\ndown_revision: str = 'b'  # down_revisions\n",
            ),
            ("down_revisions = f()\n", "`down_revision` is not a literal: it is a function call"),
            (
                "down_revisions = 'a'\nprint(down_revisions)\n",
                "`down_revisions` is used elsewhere, or two names stand for `down_revision`",
            ),
            (
                "down_revisions = 'a'\nrevises = 'b'\n",
                "`down_revisions` is used elsewhere, or two names stand for `down_revision`",
            ),
            (
                "down_revisions = 'a'\ndown_revision = 'b'\n",
                "`down_revisions` is used elsewhere, or two names stand for `down_revision`",
            ),
        ] {
            let limits = ReadLimits::default();
            let module = read(source.as_bytes(), &limits);
            let misspelling = module.misspellings.first().expect(source);
            let edited = edit_misspelling(source.as_bytes(), &limits, misspelling);
            assert_eq!(shown(edited), expected, "{source}");
        }
    }
}
