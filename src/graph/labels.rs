//! Branch labels: who declares them, and how far they hold.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Index, Revision};
use crate::migration::{RevisionId, Text};

/// A label that Alembic refuses, since its name is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelClash<'g> {
    /// The label.
    pub label: &'g str,
    /// Those that declare it, in Alembic's order, each with the place; one may do so twice.
    pub declared: Vec<(&'g Revision, &'g Text)>,
    /// The revision whose id it is.
    pub revision: Option<&'g Revision>,
}

impl Graph {
    /// Returns the labels of every labelled line, by revision.
    ///
    /// A label holds for all that builds on the revision that declares it. Where that is one line to
    /// its end, it holds downwards too, as far as the line neither forks nor merges. This is
    /// `RevisionMap._add_branches`, which begins its walk down at the last descendant: a fork or a merge
    /// above keeps it from getting below the revision that declares the label. A dependent counts as a
    /// fork there.
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
        if !self.is_line_to_its_end(declaring) {
            return line;
        }
        let mut below = self.parents[declaring].first().copied();
        while let Some(index) = below.filter(|&index| !self.forks_or_merges(index)) {
            if !line.insert(&self.revisions[index].id) {
                break;
            }
            below = self.parents[index].first().copied();
        }
        line
    }

    fn is_line_to_its_end(&self, start: Index) -> bool {
        let mut next = Some(start);
        // No line is longer than the history; a circle would be.
        for _ in 0..=self.revisions.len() {
            match next {
                Some(index) if self.forks_or_merges(index) => return false,
                Some(index) => next = self.children[index].first().copied(),
                None => return true,
            }
        }
        false
    }

    fn forks_or_merges(&self, index: Index) -> bool {
        let next: BTreeSet<&Index> =
            self.children[index].iter().chain(&self.dependents[index]).collect();
        next.len() > 1 || self.revisions[index].parents.texts().len() > 1
    }

    /// Returns the labels that are declared twice or are the id of a revision, sorted.
    ///
    /// Alembic refuses a history that has one: "Branch name '...' in revision ... already used".
    pub fn label_clashes(&self) -> Vec<LabelClash<'_>> {
        let mut declared: BTreeMap<&str, Vec<(&Revision, &Text)>> = BTreeMap::new();
        for revision in &self.revisions {
            for label in revision.label_texts() {
                declared.entry(&label.text).or_default().push((revision, label));
            }
        }
        let clashes = declared.into_iter().map(|(label, declared)| LabelClash {
            label,
            declared,
            revision: self.by_id.get(label).map(|&index| &self.revisions[index]),
        });
        clashes.filter(|clash| clash.declared.len() > 1 || clash.revision.is_some()).collect()
    }
}
