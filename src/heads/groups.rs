//! Groups heads for counting: one group per configured branch label, and one for all other heads.

use std::collections::BTreeMap;

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;

/// The number of heads that an environment may have.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits<'a> {
    /// The number of heads that a group may have.
    pub heads: usize,
    /// The branch labels that form groups of their own.
    pub branches: &'a [String],
}

/// The label of a group; `None` for the heads without a configured label.
pub(super) type GroupLabel<'a> = Option<&'a str>;

/// Groups the heads of a graph. A head with several configured labels counts for the first.
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
