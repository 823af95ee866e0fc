//! A history on its way into one line: which fault is mended next, and by which moves.

use std::collections::{BTreeMap, BTreeSet};

use super::parents::{exchanged, newest_edges, uppermost};
use super::{Holder, Obstacle, Rebase, Repointed};
use crate::graph::{Graph, Revision};
use crate::migration::RevisionId;
use crate::verdict::{HeadFault, Stale, StaleEdge};

/// New parents for some revisions.
pub(super) type Moves = BTreeMap<RevisionId, Vec<RevisionId>>;

/// The history as far as it is mended.
pub(super) struct Line<'a> {
    asked: &'a Rebase<'a>,
    graph: Graph,
    moved: Moves,
}

/// A way to mend one fault.
struct Candidate {
    moves: Moves,
    /// The revisions that come along.
    chain: BTreeSet<RevisionId>,
}

impl<'a> Line<'a> {
    pub(super) fn new(asked: &'a Rebase<'a>) -> Line<'a> {
        Line { asked, graph: asked.after.clone(), moved: BTreeMap::new() }
    }

    /// Returns the history as it would be by now.
    pub(super) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Chooses the fault that is mended next and how: forks before what goes on top of them.
    pub(super) fn next(&self, faults: &[HeadFault]) -> Result<Moves, Obstacle> {
        if let Some(head) = faults.iter().find_map(rewritten) {
            return Err(Obstacle::Rewritten { head: head.clone(), heads: self.heads() });
        }
        let forks = faults.iter().filter_map(|fault| match fault {
            HeadFault::Fork { heads } => Some(heads),
            HeadFault::Stale(_) | HeadFault::NewHistory { .. } | HeadFault::Returned { .. } => None,
        });
        if let Some(heads) = forks.into_iter().next() {
            return self.fork(heads);
        }
        let candidates: Result<Vec<Candidate>, Obstacle> =
            faults.iter().filter_map(|fault| self.mended(fault, faults)).collect();
        self.first(candidates?)
    }

    fn mended(
        &self,
        fault: &HeadFault,
        faults: &[HeadFault],
    ) -> Option<Result<Candidate, Obstacle>> {
        match fault {
            HeadFault::Stale(stale) => Some(self.stale(stale, faults)),
            HeadFault::NewHistory { base, .. } => Some(self.new_history(base, faults)),
            HeadFault::Fork { .. } | HeadFault::Returned { .. } => None,
        }
    }

    /// Puts the lowest revisions of a stale chain on top of what took the place of their parents.
    fn stale(&self, stale: &Stale, faults: &[HeadFault]) -> Result<Candidate, Obstacle> {
        let mut moves = Moves::new();
        let mut chain = BTreeSet::new();
        for edge in &stale.edges {
            let top = self.top_for(edge, faults)?;
            let parents = moves.remove(&edge.revision);
            let parents = parents.unwrap_or_else(|| self.parents(&edge.revision));
            moves.insert(edge.revision.clone(), exchanged(parents, &edge.parent, &top));
            chain.extend(self.graph.descendants(&edge.revision).into_iter().cloned());
        }
        self.candidate(moves, chain)
    }

    fn top_for(&self, edge: &StaleEdge, faults: &[HeadFault]) -> Result<RevisionId, Obstacle> {
        if let Some(onto) = self.asked.onto {
            return Ok(self.top(onto, faults));
        }
        let tops: BTreeSet<RevisionId> =
            edge.base_heads.iter().map(|head| self.top(head, faults)).collect();
        self.only(&edge.revision, tops)
    }

    /// Lets a chain that begins with nothing continue the history that there is.
    fn new_history(&self, base: &RevisionId, faults: &[HeadFault]) -> Result<Candidate, Obstacle> {
        let landed: Vec<&RevisionId> = match self.asked.onto {
            Some(onto) => vec![onto],
            None => self.asked.before.heads(),
        };
        let landed = landed.into_iter().filter(|head| self.graph.contains(head));
        let tops = landed.map(|head| self.top(head, faults)).collect();
        let top = self.only(base, tops)?;
        let chain = self.graph.descendants(base).into_iter().cloned().collect();
        self.candidate(Moves::from([(base.clone(), vec![top])]), chain)
    }

    /// Finds what to build on above a head of the base: what the change itself puts there soundly.
    fn top(&self, head: &RevisionId, faults: &[HeadFault]) -> RevisionId {
        let faulty: BTreeSet<&RevisionId> = faults.iter().flat_map(faulty_heads).collect();
        let mut above = self.graph.heads_above(head);
        above.retain(|above| !faulty.contains(above));
        match above.as_slice() {
            [one] => (*one).clone(),
            _ => head.clone(),
        }
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

    /// Puts one of several chains that build on the same place on top of another one.
    fn fork(&self, heads: &[RevisionId]) -> Result<Moves, Obstacle> {
        let mut stays: Vec<&RevisionId> = heads.iter().collect();
        stays.sort_by_key(|head| self.place_in_line(head, heads));
        let (kept, others) = match stays.split_first() {
            Some((first, others)) => (*first, others),
            None => return Err(Obstacle::Tangled { heads: self.heads() }),
        };
        let candidates: Result<Vec<Candidate>, Obstacle> =
            others.iter().map(|head| self.on_top(head, kept)).collect();
        self.first(candidates?)
    }

    /// Sorts what must stay before what may move: what was chosen, what others have, what others need,
    /// what was there earlier, then by file.
    fn place_in_line(&self, head: &RevisionId, heads: &[RevisionId]) -> impl Ord + use<> {
        let own = self.own_chain(head, heads);
        let is_held = || own.iter().any(|id| self.holder(id).is_some());
        let arrived =
            own.iter().filter_map(|id| Some((self.asked.seniority)(self.graph.get(id)?))).max();
        let is_chosen =
            self.asked.onto.is_some_and(|onto| self.graph.ancestors(head).contains(onto));
        let needs_others = heads.iter().filter(|other| *other != head).any(|other| {
            let theirs = self.own_chain(other, heads);
            self.needs(&own, &theirs)
        });
        let path = own.iter().filter_map(|id| Some(path(self.graph.get(id)?))).min().cloned();
        (!is_chosen, !is_held(), needs_others, arrived, path)
    }

    /// Returns what one of several heads has below it and no other one has.
    fn own_chain(&self, head: &RevisionId, heads: &[RevisionId]) -> BTreeSet<RevisionId> {
        let mut own = self.graph.ancestors(head);
        for other in heads.iter().filter(|other| *other != head) {
            let theirs = self.graph.ancestors(other);
            own.retain(|id| !theirs.contains(id));
        }
        own.into_iter().cloned().collect()
    }

    /// Lets the chain under one head build on another head, where it builds on what that one has.
    fn on_top(&self, head: &RevisionId, kept: &RevisionId) -> Result<Candidate, Obstacle> {
        let below = self.graph.ancestors(kept);
        let mut own = self.graph.ancestors(head);
        own.retain(|id| !below.contains(id));
        let leaving = newest_edges(&self.graph, &own, &below);
        let mut moves = Moves::new();
        for (revision, parent) in &leaving {
            let parents = moves.remove(revision).unwrap_or_else(|| self.parents(revision));
            moves.insert(revision.clone(), exchanged(parents, parent, kept));
        }
        if leaving.is_empty() {
            // Two histories that begin with nothing: the one continues the other.
            let is_first = |id: &&&RevisionId| self.graph.parents(id).next().is_none();
            let first = own.iter().find(is_first).map(|id| (**id).clone());
            moves.extend(first.map(|first| (first, vec![kept.clone()])));
        }
        let chain = own.into_iter().cloned().collect();
        self.candidate(moves, chain)
    }

    /// Accepts moves of revisions that nobody else has.
    fn candidate(&self, moves: Moves, chain: BTreeSet<RevisionId>) -> Result<Candidate, Obstacle> {
        for revision in moves.keys() {
            if let Some(holder) = self.holder(revision) {
                let (revision, heads) = (revision.clone(), self.heads());
                return Err(Obstacle::Held { revision, holder, heads });
            }
        }
        Ok(Candidate { moves, chain })
    }

    fn holder(&self, revision: &RevisionId) -> Option<Holder> {
        if self.asked.before.contains(revision) {
            return None;
        }
        (self.asked.holder)(self.graph.get(revision)?)
    }

    /// Takes the chain that no other one must come before, else the first by file.
    fn first(&self, mut candidates: Vec<Candidate>) -> Result<Moves, Obstacle> {
        candidates.sort_by_cached_key(|candidate| {
            let paths = candidate.moves.keys().filter_map(|id| Some(path(self.graph.get(id)?)));
            paths.min().cloned()
        });
        let is_free = |candidate: &Candidate| {
            let others = candidates.iter().filter(|other| other.moves != candidate.moves);
            !others.into_iter().any(|other| self.needs(&candidate.chain, &other.chain))
        };
        let place = candidates.iter().position(is_free).unwrap_or(0);
        let chosen = candidates.into_iter().nth(place);
        let chosen = chosen.map(|candidate| candidate.moves).filter(|moves| !moves.is_empty());
        chosen.ok_or_else(|| Obstacle::Tangled { heads: self.heads() })
    }

    /// Tells whether something of one chain depends on something of another.
    fn needs(&self, chain: &BTreeSet<RevisionId>, other: &BTreeSet<RevisionId>) -> bool {
        let needed = chain.iter().flat_map(|id| self.graph.dependencies(id));
        needed.into_iter().any(|needed| other.contains(&needed.id) && !chain.contains(&needed.id))
    }

    fn parents(&self, revision: &RevisionId) -> Vec<RevisionId> {
        self.graph.get(revision).map(|found| found.parents.ids()).unwrap_or_default()
    }

    pub(super) fn heads(&self) -> Vec<RevisionId> {
        self.asked.after.heads().into_iter().cloned().collect()
    }

    pub(super) fn take(&mut self, moves: Moves) {
        let moved = self.graph.with_parents(&moves);
        // What another parent has below it then is left out: a merge that names both stops an upgrade.
        let needed: Moves = moves
            .into_iter()
            .map(|(revision, parents)| (revision, uppermost(&moved, parents)))
            .collect();
        self.graph = self.graph.with_parents(&needed);
        self.moved.extend(needed);
    }

    pub(super) fn moved_for_good(self) -> Vec<Repointed> {
        let was = |id: &RevisionId| self.asked.after.get(id).map(|revision| revision.parents.ids());
        let moved = self.moved.iter().filter(|(id, parents)| was(id).as_ref() != Some(parents));
        let repointed = moved.map(|(revision, parents)| Repointed {
            revision: revision.clone(),
            parents: parents.clone(),
        });
        repointed.collect()
    }
}

fn rewritten(fault: &HeadFault) -> Option<&RevisionId> {
    match fault {
        HeadFault::Returned { head, .. } => Some(head),
        HeadFault::Stale(_) | HeadFault::Fork { .. } | HeadFault::NewHistory { .. } => None,
    }
}

fn faulty_heads(fault: &HeadFault) -> &[RevisionId] {
    match fault {
        HeadFault::Stale(stale) => &stale.heads,
        HeadFault::NewHistory { head, .. } => std::slice::from_ref(head),
        HeadFault::Fork { .. } | HeadFault::Returned { .. } => &[],
    }
}

fn path(revision: &Revision) -> &crate::tree::RepoPath {
    &revision.migration.file.path
}
