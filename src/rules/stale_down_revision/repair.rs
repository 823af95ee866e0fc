//! The new parents of stale revisions, chosen so that one round of edits is enough.

use std::collections::BTreeSet;

use crate::alembic::graph::Revision;
use crate::alembic::migration::RevisionId;
use crate::heads::{Stale, StaleEdge};
use crate::rules::RuleContext;

/// A stale revision and the parents that it should have.
pub(super) struct Repointed<'a> {
    pub(super) revision: &'a Revision,
    pub(super) parents: Vec<RevisionId>,
}

/// Returns the parents that the stale revisions of a chain should have.
///
/// A parent that is then an ancestor of another parent is left out. A merge revision that names
/// both is redundant or makes an upgrade fail.
pub(super) fn repointed<'a>(subject: &'a RuleContext<'_>, stale: &Stale) -> Vec<Repointed<'a>> {
    let revisions: BTreeSet<&RevisionId> = stale.edges.iter().map(|edge| &edge.revision).collect();
    let revisions = revisions.into_iter().filter_map(|id| subject.after.get(id));
    let repointed = revisions.map(|revision| {
        let mut parents = named_then(subject, stale, revision);
        let reached: Vec<BTreeSet<&RevisionId>> =
            parents.iter().map(|parent| reached_then(subject, stale, parent)).collect();
        let holding = |id: &RevisionId| reached.iter().filter(|below| below.contains(id)).count();
        // Each parent reaches itself.
        parents.retain(|parent| !subject.after.contains(parent) || holding(parent) == 1);
        Repointed { revision, parents }
    });
    repointed.collect()
}

/// Returns the parents of a stale revision, with the outdated ones replaced by the newest.
fn named_then(subject: &RuleContext<'_>, stale: &Stale, revision: &Revision) -> Vec<RevisionId> {
    let edges = || stale.edges.iter().filter(|edge| edge.revision == revision.id);
    let mut parents = Vec::new();
    for parent in tops(subject, edges()) {
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    let left: BTreeSet<&RevisionId> = edges().map(|edge| &edge.parent).collect();
    let kept = revision.parents.texts().iter().map(|text| RevisionId::new(text.text.clone()));
    let kept = kept.filter(|parent| !left.contains(parent));
    parents.extend(kept.collect::<Vec<_>>());
    parents
}

/// Returns the ancestors of a revision after the stale revisions have their new parents.
fn reached_then<'a>(
    subject: &'a RuleContext<'_>,
    stale: &Stale,
    id: &RevisionId,
) -> BTreeSet<&'a RevisionId> {
    let mut reached = subject.after.ancestors(id);
    let moved = stale.edges.iter().filter(|edge| reached.contains(&edge.revision));
    let tops = tops(subject, moved);
    reached.extend(tops.iter().flat_map(|top| subject.after.ancestors(top)));
    reached
}

/// Returns the revisions that stale ones should build on. Edges with the same base heads count once.
fn tops<'a>(
    subject: &RuleContext<'_>,
    edges: impl Iterator<Item = &'a StaleEdge>,
) -> Vec<RevisionId> {
    let mut seen: BTreeSet<&[RevisionId]> = BTreeSet::new();
    let distinct = edges.map(|edge| &*edge.base_heads).filter(|heads| seen.insert(heads));
    distinct.flat_map(|base_heads| subject.tops(base_heads)).collect()
}
