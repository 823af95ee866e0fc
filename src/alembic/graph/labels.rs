//! Branch labels: their declarations and scopes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Graph, Index, Revision};
use crate::alembic::migration::{RevisionId, Text};

/// A label that Alembic rejects because its name is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelClash<'g> {
    /// The label.
    pub label: &'g str,
    /// Its declarations in Alembic's order, each with its position; a revision may declare it twice.
    pub declared: Vec<(&'g Revision, &'g Text)>,
    /// The revision whose id it is.
    pub revision: Option<&'g Revision>,
}

/// More labels, each counted for every revision that carries it, are not gathered.
const MOST: usize = 2_000_000;

impl Graph {
    /// Returns the labels of every labelled line, by revision; nothing where they are too many to be of use
    /// to anybody.
    ///
    /// Descendants inherit a label. If these are a single line, the ancestors have it too, as far as the
    /// line neither forks nor merges. This is `RevisionMap._add_branches`, which starts its walk down at
    /// the last descendant: a fork or a merge above stops it from getting below the revision that declares
    /// the label. A dependent counts as a fork there.
    pub fn labels(&self) -> Option<BTreeMap<&RevisionId, BTreeSet<&str>>> {
        let mut labels: BTreeMap<&RevisionId, BTreeSet<&str>> = BTreeMap::new();
        let mut walk = Walk::new(self);
        let mut gathered = 0;
        for (index, revision) in self.revisions.iter().enumerate() {
            let declared: Vec<&str> = revision.labels().collect();
            if declared.is_empty() {
                continue;
            }
            let line = walk.labelled_line(index);
            gathered += line.len() * declared.len();
            if gathered > MOST {
                return None;
            }
            for labelled in line {
                labels.entry(&self.revisions[labelled].id).or_default().extend(&declared);
            }
        }
        Some(labels)
    }

    /// Returns the first of some labels that each revision inherits, if any.
    ///
    /// Heads have no others, since they have no descendants that could pass a label down.
    pub fn first_labels<'l>(&self, wanted: &'l [String]) -> HashMap<&RevisionId, &'l str> {
        let mut declaring: HashMap<&str, Vec<Index>> =
            wanted.iter().map(|label| (label.as_str(), Vec::new())).collect();
        if declaring.is_empty() {
            return HashMap::new();
        }
        for (index, revision) in self.revisions.iter().enumerate() {
            for label in revision.labels() {
                if let Some(places) = declaring.get_mut(label) {
                    places.push(index);
                }
            }
        }
        let mut first: Vec<Option<&str>> = vec![None; self.revisions.len()];
        for label in wanted {
            let mut waiting = declaring.remove(label.as_str()).unwrap_or_default();
            while let Some(index) = waiting.pop() {
                if first[index].is_none() {
                    first[index] = Some(label);
                    waiting.extend(&self.children[index]);
                }
            }
        }
        let labelled = self.revisions.iter().zip(first);
        labelled.filter_map(|(revision, label)| Some((&revision.id, label?))).collect()
    }

    fn forks_or_merges(&self, index: Index) -> bool {
        let mut next = self.children[index].iter().chain(&self.dependents[index]);
        let forks = next.next().is_some_and(|first| next.any(|other| other != first));
        forks || self.revisions[index].parents.texts().len() > 1
    }

    /// Returns the labels that are declared twice or are the id of a revision, sorted.
    ///
    /// Alembic rejects such a history: "Branch name '...' in revision ... already used"
    /// (`RevisionMap._map_branch_labels`).
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

/// Walks along the lines of a graph.
struct Walk<'g> {
    graph: &'g Graph,
    /// Whether each revision neither forks nor merges.
    plain: Vec<bool>,
    /// Whether each, and all above it, is so.
    plain_to_the_end: Vec<bool>,
    /// The last line that each was found to belong to.
    line_of: Vec<Option<Index>>,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g Graph) -> Walk<'g> {
        let count = graph.revisions.len();
        let plain: Vec<bool> = (0..count).map(|index| !graph.forks_or_merges(index)).collect();
        let plain_to_the_end = plain_to_the_end(graph, &plain);
        Walk { graph, plain, plain_to_the_end, line_of: vec![None; count] }
    }

    /// Returns the revisions that have the labels of one.
    fn labelled_line(&mut self, declaring: Index) -> Vec<Index> {
        let Graph { children, parents, .. } = self.graph;
        let mut line = Vec::new();
        let mut waiting = vec![declaring];
        while let Some(index) = waiting.pop() {
            if self.line_of[index].replace(declaring) != Some(declaring) {
                line.push(index);
                waiting.extend(&children[index]);
            }
        }
        let mut below = parents[declaring].first().filter(|_| self.plain_to_the_end[declaring]);
        while let Some(&index) = below.filter(|&&index| self.plain[index]) {
            if self.line_of[index].replace(declaring) == Some(declaring) {
                break;
            }
            line.push(index);
            below = parents[index].first();
        }
        line
    }
}

/// Returns for each revision whether it and its descendants are one line with an end.
fn plain_to_the_end(graph: &Graph, plain: &[bool]) -> Vec<bool> {
    let mut known: Vec<Option<bool>> = vec![None; plain.len()];
    for start in 0..plain.len() {
        let mut passed = Vec::new();
        let mut next = Some(start);
        while let Some(index) = next.filter(|&index| known[index].is_none()) {
            // A circle comes back here, and has no end.
            known[index] = Some(false);
            passed.push(index);
            next = graph.children[index].first().copied().filter(|_| plain[index]);
        }
        let last = passed.last().copied();
        let ends =
            next.map_or(last.is_some_and(|last| plain[last]), |index| known[index] == Some(true));
        passed.into_iter().for_each(|index| known[index] = Some(ends));
    }
    known.into_iter().map(|is_line| is_line == Some(true)).collect()
}
