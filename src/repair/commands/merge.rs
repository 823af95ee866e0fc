//! `merge`: a new revision joins heads.

use std::time::SystemTime;

use super::rebase;
use super::starting_point;
use super::trial;
use super::unstaged;
use super::{Outcome, Trial, refusal};
use crate::advice::{Command, Step};
use crate::alembic::environment::{Environment, Lookup};
use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::compare::{Comparison, Pair, pairs};
use crate::heads::HeadLimits;
use crate::repair::commands;
use crate::repair::{
    Created, FileChange, NewFile, NewRevision, Proposal, Refusal, RepairOutcome, RepairStep,
    heads_to_join, landed_first,
};
use crate::rules::{self, Consequence, listed};
use crate::scope::{Context, Error};
use crate::tree::RepoPath;

/// Options of a merge.
pub struct MergeRequest<'a> {
    /// The heads to join, as ids or prefixes; by default all extra heads.
    pub heads: Vec<String>,
    /// The message of the revision; by default the heads' ids.
    pub message: Option<String>,
    /// The base; by default the nearest target.
    pub base: Option<String>,
    /// The id of the new revision, if the user chose one.
    pub id: Option<RevisionId>,
    /// Creates ids for the new revisions.
    pub new_id: &'a dyn Fn() -> RevisionId,
    /// The current time.
    pub now: SystemTime,
    /// Whether what is written will be staged.
    pub stage: bool,
}

impl MergeRequest<'_> {
    /// Returns the command for this request, without the base, the message and the id.
    fn command(&self) -> Command {
        Command::of("alembic-guard merge").args(self.stage.then_some("--stage")).args(&self.heads)
    }
}

/// Plans merge revisions that join the extra heads of the work tree.
pub(crate) fn propose_merge(
    context: &Context<'_>,
    asked: &MergeRequest<'_>,
) -> Result<Proposal, Error> {
    let (start, mut reader) =
        starting_point::start(context, asked.base.as_deref(), asked.command())?;
    let beside_base = start.base.as_ref().map(|base| {
        trial::in_trial(context, &start, base, &mut reader, |trial| {
            let proposal = join_all(context, trial, asked)?;
            Ok(Proposal { base: Some(base.summary()), ..proposal })
        })
    });
    let proposal = match beside_base {
        // What shares no history with its base is judged alone, and joined alone.
        None | Some(Err(Error::Unrelated(_))) => {
            let comparison = Comparison::alone(&*start.work);
            join_all(
                context,
                &mut Trial {
                    reader: &mut reader,
                    comparison: &comparison,
                    merged: &*start.work,
                    start: &start,
                    here: Lookup::new(&*start.work),
                },
                asked,
            )?
        }
        Some(proposal) => proposal?,
    };
    Ok(commands::with_next_step(context, proposal, asked.stage))
}

fn join_all(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    asked: &MergeRequest<'_>,
) -> Result<Proposal, Error> {
    let (pairs, _) = pairs(trial.reader, trial.comparison, trial.merged)?;
    let named = named_heads(&asked.heads, &pairs)?;
    let mut proposal = Proposal::default();
    for (place, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.is_kept()) {
        let here: Vec<&RevisionId> =
            named.iter().filter(|(at, _)| *at == place).map(|(_, id)| id).collect();
        if named.is_empty() || !here.is_empty() {
            join_one(context, trial, pair, &here, asked)?
                .put_into(&mut proposal, &pair.environment);
        }
    }
    Ok(proposal)
}

