//! What `depends_on` adds to the lines that `down_revision` draws.
//!
//! A dependency is an order, no line: it joins no heads, and Alembic's `upgrade head` counts without it.

use std::collections::BTreeSet;

use super::links::Links;
use super::{Graph, Index, Revision};
use crate::migration::{RevisionId, Text};

/// A dependency that is neither a revision nor a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDependency {
    /// The revision that names it.
    pub dependent: RevisionId,
    /// What it names, and where.
    pub name: Text,
}

impl Graph {
    /// Resolves dependencies by id or by label, as `RevisionMap._add_depends_on` does.
    pub(super) fn link_dependencies(&mut self) {
        for (index, revision) in self.revisions.iter().enumerate() {
            for label in revision.labels() {
                self.by_label.entry(label.to_owned()).or_insert(index);
            }
        }
        let mut links = Links::default();
        let mut dependencies: Vec<Index> = Vec::new();
        let mut unknown = Vec::new();
        for revision in &self.revisions {
            for name in revision.dependency_texts() {
                match self.place(&name.text) {
                    Some(dependency) if dependencies.contains(&dependency) => {}
                    Some(dependency) => dependencies.push(dependency),
                    None => unknown.push(UnknownDependency {
                        dependent: revision.id.clone(),
                        name: name.clone(),
                    }),
                }
            }
            links.push(dependencies.drain(..));
        }
        self.dependents = links.reversed();
        self.dependencies = links;
        self.unknown_dependencies = unknown;
    }

    /// Returns the dependencies that are neither a revision nor a label.
    ///
    /// Alembic refuses a history that has one with `KeyError`.
    pub fn unknown_dependencies(&self) -> &[UnknownDependency] {
        &self.unknown_dependencies
    }

    /// Looks a revision up by its id or by a label that it declares.
    pub fn named(&self, name: &str) -> Option<&Revision> {
        self.place(name).map(|index| &self.revisions[index])
    }

    fn place(&self, name: &str) -> Option<Index> {
        self.by_id.get(name).or_else(|| self.by_label.get(name)).copied()
    }

    /// Returns the revisions that `depends_on` names by id or by label.
    pub fn dependencies(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(&self.dependencies, id)
    }

    /// Returns the revision and all that must have run before it: ancestors and dependencies.
    pub fn requirements(&self, id: &RevisionId) -> BTreeSet<&RevisionId> {
        let mut seen = vec![false; self.revisions.len()];
        let mut waiting: Vec<Index> = self.by_id.get(id).copied().into_iter().collect();
        let mut required = BTreeSet::new();
        while let Some(index) = waiting.pop() {
            if !std::mem::replace(&mut seen[index], true) {
                required.insert(&self.revisions[index].id);
                waiting.extend(&self.parents[index]);
                waiting.extend(&self.dependencies[index]);
            }
        }
        required
    }
}
