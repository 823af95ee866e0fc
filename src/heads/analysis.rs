//! Finds the surplus heads that a change adds.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::anchor::{Anchor, Anchors, Edge};
use super::groups::{GroupLabel, HeadLimits, heads_by_group};
use super::left::Left;
use crate::alembic::graph::{Graph, MissingParent, Parents};
use crate::alembic::migration::RevisionId;
use crate::sets::Sets;

/// A reason why a change leaves too many heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadProblem {
    /// A chain builds on a revision that is no longer a head.
    Stale(Stale),
    /// Several new heads build on the same place.
    Fork {
        /// The heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// A chain has no parent although there is a history.
    NewHistory {
        /// The head of the chain.
        head: RevisionId,
        /// The revision without a parent.
        base: RevisionId,
    },
    /// A revision that had children is a head again, or would be without the new revisions that build on it.
    Returned {
        /// The revision.
        head: RevisionId,
        /// The change to its children.
        cause: Cause,
    },
}

impl HeadProblem {
    /// Returns the heads of chains that must move because they do not build on the base.
    pub fn misplaced_heads(&self) -> &[RevisionId] {
        match self {
            HeadProblem::Stale(stale) => &stale.heads,
            HeadProblem::NewHistory { head, .. } => std::slice::from_ref(head),
            HeadProblem::Fork { .. } | HeadProblem::Returned { .. } => &[],
        }
    }

    /// Returns the heads of this problem.
    fn heads(&self) -> &[RevisionId] {
        match self {
            HeadProblem::Stale(stale) => &stale.heads,
            HeadProblem::Fork { heads } => heads,
            HeadProblem::NewHistory { head, .. } | HeadProblem::Returned { head, .. } => {
                std::slice::from_ref(head)
            }
        }
    }
}

/// Why a revision of the base is a head again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// This child now has another parent.
    Repointed(RevisionId),
    /// This child is gone.
    Removed(RevisionId),
}

/// A chain of new revisions on a parent that is no longer a head of the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The edges from the chain to the base; never empty.
    pub edges: Vec<StaleEdge>,
    /// The heads that it ends in, sorted; never empty.
    pub heads: Vec<RevisionId>,
    /// Whether it also joins a head of the base, as a repair does that became outdated.
    pub unfinished: bool,
}

/// One stale parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEdge {
    /// The new revision that names it.
    pub revision: RevisionId,
    /// The parent.
    pub parent: RevisionId,
    /// The children of the parent that the base now has and the result keeps, sorted.
    pub successors: Rc<[RevisionId]>,
    /// The heads of the base above the parent, sorted. If the change removes one, the newest remaining
    /// revision below it.
    pub base_heads: Rc<[RevisionId]>,
}

/// A revision with unknown ancestors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap<'g> {
    /// The revision.
    pub child: &'g RevisionId,
    /// The parent that no file defines; `None` if only running Python would show the parents.
    pub parent: Option<RevisionId>,
}

/// Returns the problems with the heads of `after` that `before` does not explain.
///
/// A group within its limit has no problems. Heads that `before` already has are not reported. Heads above a
/// gap or a duplicate that the change causes do not count, because it is unknown what they join. Files with
/// an unknown id count as one more head if at least one of them is not a parent.
pub fn analyze_heads(before: &Graph, after: &Graph, limits: HeadLimits<'_>) -> Vec<HeadProblem> {
    let heads_before = heads_by_group(before, limits);
    let in_doubt = heads_in_doubt(before, after);
    let mut faults = Vec::new();
    for (label, mut heads) in heads_by_group(after, limits) {
        heads.retain(|head| !in_doubt.contains(head));
        if heads.len() + unnamed(label, after) > limits.heads {
            let count_before = heads_before.get(&label).map_or(0, Vec::len);
            faults.extend(Group { before, after, heads, count_before }.analyze());
        }
    }
    faults
}

