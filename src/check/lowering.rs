//! How much a finding weighs for this change: existing debt, somebody else's fault, the user's wish.

use std::collections::BTreeSet;

use super::sides::Pair;
use super::{Allowing, Comparison, Reader};
use crate::config::Level;
use crate::environment::Lookup;
use crate::finding::{Finding, Lowered};
use crate::migration::RevisionId;
use crate::rules::{Concern, Rule};
use crate::tree::RepoPath;

/// What a rule found, and whether it finds the same before the change.
pub(super) struct Found {
    pub(super) finding: Finding,
    pub(super) debt: bool,
}

/// Sets the level in force, or drops what is not to be shown at all: what is no more than a warning is
/// shown to those alone who bring it.
pub(super) fn lower(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    elsewhere: &mut Elsewhere<'_>,
    rule: &Rule,
    found: Found,
) -> Option<Finding> {
    let Found { mut finding, debt } = found;
    let allowed = is_allowed(reader, &finding);
    if allowed && comparison.blame.allowing == Allowing::Anything {
        return None;
    }
    let in_force = reader.config().level(rule.name, rule.level);
    // Where a rule itself takes a case lightly, its level can only make it lighter.
    finding.level =
        if finding.level == rule.level { in_force } else { finding.level.min(in_force) };
    let is_warning = finding.level == Level::Warn;
    if finding.level == Level::Off || is_warning && (debt || !touches(comparison, &finding)) {
        return None;
    }
    let blame = &comparison.blame;
    let counts_heads = rule.concern == Concern::Heads;
    let reason = if debt {
        Some(Lowered::Debt)
    } else if finding.lowered.is_some() {
        finding.lowered.clone()
    } else if blame.lesser.is_some() && may_be_lesser(rule) {
        blame.lesser.clone()
    } else if !touches(comparison, &finding) {
        Some(untouched(comparison, &mut finding))
    } else {
        leave_shared_alone(comparison, &mut finding);
        let excused = counts_heads.then(|| elsewhere.excuses(reader, comparison, &finding));
        // A warning blocks nowhere, so there is nothing to explain.
        excused.flatten().or_else(|| blame.everything.clone().filter(|_| !is_warning))
    };
    if reason.is_some() {
        finding.level = finding.level.min(Level::Warn);
        finding.lowered = reason;
    }
    if allowed { insist(finding) } else { Some(finding) }
}

/// Drops what a file is allowed although its word does not count for all; what blocks stays.
fn insist(mut finding: Finding) -> Option<Finding> {
    if finding.level < Level::Error {
        return None;
    }
    let rule = finding.rule;
    finding
        .help
        .push(format!("`allow({rule})` in the file does not count here: this blocks").into());
    Some(finding)
}

fn is_allowed(reader: &Reader, finding: &Finding) -> bool {
    finding.site.file().is_some_and(|file| reader.allows(file, finding.rule))
}

fn touches(comparison: &Comparison<'_>, finding: &Finding) -> bool {
    match &comparison.blame.touched {
        Some(touched) => finding.culprits.iter().any(|path| is_touched(touched, path)),
        None => true,
    }
}

/// Tells whether a path is touched, or anything below it.
fn is_touched(touched: &BTreeSet<RepoPath>, path: &RepoPath) -> bool {
    // No name in a tree is less than this one.
    let below = touched.range(path.join(b"\x01")..).next();
    touched.contains(path) || below.is_some_and(|first| first.below(path).is_some())
}

/// Tells whether a fault of the rule weighs less where there is nothing to compare with.
fn may_be_lesser(rule: &Rule) -> bool {
    match rule.concern {
        Concern::Loading | Concern::Judging => false,
        Concern::Heads | Concern::Neither => true,
    }
}

/// Says why a file that the push does not touch is not its fault. What is on somebody else's branch
/// is to be mended there, so the advice to edit it goes.
fn untouched(comparison: &Comparison<'_>, finding: &mut Finding) -> Lowered {
    let elsewhere = &comparison.blame.elsewhere;
    let found = finding.culprits.iter().find_map(|path| Some((path, elsewhere.get(path)?)));
    let Some((path, branch)) = found else {
        return Lowered::Untouched;
    };
    finding.help = vec![format!("{path} is on {branch}: it must be mended there, not here").into()];
    Lowered::Elsewhere(branch.clone())
}

/// Advises no edit of a migration that others may have run.
///
/// A branch's own stale migration is its own to mend, pushed or not; of two heads side by side, the one
/// that was pushed may be a colleague's.
fn leave_shared_alone(comparison: &Comparison<'_>, finding: &mut Finding) {
    // Where there is no other way, as with a published value that must be put back, the advice stays.
    if finding.help_if_shared.is_empty() {
        return;
    }
    let own_counts = finding.culprits.iter().collect::<BTreeSet<_>>().len() > 1;
    let shared = finding.culprits.iter().find_map(|path| {
        let shared = (comparison.shared)(path)?;
        (own_counts || !shared.own).then_some((path, shared.branch))
    });
    if let Some((path, branch)) = shared {
        finding.help = vec![
            format!("{path} is on {branch}, where others may have run it: do not edit it").into(),
        ];
        finding.help.append(&mut finding.help_if_shared);
    }
}

/// Other targets on which new heads are heads too; then nobody is at fault here.
pub(super) struct Elsewhere<'p> {
    pair: &'p Pair,
    /// By name, the new heads that are heads there, and all below them; once that was asked.
    targets: Option<Vec<(String, BTreeSet<&'p RevisionId>)>>,
}

impl<'p> Elsewhere<'p> {
    pub(super) fn of(pair: &'p Pair) -> Elsewhere<'p> {
        Elsewhere { pair, targets: None }
    }

    /// Names the first such target for a finding.
    fn excuses(
        &mut self,
        reader: &mut Reader,
        comparison: &Comparison<'_>,
        finding: &Finding,
    ) -> Option<Lowered> {
        let pair = self.pair;
        let targets = self.targets.get_or_insert_with(|| targets(reader, comparison, pair));
        let has =
            |below: &BTreeSet<&RevisionId>| finding.revisions.iter().any(|id| below.contains(id));
        let (name, _) = targets.iter().find(|(_, below)| has(below))?;
        Some(Lowered::Elsewhere(name.clone()))
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
