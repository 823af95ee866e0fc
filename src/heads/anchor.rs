//! The places in the base that a new head builds on.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::alembic::graph::{Follow, Graph, Heights, Parents};
use crate::alembic::migration::RevisionId;

/// The places at which new revisions branch off the base.
#[derive(Debug, Default)]
pub(super) struct Anchor<'g> {
    /// The lowest new revisions under a head, each with its parent in `before`.
    pub(super) edges: BTreeSet<Edge<'g>>,
    /// New revisions under the head that have no parent.
    pub(super) bases: BTreeSet<&'g RevisionId>,
}

/// A new revision and one of its parents that is in the base or in no file with a known id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge<'g> {
    pub(super) revision: &'g RevisionId,
    pub(super) parent: &'g RevisionId,
}

impl<'g> Anchor<'g> {
    /// Walks down from a new head through new revisions.
    ///
    /// If new merge revisions join several places, only the newest places count. A chain that is merged with
    /// a newer place is reached from there and needs no other parent.
    fn of(head: &RevisionId, before: &Graph, after: &'g Graph) -> Anchor<'g> {
        let mut anchor = Anchor::default();
        let mut seen = HashSet::new();
        let mut waiting: Vec<&RevisionId> =
            after.get(head).map(|found| &found.id).into_iter().collect();
        while let Some(id) = waiting.pop() {
            let Some(revision) = after.get(id).filter(|_| seen.insert(id)) else {
                continue;
            };
            if matches!(revision.parents, Parents::Base) {
                anchor.bases.insert(id);
            }
            for parent in after.parents(id).map(|parent| &parent.id) {
                if before.contains(parent) {
                    anchor.edges.insert(Edge { revision: id, parent });
                } else {
                    waiting.push(parent);
                }
            }
            for parent in after.missing_parents(id) {
                anchor.edges.insert(Edge { revision: id, parent });
            }
        }
        anchor
    }

    fn keep_newest(mut self, heights: impl FnOnce() -> Rc<Heights<'g>>) -> Anchor<'g> {
        let parents: BTreeSet<&RevisionId> = self.edges.iter().map(|edge| edge.parent).collect();
        if parents.len() > 1 {
            let parents: Vec<&RevisionId> = parents.into_iter().collect();
            let passed = heights().below_others(&parents, Follow::Parents);
            self.edges.retain(|edge| !passed.contains(edge.parent));
        }
        self
    }
}

/// The anchors of new heads. Heads on one line share an anchor.
pub(super) struct Anchors<'g> {
    before: &'g Graph,
    after: &'g Graph,
    heights: Option<Rc<Heights<'g>>>,
    known: HashMap<&'g RevisionId, Rc<Anchor<'g>>>,
    /// Whether a parent has another child that still exists.
    taken: HashMap<&'g RevisionId, bool>,
}

impl<'g> Anchors<'g> {
    pub(super) fn new(before: &'g Graph, after: &'g Graph) -> Anchors<'g> {
        Anchors { before, after, heights: None, known: HashMap::new(), taken: HashMap::new() }
    }

    /// Returns the anchor of a new head.
    pub(super) fn of(&mut self, head: &'g RevisionId) -> Rc<Anchor<'g>> {
        let mut line = vec![head];
        let mut lowest = head;
        while let Some(below) = self.only_new_parent(lowest)
            && !self.known.contains_key(lowest)
            && line.len() <= self.after.len()
        {
            line.push(below);
            lowest = below;
        }
        let found = self.known.get(lowest).cloned();
        let found = found.unwrap_or_else(|| {
            let anchor = Anchor::of(lowest, self.before, self.after);
            Rc::new(anchor.keep_newest(|| self.heights()))
        });
        self.known.extend(line.into_iter().map(|id| (id, Rc::clone(&found))));
        found
    }

    fn heights(&mut self) -> Rc<Heights<'g>> {
        Rc::clone(self.heights.get_or_insert_with(|| Rc::new(self.before.heights())))
    }

    /// Returns the only parent of a revision, if that is new too.
    fn only_new_parent(&self, id: &RevisionId) -> Option<&'g RevisionId> {
        let [parent] = self.after.get(id)?.parents.texts() else {
            return None;
        };
        let parent = self.after.get(&RevisionId::new(&*parent.text))?;
        (!self.before.contains(&parent.id)).then_some(&parent.id)
    }

    /// Returns the edges to a parent that has another child and keeps it.
    pub(super) fn stale_edges(&mut self, anchor: &Anchor<'g>) -> BTreeSet<Edge<'g>> {
        anchor.edges.iter().filter(|edge| self.is_taken(edge.parent)).copied().collect()
    }

    /// Returns the places that a head may build on: heads of `before`, and revisions that lost all their
    /// children.
    pub(super) fn free_places(&mut self, anchor: &Anchor<'g>) -> BTreeSet<&'g RevisionId> {
        let parents = anchor.edges.iter().map(|edge| edge.parent);
        parents.filter(|parent| !self.is_taken(parent)).collect()
    }

    fn is_taken(&mut self, parent: &'g RevisionId) -> bool {
        let Anchors { before, after, .. } = *self;
        *self.taken.entry(parent).or_insert_with(|| is_taken(parent, before, after))
    }
}

fn is_taken(parent: &RevisionId, before: &Graph, after: &Graph) -> bool {
    before.naming(parent).any(|child| after.contains(&child.id))
        || before.opaque_children(parent).next().is_some()
}
