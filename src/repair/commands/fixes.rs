//! `check --fix`: fixes the problems that have only one fix.
//!
//! One problem is fixed at a time, and the result is checked in memory: the problem must be gone, and there
//! must be no new ones except about heads that it had hidden.

use std::collections::BTreeSet;

use super::fixers::{Remedy, docstring, filename, misspelling};
use super::holders::{self, Holders};
use super::id::exchange_id;
use super::starting_point;
use super::trial;
use super::{Outcome, Trial};
use crate::advice::Command;
use crate::alembic::graph::Revision;
use crate::compare::{Pair, check_against, pairs};
use crate::config::Level;
use crate::finding::{Finding, Report};
use crate::repair::{self, FileChange, Proposal, RepairOutcome, RepairStep, changed, overlay};
use crate::rules::{self, Consequence};
use crate::scope::{Context, Error};
use crate::tree::RepoPath;

/// Plans fixes for the unpublished migrations of the work tree, compared with the given base or else the
/// nearest target.
pub(crate) fn propose_fixes(context: &Context<'_>, base: Option<&str>) -> Result<Proposal, Error> {
    let (start, mut reader) =
        starting_point::start(context, base, Command::of("alembic-guard check --fix"))?;
    let base = starting_point::base_or_last_commit(context, &start)?;
    let holders = holders::holders(context, &start);
    trial::in_trial(context, &start, &base, &mut reader, |trial| {
        let state = judged(trial, &[])?;
        let mut work = Work { holders: &holders, changes: Vec::new(), steps: Vec::new(), state };
        let mut tried = BTreeSet::new();
        while let Some(finding) = work.next(&tried) {
            tried.insert(key(&finding));
            let mut pairs = work.state.pairs.iter().filter(|pair| pair.is_kept());
            let pair = pairs.find(|pair| pair.environment.name == finding.problem.environment);
            if let Some(pair) = pair
                && let Some(remedy) = remedy(context, trial, &work, pair, &finding)?
            {
                work.take(trial, &finding, remedy)?;
            }
        }
        Ok(work.proposal(base.summary()))
    })
}

fn remedy(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    work: &Work<'_>,
    pair: &Pair,
    finding: &Finding,
) -> Result<Option<Remedy>, Error> {
    if !is_open(context, trial, work, pair, finding.problem.site.path())? {
        return Ok(None);
    }
    if finding.problem.rule == "misspelled-identifier" {
        return misspelling(trial, work, finding);
    }
    let revision = finding.problem.revisions.first().and_then(|id| pair.after.graph.get(id));
    let Some(revision) =
        revision.filter(|one| one.migration.file.path == *finding.problem.site.path())
    else {
        return Ok(None);
    };
    match finding.problem.rule {
        "docstring-mismatch" => docstring(trial, work, revision),
        "filename-mismatch" => filename(trial, work, pair, revision),
        _ => new_id(context, trial, work, pair, (finding.problem.rule, revision)),
    }
}

fn new_id(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    work: &Work<'_>,
    pair: &Pair,
    (rule, revision): (&'static str, &Revision),
) -> Result<Option<Remedy>, Error> {
    let graph = &pair.after.graph;
    let id = rules::proposed_id(graph, revision);
    for follower in repair::followers(graph, &revision.id) {
        if !is_open(context, trial, work, pair, &follower.migration.file.path)? {
            return Ok(None);
        }
    }
    let read = |path: &RepoPath| work.read(trial, path);
    exchange_id(trial.reader.limits(), pair, (rule, revision), &id, &read)
}

/// Returns whether a file may be edited: it is not published or shared, and has no unstaged changes.
fn is_open(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    work: &Work<'_>,
    pair: &Pair,
    path: &RepoPath,
) -> Result<bool, Error> {
    let landed = match trial.comparison.before {
        Some(before) => before.node(path)?.is_some(),
        None => false,
    };
    if landed || context.repository.unsettled(path).is_some() || work.read(trial, path)?.is_none() {
        return Ok(false);
    }
    let revisions = pair.after.graph.revisions();
    let here: Vec<&Revision> =
        revisions.filter(|revision| revision.migration.file.path == *path).collect();
    Ok(here.iter().all(|revision| {
        !pair.before.graph.contains(&revision.id)
            && work.holders.of(trial.reader, trial.comparison, revision).is_none()
    }))
}

/// The fixes so far.
pub(super) struct Work<'h> {
    holders: &'h Holders<'h>,
    changes: Vec<FileChange>,
    steps: Vec<(String, Remedy)>,
    /// The problems with these changes.
    state: Judged,
}

