//! Computes the parents of a revision after a move.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

use crate::alembic::graph::{Follow, Graph, Heights};
use crate::alembic::migration::RevisionId;

/// Finds the newest places where other revisions branch off from some revisions: a chain that is merged
/// with a later place is reached from there.
pub(super) fn newest_edges(
    graph: &Graph,
    own: &BTreeSet<&RevisionId>,
    below: &BTreeSet<&RevisionId>,
) -> Vec<(RevisionId, RevisionId)> {
    let edges = own.iter().flat_map(|id| graph.parents(id).map(move |parent| (*id, &parent.id)));
    let edges: Vec<(&RevisionId, &RevisionId)> =
        edges.filter(|(_, parent)| below.contains(parent)).collect();
    let parents: BTreeSet<&RevisionId> = edges.iter().map(|(_, parent)| *parent).collect();
    let passed = Ancestry::of(graph).below_others(&parents);
    let newest = edges.into_iter().filter(|(_, parent)| !passed.contains(parent));
    newest.map(|(id, parent)| (id.clone(), parent.clone())).collect()
}

/// Replaces a parent, without duplicates.
pub(super) fn exchanged(
    parents: Vec<RevisionId>,
    old: &RevisionId,
    new: &RevisionId,
) -> Vec<RevisionId> {
    let mut seen = HashSet::new();
    let parents = parents.into_iter();
    let exchanged = parents.map(|parent| if parent == *old { new.clone() } else { parent });
    exchanged.filter(|parent| seen.insert(parent.clone())).collect()
}

/// Ancestor queries for many merges of one history.
pub(super) struct Ancestry<'g> {
    graph: &'g Graph,
    heights: OnceCell<Heights<'g>>,
}

impl<'g> Ancestry<'g> {
    pub(super) fn of(graph: &'g Graph) -> Ancestry<'g> {
        Ancestry { graph, heights: OnceCell::new() }
    }

    /// Drops parents that are ancestors of another parent.
    pub(super) fn uppermost(&self, mut parents: Vec<RevisionId>) -> Vec<RevisionId> {
        let ids: BTreeSet<&RevisionId> = parents.iter().collect();
        let below: HashSet<RevisionId> = self.below_others(&ids).into_iter().cloned().collect();
        parents.retain(|parent| !below.contains(parent));
        parents
    }

    /// Returns those revisions that are ancestors of another one of them.
    fn below_others<'i>(&self, ids: &BTreeSet<&'i RevisionId>) -> HashSet<&'i RevisionId> {
        let ids: Vec<&RevisionId> = ids.iter().copied().collect();
        if ids.len() < 2 {
            return HashSet::new();
        }
        let heights = self.heights.get_or_init(|| self.graph.heights());
        if heights.are_known(&ids) {
            return heights.below_others(&ids, Follow::Parents);
        }
        // Over a cycle nothing is measured.
        let is_below = |id: &&RevisionId| {
            let mut others = ids.iter().filter(|other| *other != id);
            others.any(|other| self.graph.ancestors(other).contains(*id))
        };
        ids.iter().copied().filter(is_below).collect()
    }
}
