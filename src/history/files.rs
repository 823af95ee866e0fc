//! Lists every file of a graph, including those that Alembic ignores.

use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::Migration;

/// Returns every file with a known id; of two with the same id, the one that Alembic uses comes last.
pub(super) fn revisions(graph: &Graph) -> impl Iterator<Item = &Revision> {
    let losers = graph.duplicates().flat_map(|(_, earlier)| earlier);
    losers.chain(graph.revisions())
}

/// Returns every file.
pub(super) fn migrations(graph: &Graph) -> impl Iterator<Item = &Migration> {
    revisions(graph).map(|revision| &revision.migration).chain(graph.opaque())
}
