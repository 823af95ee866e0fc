//! Finds out which branches have a revision, and since when: whether its file may be edited, and which of
//! two revisions is moved.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::StartingPoint;
use crate::alembic::graph::Revision;
use crate::alembic::migration::RevisionId;
use crate::compare::{Comparison, Reader};
use crate::git::TargetNames;
use crate::repair::{Holder, Seniority};
use crate::scope::Context;
use crate::tree::{ObjectId, Tree};

/// The targets that the base does not contain.
pub(super) struct Holders<'j>(Vec<Holding<'j>>);

/// The local commits from which a revision can come.
pub(super) struct Arrivals<'j> {
    targets: Vec<Holding<'j>>,
    head: Option<Holding<'j>>,
}

/// Finds the branches whose revisions must not be edited, except the current one.
pub(super) fn holders<'c>(context: &'c Context<'_>, start: &StartingPoint<'_>) -> Holders<'c> {
    let targets = context.repository.targets(&start.candidates(context)).unwrap_or_default();
    let base = start.base.as_ref().map(|base| base.commit);
    let others = targets.into_iter().filter(|target| {
        Some(&target.branch) != start.branch.as_ref()
            && !base.is_some_and(|base| context.repository.contains(base, target.commit))
    });
    Holders(others.filter_map(|target| holding(context, target.name(), target.commit)).collect())
}

/// Finds the commits that may have had revisions before the work tree.
pub(super) fn arrivals<'c>(context: &'c Context<'_>, start: &StartingPoint<'_>) -> Arrivals<'c> {
    let names = TargetNames { patterns: start.config.targets.as_deref() };
    let mut targets = context.repository.local_targets(&names).unwrap_or_default();
    targets.retain(|target| Some(&target.branch) != start.branch.as_ref());
    let held = |commit| holding(context, String::new(), commit);
    Arrivals {
        targets: targets.into_iter().filter_map(|target| held(target.commit)).collect(),
        head: context.repository.head().and_then(held),
    }
}

fn holding<'c>(context: &'c Context<'_>, name: String, commit: ObjectId) -> Option<Holding<'c>> {
    let tree = context.repository.commit_tree(commit).ok()?;
    Some(Holding { name, tree, revisions: OnceCell::new() })
}

impl Holders<'_> {
    /// Returns the branch that also has a revision.
    ///
    /// On other targets, any file that defines the revision counts; on other branches, only an identical
    /// file.
    pub(super) fn of(
        &self,
        reader: &mut Reader,
        comparison: &Comparison<'_>,
        revision: &Revision,
    ) -> Option<Holder> {
        if let Some(target) = self.0.iter().find(|target| target.has(reader, &revision.id)) {
            return Some(Holder::Target(target.name.clone()));
        }
        let shared = (comparison.shared)(&revision.migration.file.path)?;
        (!shared.own).then_some(Holder::Branch(shared.branch))
    }
}

impl Arrivals<'_> {
    /// Returns since when a revision has been in this repository.
    pub(super) fn seniority(
        &self,
        reader: &mut Reader,
        comparison: &Comparison<'_>,
        revision: &Revision,
    ) -> Seniority {
        if self.targets.iter().any(|target| target.has(reader, &revision.id)) {
            return Seniority::OnTarget;
        }
        if (comparison.shared)(&revision.migration.file.path).is_some() {
            return Seniority::Pushed;
        }
        if self.head.as_ref().is_some_and(|head| head.has(reader, &revision.id)) {
            Seniority::Committed
        } else {
            Seniority::New
        }
    }
}

/// A commit and its revisions, which are read once, on demand.
struct Holding<'j> {
    name: String,
    tree: Box<dyn Tree + 'j>,
    revisions: OnceCell<BTreeSet<RevisionId>>,
}

impl Holding<'_> {
    fn has(&self, reader: &mut Reader, id: &RevisionId) -> bool {
        self.revisions.get_or_init(|| revisions(reader, &*self.tree)).contains(id)
    }
}

/// Returns the revisions of all environments; an environment that cannot be read has none.
fn revisions(reader: &mut Reader, tree: &dyn Tree) -> BTreeSet<RevisionId> {
    let mut found = BTreeSet::new();
    let Ok(discovery) = reader.discover(tree) else { return found };
    for environment in &discovery.environments {
        if let Ok(state) = reader.state(tree, environment, &[]) {
            found.extend(state.graph.revisions().map(|revision| revision.id.clone()));
        }
    }
    found
}