/// Joins the heads of one environment: all extra heads, or the named ones.
fn join_one(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
    named: &[&RevisionId],
    asked: &MergeRequest<'_>,
) -> Result<Outcome, Error> {
    let (environment, graph) = (&pair.environment, &pair.after.graph);
    if pair.excess().is_some() {
        return Ok(Outcome::refused(refusal::too_many(environment)));
    }
    if let Some(refusal) = trial::new_duplicate(context, pair, &trial.start.command) {
        return Ok(Outcome::refused(refusal));
    }
    if let Some(joined) = joined_already(graph, named) {
        return unstaged::with_unstaged(
            context,
            trial,
            pair,
            Outcome::nothing(vec![joined.clone()]),
        );
    }
    if let Some(id) = named.iter().find(|id| !graph.is_head(id)) {
        let heads = graph.heads().into_iter().cloned().collect();
        return Err(Error::NoHead { id: (*id).clone(), heads });
    }
    let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
    let joins = match named {
        [] => heads_to_join(&pair.before.graph, graph, limits),
        _ => Ok(vec![landed_first(&pair.before.graph, named.iter().copied())]),
    };
    let joins = match joins {
        Ok(joins) if joins.is_empty() => {
            let outcome = trial.without_fault(pair)?;
            return unstaged::with_unstaged(context, trial, pair, outcome);
        }
        Ok(joins) => joins,
        Err(apart) => return Ok(Outcome::refused(refusal::lines_apart(&apart))),
    };
    if let Some([one]) = joins.iter().find(|heads| heads.len() < 2).map(Vec::as_slice) {
        return Ok(Outcome::refused(refusal::nothing_to_join_with(one)));
    }
    let heads: Vec<RevisionId> = joins.iter().flatten().cloned().collect();
    if let Some(refusal) = kept_apart(trial, pair, named, &heads)? {
        return Ok(Outcome::refused(refusal));
    }
    let mut outcome = Outcome::of(RepairOutcome::Steps(Vec::new()));
    let mut steps = Vec::new();
    for heads in &joins {
        let own = trial.own_environment(environment, heads)?;
        let place = own.as_ref().unwrap_or(environment);
        match new_revision(trial, place, graph, heads, asked) {
            Ok((step, file)) => {
                steps.push(step);
                outcome.then.extend(refusal::other_template(environment, &file).map(Step::note));
                outcome.changes.push(file.change);
            }
            Err(refusal) => return Ok(Outcome::refused(refusal)),
        }
    }
    let faults = trial.faults_of(environment, &outcome.changes)?;
    // A user who names heads may mean to leave others as they are.
    let counts = |rule: &str| {
        named.is_empty()
            || rules::find(rule).is_none_or(|rule| rule.consequence != Consequence::Heads)
    };
    if let Some(fault) = faults.iter().find(|fault| counts(fault.problem.rule)) {
        return Ok(Outcome::refused(refusal::still_faulty(fault)));
    }
    let hint = rebase_hint(context, trial, pair, (&outcome.changes, asked.stage));
    Ok(Outcome { repaired: RepairOutcome::Steps(steps), hint, ..outcome })
}

/// Returns how to rebase instead, if no revision that has to move is published.
fn rebase_hint(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
    (changes, staged): (&[FileChange], bool),
) -> Option<Step> {
    trial.start.base.as_ref()?;
    let rebased = rebase::plan(context, trial, pair, None).ok()?;
    let repointed = Some(rebased.moved).filter(|moved| !moved.is_empty())?;
    if !rebased.left.is_empty() {
        return None;
    }
    let verb = if repointed.len() == 1 { "is" } else { "are" };
    let paths: Vec<RepoPath> =
        changes.iter().map(|change| context.path_from_here(&change.path)).collect();
    let (remove, rebase) = if staged {
        ("git rm -qf", "alembic-guard rebase --stage")
    } else {
        ("rm", "alembic-guard rebase")
    };
    let moved = listed(repointed.iter().map(|one| &one.revision));
    Some(Step::run(
        format!("rebase instead of merging, since {moved} {verb} not published"),
        Command::of(remove).paths(&paths).and(Command::of(rebase)),
    ))
}

/// Returns the only head above several revisions, if none of these is a head any more.
fn joined_already<'g>(graph: &'g Graph, named: &[&RevisionId]) -> Option<&'g RevisionId> {
    let mut above: Vec<&RevisionId> = named.iter().flat_map(|id| graph.heads_above(id)).collect();
    above.dedup();
    match above.as_slice() {
        [one] if named.len() > 1 && !named.contains(one) => Some(*one),
        _ => None,
    }
}