/// The result of a check, and its environments.
struct Judged {
    report: Report,
    pairs: Vec<Pair>,
}

fn judged(trial: &mut Trial<'_, '_>, changes: &[FileChange]) -> Result<Judged, Error> {
    let repaired = overlay(Box::new(trial.merged), changes);
    let report = check_against(trial.reader, trial.comparison, &*repaired)?;
    let (pairs, _) = pairs(trial.reader, trial.comparison, &*repaired)?;
    Ok(Judged { report, pairs })
}

impl Work<'_> {
    /// Returns a fixable problem that was not tried yet.
    fn next(&self, tried: &BTreeSet<Key>) -> Option<Finding> {
        let mut findings = self.state.report.findings.iter();
        let is_next = |finding: &&Finding| {
            rules::is_fixable(finding.problem.rule) && !tried.contains(&key(finding))
        };
        findings.find(is_next).cloned()
    }

    /// Reads a file with the fixes so far.
    pub(super) fn read(
        &self,
        trial: &Trial<'_, '_>,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, Error> {
        match self.changes.iter().find(|change| change.path == *path) {
            Some(change) => Ok(change.after.clone()),
            None => Ok(trial.start.work.read_path(path)?),
        }
    }

    /// Keeps a fix that solves its problem and causes no other.
    fn take(
        &mut self,
        trial: &mut Trial<'_, '_>,
        finding: &Finding,
        remedy: Remedy,
    ) -> Result<(), Error> {
        let original = |path: &RepoPath| trial.start.work.read_path(path);
        let changes = changed(&self.changes, remedy.contents.clone(), original)?;
        let Judged { report: after, pairs } = judged(trial, &changes)?;
        let report = &self.state.report;
        let known: BTreeSet<Key> = report.findings.iter().map(key).collect();
        let is_gone = !after.findings.iter().any(|other| key(other) == key(finding));
        // What nobody could see while a name was misspelled does not count against the remedy.
        let reveals = finding.problem.rule == "misspelled-identifier";
        let is_new = |other: &&Finding| {
            let is_revealed = is_of_heads(other) || reveals && other.level() != Level::Error;
            !known.contains(&key(other)) && !is_revealed
        };
        let moved: BTreeSet<&RepoPath> = remedy.contents.iter().map(|(path, _)| path).collect();
        // A file that moves takes its other findings along.
        let breaks = after.findings.iter().filter(is_new).any(|other| {
            let is_moved = moved.contains(other.problem.site.path());
            let had = report.findings.iter().any(|one| {
                one.problem.rule == other.problem.rule && moved.contains(one.problem.site.path())
            });
            !(is_moved && had)
        });
        if is_gone && !breaks {
            self.changes = changes;
            self.state = Judged { report: after, pairs };
            self.steps.push((finding.problem.environment.clone(), remedy));
        }
        Ok(())
    }

    fn proposal(self, base: crate::finding::Base) -> Proposal {
        let mut proposal = Proposal { base: Some(base), ..Proposal::default() };
        for pair in self.state.pairs.iter().filter(|pair| pair.is_kept()) {
            let here = || self.steps.iter().filter(|(name, _)| *name == pair.environment.name);
            let steps: Vec<RepairStep> =
                here().map(|(_, remedy)| RepairStep::Repair(remedy.repaired.clone())).collect();
            if steps.is_empty() {
                continue;
            }
            let then = here().filter_map(|(_, remedy)| remedy.then.clone()).collect();
            let outcome = Outcome { then, ..Outcome::of(RepairOutcome::Steps(steps)) };
            outcome.put_into(&mut proposal, &pair.environment);
        }
        proposal.changes = self.changes;
        proposal
    }
}

/// The identity of a problem.
type Key = (&'static str, RepoPath, String);

fn key(finding: &Finding) -> Key {
    (finding.problem.rule, finding.problem.site.path().clone(), finding.problem.message.clone())
}

fn is_of_heads(finding: &Finding) -> bool {
    rules::find(finding.problem.rule).is_some_and(|rule| rule.consequence == Consequence::Heads)
}
