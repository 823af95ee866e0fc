//! Which parents a revision has after a move.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::migration::RevisionId;

/// Finds where some revisions leave for others, the newest such places alone: a chain that is merged
/// with what stands higher is reached from there.
pub(super) fn newest_edges(
    graph: &Graph,
    own: &BTreeSet<&RevisionId>,
    below: &BTreeSet<&RevisionId>,
) -> Vec<(RevisionId, RevisionId)> {
    let edges = own.iter().flat_map(|id| graph.parents(id).map(move |parent| (*id, &parent.id)));
    let edges: Vec<(&RevisionId, &RevisionId)> =
        edges.filter(|(_, parent)| below.contains(parent)).collect();
    let parents: BTreeSet<&RevisionId> = edges.iter().map(|(_, parent)| *parent).collect();
    let is_passed = |parent: &RevisionId| {
        let mut others = parents.iter().filter(|other| **other != parent);
        others.any(|other| graph.ancestors(other).contains(parent))
    };
    let newest = edges.into_iter().filter(|(_, parent)| !is_passed(parent));
    newest.map(|(id, parent)| (id.clone(), parent.clone())).collect()
}

/// Puts a parent in the place of another one, each named once.
pub(super) fn exchanged(
    parents: Vec<RevisionId>,
    old: &RevisionId,
    new: &RevisionId,
) -> Vec<RevisionId> {
    let mut exchanged: Vec<RevisionId> = Vec::new();
    for parent in parents {
        let parent = if parent == *old { new.clone() } else { parent };
        if !exchanged.contains(&parent) {
            exchanged.push(parent);
        }
    }
    exchanged
}

/// Leaves out the parents that another one has below it.
pub(super) fn uppermost(graph: &Graph, parents: Vec<RevisionId>) -> Vec<RevisionId> {
    let is_below = |parent: &RevisionId| {
        let mut others = parents.iter().filter(|other| *other != parent);
        others.any(|other| graph.ancestors(other).contains(parent))
    };
    parents.iter().filter(|parent| !is_below(parent)).cloned().collect()
}
