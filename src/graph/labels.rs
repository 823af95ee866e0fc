//! Branch labels, carried along lines as Alembic's `RevisionMap._add_branches` does it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Index};
use crate::migration::RevisionId;

impl Graph {
    /// Returns the labels of every labelled line, by revision.
    ///
    /// A label holds for all that builds on the revision that declares it, and downwards as far as the
    /// line neither forks nor merges.
    pub fn labels(&self) -> BTreeMap<&RevisionId, BTreeSet<&str>> {
        let mut labels: BTreeMap<&RevisionId, BTreeSet<&str>> = BTreeMap::new();
        for (index, revision) in self.revisions.iter().enumerate() {
            let declared: Vec<&str> = revision.labels().collect();
            if declared.is_empty() {
                continue;
            }
            for labelled in self.labelled_line(index) {
                labels.entry(labelled).or_default().extend(&declared);
            }
        }
        labels
    }

    fn labelled_line(&self, declaring: Index) -> BTreeSet<&RevisionId> {
        let mut line = self.descendants(&self.revisions[declaring].id);
        let mut below = self.parents[declaring].first().copied();
        while let Some(index) = below.filter(|&index| !self.forks_or_merges(index)) {
            if !line.insert(&self.revisions[index].id) {
                break;
            }
            below = self.parents[index].first().copied();
        }
        line
    }

    fn forks_or_merges(&self, index: Index) -> bool {
        let next = self.children[index].len() + self.dependents[index].len();
        next > 1 || self.revisions[index].parents.texts().len() > 1
    }
}
