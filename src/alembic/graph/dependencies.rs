//! Dependencies (`depends_on`) between the lines that `down_revision` forms.
//!
//! A dependency only determines the order: it joins no heads, and Alembic's `upgrade head` ignores it when
//! counting them.

use std::collections::BTreeSet;

use super::links::LinksBuilder;
use super::{Graph, Index, Parents, Revision};
use crate::alembic::migration::{RevisionId, Text, Value};

/// A dependency that is neither a revision nor a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDependency {
    /// The revision that has it.
    pub dependent: RevisionId,
    /// The name, and its position.
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
        let mut links = LinksBuilder::new(self.revisions.len());
        let mut unknown = Vec::new();
        for revision in &self.revisions {
            for name in revision.dependency_texts() {
                match self.place(&name.text) {
                    Some(dependency) => links.add(dependency),
                    None => unknown.push(UnknownDependency {
                        dependent: revision.id.clone(),
                        name: name.clone(),
                    }),
                }
            }
            links.end_place();
        }
        self.dependencies = links.build();
        self.dependents = self.dependencies.reversed();
        self.unknown_dependencies = unknown;
    }

    /// Returns the dependencies that are neither a revision nor a label.
    ///
    /// Alembic rejects such a history with `KeyError`.
    pub fn unknown_dependencies(&self) -> &[UnknownDependency] {
        &self.unknown_dependencies
    }

    /// Looks up a revision by its id or by a label that it declares.
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

    /// Returns the direct requirements of a revision: its parents and dependencies.
    pub fn prerequisites(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.parents(id).chain(self.dependencies(id))
    }

    /// Returns a revision and all of its requirements: ancestors and dependencies.
    pub fn requirements(&self, id: &RevisionId) -> BTreeSet<&RevisionId> {
        self.requirements_of([id])
    }

    /// Returns revisions and all of their requirements.
    pub fn requirements_of<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i RevisionId>,
    ) -> BTreeSet<&RevisionId> {
        let mut seen = vec![false; self.revisions.len()];
        let mut waiting: Vec<Index> =
            ids.into_iter().filter_map(|id| self.by_id.get(id).copied()).collect();
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

    /// Returns those revisions that none of the others directly needs, sorted: the content of
    /// `alembic_version` in a database that has run them and all of their requirements (`HeadMaintainer`).
    pub fn uppermost<'g>(&'g self, ids: &BTreeSet<&RevisionId>) -> Vec<&'g RevisionId> {
        let needed = ids.iter().flat_map(|id| self.prerequisites(id));
        let needed: BTreeSet<&RevisionId> = needed.map(|revision| &revision.id).collect();
        let own = ids.iter().filter_map(|id| self.get(id)).map(|revision| &revision.id);
        own.filter(|id| !needed.contains(id)).collect()
    }

    /// Returns whether the requirements of some revisions are fully known.
    pub fn is_known(&self, ids: &BTreeSet<&RevisionId>) -> bool {
        let is_unclear = |revision: &Revision| {
            revision.parents == Parents::Unknown
                || matches!(revision.migration.module.depends_on, Value::Computed { .. })
                || self.is_duplicate(&revision.id)
        };
        let missing = self.missing.iter().map(|missing| &missing.child);
        let unknown = self.unknown_dependencies.iter().map(|unknown| &unknown.dependent);
        !missing.chain(unknown).any(|id| ids.contains(id))
            && !ids.iter().filter_map(|id| self.get(id)).any(is_unclear)
    }
}
