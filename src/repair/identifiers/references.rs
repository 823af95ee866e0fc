//! Finds the references to a revision, which must follow if its id changes.

use super::{Uneditable, edit_dependencies, edit_parents};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{ReadLimits, RevisionId};

/// Returns the revisions that have this one as a parent or dependency.
pub fn followers<'g>(graph: &'g Graph, id: &RevisionId) -> Vec<&'g Revision> {
    let names = |revision: &&Revision| {
        revision.parents.texts().iter().any(|text| text.text == id.as_str())
            || revision.dependencies().any(|name| name == id.as_str())
    };
    graph.revisions().filter(names).collect()
}

/// Returns a source with an id replaced in all parents and dependencies.
///
/// # Errors
/// Fails if one of the two values cannot be edited.
pub fn follow_id(
    source: &[u8],
    limits: &ReadLimits,
    revision: &Revision,
    (old, new): (&RevisionId, &RevisionId),
) -> Result<Vec<u8>, Uneditable> {
    let exchanged = |ids: Vec<RevisionId>| -> Vec<RevisionId> {
        ids.into_iter().map(|id| if id == *old { new.clone() } else { id }).collect()
    };
    let parents = revision.parents.ids();
    let dependencies: Vec<RevisionId> = revision.dependencies().map(RevisionId::new).collect();
    let mut source = source.to_vec();
    if parents.contains(old) {
        source = edit_parents(&source, limits, &exchanged(parents))?;
    }
    if dependencies.contains(old) {
        source = edit_dependencies(&source, limits, &exchanged(dependencies))?;
    }
    Ok(source)
}
