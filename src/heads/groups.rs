//! Heads are counted by group: each configured branch label is one, all other heads are another.

use std::collections::BTreeMap;

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;

/// How many heads an environment may have.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits<'a> {
    /// How many heads a group may have.
    pub heads: usize,
    /// The branch labels that each are a group of their own.
    pub branches: &'a [String],
}

/// The label of a group, or nothing for the heads that carry none of the configured labels.
pub(super) type GroupLabel<'a> = Option<&'a str>;

/// Sorts the heads of a graph into groups; a head with several configured labels counts for the first.
pub(super) fn heads_by_group<'g>(
    graph: &'g Graph,
    limits: HeadLimits<'g>,
) -> BTreeMap<GroupLabel<'g>, Vec<&'g RevisionId>> {
    let mut groups: BTreeMap<GroupLabel<'g>, Vec<&'g RevisionId>> = BTreeMap::new();
    let labels = graph.first_labels(limits.branches);
    for head in graph.heads() {
        let label = labels.get(head).copied();
        groups.entry(label).or_default().push(head);
    }
    groups
}
