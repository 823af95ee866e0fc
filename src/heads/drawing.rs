//! The part of a graph that a person must see to understand a fork.

use std::collections::{BTreeMap, BTreeSet};

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::problem::{Drawing, DrawnRevision};

/// How a revision is captioned in a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// Where it is from and what it is: "head of `origin/main`".
    pub note: String,
    /// Whether the change brings it.
    pub new: bool,
}

/// A graph is not drawn beyond this many revisions; the middle of a chain tells nothing.
const MOST: usize = 64;

/// Draws what lies between the given heads and the newest revisions that all of them build on.
pub fn draw(
    graph: &Graph,
    heads: &[RevisionId],
    caption: impl Fn(&RevisionId) -> Caption,
) -> Drawing {
    // There is no room for what lies below more heads than these.
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

/// Orders revisions so that each comes before its parents; what is on a cycle comes last.
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
