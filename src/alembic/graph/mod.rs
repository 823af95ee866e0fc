//! The revision graph of an environment, including broken ones.
//!
//! A history that Alembic would reject is still a graph: duplicates, undefined parents and cycles are facts
//! that rules report, never errors. If Alembic can load the history, revisions, heads and bases are those
//! of its `RevisionMap` (`alembic/script/revision.py`).

mod above;
mod cycle;
mod dependencies;
mod heights;
mod labels;
mod lines;
mod links;
mod revision;
mod unnamed;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::alembic::migration::{Migration, RevisionId, Text};

pub use above::Above;
pub use dependencies::UnknownDependency;
pub use heights::{Follow, Heights};
pub use labels::LabelClash;
pub use revision::{Parents, Revision};

use links::{Links, LinksBuilder};

/// The index of a revision in its graph.
type Index = usize;

/// The revisions of an environment and their links.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    revisions: Vec<Revision>,
    by_id: HashMap<RevisionId, Index>,
    by_label: HashMap<String, Index>,
    parents: Links,
    children: Links,
    dependencies: Links,
    dependents: Links,
    unknown_dependencies: Vec<UnknownDependency>,
    duplicates: BTreeMap<RevisionId, Vec<Revision>>,
    missing: Vec<MissingParent>,
    /// The children of each missing parent, and the child of each entry of `missing`: both ascending.
    missing_by_id: BTreeMap<RevisionId, Vec<Index>>,
    missing_children: Vec<Index>,
    opaque: Vec<Migration>,
    superseded: BTreeMap<Index, Vec<usize>>,
}

/// A parent that no file defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingParent {
    /// The revision that has it as parent.
    pub child: RevisionId,
    /// The id that no file defines.
    pub id: RevisionId,
    /// The same as written in the child, with its position.
    pub parent: Text,
}

impl Graph {
    /// Builds the graph of the migrations, which must be in Alembic's order: of two files with the same id,
    /// the later one counts (`RevisionMap._revision_map` only warns).
    pub fn new(migrations: impl IntoIterator<Item = Migration>) -> Graph {
        let migrations = migrations.into_iter();
        let mut graph = Graph::default();
        graph.revisions.reserve(migrations.size_hint().0);
        graph.by_id.reserve(migrations.size_hint().0);
        for migration in migrations {
            match Revision::of(migration) {
                Ok(revision) => graph.add(revision),
                Err(opaque) => graph.opaque.push(opaque),
            }
        }
        graph.link_all();
        graph
    }

    /// Returns the graph with other parents for some revisions.
    pub fn with_parents(&self, parents: &BTreeMap<RevisionId, Vec<RevisionId>>) -> Graph {
        let moved = |revision: &Revision| match parents.get(&revision.id) {
            Some(ids) => Revision { parents: Parents::naming(ids), ..revision.clone() },
            None => revision.clone(),
        };
        let mut graph = Graph {
            revisions: self.revisions.iter().map(moved).collect(),
            by_id: self.by_id.clone(),
            duplicates: self.duplicates.clone(),
            opaque: self.opaque.clone(),
            ..Graph::default()
        };
        graph.link_all();
        graph
    }

    fn link_all(&mut self) {
        self.link();
        self.link_opaque();
        self.link_dependencies();
    }

    fn add(&mut self, revision: Revision) {
        match self.by_id.get(&revision.id) {
            Some(&index) => {
                let earlier = std::mem::replace(&mut self.revisions[index], revision);
                self.duplicates.entry(earlier.id.clone()).or_default().push(earlier);
            }
            None => {
                self.by_id.insert(revision.id.clone(), self.revisions.len());
                self.revisions.push(revision);
            }
        }
    }

