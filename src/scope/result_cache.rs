//! Caches the results of comparisons.
//!
//! A result depends on the two trees, the configuration and the names in the texts, and for some problems
//! on the content of other branches. If none of that has changed, the result is the same.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::cache::{FactKind, Key};
use crate::compare::{After, Comparison, Reader, check, read_sources};
use crate::config::Config;
use crate::finding::{EnvironmentSummary, Finding, Report};
use crate::problem::Note;
use crate::rules::RULES;
use crate::scope::change::Scope;
use crate::scope::destinations;
use crate::scope::publication;
use crate::scope::{Context, Error};
use crate::tree::{ObjectId, Tree};

/// A cached report, without the sources.
#[derive(Serialize, Deserialize)]
struct Verdict {
    environments: Vec<EnvironmentSummary>,
    /// Each with the index of its rule.
    findings: Vec<(usize, Finding)>,
    notes: Vec<Note>,
    /// The results of lookups on other branches.
    branches: Option<Key>,
}

/// Returns the result of a comparison, from the cache if possible.
pub(super) fn remembered(
    context: &Context<'_>,
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    scope: &Scope<'_>,
) -> Result<Report, Error> {
    let Some((after, key)) = question(context, &reader.config(), comparison, scope) else {
        return Ok(check(reader, comparison)?);
    };
    let cache = context.repository.cache();
    let branches = || branches(context, scope);
    let known = cache.recall::<Verdict>(&key);
    let known = known.filter(|it| it.branches.is_none() || it.branches == branches());
    if let Some(mut report) = known.and_then(Verdict::report) {
        read_sources(&mut report, comparison, after);
        return Ok(report);
    }
    let asked = Cell::new(false);
    let other_targets = || {
        asked.set(true);
        (comparison.other_targets)()
    };
    let peers = || {
        asked.set(true);
        (comparison.peers)()
    };
    let shared = |path: &_| {
        asked.set(true);
        (comparison.shared)(path)
    };
    let watched = Comparison {
        other_targets: &other_targets,
        peers: &peers,
        shared: &shared,
        names: comparison.names.clone(),
        situation: comparison.situation.clone(),
        facts: comparison.facts.clone(),
        answering: comparison.answering.clone(),
        folder_sources: comparison.folder_sources.clone(),
        ..*comparison
    };
    let report = check(reader, &watched)?;
    let branches = asked.get().then(branches);
    // What could not be looked at now may be there the next time.
    if branches != Some(None) && !reader.has_missed_something() && !context.has_missed.get() {
        cache.note(key, &Verdict::of(&report, branches.flatten()));
    }
    Ok(report)
}

/// Returns a key of everything that the result depends on; nothing if a side has no id.
fn question<'t>(
    context: &Context<'_>,
    config: &Config,
    comparison: &Comparison<'t>,
    scope: &Scope<'_>,
) -> Option<(&'t dyn Tree, Key)> {
    let Comparison { before, standing, after, folder_sources, facts, answering, .. } = comparison;
    let (names, situation) = (&comparison.names, &comparison.situation);
    let After::Tree(after) = *after else {
        return None;
    };
    let before = before.map(|before| before.id().ok_or(())).transpose().ok()?;
    let folder_sources =
        folder_sources.iter().map(|tree| tree.id()).collect::<Option<Vec<ObjectId>>>()?;
    let trees = (before, after.id()?, folder_sources);
    let tip = context.repository.tip(scope.side);
    let commits = (tip, scope.base.commit, scope.candidates.branch);
    let options = (standing, names, situation, facts, answering, config);
    Some((after, Key::of_value(FactKind::Verdict, &(trees, commits, options))?))
}

/// Returns a key of the branches that a verdict can depend on; nothing if they cannot be read.
fn branches(context: &Context<'_>, scope: &Scope<'_>) -> Option<Key> {
    // Which commit holds which is another matter once the rest of a history arrives.
    if context.repository.is_shallow() {
        return None;
    }
    let pushed = publication::pushed_branches(context).ok()?;
    let targets = destinations::targets(context, scope.candidates).ok()?;
    Key::of_value(FactKind::Verdict, &(pushed, targets))
}

impl Verdict {
    fn of(report: &Report, branches: Option<Key>) -> Verdict {
        let place =
            |finding: &Finding| RULES.iter().position(|rule| rule.name == finding.problem.rule);
        let findings = report.findings.iter();
        Verdict {
            environments: report.environments.clone(),
            findings: findings.filter_map(|it| Some((place(it)?, it.clone()))).collect(),
            notes: report.notes.clone(),
            branches,
        }
    }

    /// Returns the report; nothing if it contains an unknown rule.
    fn report(self) -> Option<Report> {
        let named = |(rule, mut finding): (usize, Finding)| {
            finding.problem.rule = RULES.get(rule)?.name;
            Some(finding)
        };
        Some(Report {
            environments: self.environments,
            findings: self.findings.into_iter().map(named).collect::<Option<_>>()?,
            notes: self.notes,
            ..Report::default()
        })
    }
}