/// Returns the heads of each group that exceeds its limit in both `before` and `after`, sorted.
///
/// Heads with a problem in `faults` are left out. Returns nothing if any file has unknown
/// parents, because it may join the heads.
pub fn existing_heads(
    before: &Graph,
    after: &Graph,
    limits: HeadLimits<'_>,
    faults: &[HeadProblem],
) -> Vec<Vec<RevisionId>> {
    let at_fault: BTreeSet<&RevisionId> = faults.iter().flat_map(HeadProblem::heads).collect();
    let before = heads_by_group(before, limits);
    let mut existing = Vec::new();
    for (label, mut heads) in heads_by_group(after, limits) {
        heads.retain(|head| !at_fault.contains(head));
        let was_crowded = before.get(&label).is_some_and(|heads| heads.len() > limits.heads);
        if was_crowded && heads.len() > limits.heads && !after.has_unreadable_parents() {
            existing.push(heads.into_iter().cloned().collect());
        }
    }
    existing
}

/// Returns whether every group is within its limit.
pub fn within_limits(graph: &Graph, limits: HeadLimits<'_>) -> bool {
    let mut groups = heads_by_group(graph, limits).into_iter();
    groups.all(|(label, heads)| heads.len() + unnamed(label, graph) <= limits.heads)
}

/// Returns the heads of each group that exceeds its limit; sorted.
pub fn crowded<'g>(graph: &'g Graph, limits: HeadLimits<'g>) -> Vec<Vec<&'g RevisionId>> {
    let groups = heads_by_group(graph, limits).into_values();
    groups.filter(|heads| heads.len() > limits.heads).collect()
}

/// Returns the places in `after` but not in `before` where the ancestors of a revision are unknown.
///
/// A missing parent of several revisions does not count if a file with an unknown id may define it and
/// nothing can join the revisions. They fork there in any case.
pub fn new_gaps<'g>(before: &Graph, after: &'g Graph) -> Vec<Gap<'g>> {
    let place = |gap: &MissingParent| (gap.child.clone(), gap.id.clone());
    let known: HashSet<_> = before.missing().iter().map(place).collect();
    let forks = after.unnamed_forks();
    let missing = after.missing().iter();
    let missing = missing.filter(|&gap| !known.contains(&place(gap)) && !forks.contains(&gap.id));
    let missing = missing.map(|gap| Gap { child: &gap.child, parent: Some(gap.id.clone()) });
    let unknown = |graph: &Graph, id: &RevisionId| {
        graph.get(id).is_some_and(|revision| revision.parents == Parents::Unknown)
    };
    let computed = after.revisions().map(|revision| &revision.id);
    let computed = computed.filter(|id| unknown(after, id) && !unknown(before, id));
    missing.chain(computed.map(|child| Gap { child, parent: None })).collect()
}

/// Returns the number of heads that files with an unknown id add.
fn unnamed(label: GroupLabel<'_>, graph: &Graph) -> usize {
    usize::from(label.is_none() && graph.has_unnamed_head())
}

/// Returns the heads with newly unknown ancestors: above a parent that is missing or computed, or above an
/// id that several files now define.
fn heads_in_doubt<'g>(before: &Graph, after: &'g Graph) -> BTreeSet<&'g RevisionId> {
    let gaps = new_gaps(before, after);
    let duplicates = after.duplicates().map(|(id, _)| id).filter(|id| !before.is_duplicate(id));
    let mut above = after.descendants_of_all(gaps.iter().map(|gap| gap.child).chain(duplicates));
    above.retain(|id| after.is_head(id));
    above
}

/// The heads of a group that exceeds its limit.
struct Group<'g> {
    before: &'g Graph,
    after: &'g Graph,
    heads: Vec<&'g RevisionId>,
    count_before: usize,
}

impl<'g> Group<'g> {
    fn analyze(&self) -> Vec<HeadProblem> {
        let mut faults = Vec::new();
        let mut stale: BTreeMap<BTreeSet<Edge<'g>>, Stale> = BTreeMap::new();
        let mut sound = Vec::new();
        let mut anchors = Anchors::new(self.before, self.after);
        let mut left = Left::new(self.before, self.after);
        let mut abandoned_by_parent = HashMap::new();
        for &head in &self.heads {
            if self.before.contains(head) {
                faults.extend(self.returned(head));
                continue;
            }
            let anchor = anchors.of(head);
            let edges = anchors.stale_edges(&anchor);
            let abandoned = self.abandoned(&edges, &mut abandoned_by_parent);
            if !abandoned.is_empty() {
                let is_new = |fault: &HeadProblem| !faults.contains(fault);
                let abandoned: Vec<HeadProblem> = abandoned.into_iter().filter(is_new).collect();
                faults.extend(abandoned);
            } else if !edges.is_empty() {
                let unfinished = !anchors.free_places(&anchor).is_empty();
                let chain = stale.entry(edges).or_insert_with_key(|edges| left.stale(edges));
                chain.heads.push(head.clone());
                chain.unfinished = unfinished;
            } else if let Some(base) = self.new_history(&anchor) {
                faults.push(HeadProblem::NewHistory { head: head.clone(), base: base.clone() });
            } else {
                sound.push((head, anchors.free_places(&anchor)));
            }
        }
        faults.extend(stale.into_values().map(HeadProblem::Stale));
        faults.extend(Group::forks(sound));
        faults
    }