    fn link(&mut self) {
        let mut links = LinksBuilder::new(self.revisions.len());
        for (index, revision) in self.revisions.iter().enumerate() {
            for text in revision.parents.texts() {
                match self.by_id.get(text.text.as_str()) {
                    Some(parent) => links.add(*parent),
                    None => {
                        let (child, id) = (revision.id.clone(), RevisionId::new(&*text.text));
                        let children = self.missing_by_id.entry(id.clone()).or_default();
                        if children.last() != Some(&index) {
                            children.push(index);
                        }
                        self.missing_children.push(index);
                        self.missing.push(MissingParent { child, id, parent: text.clone() });
                    }
                }
            }
            links.end_place();
        }
        self.parents = links.build();
        self.children = self.parents.reversed();
    }

    /// A file with an unknown id still has the parents that it names.
    fn link_opaque(&mut self) {
        for (place, migration) in self.opaque.iter().enumerate() {
            for parent in migration.named_parents() {
                if let Some(&parent) = self.by_id.get(parent) {
                    self.superseded.entry(parent).or_default().push(place);
                }
            }
        }
    }

    /// Returns whether a file defines the revision.
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.by_id.contains_key(id)
    }

    /// Looks up a revision; of several files with its id, the last in Alembic's order.
    pub fn get(&self, id: &RevisionId) -> Option<&Revision> {
        self.by_id.get(id).map(|&index| &self.revisions[index])
    }

    /// Returns every revision once, in Alembic's order.
    pub fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.revisions.iter()
    }

    /// Returns the number of revisions.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Returns whether there is no revision and no file that may contain one.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty() && self.opaque.is_empty()
    }

    /// Returns the ids that several files define, each with the files that Alembic ignores.
    pub fn duplicates(&self) -> impl Iterator<Item = (&RevisionId, &[Revision])> {
        self.duplicates.iter().map(|(id, earlier)| (id, earlier.as_slice()))
    }

    /// Returns whether several files define the revision.
    pub fn is_duplicate(&self, id: &RevisionId) -> bool {
        self.duplicates.contains_key(id)
    }

    /// Returns the parents that no file defines.
    pub fn missing(&self) -> &[MissingParent] {
        &self.missing
    }

    /// Returns whether Alembic can load the history, and runs all of it.
    pub fn is_sound(&self) -> bool {
        self.missing.is_empty()
            && self.duplicates.is_empty()
            && self.unknown_dependencies.is_empty()
            && self.label_clashes().is_empty()
            && self.cycles().is_empty()
    }

    /// Returns the files whose revision id is unknown without running Python.
    pub fn opaque(&self) -> &[Migration] {
        &self.opaque
    }

    /// Returns the revisions without children, sorted; a cycle has none.
    pub fn heads(&self) -> Vec<&RevisionId> {
        self.sorted(|index| self.is_free(index))
    }

    /// Returns the heads that nothing depends on, sorted: Alembic's "effective heads".
    pub fn real_heads(&self) -> Vec<&RevisionId> {
        self.sorted(|index| self.is_free(index) && self.dependents[index].is_empty())
    }

    /// Returns the revisions without a parent, sorted.
    pub fn bases(&self) -> Vec<&RevisionId> {
        self.sorted(|index| matches!(self.revisions[index].parents, Parents::Base))
    }

    /// Returns whether the revision is not a parent.
    pub fn is_head(&self, id: &RevisionId) -> bool {
        self.by_id.get(id).is_some_and(|&index| self.is_free(index))
    }

    /// Returns the files with an unknown id that have this revision as parent.
    pub fn opaque_children(&self, id: &RevisionId) -> impl Iterator<Item = &Migration> {
        let places = self.by_id.get(id).and_then(|index| self.superseded.get(index));
        places.into_iter().flatten().map(|&place| &self.opaque[place])
    }

    fn is_free(&self, index: Index) -> bool {
        self.children[index].is_empty() && !self.superseded.contains_key(&index)
    }

    /// Returns the parents that a file defines.
    pub fn parents(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(&self.parents, id)
    }

    /// Returns the children of this revision.
    pub fn children(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(&self.children, id)
    }

    /// Returns the revision and its ancestors.
    pub fn ancestors(&self, id: &RevisionId) -> BTreeSet<&RevisionId> {
        self.reach(&self.parents, id)
    }

    /// Returns the revision and its descendants.
    pub fn descendants(&self, id: &RevisionId) -> BTreeSet<&RevisionId> {
        self.reach(&self.children, id)
    }

    /// Returns some revisions and all of their descendants.
    pub fn descendants_of_all<'g>(
        &self,
        ids: impl IntoIterator<Item = &'g RevisionId>,
    ) -> BTreeSet<&RevisionId> {
        let starts = ids.into_iter().filter_map(|id| self.by_id.get(id)).copied();
        self.marked(&self.marks_from(&self.children, starts))
    }

    /// Returns some revisions and all of their ancestors.
    pub fn ancestors_of_all<'g>(
        &self,
        ids: impl IntoIterator<Item = &'g RevisionId>,
    ) -> BTreeSet<&RevisionId> {
        let starts = ids.into_iter().filter_map(|id| self.by_id.get(id)).copied();
        self.marked(&self.marks_from(&self.parents, starts))
    }

    /// Returns what lies at or below any of some revisions, but for what lies below all of them: of that
    /// only what no other such revision builds on.
    pub fn between(&self, ids: &[RevisionId]) -> BTreeSet<&RevisionId> {
        let below: Vec<Vec<bool>> = ids.iter().map(|id| self.marks(&self.parents, id)).collect();
        let is_common = |index: &Index| below.iter().all(|marks| marks[*index]);
        let is_shown = |index: &Index| {
            below.iter().any(|marks| marks[*index])
                && !(is_common(index) && self.children[*index].iter().any(is_common))
        };
        let shown = (0..self.revisions.len()).filter(is_shown);
        shown.map(|index| &self.revisions[index].id).collect()
    }

    /// Returns the heads above a revision, sorted.
    pub fn heads_above(&self, id: &RevisionId) -> Vec<&RevisionId> {
        self.descendants(id).into_iter().filter(|above| self.is_head(above)).collect()
    }

    fn sorted(&self, wanted: impl Fn(Index) -> bool) -> Vec<&RevisionId> {
        let indices = (0..self.revisions.len()).filter(|&index| wanted(index));
        let mut ids: Vec<&RevisionId> = indices.map(|index| &self.revisions[index].id).collect();
        ids.sort();
        ids
    }

    fn neighbours<'a>(
        &'a self,
        links: &'a Links,
        id: &RevisionId,
    ) -> impl Iterator<Item = &'a Revision> {
        let index = self.by_id.get(id).copied();
        index.into_iter().flat_map(|index| &links[index]).map(|&other| &self.revisions[other])
    }

    fn reach<'a>(&'a self, links: &Links, id: &RevisionId) -> BTreeSet<&'a RevisionId> {
        self.marked(&self.marks(links, id))
    }

    fn marked(&self, marks: &[bool]) -> BTreeSet<&RevisionId> {
        let marked = self.revisions.iter().zip(marks);
        marked.filter(|(_, is_marked)| **is_marked).map(|(revision, _)| &revision.id).collect()
    }

    /// Marks what links lead to from a revision, itself included.
    fn marks(&self, links: &Links, id: &RevisionId) -> Vec<bool> {
        self.marks_from(links, self.by_id.get(id).copied())
    }

    /// Marks what links lead to from any of some places, themselves included.
    fn marks_from(&self, links: &Links, starts: impl IntoIterator<Item = Index>) -> Vec<bool> {
        let mut reached = vec![false; self.revisions.len()];
        let mut waiting: Vec<Index> = starts.into_iter().collect();
        while let Some(index) = waiting.pop() {
            if !std::mem::replace(&mut reached[index], true) {
                waiting.extend(&links[index]);
            }
        }
        reached
    }
}

#[cfg(test)]
pub(crate) mod tests;
