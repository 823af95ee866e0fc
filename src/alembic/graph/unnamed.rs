//! Files whose id is unknown without running Python: the revisions that may have them as parent.

use std::collections::BTreeSet;

use super::{Graph, Index, Parents, Revision};
use crate::alembic::migration::{Migration, RevisionId, Value};

impl Graph {
    /// Returns the children of this revision, whether or not a file defines it.
    pub fn naming(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        let missing = self.missing_by_id.get(id).into_iter().flatten();
        let missing = missing.map(|&index| &self.revisions[index]);
        self.children(id).chain(missing)
    }

    /// Returns the undefined parents of a revision.
    pub fn missing_parents(&self, id: &RevisionId) -> impl Iterator<Item = &RevisionId> {
        let index = self.by_id.get(id).copied().into_iter();
        let missing = index.flat_map(|index| {
            let start = self.missing_children.partition_point(|&child| child < index);
            let end = self.missing_children.partition_point(|&child| child <= index);
            &self.missing[start..end]
        });
        missing.map(|missing| &missing.id)
    }

    /// Returns whether some file whose id is unknown is certainly nobody's parent, and so a head: everything
    /// over a missing parent is below it.
    pub fn has_unnamed_head(&self) -> bool {
        let is_above_all = |opaque| {
            let below = self.below_opaque(opaque);
            self.missing_children.iter().all(|&child| below[child])
        };
        self.opaque.iter().any(|opaque| self.missing.is_empty() || is_above_all(opaque))
    }

    /// Returns the parents on which several revisions fork, although no file with a known id defines them: a
    /// file with a computed `revision` may, and nothing that cannot be read could join the fork.
    pub fn unnamed_forks(&self) -> BTreeSet<&RevisionId> {
        let mut candidates: Vec<(&RevisionId, &Vec<Index>)> =
            self.missing_by_id.iter().filter(|(_, children)| children.len() > 1).collect();
        let mut forks = BTreeSet::new();
        if candidates.is_empty() || self.has_unreadable_parents() {
            return forks;
        }
        let computed =
            |opaque: &&Migration| matches!(opaque.module.revision, Value::Computed { .. });
        for opaque in self.opaque.iter().filter(computed) {
            let below = self.below_opaque(opaque);
            // A file cannot define what it builds on itself.
            candidates.retain(|(id, children)| {
                let may_define = !children.iter().any(|&child| below[child]);
                if may_define {
                    forks.insert(*id);
                }
                !may_define
            });
        }
        forks
    }

    /// Returns whether the ancestors of some file are unknown without running Python.
    pub fn has_unreadable_parents(&self) -> bool {
        let is_unreadable = |opaque: &Migration| {
            opaque.module.fault.is_some()
                || !matches!(opaque.module.down_revision, Value::Known { .. })
        };
        self.opaque.iter().any(is_unreadable)
            || self.revisions.iter().any(|revision| revision.parents == Parents::Unknown)
    }

    /// Marks what a file whose id is unknown builds on.
    fn below_opaque(&self, opaque: &Migration) -> Vec<bool> {
        let parents = opaque.named_parents().filter_map(|parent| self.by_id.get(parent));
        self.marks_from(&self.parents, parents.copied())
    }
}
