//! Which heads a change adds that it should not.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::anchor::{Anchor, Anchors, Edge};
use super::groups::{GroupLabel, HeadLimits, heads_by_group};
use super::left::Left;
use crate::alembic::graph::{Graph, MissingParent, Parents};
use crate::alembic::migration::RevisionId;
use crate::sets::Sets;

/// One way in which a change leaves too many heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadProblem {
    /// A chain builds on something that is no head any more.
    Stale(Stale),
    /// Several new heads build on the same place.
    Fork {
        /// The heads, sorted.
        heads: Vec<RevisionId>,
    },
    /// A chain builds on nothing although there is a history.
    NewHistory {
        /// The head of the chain.
        head: RevisionId,
        /// The revision without a parent.
        base: RevisionId,
    },
    /// A revision that had children is a head again, or would be but for new ones that build on it.
    Returned {
        /// The revision.
        head: RevisionId,
        /// What became of its children.
        cause: Cause,
    },
}

impl HeadProblem {
    /// Returns the heads of chains that have to move themselves: they build on something else than what has landed.
    pub fn misplaced_heads(&self) -> &[RevisionId] {
        match self {
            HeadProblem::Stale(stale) => &stale.heads,
            HeadProblem::NewHistory { head, .. } => std::slice::from_ref(head),
            HeadProblem::Fork { .. } | HeadProblem::Returned { .. } => &[],
        }
    }

    /// Returns the heads that the fault is about.
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

/// What made a landed revision a head again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// This child now builds on something else.
    Repointed(RevisionId),
    /// This child is gone.
    Removed(RevisionId),
}

/// A chain of new revisions on a parent that the base has left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Where the chain hangs on the base; never empty.
    pub edges: Vec<StaleEdge>,
    /// The heads that it ends in, sorted; never empty.
    pub heads: Vec<RevisionId>,
    /// Whether it also joins a head of the base, so that it is a repair that was overtaken.
    pub unfinished: bool,
}

/// One stale parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleEdge {
    /// The new revision that names it.
    pub revision: RevisionId,
    /// The parent.
    pub parent: RevisionId,
    /// The revisions that took its place and stay, sorted.
    pub successors: Rc<[RevisionId]>,
    /// The heads that the base has above it now, sorted; where the change removes one, what is left
    /// below.
    pub base_heads: Rc<[RevisionId]>,
}

/// A revision of which nobody can tell what it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap<'g> {
    /// The revision.
    pub child: &'g RevisionId,
    /// The parent that no file defines; nothing where only running Python could tell the parents.
    pub parent: Option<RevisionId>,
}

/// Names the heads that `after` should not have and `before` does not answer for.
///
/// A group at or under its limit is never at fault. Heads that `before` has already are nobody's, and heads
/// over a gap or a duplicate that the change makes are not counted: nobody knows what they join. Files
/// whose id is unknown count as one head more if at least one of them is nobody's parent.
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

/// Returns the heads of each group that has more than it may in `after` as in `before`, without those that
/// `faults` are about; sorted. None where a file may join them whose parents nobody can tell.
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

/// Tells whether no group has more heads than it may, no matter who answers for them.
pub fn within_limits(graph: &Graph, limits: HeadLimits<'_>) -> bool {
    let mut groups = heads_by_group(graph, limits).into_iter();
    groups.all(|(label, heads)| heads.len() + unnamed(label, graph) <= limits.heads)
}

/// Returns the heads of each group that has more than it may, no matter who answers for them; sorted.
pub fn crowded<'g>(graph: &'g Graph, limits: HeadLimits<'g>) -> Vec<Vec<&'g RevisionId>> {
    let groups = heads_by_group(graph, limits).into_values();
    groups.filter(|heads| heads.len() > limits.heads).collect()
}

/// Finds the places that `after` has and `before` lacks at which nobody can tell what a revision stands on.
///
/// A parent that several revisions share is none, if a file whose id is unknown may define it and nothing
/// could join them: whatever they stand on, they fork there.
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

/// Counts the head that files whose id is unknown come to.
fn unnamed(label: GroupLabel<'_>, graph: &Graph) -> usize {
    usize::from(label.is_none() && graph.has_unnamed_head())
}

/// Finds the heads of which nobody can tell what they stand on, as could be told before: over a parent that
/// is missing or not to be known, or over an id that has become that of several files.
fn heads_in_doubt<'g>(before: &Graph, after: &'g Graph) -> BTreeSet<&'g RevisionId> {
    let gaps = new_gaps(before, after);
    let duplicates = after.duplicates().map(|(id, _)| id).filter(|id| !before.is_duplicate(id));
    let mut above = after.descendants_of_all(gaps.iter().map(|gap| gap.child).chain(duplicates));
    above.retain(|id| after.is_head(id));
    above
}

/// The heads of one group that has more than it may.
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

    /// Parents that count as left behind although the change itself moves all that took their place elsewhere:
    /// whatever builds on them does so alone, and no new parent for it repairs what was moved.
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

    /// A chain that begins with no parent although there is a history; where it replaces revisions that
    /// are gone and there are no more heads than there were, history was merely squashed.
    fn new_history(&self, anchor: &Anchor<'g>) -> Option<&'g RevisionId> {
        let beside_a_history = anchor.edges.is_empty() && !self.before.is_empty();
        let squashed = || {
            self.heads.len() <= self.count_before
                && self.before.revisions().any(|revision| !self.after.contains(&revision.id))
        };
        anchor.bases.first().copied().filter(|_| beside_a_history && !squashed())
    }

    /// Gathers the heads that share a place they build on; in an empty history they all do.
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

    /// A head that `before` has below others: what became of those that built on it?
    ///
    /// It blocks only if there are more heads than before: a change that takes three heads to two may leave
    /// one that was none.
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
