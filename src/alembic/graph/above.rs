//! Queries which of some revisions are descendants of others.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Graph, Index};
use crate::alembic::migration::RevisionId;

/// The wanted descendants of each revision. Revisions on one line share them.
pub struct Above<'g> {
    graph: &'g Graph,
    wanted: Vec<bool>,
    /// `None` for revisions that cannot be ordered because of a cycle.
    above: Vec<Option<Rc<BTreeSet<Index>>>>,
}

impl Graph {
    /// Collects the wanted descendants of every revision.
    pub fn above(&self, is_wanted: impl Fn(&RevisionId) -> bool) -> Above<'_> {
        let wanted: Vec<bool> = self.revisions.iter().map(|it| is_wanted(&it.id)).collect();
        let mut above = Above { graph: self, wanted, above: vec![None; self.revisions.len()] };
        for index in self.order().into_iter().rev() {
            above.above[index] = above.over(&self.children[index]);
        }
        above
    }
}

impl<'g> Above<'g> {
    /// Returns the wanted descendants of a revision, whether or not a file defines it.
    pub fn of(&self, id: &RevisionId) -> BTreeSet<&'g RevisionId> {
        let graph = self.graph;
        let children = graph.naming(id).filter_map(|child| graph.by_id.get(&child.id).copied());
        let children: Vec<Index> = children.collect();
        let found = self.over(&children).unwrap_or_else(|| {
            let marks = graph.marks_from(&graph.children, children);
            Rc::new((0..marks.len()).filter(|&index| marks[index] && self.wanted[index]).collect())
        });
        found.iter().map(|&index| &graph.revisions[index].id).collect()
    }

    /// Returns the wanted revisions among some and their descendants; nothing if the descendants of one are
    /// unknown.
    fn over(&self, children: &[Index]) -> Option<Rc<BTreeSet<Index>>> {
        if let [child] = *children
            && !self.wanted[child]
        {
            return self.above[child].clone();
        }
        let mut all: BTreeSet<Index> =
            children.iter().copied().filter(|&child| self.wanted[child]).collect();
        for &child in children {
            all.extend(self.above[child].as_ref()?.iter());
        }
        Some(Rc::new(all))
    }
}
