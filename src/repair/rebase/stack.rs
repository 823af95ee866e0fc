//! Handles many simple chains at once, whose order only depends on their files.

use super::linearize::{Line, Moves, path};
use super::tops::Tops;
use crate::alembic::graph::{Graph, Parents};
use crate::alembic::migration::RevisionId;
use crate::heads::{HeadProblem, Stale, StaleEdge};

/// A chain of new revisions.
struct PlainLine<'f> {
    lowest: &'f RevisionId,
    head: &'f RevisionId,
}

impl Line<'_> {
    /// Puts all stale chains on top of one another, in the order in which they would be moved one at a
    /// time; returns nothing if anything but the files could determine another order or place.
    pub(super) fn stacked(&self, faults: &[HeadProblem], tops: &Tops<'_>) -> Option<Moves> {
        let limits = self.asked.limits;
        if self.asked.onto.is_some() || limits.heads != 1 || !limits.branches.is_empty() {
            return None;
        }
        let edges: Vec<(&StaleEdge, &RevisionId)> =
            faults.iter().map(only_edge).collect::<Option<_>>()?;
        let [base_head] = &*edges.first()?.0.base_heads else { return None };
        let is_alike = |edge: &StaleEdge| *edge.base_heads == [base_head.clone()];
        if !edges.iter().all(|(edge, _)| is_alike(edge)) || !is_plain(&self.graph) {
            return None;
        }
        let mut top = tops.of(base_head);
        let has_others = self.graph.heads().len() != edges.len() + 1;
        if has_others || !self.graph.is_head(&top) || edges.iter().any(|(_, head)| **head == top) {
            return None;
        }
        let lines = edges.into_iter().map(|(edge, head)| self.plain_line(&edge.revision, head));
        let mut lines: Vec<PlainLine<'_>> = lines.collect::<Option<_>>()?;
        lines.sort_by_cached_key(|line| self.graph.get(line.lowest).map(path).cloned());
        let mut moves = Moves::new();
        for line in lines {
            moves.insert(line.lowest.clone(), vec![top]);
            top = line.head.clone();
        }
        Some(moves)
    }

    /// Walks up a movable chain if each of its revisions is new and the only child of the previous one.
    fn plain_line<'f>(
        &self,
        lowest: &'f RevisionId,
        head: &'f RevisionId,
    ) -> Option<PlainLine<'f>> {
        let mut place = self.graph.get(lowest).filter(|_| self.holder(lowest).is_none())?;
        loop {
            let is_new = !self.asked.before.contains(&place.id);
            if !is_new || !matches!(place.parents, Parents::One(_)) {
                return None;
            }
            let mut above = self.graph.children(&place.id);
            match (above.next(), above.next()) {
                (None, _) => break,
                (Some(one), None) => place = one,
                (Some(_), Some(_)) => return None,
            }
        }
        (place.id == *head).then_some(PlainLine { lowest, head })
    }
}

/// Returns the parent of a chain in the base, and its head, if it has one of each.
fn only_edge(fault: &HeadProblem) -> Option<(&StaleEdge, &RevisionId)> {
    let HeadProblem::Stale(Stale { edges, heads, unfinished: false }) = fault else { return None };
    match (edges.as_slice(), heads.as_slice()) {
        ([edge], [head]) => Some((edge, head)),
        _ => None,
    }
}

/// Returns whether a history is fully known, and nothing depends on other lines.
fn is_plain(graph: &Graph) -> bool {
    let is_plain = |id| graph.dependencies(id).next().is_none();
    graph.is_sound()
        && graph.opaque().is_empty()
        && graph.revisions().all(|one| one.parents != Parents::Unknown && is_plain(&one.id))
}
