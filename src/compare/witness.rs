//! What other branches know of a problem, asked only where it matters.

use std::collections::BTreeSet;

use super::pairing::Pair;
use super::{Comparison, Reader};
use crate::alembic::environment::Lookup;
use crate::alembic::migration::RevisionId;
use crate::finding::{Shared, Witness};
use crate::tree::RepoPath;

/// Asks the other branches of a comparison about one environment.
pub(super) struct OtherBranches<'a, 'c> {
    reader: &'a mut Reader,
    comparison: &'a Comparison<'c>,
    elsewhere: Elsewhere<'a>,
}

impl<'a, 'c> OtherBranches<'a, 'c> {
    pub(super) fn of(
        reader: &'a mut Reader,
        comparison: &'a Comparison<'c>,
        pair: &'a Pair,
    ) -> OtherBranches<'a, 'c> {
        OtherBranches { reader, comparison, elsewhere: Elsewhere::of(pair) }
    }
}

impl Witness for OtherBranches<'_, '_> {
    fn shared(&mut self, path: &RepoPath) -> Option<Shared> {
        (self.comparison.shared)(path)
    }

    fn head_elsewhere(&mut self, revisions: &[RevisionId]) -> Option<String> {
        self.elsewhere.name(self.reader, self.comparison, revisions)
    }
}

/// Other targets on which new heads are heads too; then nobody is at fault here.
struct Elsewhere<'p> {
    pair: &'p Pair,
    /// By name, the new heads that are heads there, and all below them; once that was asked.
    targets: Option<Vec<(String, BTreeSet<&'p RevisionId>)>>,
}

impl<'p> Elsewhere<'p> {
    fn of(pair: &'p Pair) -> Elsewhere<'p> {
        Elsewhere { pair, targets: None }
    }

    /// Names the first such target for some revisions.
    fn name(
        &mut self,
        reader: &mut Reader,
        comparison: &Comparison<'_>,
        revisions: &[RevisionId],
    ) -> Option<String> {
        let pair = self.pair;
        let targets = self.targets.get_or_insert_with(|| targets(reader, comparison, pair));
        let has = |below: &BTreeSet<&RevisionId>| revisions.iter().any(|id| below.contains(id));
        let (name, _) = targets.iter().find(|(_, below)| has(below))?;
        Some(name.clone())
    }
}

/// Finds the targets that have a new head, each with what lies at or below these.
fn targets<'p>(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    pair: &'p Pair,
) -> Vec<(String, BTreeSet<&'p RevisionId>)> {
    let (before, after) = (&pair.before.graph, &pair.after.graph);
    let new: Vec<&RevisionId> =
        after.heads().into_iter().filter(|head| !before.contains(head)).collect();
    let mut targets = Vec::new();
    for (name, tree) in (comparison.other_targets)() {
        let Ok(discovery) = reader.discover(&*tree) else {
            reader.miss();
            continue;
        };
        let mut there: BTreeSet<&RevisionId> = BTreeSet::new();
        let lookup = Lookup::new(&*tree);
        for environment in &discovery.environments {
            let Ok(state) = reader.state_by(&lookup, environment, &[]) else {
                reader.miss();
                continue;
            };
            there.extend(new.iter().copied().filter(|id| state.graph.is_head(id)));
        }
        if !there.is_empty() {
            targets.push((name, after.ancestors_of_all(there)));
        }
    }
    targets
}
