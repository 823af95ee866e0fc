//! Queries whether one revision needs another, for many pairs in one graph.

use std::cell::{RefCell, RefMut};
use std::cmp::Reverse;
use std::collections::HashSet;

use super::{Graph, Index, Revision};
use crate::alembic::migration::RevisionId;

/// The length of the longest path down from each revision; `None` if it leads into a cycle.
///
/// Requirements are always lower, so a search for one ends when it gets below: two lines that are merged
/// soon after they part cost no more than these lines, however long the history is.
#[derive(Debug)]
pub struct Heights<'g> {
    graph: &'g Graph,
    heights: Vec<Option<usize>>,
    marks: RefCell<Marks>,
}

/// The links to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// `down_revision` alone.
    Parents,
    /// `down_revision` and `depends_on`.
    Needs,
}

/// The visited revisions of a search; the next search need not clear them.
#[derive(Debug)]
struct Marks {
    search: usize,
    reached_by: Vec<usize>,
}

impl Marks {
    /// Marks a revision, unless it is marked already.
    fn add(&mut self, index: Index) -> bool {
        std::mem::replace(&mut self.reached_by[index], self.search) != self.search
    }

    fn has(&self, index: Index) -> bool {
        self.reached_by[index] == self.search
    }
}

impl Graph {
    /// Computes the height of every revision.
    pub fn heights(&self) -> Heights<'_> {
        let mut heights = vec![None; self.revisions.len()];
        for index in self.order() {
            let below = self.needed(index).filter_map(|&needed| heights[needed]).max();
            heights[index] = Some(below.map_or(0, |height| height + 1));
        }
        let marks = Marks { search: 0, reached_by: vec![0; heights.len()] };
        Heights { graph: self, heights, marks: RefCell::new(marks) }
    }

    /// Returns the revisions in an order in which they can run, without those that need a cycle.
    pub fn in_order(&self) -> impl Iterator<Item = &Revision> {
        self.order().into_iter().map(|index| &self.revisions[index])
    }

    pub(super) fn order(&self) -> Vec<Index> {
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
    /// Returns whether a revision is another one or a descendant of it.
    pub fn builds_on(&self, high: &RevisionId, low: &RevisionId) -> bool {
        self.reaches(high, low, |index| self.graph.parents[index].iter())
    }

    /// Returns whether a revision is another one or needs it.
    pub fn needs(&self, high: &RevisionId, low: &RevisionId) -> bool {
        let Graph { parents, dependencies, .. } = self.graph;
        self.reaches(high, low, |index| parents[index].iter().chain(&dependencies[index]))
    }

    /// Returns whether any of some revisions is another one or needs it.
    pub fn any_needs(&self, ids: &[&RevisionId], low: &RevisionId) -> bool {
        let Some(&low) = self.graph.by_id.get(low) else { return false };
        let floor = self.heights[low];
        let mut marks = self.begin();
        let mut waiting = self.places(ids);
        while let Some(index) = waiting.pop() {
            if index == low {
                return true;
            }
            // What a cycle needs is measured; what needs a cycle is not.
            let is_above =
                self.heights[index].is_none_or(|it| floor.is_some_and(|floor| it > floor));
            if is_above && marks.add(index) {
                waiting.extend(self.below(index, Follow::Needs));
            }
        }
        false
    }

    /// Returns whether no revision leads into a cycle.
    pub fn are_known(&self, ids: &[&RevisionId]) -> bool {
        self.places(ids).into_iter().all(|index| self.heights[index].is_some())
    }

    /// Returns those of some revisions that another one of them has below it; of a history with a cycle below
    /// them none, since nobody can run it.
    pub fn below_others<'i>(&self, ids: &[&'i RevisionId], way: Follow) -> HashSet<&'i RevisionId> {
        let mut passed = HashSet::new();
        let Some(mut sorted) = self.highest_first(ids) else {
            return passed;
        };
        sorted.dedup_by_key(|(_, index, _)| *index);
        let floor = sorted.last().map_or(0, |(height, ..)| height.0);
        let mut marks = self.begin();
        let mut left: HashSet<Index> = sorted.iter().map(|(_, index, _)| *index).collect();
        for (_, index, id) in sorted {
            left.remove(&index);
            if marks.has(index) {
                passed.insert(id);
                continue;
            }
            marks.add(index);
            let mut waiting = vec![index];
            while let Some(high) = waiting.pop().filter(|_| !left.is_empty()) {
                for &low in self.below(high, way) {
                    if self.heights[low].is_some_and(|height| height >= floor) && marks.add(low) {
                        left.remove(&low);
                        waiting.push(low);
                    }
                }
            }
        }
        passed
    }

    /// Returns those of some revisions on which another one depends that a revision builds on.
    pub fn inherited<'i>(
        &self,
        id: &RevisionId,
        ids: &[&'i RevisionId],
    ) -> HashSet<&'i RevisionId> {
        let dependencies = self.places(ids);
        let floors = dependencies.iter().filter_map(|&index| self.heights[index]);
        let floor = floors.min().filter(|_| !dependencies.is_empty());
        let own = self.graph.by_id.get(id).copied();
        let mut marks = self.begin();
        let mut waiting: Vec<Index> = own.into_iter().collect();
        while let Some(index) = waiting.pop() {
            let is_above =
                self.heights[index].is_none_or(|it| floor.is_some_and(|floor| it > floor));
            if is_above && marks.add(index) {
                waiting.extend(self.below(index, Follow::Parents));
            }
        }
        let is_inherited = |id: &&RevisionId| {
            let index = self.graph.by_id.get(*id);
            let mut dependents = index.into_iter().flat_map(|&index| &self.graph.dependents[index]);
            dependents.any(|&dependent| Some(dependent) != own && marks.has(dependent))
        };
        ids.iter().copied().filter(is_inherited).collect()
    }

    /// Returns the revisions that are another one or can run only after it, of some.
    pub fn needing<'i>(&self, ids: &[&'i RevisionId], low: &RevisionId) -> Vec<&'i RevisionId> {
        let mut marks = self.begin();
        let mut waiting = self.places(&[low]);
        while let Some(index) = waiting.pop() {
            if marks.add(index) {
                waiting.extend(&self.graph.children[index]);
                waiting.extend(&self.graph.dependents[index]);
            }
        }
        let is_above =
            |id: &&RevisionId| self.graph.by_id.get(*id).is_some_and(|&index| marks.has(index));
        ids.iter().copied().filter(is_above).collect()
    }

    /// Begins a search.
    fn begin(&self) -> RefMut<'_, Marks> {
        let mut marks = self.marks.borrow_mut();
        marks.search += 1;
        marks
    }

    fn places(&self, ids: &[&RevisionId]) -> Vec<Index> {
        ids.iter().filter_map(|id| self.graph.by_id.get(*id).copied()).collect()
    }

    /// Sorts revisions by how long the way down from each is; nothing where one leads into a cycle.
    fn highest_first<'i>(
        &self,
        ids: &[&'i RevisionId],
    ) -> Option<Vec<(Reverse<usize>, Index, &'i RevisionId)>> {
        let known = ids.iter().filter_map(|id| Some((self.graph.by_id.get(*id).copied()?, *id)));
        let measured = known.map(|(index, id)| Some((Reverse(self.heights[index]?), index, id)));
        let mut measured: Vec<_> = measured.collect::<Option<_>>()?;
        measured.sort();
        Some(measured)
    }

    fn below(&self, index: Index, way: Follow) -> impl Iterator<Item = &Index> {
        let Graph { parents, dependencies, .. } = self.graph;
        let dependencies = match way {
            Follow::Parents => &[][..],
            Follow::Needs => &dependencies[index],
        };
        parents[index].iter().chain(dependencies)
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
        let mut marks = self.begin();
        let mut waiting = vec![high];
        while let Some(index) = waiting.pop().filter(|_| high != low) {
            for &other in links(index).filter(|_| is_above(index)) {
                if other == low {
                    return true;
                }
                if marks.add(other) {
                    waiting.push(other);
                }
            }
        }
        high == low
    }
}
