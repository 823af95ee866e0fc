//! The successors of parents that are no longer heads of the base.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::analysis::{Stale, StaleEdge, sorted};
use super::anchor::Edge;
use crate::alembic::graph::{Above, Graph};
use crate::alembic::migration::RevisionId;

/// The revisions above such parents. Each parent is examined once.
pub(super) struct Left<'g> {
    before: &'g Graph,
    after: &'g Graph,
    above: Option<Above<'g>>,
    known: HashMap<&'g RevisionId, Place>,
}

/// The successors of a parent, and the heads above it.
#[derive(Clone)]
struct Place {
    successors: Rc<[RevisionId]>,
    base_heads: Rc<[RevisionId]>,
}

impl<'g> Left<'g> {
    pub(super) fn new(before: &'g Graph, after: &'g Graph) -> Left<'g> {
        Left { before, after, above: None, known: HashMap::new() }
    }

    /// Describes a chain that builds on the base at the given edges.
    pub(super) fn stale(&mut self, edges: &BTreeSet<Edge<'g>>) -> Stale {
        let edges = edges.iter().map(|edge| {
            let Place { successors, base_heads } = self.place(edge.parent);
            let (revision, parent) = (edge.revision.clone(), edge.parent.clone());
            StaleEdge { revision, parent, successors, base_heads }
        });
        Stale { edges: edges.collect(), heads: Vec::new(), unfinished: false }
    }

    fn place(&mut self, parent: &'g RevisionId) -> Place {
        if let Some(known) = self.known.get(parent) {
            return known.clone();
        }
        let children = self.before.naming(parent).map(|child| &child.id);
        let successors = children.filter(|child| self.after.contains(child)).cloned();
        let place = Place { successors: sorted(successors).into(), base_heads: self.heads(parent) };
        self.known.insert(parent, place.clone());
        place
    }

    /// Returns the newest revisions that `before` has above a parent and `after` keeps. Deleted revisions
    /// cannot be built on.
    fn heads(&mut self, parent: &RevisionId) -> Rc<[RevisionId]> {
        let (before, after) = (self.before, self.after);
        let is_newest = |id: &RevisionId| {
            after.contains(id)
                && !before.children(id).any(|child| after.contains(&child.id))
                && before.opaque_children(id).next().is_none()
        };
        let above = self.above.get_or_insert_with(|| before.above(is_newest));
        let found = above.of(parent).into_iter().filter(|id| *id != parent);
        sorted(found.cloned()).into()
    }
}
