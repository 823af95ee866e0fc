//! What to build on above the heads of the base, asked of many chains of one history.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::heads::HeadProblem;

/// What there is above heads of the base; each head is looked at once.
pub(super) struct Tops<'l> {
    graph: &'l Graph,
    /// The heads that have to move themselves.
    faulty: BTreeSet<&'l RevisionId>,
    known: RefCell<BTreeMap<RevisionId, Rc<Top>>>,
}

/// What to build on above one head.
struct Top {
    id: RevisionId,
    /// What it needs without building on it.
    needed: BTreeSet<RevisionId>,
}

impl<'l> Tops<'l> {
    pub(super) fn new(graph: &'l Graph, faults: &'l [HeadProblem]) -> Tops<'l> {
        let faulty = faults.iter().flat_map(HeadProblem::misplaced_heads).collect();
        Tops { graph, faulty, known: RefCell::default() }
    }

    /// Finds what to build on above a head of the base: what the change itself puts there soundly.
    pub(super) fn of(&self, head: &RevisionId) -> RevisionId {
        self.get(head).id.clone()
    }

    /// The same for a revision, which what needs it goes on top of, not below.
    pub(super) fn below(&self, revision: &RevisionId, head: &RevisionId) -> RevisionId {
        let top = self.get(head);
        if top.needed.contains(revision) { head.clone() } else { top.id.clone() }
    }

    fn get(&self, head: &RevisionId) -> Rc<Top> {
        if let Some(known) = self.known.borrow().get(head) {
            return Rc::clone(known);
        }
        let top = Rc::new(self.find(head));
        self.known.borrow_mut().insert(head.clone(), Rc::clone(&top));
        top
    }

    fn find(&self, head: &RevisionId) -> Top {
        let mut above = self.graph.heads_above(head);
        above.retain(|above| !self.faulty.contains(above));
        let id = match above.as_slice() {
            [one] => *one,
            _ => head,
        };
        let below = self.graph.ancestors(id);
        let needed = self.graph.requirements(id).into_iter().filter(|id| !below.contains(id));
        Top { id: id.clone(), needed: needed.cloned().collect() }
    }
}
