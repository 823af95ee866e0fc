//! `rebase`: puts unpublished migrations on top of published ones.

use std::cell::RefCell;

use super::databases::{self, Move};
use super::holders;
use super::starting_point;
use super::trial;
use super::unstaged;
use super::{Outcome, Trial, refusal};
use crate::advice::Command;
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::compare::{Pair, pairs};
use crate::git::Unsettled;
use crate::heads::HeadLimits;
use crate::repair::commands;
use crate::repair::{
    self, FileChange, Obstacle, Proposal, Rebase, Rebased, Refusal, RepairOutcome, RepairStep,
    Repointed,
};
use crate::rules;
use crate::scope::{Context, Error};
use crate::tree::RepoPath;

/// Options of a rebase.
#[derive(Debug, Clone, Default)]
pub struct RebaseRequest {
    /// The head to build on; by default the base's.
    pub onto: Option<String>,
    /// The base; by default the nearest target.
    pub base: Option<String>,
    /// Whether what is written will be staged.
    pub stage: bool,
}

impl RebaseRequest {
    /// Returns the command for this request, without the base.
    fn command(&self) -> Command {
        let stage = self.stage.then_some("--stage");
        let onto = self.onto.iter().flat_map(|onto| ["--onto", onto]);
        Command::of("alembic-guard rebase").args(stage).args(onto)
    }
}

/// Plans how to put the unpublished migrations of the work tree on top of published ones.
pub(crate) fn propose_rebase(
    context: &Context<'_>,
    asked: &RebaseRequest,
) -> Result<Proposal, Error> {
    let (start, mut reader) =
        starting_point::start(context, asked.base.as_deref(), asked.command())?;
    let base = starting_point::base_or_last_commit(context, &start)?;
    let base = &base;
    let proposal = trial::in_trial(context, &start, base, &mut reader, |trial| {
        let (pairs, _) = pairs(trial.reader, trial.comparison, trial.merged)?;
        let onto = asked.onto.as_deref().map(|name| chosen(name, &pairs)).transpose()?;
        let mut proposal = Proposal { base: Some(base.summary()), ..Proposal::default() };
        for pair in pairs.iter().filter(|pair| pair.is_kept()) {
            let onto = onto.as_ref().filter(|onto| pair.after.graph.contains(onto));
            let mut outcome = rebase_environment(context, trial, pair, onto)?;
            if let RepairOutcome::Steps(steps) = &outcome.repaired {
                let several = pairs.len() > 1;
                outcome.then =
                    databases::database_help(context, trial, &Move { pair, steps, several })?;
            }
            outcome.put_into(&mut proposal, &pair.environment);
        }
        Ok(proposal)
    })?;
    Ok(commands::with_next_step(context, proposal, asked.stage))
}

fn rebase_environment(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
    onto: Option<&RevisionId>,
) -> Result<Outcome, Error> {
    if pair.excess().is_some() {
        return Ok(Outcome::refused(refusal::too_many(&pair.environment)));
    }
    if let Some(refusal) = trial::new_duplicate(context, pair, &trial.start.command) {
        return Ok(Outcome::refused(refusal));
    }
    let graph = &pair.after.graph;
    let Rebased { moved: repointed, left } = match plan(context, trial, pair, onto) {
        Ok(rebased) if rebased.moved.is_empty() => {
            let outcome = trial.without_fault(pair)?;
            return unstaged::with_unstaged(context, trial, pair, outcome);
        }
        Ok(rebased) => rebased,
        Err(obstacle) => return Ok(refused_by(trial, pair, &obstacle)),
    };
    let parents: Vec<RevisionId> =
        repointed.iter().flat_map(|one| one.parents.iter().cloned()).collect();
    let missing = trial.not_here(graph, &parents)?;
    if !missing.is_empty() {
        return Ok(Outcome::refused(trial.get_base(&missing)));
    }
    let changes = match edit_all(context, trial, graph, &repointed)? {
        Ok(changes) => changes,
        Err(refusal) => return Ok(Outcome::refused(refusal)),
    };
    let faults = trial.faults_of(&pair.environment, &changes)?;
    if let Some(fault) = faults.first() {
        return Ok(Outcome::refused(refusal::still_faulty(fault)));
    }
    let steps = repointed.iter().filter_map(|one| step(graph, one)).collect();
    let hint = (!left.is_empty()).then(|| refusal::left(&left));
    Ok(Outcome { changes, hint, ..Outcome::of(RepairOutcome::Steps(steps)) })
}

