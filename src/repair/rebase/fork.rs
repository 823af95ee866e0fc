//! Chains with the same parent: decides which one stays, and puts another one on top of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Obstacle;
use super::linearize::{Candidate, Line, Moves, path};
use super::parents::{exchanged, newest_edges};
use crate::alembic::migration::RevisionId;

/// The new ancestors of each head that no other head has.
struct OwnChains<'g>(BTreeMap<&'g RevisionId, BTreeSet<&'g RevisionId>>);

impl Line<'_> {
    /// Puts one of several chains with the same parent on top of another one.
    pub(super) fn fork(&self, heads: &[RevisionId]) -> Result<Moves, Obstacle> {
        let chains = self.own_chains(heads);
        let mut stays: Vec<&RevisionId> = heads.iter().collect();
        stays.sort_by_cached_key(|head| self.place_in_line(head, &chains));
        let (kept, others) = match stays.split_first() {
            Some((first, others)) => (*first, others),
            None => return Err(Obstacle::Tangled { heads: self.heads() }),
        };
        let below = self.graph.ancestors(kept);
        let candidates: Result<Vec<Candidate>, Obstacle> =
            others.iter().map(|head| self.on_top_of(head, kept, &below)).collect();
        self.first(candidates?)
    }

    /// Puts the chain below one head on top of another head if it builds on that head's ancestors.
    pub(super) fn on_top(
        &self,
        head: &RevisionId,
        kept: &RevisionId,
    ) -> Result<Candidate, Obstacle> {
        self.on_top_of(head, kept, &self.graph.ancestors(kept))
    }

    fn on_top_of(
        &self,
        head: &RevisionId,
        kept: &RevisionId,
        below: &BTreeSet<&RevisionId>,
    ) -> Result<Candidate, Obstacle> {
        let mut own = self.new_below(head);
        own.retain(|id| !below.contains(id));
        let leaving = newest_edges(&self.graph, &own, below);
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

    fn own_chains<'g>(&'g self, heads: &'g [RevisionId]) -> OwnChains<'g> {
        let mut chains: BTreeMap<_, _> =
            heads.iter().map(|head| (head, self.new_below(head))).collect();
        let mut times: BTreeMap<&RevisionId, usize> = BTreeMap::new();
        for id in chains.values().flatten() {
            *times.entry(id).or_default() += 1;
        }
        for chain in chains.values_mut() {
            chain.retain(|id| times.get(id) == Some(&1));
        }
        OwnChains(chains)
    }

    /// Returns a new revision and its new ancestors.
    fn new_below(&self, head: &RevisionId) -> BTreeSet<&RevisionId> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<&RevisionId> =
            self.graph.get(head).map(|revision| &revision.id).into_iter().collect();
        while let Some(id) = waiting.pop() {
            if !self.asked.before.contains(id) && found.insert(id) {
                waiting.extend(self.graph.parents(id).map(|parent| &parent.id));
            }
        }
        found
    }

    /// Sorts chains that must stay before chains that may move: chosen ones, shared ones, ones that others
    /// depend on, older ones, then by file.
    fn place_in_line(&self, head: &RevisionId, chains: &OwnChains<'_>) -> impl Ord + use<> {
        let own = || chains.0.get(head).into_iter().flatten().copied();
        let revisions = || own().filter_map(|id| self.graph.get(id));
        let is_chosen =
            self.asked.onto.is_some_and(|onto| self.graph.ancestors(head).contains(onto));
        let is_held = own().any(|id| self.holder(id).is_some());
        let needed = || own().flat_map(|id| self.graph.dependencies(id));
        let needs_others = needed().any(|needed| chains.is_of_another(&needed.id, head));
        let arrived = revisions().map(self.asked.seniority).max();
        let path = revisions().map(path).min().cloned();
        (!is_chosen, !is_held, needs_others, arrived, path)
    }
}

impl OwnChains<'_> {
    fn is_of_another(&self, id: &RevisionId, head: &RevisionId) -> bool {
        self.0.iter().any(|(other, chain)| *other != head && chain.contains(id))
    }
}
