//! Every file of a graph, those that do not count for Alembic too.

use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::Migration;

/// Returns every file whose id is known; of two with one id the one that Alembic takes comes last.
pub(super) fn revisions(graph: &Graph) -> impl Iterator<Item = &Revision> {
    let losers = graph.duplicates().flat_map(|(_, earlier)| earlier);
    losers.chain(graph.revisions())
}

/// Returns every file.
pub(super) fn migrations(graph: &Graph) -> impl Iterator<Item = &Migration> {
    revisions(graph).map(|revision| &revision.migration).chain(graph.opaque())
}
