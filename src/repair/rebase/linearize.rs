//! Puts a history in one line: decides which problem is repaired next, and with which moves.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::parents::{Ancestry, exchanged};
use super::tops::Tops;
use super::{Holder, Obstacle, Rebase, Rebased, Repointed};
use crate::alembic::graph::{Graph, Parents, Revision};
use crate::alembic::migration::RevisionId;
use crate::heads::{Gap, HeadProblem, Stale, StaleEdge, new_gaps};

/// New parents for some revisions.
pub(super) type Moves = BTreeMap<RevisionId, Vec<RevisionId>>;

/// Revisions that are not moved, each with the branch that has it.
pub(super) type Left = BTreeSet<(RevisionId, String)>;

/// The history with the repairs so far.
pub(super) struct Line<'a> {
    pub(super) asked: &'a Rebase<'a>,
    pub(super) graph: Graph,
    moved: Moves,
    /// The branch that has a revision does not change between rounds.
    holders: RefCell<BTreeMap<RevisionId, Option<Holder>>>,
}

/// A way to repair one problem.
pub(super) struct Candidate {
    moves: Moves,
    /// The revisions that move along.
    chain: BTreeSet<RevisionId>,
}

impl<'a> Line<'a> {
    pub(super) fn new(asked: &'a Rebase<'a>) -> Line<'a> {
        let (graph, moved) = (asked.after.clone(), Moves::new());
        Line { asked, graph, moved, holders: RefCell::default() }
    }

    /// Returns the history with the moves so far.
    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Puts new revisions with an undefined parent on top of a head, those that are not shared if there are
    /// any; returns the rest, which is left to the branch that has it.
    pub(super) fn gaps_closed(&self, onto: &RevisionId) -> Result<(Moves, Left), Obstacle> {
        let gaps = new_gaps(self.asked.before, &self.graph).into_iter();
        let (held, free): (Vec<Gap<'_>>, Vec<Gap<'_>>) = gaps
            .filter(|gap| !self.asked.before.contains(gap.child))
            .partition(|gap| self.holder(gap.child).is_some());
        let holder =
            |gap: &Gap<'_>| Some((gap.child.clone(), self.holder(gap.child)?.branch().to_owned()));
        let left =
            if free.is_empty() { Left::new() } else { held.iter().filter_map(holder).collect() };
        let mut moves = Moves::new();
        for gap in if free.is_empty() { held } else { free } {
            let Some(missing) = &gap.parent else { continue };
            if self.graph.descendants(gap.child).contains(onto) {
                return Err(Obstacle::Tangled { heads: self.heads() });
            }
            let parents = moves.remove(gap.child).unwrap_or_else(|| self.parents(gap.child));
            moves.insert(gap.child.clone(), exchanged(parents, missing, onto));
        }
        self.candidate(moves, BTreeSet::new()).map(|candidate| (candidate.moves, left))
    }

    /// Chooses the problem that is repaired next and how: forks before the chains on top of them.
    pub(super) fn next(&self, faults: &[HeadProblem]) -> Result<Moves, Obstacle> {
        if let Some(head) = faults.iter().find_map(rewritten) {
            return Err(Obstacle::Rewritten { head: head.clone(), heads: self.heads() });
        }
        let forks = faults.iter().filter_map(|fault| match fault {
            HeadProblem::Fork { heads } => Some(heads),
            HeadProblem::Stale(_)
            | HeadProblem::NewHistory { .. }
            | HeadProblem::Returned { .. } => None,
        });
        if let Some(heads) = forks.into_iter().next() {
            return self.fork(heads);
        }
        let tops = Tops::new(&self.graph, faults);
        if let Some(moves) = self.stacked(faults, &tops) {
            return Ok(moves);
        }
        let repaired = faults.iter().filter_map(|fault| self.repaired(fault, &tops));
        let (free, theirs): (Vec<_>, Vec<_>) =
            repaired.partition(|candidate| held(candidate).is_none());
        let candidates = if free.is_empty() { theirs } else { free };
        self.first(candidates.into_iter().collect::<Result<_, _>>()?)
    }

    /// Returns the chains that are left to other branches, if something was moved and all remaining chains
    /// with problems are on remote branches of others.
    pub(super) fn left(&self, faults: &[HeadProblem]) -> Option<Left> {
        let tops = Tops::new(&self.graph, faults);
        let left = faults.iter().map(|fault| held(&self.repaired(fault, &tops)?));
        left.collect::<Option<Left>>().filter(|_| !self.moved_for_good().is_empty())
    }

    fn repaired(
        &self,
        fault: &HeadProblem,
        tops: &Tops<'_>,
    ) -> Option<Result<Candidate, Obstacle>> {
        match fault {
            HeadProblem::Stale(stale) => Some(self.stale(stale, tops)),
            HeadProblem::NewHistory { head, base } => Some(self.new_history(head, base, tops)),
            HeadProblem::Fork { .. } | HeadProblem::Returned { .. } => None,
        }
    }

    /// Puts the lowest revisions of a stale chain on top of the revisions that followed their parents.
    fn stale(&self, stale: &Stale, tops: &Tops<'_>) -> Result<Candidate, Obstacle> {
        let mut moves = Moves::new();
        let mut chain = BTreeSet::new();
        for edge in &stale.edges {
            let top = self.top_for(edge, tops)?;
            let above = self.graph.descendants(&edge.revision);
            if let Some(head) = stale.heads.first().filter(|_| above.contains(&top)) {
                // The lowest is joined with the base already; only what is beside that joint moves.
                return self.on_top(head, &top);
            }
            let parents = moves.remove(&edge.revision);
            let parents = parents.unwrap_or_else(|| self.parents(&edge.revision));
            moves.insert(edge.revision.clone(), exchanged(parents, &edge.parent, &top));
            chain.extend(above.into_iter().cloned());
        }
        self.candidate(moves, chain)
    }

    fn top_for(&self, edge: &StaleEdge, tops: &Tops<'_>) -> Result<RevisionId, Obstacle> {
        let top = |head: &RevisionId| tops.below(&edge.revision, head);
        match self.asked.onto {
            Some(onto) => Ok(top(onto)),
            None => self.only(&edge.revision, edge.base_heads.iter().map(top).collect()),
        }
    }

    /// Puts a chain without a parent on top of the existing history.
    fn new_history(
        &self,
        head: &RevisionId,
        base: &RevisionId,
        tops: &Tops<'_>,
    ) -> Result<Candidate, Obstacle> {
        let landed: Vec<&RevisionId> = match self.asked.onto {
            Some(onto) => vec![onto],
            None => self.asked.before.heads(),
        };
        let landed = landed.into_iter().filter(|head| self.graph.contains(head));
        let top = self.only(base, landed.map(|head| tops.below(base, head)).collect())?;
        let chain = self.graph.descendants(base);
        if chain.contains(&top) {
            return self.on_top(head, &top);
        }
        let chain = chain.into_iter().cloned().collect();
        self.candidate(Moves::from([(base.clone(), vec![top])]), chain)
    }

    fn only(
        &self,
        revision: &RevisionId,
        tops: BTreeSet<RevisionId>,
    ) -> Result<RevisionId, Obstacle> {
        let mut heads: Vec<RevisionId> = tops.into_iter().collect();
        match (heads.pop(), heads.is_empty()) {
            (Some(one), true) => Ok(one),
            (None, _) => Err(Obstacle::Tangled { heads: self.heads() }),
            (Some(last), false) => {
                heads.push(last);
                Err(Obstacle::Ambiguous { revision: revision.clone(), heads })
            }
        }
    }

    /// Accepts moves of revisions that are not shared.
    pub(super) fn candidate(
        &self,
        moves: Moves,
        chain: BTreeSet<RevisionId>,
    ) -> Result<Candidate, Obstacle> {
        for revision in moves.keys() {
            if let Some(holder) = self.holder(revision) {
                let (revision, heads) = (revision.clone(), self.heads());
                return Err(Obstacle::Held { revision, holder, heads });
            }
        }
        Ok(Candidate { moves, chain })
    }

    pub(super) fn holder(&self, revision: &RevisionId) -> Option<Holder> {
        if self.asked.before.contains(revision) {
            return None;
        }
        let asked = || (self.asked.holder)(self.graph.get(revision)?);
        self.holders.borrow_mut().entry(revision.clone()).or_insert_with(asked).clone()
    }

    /// Returns the chain that must come first, or else the first by file.
    pub(super) fn first(&self, mut candidates: Vec<Candidate>) -> Result<Moves, Obstacle> {
        candidates.retain(|candidate| !candidate.moves.is_empty());
        candidates.sort_by_cached_key(|candidate| {
            let paths = candidate.moves.keys().filter_map(|id| Some(path(self.graph.get(id)?)));
            paths.min().cloned()
        });
        let is_free = |candidate: &Candidate| {
            let needed = self.needed(&candidate.chain);
            let others = candidates.iter().filter(|other| other.moves != candidate.moves);
            needed.is_empty() || !others.into_iter().any(|other| !needed.is_disjoint(&other.chain))
        };
        let place = candidates.iter().position(is_free).unwrap_or(0);
        let chosen = candidates.into_iter().nth(place);
        chosen
            .map(|candidate| candidate.moves)
            .ok_or_else(|| Obstacle::Tangled { heads: self.heads() })
    }

    /// Returns the dependencies of a chain outside of itself.
    fn needed(&self, chain: &BTreeSet<RevisionId>) -> BTreeSet<RevisionId> {
        let needed = chain.iter().flat_map(|id| self.graph.dependencies(id)).map(|one| &one.id);
        needed.filter(|id| !chain.contains(*id)).cloned().collect()
    }

    pub(super) fn parents(&self, revision: &RevisionId) -> Vec<RevisionId> {
        self.graph.get(revision).map(|found| found.parents.ids()).unwrap_or_default()
    }

    pub(super) fn heads(&self) -> Vec<RevisionId> {
        self.asked.after.heads().into_iter().cloned().collect()
    }

    /// Moves revisions, and drops parents that are then ancestors of another parent: a merge with both
    /// stops an upgrade.
    pub(super) fn take(&mut self, mut moves: Moves) {
        let moved = self.graph.with_parents(&moves);
        let (ancestry, ancestry_now) = (Ancestry::of(&moved), Ancestry::of(&self.graph));
        let above = moved.descendants_of_all(moves.keys());
        let merges = above.into_iter().filter_map(|id| moved.get(id));
        let merges = merges.filter(|merge| matches!(merge.parents, Parents::Merge(_)));
        let lessened: Moves = merges
            .filter(|merge| {
                moves.contains_key(&merge.id) || self.may_lose_parents(merge, &ancestry_now)
            })
            .map(|merge| (merge.id.clone(), ancestry.uppermost(merge.parents.ids())))
            .filter(|(id, parents)| moved.get(id).is_none_or(|was| was.parents.ids() != *parents))
            .collect();
        self.graph = if lessened.is_empty() { moved } else { moved.with_parents(&lessened) };
        moves.extend(lessened);
        self.moved.extend(moves);
    }

    /// Returns whether a revision is not shared and has no redundant parent.
    fn may_lose_parents(&self, merge: &Revision, ancestry: &Ancestry<'_>) -> bool {
        let parents = merge.parents.ids();
        !self.asked.before.contains(&merge.id)
            && self.holder(&merge.id).is_none()
            && ancestry.uppermost(parents.clone()) == parents
    }

    /// Returns the moved revisions; a revision must not depend on itself unless it did before.
    pub(super) fn end(self, left: Left) -> Result<Rebased, Obstacle> {
        if self.graph.cycles().is_empty() || !self.asked.after.cycles().is_empty() {
            Ok(Rebased { moved: self.moved_for_good(), left: left.into_iter().collect() })
        } else {
            Err(Obstacle::Tangled { heads: self.heads() })
        }
    }

    fn moved_for_good(&self) -> Vec<Repointed> {
        let was = |id: &RevisionId| self.asked.after.get(id).map(|revision| revision.parents.ids());
        let moved = self.moved.iter().filter(|(id, parents)| was(id).as_ref() != Some(parents));
        let repointed = moved.map(|(revision, parents)| Repointed {
            revision: revision.clone(),
            parents: parents.clone(),
        });
        repointed.collect()
    }
}

/// Returns the revisions that must not move because of another branch, with that branch.
fn held(candidate: &Result<Candidate, Obstacle>) -> Option<(RevisionId, String)> {
    match candidate {
        Err(Obstacle::Held { revision, holder: Holder::Branch(branch), .. }) => {
            Some((revision.clone(), branch.clone()))
        }
        Ok(_) | Err(_) => None,
    }
}

fn rewritten(fault: &HeadProblem) -> Option<&RevisionId> {
    match fault {
        HeadProblem::Returned { head, .. } => Some(head),
        HeadProblem::Stale(_) | HeadProblem::Fork { .. } | HeadProblem::NewHistory { .. } => None,
    }
}

pub(super) fn path(revision: &Revision) -> &crate::tree::RepoPath {
    &revision.migration.file.path
}
