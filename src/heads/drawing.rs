//! Chooses the part of a graph that explains a fork.

use std::collections::{BTreeMap, BTreeSet};

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::problem::{Drawing, DrawnRevision};

/// The caption of a revision in a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// Its origin and its role: "head of `origin/main`".
    pub note: String,
    /// Whether the change adds it.
    pub new: bool,
}

/// The maximum number of revisions in a drawing. The middle of a long chain adds nothing.
const MOST: usize = 64;

/// Draws the revisions from the given heads down to their newest common ancestors.
pub fn draw(
    graph: &Graph,
    heads: &[RevisionId],
    caption: impl Fn(&RevisionId) -> Caption,
) -> Drawing {
    // There is no room to draw below more heads than these.
    let between = graph.between(&heads[..heads.len().min(MOST)]);
    let shown = |id: &RevisionId| between.contains(id);
    let order = newest_first(graph, between.clone());
    let nodes = order.into_iter().filter_map(|id| {
        let revision = graph.get(id)?;
        let parents: Vec<&RevisionId> = graph.parents(id).map(|parent| &parent.id).collect();
        let Caption { note, new } = caption(id);
        Some(DrawnRevision {
            revision: id.clone(),
            continues: parents.iter().any(|parent| !shown(parent)),
            parents: parents.into_iter().filter(|parent| shown(parent)).cloned().collect(),
            note,
            new,
            path: revision.migration.file.path.clone(),
        })
    });
    Drawing { nodes: nodes.take(MOST).collect() }
}

/// Orders revisions so that each comes before its parents. Revisions on a cycle come last.
fn newest_first<'g>(graph: &'g Graph, mut left: BTreeSet<&'g RevisionId>) -> Vec<&'g RevisionId> {
    let mut children: BTreeMap<&RevisionId, usize> = left
        .iter()
        .map(|id| (*id, graph.children(id).filter(|child| left.contains(&child.id)).count()))
        .collect();
    let mut free: Vec<&RevisionId> =
        children.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).rev().collect();
    let mut order = Vec::new();
    while let Some(id) = free.pop() {
        left.remove(id);
        order.push(id);
        for parent in graph.parents(id) {
            if let Some(count) = children.get_mut(&parent.id) {
                *count -= 1;
                if *count == 0 {
                    free.push(&parent.id);
                }
            }
        }
    }
    order.extend(left);
    order
}
