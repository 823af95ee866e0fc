//! Advice for databases that ran the migrations in their old order, especially the author's own.
//!
//! Only the owner of a database knows its state, so every rebase shows how to update databases in two
//! likely states, and how to recognize them. `alembic current` does not help: with the new files, a
//! database that ran both sides looks like one that skipped the lower side.

use std::collections::{BTreeMap, BTreeSet};

use super::Trial;
use crate::advice::{Command, Step};
use crate::alembic::environment::Environment;
use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::compare::Pair;
use crate::repair::{DatabaseStep, RepairStep, UnknownState, database_steps};
use crate::rules::listed;
use crate::scope::{Context, Error};

/// An environment whose migrations are re-pointed.
pub(super) struct Move<'a> {
    pub(super) pair: &'a Pair,
    pub(super) steps: &'a [RepairStep],
    /// Whether there are other environments.
    pub(super) several: bool,
}

/// Returns how to move databases from the old order of the migrations to the new one.
pub(super) fn database_help(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    one: &Move<'_>,
) -> Result<Vec<Step>, Error> {
    let old = &one.pair.after.graph;
    let base = trial.comparison.names.base.clone();
    let own = run_by_branch(context, trial, one.pair)?;
    let own = own.map(|run| owned(old.uppermost(&run.iter().collect())));
    let both = owned(old.real_heads());
    let mut help = Vec::new();
    if let Some(own) = own.filter(|own| *own != both) {
        match one.catch_up(&own, "only this branch's migrations have run") {
            Ok(line) => help.extend(line),
            Err(UnknownState) => return Ok(vec![one.unknown()]),
        }
    }
    match one.catch_up(&both, &format!("this branch's and {base}'s migrations have run")) {
        Ok(line) => help.extend(line),
        Err(UnknownState) => return Ok(vec![one.unknown()]),
    }
    help.push(Step::note("in any other state, or if databases differ, no fixed commands fit"));
    Ok(help)
}

/// Returns the migrations that a database has run if it was upgraded on this branch before the base was
/// merged; nothing if that is unknown.
fn run_by_branch(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
) -> Result<Option<BTreeSet<RevisionId>>, Error> {
    let graph = &pair.after.graph;
    let base = trial.start.base.as_ref();
    let start = base.and_then(|base| context.repository.before_meeting(base.commit));
    let mut on_branch = Graph::default();
    if let Some(start) = start {
        let tree = context.repository.commit_tree(start)?;
        on_branch = trial.reader.state(&*tree, &pair.environment, &[])?.graph.clone();
    }
    let ids = graph.revisions().map(|revision| &revision.id);
    let is_run = |id: &&RevisionId| !pair.before.graph.contains(id) || on_branch.contains(id);
    let run: BTreeSet<&RevisionId> = ids.filter(is_run).collect();
    let needed = graph.requirements_of(run.iter().copied());
    // What the base has put below a published revision, the branch has not run.
    let is_closed = on_branch.is_empty() || needed.len() == run.len();
    Ok(is_closed.then(|| needed.into_iter().cloned().collect()))
}

impl Move<'_> {
    /// Returns how to update a database at these revisions; nothing if it is up to date.
    fn catch_up(&self, stamped: &[RevisionId], state: &str) -> Result<Option<Step>, UnknownState> {
        let old = &self.pair.after.graph;
        let new = old.with_parents(&self.parents());
        let steps = database_steps(old, &new, stamped)?;
        let environment = &self.pair.environment;
        let of = if self.several {
            format!(" of environment `{}`", crate::text::escape(&environment.name))
        } else {
            String::new()
        };
        let state = format!("`alembic_version`{of} contains only {} ({state})", listed(stamped));
        Ok(command(environment, &steps).map(|command| Step::run("run", command).when(state)))
    }

    /// Returns a note that the state of a database is unknown.
    fn unknown(&self) -> Step {
        let moved = self.parents();
        Step::note(format!(
            "recreate any database that has run {}: a parent or dependency is missing, so the \
             other migrations it has run are unknown",
            listed(moved.keys())
        ))
    }

    /// Returns the new parents of each moved revision.
    fn parents(&self) -> BTreeMap<RevisionId, Vec<RevisionId>> {
        let moved = self.steps.iter().filter_map(|step| match step {
            RepairStep::Repoint { revision, to, .. } => Some((revision.clone(), to.clone())),
            RepairStep::Join { .. } | RepairStep::Repair(_) => None,
        });
        moved.collect()
    }
}

/// Returns the commands for some steps, if there are any.
fn command(environment: &Environment, steps: &[DatabaseStep]) -> Option<Command> {
    let commands = steps.iter().map(|step| match step {
        DatabaseStep::Purge(Some(id)) => environment.command("stamp", &["--purge", id.as_str()]),
        DatabaseStep::Purge(None) => environment.command("stamp", &["--purge", "base"]),
        DatabaseStep::Stamp(id) => environment.command("stamp", &[id.as_str()]),
        DatabaseStep::Upgrade(id) => environment.command("upgrade", &[id.as_str()]),
    });
    commands.reduce(Command::and)
}

fn owned(ids: Vec<&RevisionId>) -> Vec<RevisionId> {
    ids.into_iter().cloned().collect()
}
