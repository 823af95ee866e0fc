//! Facts about other branches, looked up only if needed.

use std::collections::BTreeSet;

use super::pairing::Pair;
use super::{Comparison, Reader};
use crate::alembic::environment::Lookup;
use crate::alembic::migration::RevisionId;
use crate::finding::{Shared, Witness};
use crate::tree::RepoPath;

/// Looks up one environment on the other branches of a comparison.
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

/// Other target branches that have the same new heads, which are then not problems here.
struct Elsewhere<'p> {
    pair: &'p Pair,
    /// For each such branch, the shared new heads and all their ancestors; `None` until needed.
    targets: Option<Vec<(String, BTreeSet<&'p RevisionId>)>>,
}

impl<'p> Elsewhere<'p> {
    fn of(pair: &'p Pair) -> Elsewhere<'p> {
        Elsewhere { pair, targets: None }
    }

    /// Returns the first such target branch for some revisions.
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

/// Returns the target branches that have a new head, each with the ancestors of these heads.
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
