//! An edit of one identifier: a line that says which and to what, then the migration.
//!
//! ```text
//! down_revision b,c
//! revision = "a"
//! ```

use alembic_guard::alembic::migration::{
    Module, ReadLimits, RevisionId, Shape, Value, check_body, details, first_change, read,
};
use alembic_guard::repair::{
    Identifier, Uneditable, edit_dependencies, edit_parents, edit_revision_id,
};

use super::split_line;

const ALL: [Identifier; 4] = [
    Identifier::Revision,
    Identifier::DownRevision,
    Identifier::BranchLabels,
    Identifier::DependsOn,
];

/// An edit that is made reads back as asked, and all else is as it was.
pub(crate) fn holds(input: &[u8]) {
    let Some((wish, source)) = split_line(input) else { return };
    let Some((name, ids)) = wish.split_once(' ') else { return };
    let mut ids: Vec<RevisionId> = ids.split(',').map(RevisionId::new).collect();
    let Some(identifier) = ALL.into_iter().find(|identifier| identifier.name() == name) else {
        return;
    };
    if identifier == Identifier::Revision {
        ids.truncate(1);
    }
    let Some(Ok(after)) = edit(identifier, source, &ids) else { return };
    let limits = ReadLimits::default();
    let modules = [read(source, &limits), read(&after, &limits)];
    assert_eq!(check_body(&after, &limits), None, "the edit made it unreadable");
    assert_eq!(
        texts(identifier, &modules[1]),
        ids.iter().map(RevisionId::as_str).collect::<Vec<_>>()
    );
    for other in ALL.into_iter().filter(|other| *other != identifier) {
        let [before, after] = [&modules[0], &modules[1]].map(|module| other.of(module));
        assert_eq!(shape(before), shape(after), "`{other}` changed");
        let [before, after] = [&modules[0], &modules[1]].map(|module| texts(other, module));
        assert_eq!(before, after, "`{other}` changed");
    }
    // Another name may share the value, in `revision = name = "a"`: that statement is what was edited.
    let value = identifier.of(&modules[1]).span().expect("a value that was written is there");
    let elsewhere = first_change(source, &after, &limits)
        .filter(|changed| !(changed.span.start <= value.start && value.end <= changed.span.end));
    assert_eq!(elsewhere, None, "it does something else");
    bytes_outside_are_same(identifier, &modules[0], source, &after);
    let again = edit(identifier, &after, &ids);
    assert_eq!(again, Some(Ok(after)), "the same edit once more changes something");
}

fn edit(
    identifier: Identifier,
    source: &[u8],
    ids: &[RevisionId],
) -> Option<Result<Vec<u8>, Uneditable>> {
    let limits = ReadLimits::default();
    match identifier {
        Identifier::Revision => Some(edit_revision_id(source, &limits, ids.first()?)),
        Identifier::DownRevision => Some(edit_parents(source, &limits, ids)),
        Identifier::DependsOn => Some(edit_dependencies(source, &limits, ids)),
        Identifier::BranchLabels => None,
    }
}

fn texts(identifier: Identifier, module: &Module) -> Vec<&str> {
    identifier.of(module).texts().iter().map(|text| text.text.as_str()).collect()
}

fn shape(value: &Value) -> Option<Shape> {
    match value {
        Value::Known { shape, .. } => Some(*shape),
        Value::Missing | Value::Computed { .. } => None,
    }
}

/// Holds what lies outside of the value and of the line of the docstring to be the same bytes.
fn bytes_outside_are_same(identifier: Identifier, module: &Module, source: &[u8], after: &[u8]) {
    let value = identifier.of(module).span().cloned().expect("a value that was edited is there");
    let docstring = details(source, false, &ReadLimits::default()).docstring;
    let line = match identifier {
        Identifier::Revision => docstring.revision,
        Identifier::DownRevision => docstring.revises,
        Identifier::BranchLabels | Identifier::DependsOn => None,
    };
    // The value may stand before the docstring's line only where that is no docstring.
    let line = line.map_or(value.start..value.start, |line| line.span);
    let kept = [&source[..line.start.min(value.start)], &source[value.end.max(line.end)..]];
    assert!(after.len() >= kept[0].len() + kept[1].len(), "bytes are lost");
    assert!(after.starts_with(kept[0]), "bytes before the value changed");
    assert!(after.ends_with(kept[1]), "bytes behind the value changed");
    let between = &source[line.end.min(value.start)..value.start];
    let is_there = between.is_empty() || after.windows(between.len()).any(|bytes| bytes == between);
    assert!(is_there || line.end == line.start, "bytes between docstring and value changed");
}