pub(super) fn plan(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
    onto: Option<&RevisionId>,
) -> Result<Rebased, Obstacle> {
    let environment = &pair.environment;
    // Both questions read migrations, and are asked in turn.
    let reader = RefCell::new(&mut *trial.reader);
    let (holders, arrivals) =
        (holders::holders(context, trial.start), holders::arrivals(context, trial.start));
    repair::rebase(&Rebase {
        before: &pair.before.graph,
        after: &pair.after.graph,
        limits: HeadLimits { heads: environment.heads, branches: &environment.branches },
        onto,
        holder: &|revision| holders.of(&mut reader.borrow_mut(), trial.comparison, revision),
        seniority: &|revision| {
            arrivals.seniority(&mut reader.borrow_mut(), trial.comparison, revision)
        },
    })
}

/// Returns the changes of all files, or the first file that cannot be edited.
fn edit_all(
    context: &Context<'_>,
    trial: &Trial<'_, '_>,
    graph: &Graph,
    repointed: &[Repointed],
) -> Result<Result<Vec<FileChange>, Refusal>, Error> {
    let found = repointed.iter().filter_map(|one| Some((graph.get(&one.revision)?, one)));
    let found: Vec<(&Revision, &Repointed)> = found.collect();
    let paths: Vec<&RepoPath> =
        found.iter().map(|(revision, _)| &revision.migration.file.path).collect();
    let unsettled = context.repository.all_unsettled(&paths);
    let mut changes = Vec::new();
    for ((revision, one), unsettled) in found.into_iter().zip(unsettled) {
        match edit(trial, (revision, unsettled), &one.parents)? {
            Ok(change) => changes.push(change),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(Ok(changes))
}

fn edit(
    trial: &Trial<'_, '_>,
    (revision, unsettled): (&Revision, Option<Unsettled>),
    parents: &[RevisionId],
) -> Result<Result<FileChange, Refusal>, Error> {
    let path = &revision.migration.file.path;
    let Some(source) = trial.start.work.read_path(path)? else {
        return Ok(Err(trial.get_base(std::slice::from_ref(&revision.id))));
    };
    if let Some(unsettled) = unsettled {
        return Ok(Err(refusal::unsettled(path, unsettled)));
    }
    let edited = repair::edit_parents(&source, &trial.reader.limits(), parents);
    Ok(match edited {
        Ok(after) => {
            Ok(FileChange { path: path.clone(), before: Some(source), after: Some(after) })
        }
        Err(reason) => Err(refusal::uneditable(path, parents, &reason, &trial.start.command)),
    })
}

/// Returns the reason why nothing is repaired, with advice.
fn refused_by(trial: &Trial<'_, '_>, pair: &Pair, obstacle: &Obstacle) -> Outcome {
    let base = &trial.comparison.names.base;
    let graph = &pair.after.graph;
    let heads = graph.heads();
    let all: Vec<RevisionId> = heads.iter().copied().cloned().collect();
    // Nothing is joined over a parent that no file defines.
    let may_join = trial.gap_below(pair, &all).is_none() && rules::may_join(graph, &heads);
    let ways = refusal::Ways { asked: &trial.start.command, may_join };
    Outcome::refused(refusal::obstacle(obstacle, base, &ways))
}

fn step(graph: &Graph, repointed: &Repointed) -> Option<RepairStep> {
    let revision = graph.get(&repointed.revision)?;
    Some(RepairStep::Repoint {
        revision: revision.id.clone(),
        path: revision.migration.file.path.clone(),
        from: revision.parents.ids(),
        to: repointed.parents.clone(),
    })
}

/// Finds the head that the user chose to build on.
fn chosen(name: &str, pairs: &[Pair]) -> Result<RevisionId, Error> {
    let onto = RevisionId::new(name);
    let graphs = pairs.iter().map(|pair| &pair.after.graph);
    let holding: Vec<&Graph> = graphs.filter(|graph| graph.contains(&onto)).collect();
    if holding.is_empty() {
        return Err(Error::UnknownId(name.to_owned()));
    }
    if holding.iter().any(|graph| graph.is_head(&onto)) {
        return Ok(onto);
    }
    let heads = holding.iter().flat_map(|graph| graph.heads()).cloned().collect();
    Err(Error::NoHead { id: onto, heads })
}