    /// Reports parents that are no longer heads of the base although the change moves all their children.
    ///
    /// A revision on such a parent is the only one there, so giving it a new parent does not repair the move.
    fn abandoned(
        &self,
        edges: &BTreeSet<Edge<'g>>,
        known: &mut HashMap<&'g RevisionId, bool>,
    ) -> Vec<HeadProblem> {
        let parents: BTreeSet<&RevisionId> = edges.iter().map(|edge| edge.parent).collect();
        let is_abandoned = |parent: &RevisionId| {
            let above = self.after.descendants(parent);
            self.before.contains(parent)
                && self.before.opaque_children(parent).next().is_none()
                && !self.before.children(parent).any(|child| above.contains(&child.id))
        };
        let abandoned = parents
            .into_iter()
            .filter(|parent| *known.entry(parent).or_insert_with(|| is_abandoned(parent)));
        abandoned.filter_map(|parent| self.returned(parent)).collect()
    }

    /// Returns the first revision of a chain without a parent, if there is a history.
    ///
    /// If the chain replaces deleted revisions and there are no more heads than before, the history was only
    /// squashed.
    fn new_history(&self, anchor: &Anchor<'g>) -> Option<&'g RevisionId> {
        let beside_a_history = anchor.edges.is_empty() && !self.before.is_empty();
        let squashed = || {
            self.heads.len() <= self.count_before
                && self.before.revisions().any(|revision| !self.after.contains(&revision.id))
        };
        anchor.bases.first().copied().filter(|_| beside_a_history && !squashed())
    }

    /// Groups the heads that build on the same place. In an empty history, that is all of them.
    fn forks(sound: Vec<(&'g RevisionId, BTreeSet<&'g RevisionId>)>) -> Vec<HeadProblem> {
        let mut sets = Sets::apart(sound.len());
        let mut first_at: HashMap<Option<&RevisionId>, usize> = HashMap::new();
        for (number, (_, places)) in sound.iter().enumerate() {
            let nowhere = places.is_empty().then_some(None);
            for place in places.iter().copied().map(Some).chain(nowhere) {
                sets.join(*first_at.entry(place).or_insert(number), number);
            }
        }
        let mut clusters: BTreeMap<usize, Vec<RevisionId>> = BTreeMap::new();
        for (number, (head, _)) in sound.into_iter().enumerate() {
            clusters.entry(sets.of(number)).or_default().push(head.clone());
        }
        let forked = clusters.into_values().filter(|heads| heads.len() > 1);
        forked.map(|heads| HeadProblem::Fork { heads: sorted(heads) }).collect()
    }

    /// Reports a head that has children in `before`, and why it lost them.
    ///
    /// This counts only if there are more heads than before: a change from three heads to two may leave a
    /// head that was not one.
    fn returned(&self, head: &RevisionId) -> Option<HeadProblem> {
        if self.heads.len() <= self.count_before {
            return None;
        }
        let mut children = self.before.children(head).map(|child| &child.id).peekable();
        let first = (*children.peek()?).clone();
        let cause = match children.find(|child| self.after.contains(child)) {
            Some(child) => Cause::Repointed(child.clone()),
            None => Cause::Removed(first),
        };
        Some(HeadProblem::Returned { head: head.clone(), cause })
    }
}

pub(super) fn sorted(ids: impl IntoIterator<Item = RevisionId>) -> Vec<RevisionId> {
    let mut ids: Vec<RevisionId> = ids.into_iter().collect();
    ids.sort();
    ids
}