/// Returns the reason why heads cannot be joined here, if there is one.
fn kept_apart(
    trial: &Trial<'_, '_>,
    pair: &Pair,
    named: &[&RevisionId],
    heads: &[RevisionId],
) -> Result<Option<Refusal>, Error> {
    let graph = &pair.after.graph;
    // Unless heads were named, one that is left as it is must be known to be apart too.
    let at_stake = match named {
        [] => graph.heads().into_iter().cloned().collect(),
        _ => heads.to_vec(),
    };
    if let Some(refusal) = trial.gap_below(pair, &at_stake) {
        return Ok(Some(refusal));
    }
    let missing = trial.not_here(graph, heads)?;
    Ok((!missing.is_empty()).then(|| trial.get_base(&missing)))
}

fn new_revision(
    trial: &Trial<'_, '_>,
    environment: &Environment,
    graph: &Graph,
    heads: &[RevisionId],
    asked: &MergeRequest<'_>,
) -> Result<(RepairStep, NewFile), Refusal> {
    let id = match &asked.id {
        Some(id) if graph.contains(id) => return Err(refusal::id_is_taken(id)),
        Some(id) => id.clone(),
        None => free_id(graph, asked.new_id),
    };
    let message = asked.message.clone().unwrap_or_else(|| usual_message(heads));
    let first = heads.first().and_then(|head| graph.get(head));
    let first = first.expect("only heads of the graph are joined, two at least");
    let created = Created::at(asked.now, environment.naming.timezone.as_deref());
    let created = created.map_err(|reason| refusal::unwritable(&reason))?;
    let revision = NewRevision {
        environment,
        id: &id,
        parents: heads,
        beside: &first.migration.file.path,
        message: Some(&message),
        created: &created,
    };
    let file = revision.file(&*trial.start.work).map_err(|reason| refusal::unwritable(&reason))?;
    let FileChange { path, .. } = &file.change;
    Ok((RepairStep::Join { revision: id.clone(), path: path.clone(), heads: heads.to_vec() }, file))
}

/// Returns the message of a merge in the style of Alembic's tutorial: "merge ae1027 and 27c6a3".
fn usual_message(heads: &[RevisionId]) -> String {
    let ids: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
    match ids.as_slice() {
        [start @ .., last] => format!("merge {} and {last}", start.join(", ")),
        [] => "merge".to_owned(),
    }
}

fn free_id(graph: &Graph, new_id: &dyn Fn() -> RevisionId) -> RevisionId {
    let mut ids = std::iter::repeat_with(new_id);
    ids.find(|id| !graph.contains(id)).expect("ids never end")
}

/// Finds the named revisions, each with the index of its environment.
fn named_heads(names: &[String], pairs: &[Pair]) -> Result<Vec<(usize, RevisionId)>, Error> {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| *name != "heads") {
        let all = pairs.iter().enumerate().flat_map(|(place, pair)| {
            matching(&pair.after.graph, name).into_iter().map(move |id| (place, id))
        });
        let all: Vec<(usize, RevisionId)> = all.collect();
        let (place, id) = match all.as_slice() {
            [] => return Err(Error::UnknownId(name.clone())),
            [one] => one.clone(),
            several => {
                let ids = several.iter().map(|(_, id)| id.clone()).collect();
                return Err(Error::AmbiguousId { id: name.clone(), ids });
            }
        };
        if !found.contains(&(place, id.clone())) {
            found.push((place, id));
        }
    }
    Ok(found)
}

/// Returns the revision with this id, or else those whose ids start with it, as Alembic does
/// (`RevisionMap._revision_for_ident`).
fn matching(graph: &Graph, name: &str) -> Vec<RevisionId> {
    let id = RevisionId::new(name);
    if graph.contains(&id) {
        return vec![id];
    }
    let ids = graph.revisions().map(|revision| &revision.id);
    ids.filter(|id| !name.is_empty() && id.as_str().starts_with(name)).cloned().collect()
}
