//! Which new revisions are to build on what, so that a history has one line again.
//!
//! The verdict's own faults lead the way: one is mended at a time and what then stands is judged
//! again, so whatever the guard would refuse it can also see repaired. Only revisions that the base
//! lacks are moved, and only by their lowest members: what builds on those follows by itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Graph, Revision};
use crate::migration::RevisionId;
use crate::verdict::{HeadFault, Limits, Stale, StaleEdge, judge_heads};

/// What a rebase is asked to do.
pub struct Rebase<'a> {
    /// What has landed.
    pub before: &'a Graph,
    /// What there would be.
    pub after: &'a Graph,
    /// How many heads there may be.
    pub limits: Limits<'a>,
    /// The head to build on, where somebody chose it.
    pub onto: Option<&'a RevisionId>,
    /// Tells who else has a revision, so that it must not be edited.
    pub holder: &'a dyn Fn(&Revision) -> Option<Holder>,
    /// Tells since when a revision has been there; of two that could make room, the later one does.
    pub seniority: &'a dyn Fn(&Revision) -> Seniority,
}

/// Since when a revision has been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seniority {
    /// It is on a branch of this repository that changes go to.
    OnTarget,
    /// It is committed on the branch that is checked out.
    Committed,
    /// It is new in the work tree.
    New,
}

/// Who else has a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Everybody: it is on this branch, which changes go to.
    Target(String),
    /// Somebody: it is on this remote branch.
    Branch(String),
}

impl Holder {
    /// Returns the branch.
    pub fn branch(&self) -> &str {
        match self {
            Holder::Target(branch) | Holder::Branch(branch) => branch,
        }
    }
}

/// A revision and what it is to build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repointed {
    /// The revision.
    pub revision: RevisionId,
    /// Its parents then.
    pub parents: Vec<RevisionId>,
}

/// Why new parents alone do not mend a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Others have what would have to be edited.
    Held {
        /// The revision.
        revision: RevisionId,
        /// Who has it.
        holder: Holder,
        /// The heads that must be joined instead, sorted.
        heads: Vec<RevisionId>,
    },
    /// The base has several heads to build on.
    Ambiguous {
        /// The revision that must build on one.
        revision: RevisionId,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// The change itself gave a published revision another parent, or removed it.
    Rewritten {
        /// The revision that is a head again by that.
        head: RevisionId,
        /// The heads that there are, sorted.
        heads: Vec<RevisionId>,
    },
    /// New revisions need each other in a way that no order satisfies, or name no parent that is there.
    Tangled {
        /// The heads that are left, sorted.
        heads: Vec<RevisionId>,
    },
}

/// Finds new parents for the lowest of the new revisions, so that no head is at fault any more;
/// nothing where none is.
///
/// Sorted by id. Of several chains each is put on top of the one before, those that others depend on
/// first, then in the order in which Alembic lists their files.
pub fn rebase(asked: &Rebase<'_>) -> Result<Vec<Repointed>, Obstacle> {
    let mut line = Line { asked, graph: asked.after.clone(), moved: BTreeMap::new() };
    // Each round puts one chain on top of another, of which there are no more than new revisions.
    for _ in 0..=asked.after.len() {
        let faults = judge_heads(asked.before, &line.graph, asked.limits);
        if faults.is_empty() {
            return Ok(line.moved_for_good());
        }
        let moves = line.next(&faults)?;
        line.take(moves);
    }
    Err(Obstacle::Tangled { heads: line.heads() })
}

/// New parents for some revisions.
type Moves = BTreeMap<RevisionId, Vec<RevisionId>>;

/// The history as far as it is mended.
struct Line<'a> {
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

impl Line<'_> {
    /// Chooses the fault that is mended next and how: forks before what goes on top of them.
    fn next(&self, faults: &[HeadFault]) -> Result<Moves, Obstacle> {
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

    fn heads(&self) -> Vec<RevisionId> {
        self.asked.after.heads().into_iter().cloned().collect()
    }

    fn take(&mut self, moves: Moves) {
        let moved = self.graph.with_parents(&moves);
        // What another parent has below it then is left out: a merge that names both stops an upgrade.
        let needed: Moves = moves
            .into_iter()
            .map(|(revision, parents)| (revision, uppermost(&moved, parents)))
            .collect();
        self.graph = self.graph.with_parents(&needed);
        self.moved.extend(needed);
    }

    fn moved_for_good(self) -> Vec<Repointed> {
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

/// Finds where some revisions leave for others, the newest such places alone: a chain that is merged
/// with what stands higher is reached from there.
fn newest_edges(
    graph: &Graph,
    own: &BTreeSet<&RevisionId>,
    below: &BTreeSet<&RevisionId>,
) -> Vec<(RevisionId, RevisionId)> {
    let edges = own.iter().flat_map(|id| graph.parents(id).map(move |parent| (*id, &parent.id)));
    let edges: Vec<(&RevisionId, &RevisionId)> =
        edges.filter(|(_, parent)| below.contains(parent)).collect();
    let parents: BTreeSet<&RevisionId> = edges.iter().map(|(_, parent)| *parent).collect();
    let is_passed = |parent: &RevisionId| {
        let mut others = parents.iter().filter(|other| **other != parent);
        others.any(|other| graph.ancestors(other).contains(parent))
    };
    let newest = edges.into_iter().filter(|(_, parent)| !is_passed(parent));
    newest.map(|(id, parent)| (id.clone(), parent.clone())).collect()
}

/// Puts a parent in the place of another one, each named once.
fn exchanged(parents: Vec<RevisionId>, old: &RevisionId, new: &RevisionId) -> Vec<RevisionId> {
    let mut exchanged: Vec<RevisionId> = Vec::new();
    for parent in parents {
        let parent = if parent == *old { new.clone() } else { parent };
        if !exchanged.contains(&parent) {
            exchanged.push(parent);
        }
    }
    exchanged
}

/// Leaves out the parents that another one has below it.
fn uppermost(graph: &Graph, parents: Vec<RevisionId>) -> Vec<RevisionId> {
    let is_below = |parent: &RevisionId| {
        let mut others = parents.iter().filter(|other| *other != parent);
        others.any(|other| graph.ancestors(other).contains(parent))
    };
    parents.iter().filter(|parent| !is_below(parent)).cloned().collect()
}

fn path(revision: &Revision) -> &crate::tree::RepoPath {
    &revision.migration.file.path
}

#[cfg(test)]
mod tests;
