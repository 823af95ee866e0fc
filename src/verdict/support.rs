//! What a new head stands on in the history that has landed.

use std::collections::BTreeSet;

use crate::graph::{Graph, Parents};
use crate::migration::RevisionId;

/// The places at which new revisions leave the history that has landed.
#[derive(Debug, Default)]
pub(super) struct Support<'g> {
    /// A new revision and its parent in `before`, for the lowest new revisions under a head.
    pub(super) edges: BTreeSet<Edge<'g>>,
    /// New revisions under the head that have no parent at all.
    pub(super) bases: BTreeSet<&'g RevisionId>,
}

/// A new revision and one of its parents that has landed, or that no file with a known id defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge<'g> {
    pub(super) revision: &'g RevisionId,
    pub(super) parent: &'g RevisionId,
}

impl<'g> Support<'g> {
    /// Walks down from a new head as far as revisions are new.
    ///
    /// Where new merge revisions join several places, only the newest places count: a chain that is
    /// merged with what stands higher is reached from there and needs no other parent.
    pub(super) fn of(head: &RevisionId, before: &Graph, after: &'g Graph) -> Support<'g> {
        let mut support = Support::default();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&RevisionId> =
            after.get(head).map(|found| &found.id).into_iter().collect();
        while let Some(id) = waiting.pop() {
            let Some(revision) = after.get(id).filter(|_| seen.insert(id)) else {
                continue;
            };
            if matches!(revision.parents, Parents::Base) {
                support.bases.insert(id);
            }
            for parent in after.parents(id).map(|parent| &parent.id) {
                if before.contains(parent) {
                    support.edges.insert(Edge { revision: id, parent });
                } else {
                    waiting.push(parent);
                }
            }
            for parent in after.missing_parents(id) {
                support.edges.insert(Edge { revision: id, parent });
            }
        }
        support.keep_newest(before);
        support
    }

    fn keep_newest(&mut self, before: &Graph) {
        if self.edges.len() < 2 {
            return;
        }
        let parents: BTreeSet<&RevisionId> = self.edges.iter().map(|edge| edge.parent).collect();
        let mut passed = BTreeSet::new();
        for parent in &parents {
            let below = before.ancestors(parent).into_iter().filter(|below| below != parent);
            passed.extend(below.cloned());
        }
        self.edges.retain(|edge| !passed.contains(edge.parent));
    }

    /// Returns the edges whose parent has been taken by another revision that is still there.
    pub(super) fn stale_edges(&self, before: &Graph, after: &Graph) -> BTreeSet<Edge<'g>> {
        self.edges.iter().filter(|edge| is_taken(edge.parent, before, after)).copied().collect()
    }

    /// Returns the places that the head may build on: heads of `before`, and revisions whose children
    /// are all gone.
    pub(super) fn free_places(&self, before: &Graph, after: &Graph) -> BTreeSet<&'g RevisionId> {
        let parents = self.edges.iter().map(|edge| edge.parent);
        parents.filter(|parent| !is_taken(parent, before, after)).collect()
    }
}

fn is_taken(parent: &RevisionId, before: &Graph, after: &Graph) -> bool {
    before.naming(parent).any(|child| after.contains(&child.id))
        || before.opaque_children(parent).next().is_some()
}
