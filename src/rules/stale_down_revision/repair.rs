//! Where stale revisions are to build instead, so that one round of edits is enough.

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

/// Finds the parents that the stale revisions of a chain should have.
///
/// A parent that another one has below it then is left out: a merge revision that names both stops an
/// upgrade, or says what it need not.
pub(super) fn repointed<'a>(subject: &'a RuleContext<'_>, stale: &Stale) -> Vec<Repointed<'a>> {
    let revisions: BTreeSet<&RevisionId> = stale.edges.iter().map(|edge| &edge.revision).collect();
    let revisions = revisions.into_iter().filter_map(|id| subject.after.get(id));
    let repointed = revisions.map(|revision| {
        let mut parents = named_then(subject, stale, revision);
        let reached: Vec<BTreeSet<&RevisionId>> =
            parents.iter().map(|parent| reached_then(subject, stale, parent)).collect();
        let holding = |id: &RevisionId| reached.iter().filter(|below| below.contains(id)).count();
        // Each is reached from itself.
        parents.retain(|parent| !subject.after.contains(parent) || holding(parent) == 1);
        Repointed { revision, parents }
    });
    repointed.collect()
}

/// Returns the parents of a stale revision with the newest in the place of those left behind.
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

/// Returns what a revision has below it once the stale ones are re-pointed.
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

/// Returns what stale revisions are to build on, for edges that the base has left for the same heads once.
fn tops<'a>(
    subject: &RuleContext<'_>,
    edges: impl Iterator<Item = &'a StaleEdge>,
) -> Vec<RevisionId> {
    let mut seen: BTreeSet<&[RevisionId]> = BTreeSet::new();
    let distinct = edges.map(|edge| &*edge.base_heads).filter(|heads| seen.insert(heads));
    distinct.flat_map(|base_heads| subject.tops(base_heads)).collect()
}
