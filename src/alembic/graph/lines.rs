//! Groups heads by line of development.

use std::collections::HashMap;

use super::{Graph, Index};
use crate::alembic::migration::RevisionId;
use crate::sets::Sets;

impl Graph {
    /// Groups heads of one line: they share a revision or a label, or none of them has a label.
    pub fn lines<'g>(&self, heads: &[&'g RevisionId]) -> Vec<Vec<&'g RevisionId>> {
        let mut lines = Lines::new(self, heads.len());
        for (number, head) in heads.iter().enumerate() {
            lines.add(number, self.by_id.get(*head).copied());
        }
        let mut together: HashMap<usize, Vec<&RevisionId>> = HashMap::new();
        for (number, head) in heads.iter().enumerate() {
            together.entry(lines.sets.of(number)).or_default().push(head);
        }
        let mut together: Vec<Vec<&RevisionId>> = together.into_values().collect();
        together.iter_mut().for_each(|line| line.sort());
        together.sort();
        together
    }
}

/// The lines of some heads, each named by one of its heads, as far as they are known to be one.
struct Lines<'g> {
    graph: &'g Graph,
    sets: Sets,
    /// Whether the line that a head names carries a label.
    labelled: Vec<bool>,
    /// The head from which each revision was reached first.
    reached_from: Vec<Option<usize>>,
    /// The same for each label.
    label_from: HashMap<&'g str, usize>,
    /// Whether each revision inherits a label.
    inherits_label: Vec<bool>,
    /// A head of the line that carries no label.
    unlabelled: Option<usize>,
}

impl<'g> Lines<'g> {
    fn new(graph: &'g Graph, heads: usize) -> Lines<'g> {
        let count = graph.revisions.len();
        let declares = |index: &Index| graph.revisions[*index].labels().next().is_some();
        Lines {
            graph,
            sets: Sets::apart(heads),
            labelled: vec![false; heads],
            reached_from: vec![None; count],
            label_from: HashMap::new(),
            inherits_label: graph.marks_from(&graph.children, (0..count).filter(declares)),
            unlabelled: None,
        }
    }

    fn add(&mut self, head: usize, index: Option<Index>) {
        self.labelled[head] = index.is_some_and(|index| self.inherits_label[index]);
        if let (false, Some(other)) = (self.labelled[head], self.unlabelled) {
            self.join_unlabelled(head, other);
        }
        let graph = self.graph;
        let mut waiting: Vec<Index> = index.into_iter().collect();
        while let Some(index) = waiting.pop() {
            if let Some(other) = self.reached_from[index] {
                self.join(head, other);
                continue;
            }
            self.reached_from[index] = Some(head);
            for label in graph.revisions[index].labels() {
                let other = *self.label_from.entry(label).or_insert(head);
                self.join(head, other);
            }
            waiting.extend(&graph.parents[index]);
        }
        let line = self.sets.of(head);
        if !self.labelled[line] {
            self.unlabelled = Some(head);
        }
    }

    /// Joins two heads without labels, unless the line of the other one has got a label since.
    fn join_unlabelled(&mut self, head: usize, other: usize) {
        let line = self.sets.of(other);
        if !self.labelled[line] {
            self.join(head, other);
        }
    }

    fn join(&mut self, one: usize, other: usize) {
        let labelled = self.labelled[self.sets.of(one)] || self.labelled[self.sets.of(other)];
        self.sets.join(one, other);
        let line = self.sets.of(one);
        self.labelled[line] = labelled;
    }
}
