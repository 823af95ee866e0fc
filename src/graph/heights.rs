//! Whether one revision needs another, asked of many pairs of one graph.

use std::collections::HashSet;

use super::{Graph, Index, Revision};
use crate::migration::RevisionId;

/// How long the longest way down from each revision is; none where it leads into a cycle.
///
/// What is needed is always lower, so a search for it ends where it gets below: two lines that are
/// merged soon after they part cost no more than these lines, however long the history is.
#[derive(Debug)]
pub struct Heights<'g> {
    graph: &'g Graph,
    heights: Vec<Option<usize>>,
}

impl Graph {
    /// Measures every revision.
    pub fn heights(&self) -> Heights<'_> {
        let mut heights = vec![None; self.revisions.len()];
        for index in self.order() {
            let below = self.needed(index).filter_map(|&needed| heights[needed]).max();
            heights[index] = Some(below.map_or(0, |height| height + 1));
        }
        Heights { graph: self, heights }
    }

    /// Returns the revisions in an order in which they can run; those that need a cycle are left out.
    pub fn in_order(&self) -> impl Iterator<Item = &Revision> {
        self.order().into_iter().map(|index| &self.revisions[index])
    }

    fn order(&self) -> Vec<Index> {
        let mut open: Vec<usize> =
            (0..self.revisions.len()).map(|index| self.needed(index).count()).collect();
        let mut order = Vec::with_capacity(open.len());
        let mut free: Vec<Index> = (0..open.len()).filter(|&index| open[index] == 0).collect();
        while let Some(index) = free.pop() {
            order.push(index);
            for &above in self.children[index].iter().chain(&self.dependents[index]) {
                open[above] -= 1;
                if open[above] == 0 {
                    free.push(above);
                }
            }
        }
        order
    }

    fn needed(&self, index: Index) -> impl Iterator<Item = &Index> {
        self.parents[index].iter().chain(&self.dependencies[index])
    }
}

impl Heights<'_> {
    /// Tells whether a revision is another one or has it among its ancestors.
    pub fn builds_on(&self, high: &RevisionId, low: &RevisionId) -> bool {
        self.reaches(high, low, |index| self.graph.parents[index].iter())
    }

    /// Tells whether a revision is another one or can run only after it.
    pub fn needs(&self, high: &RevisionId, low: &RevisionId) -> bool {
        let Graph { parents, dependencies, .. } = self.graph;
        self.reaches(high, low, |index| parents[index].iter().chain(&dependencies[index]))
    }

    /// Tells whether an ancestor of a revision depends on another one.
    pub fn inherits(&self, id: &RevisionId, dependency: &RevisionId) -> bool {
        let Some(&index) = self.graph.by_id.get(dependency) else { return false };
        let dependents = self.graph.dependents[index].iter();
        let mut dependents = dependents.map(|&dependent| &self.graph.revisions[dependent].id);
        dependents.any(|dependent| dependent != id && self.builds_on(id, dependent))
    }

    fn reaches<'i, I: Iterator<Item = &'i Index>>(
        &self,
        high: &RevisionId,
        low: &RevisionId,
        links: impl Fn(Index) -> I,
    ) -> bool {
        let by_id = &self.graph.by_id;
        let (Some(&high), Some(&low)) = (by_id.get(high), by_id.get(low)) else { return false };
        let is_above = |index: Index| match (self.heights[index], self.heights[low]) {
            (Some(height), Some(floor)) => height > floor,
            // What a cycle needs is measured; what needs a cycle is not.
            (Some(_), None) => false,
            (None, _) => true,
        };
        let mut seen = HashSet::from([high]);
        let mut waiting = vec![high];
        while let Some(index) = waiting.pop() {
            if index == low {
                return true;
            }
            if is_above(index) {
                waiting.extend(links(index).filter(|&&other| seen.insert(other)));
            }
        }
        false
    }
}
