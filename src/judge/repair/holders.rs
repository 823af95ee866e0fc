//! Who has a revision, and since when: whether its file may be edited, and which of two makes room.

use std::cell::RefCell;

use super::Ground;
use crate::check::{Comparison, Reader};
use crate::fix::{Holder, Seniority};
use crate::git::TargetNames;
use crate::graph::Revision;
use crate::judge::Judge;
use crate::migration::RevisionId;
use crate::tree::Tree;

impl Judge<'_> {
    /// Tells who else has a revision, so that its file must not be edited.
    ///
    /// Other targets count with every file that defines the revision, other branches only where they have
    /// the file just so.
    pub(super) fn holder<'h>(
        &'h self,
        ground: &'h Ground<'_>,
        reader: &'h RefCell<&mut Reader>,
        comparison: &'h Comparison<'_>,
    ) -> impl Fn(&Revision) -> Option<Holder> + 'h {
        let targets = self.landed_elsewhere(ground);
        move |revision| {
            let on_target = targets
                .iter()
                .find(|(_, tree)| has_revision(&mut reader.borrow_mut(), &**tree, &revision.id));
            if let Some((name, _)) = on_target {
                return Some(Holder::Target(name.clone()));
            }
            let shared = (comparison.shared)(&revision.migration.file.path)?;
            (!shared.own).then_some(Holder::Branch(shared.branch))
        }
    }

    /// Tells since when a revision has been in this repository.
    pub(super) fn seniority<'h>(
        &'h self,
        ground: &'h Ground<'_>,
        reader: &'h RefCell<&mut Reader>,
    ) -> impl Fn(&Revision) -> Seniority + 'h {
        let names = TargetNames { patterns: ground.config.targets.as_deref() };
        let mut targets = self.repository.local_targets(&names).unwrap_or_default();
        targets.retain(|target| Some(&target.branch) != ground.branch.as_ref());
        move |revision| {
            let has = |commit| {
                let tree = self.repository.commit_tree(commit);
                tree.is_ok_and(|tree| has_revision(&mut reader.borrow_mut(), &*tree, &revision.id))
            };
            if targets.iter().any(|target| has(target.commit)) {
                return Seniority::OnTarget;
            }
            match self.repository.head().is_some_and(has) {
                true => Seniority::Committed,
                false => Seniority::New,
            }
        }
    }

    /// Returns the targets that the base does not hold, without the branch that is worked on.
    fn landed_elsewhere(&self, ground: &Ground<'_>) -> Vec<(String, Box<dyn Tree + '_>)> {
        let targets = self.repository.targets(&ground.candidates(self)).unwrap_or_default();
        let base = ground.base.as_ref().map(|base| base.commit);
        let others = targets.into_iter().filter(|target| {
            Some(&target.branch) != ground.branch.as_ref()
                && !base.is_some_and(|base| self.repository.contains(base, target.commit))
        });
        let named = others.filter_map(|target| {
            Some((target.name(), self.repository.commit_tree(target.commit).ok()?))
        });
        named.collect()
    }
}

fn has_revision(reader: &mut Reader, tree: &dyn Tree, id: &RevisionId) -> bool {
    let Ok(discovery) = reader.discover(tree) else { return false };
    discovery.environments.iter().any(|environment| {
        reader.state(tree, environment, &[]).is_ok_and(|state| state.graph.contains(id))
    })
}
