//! Finds repairs in the work tree that are not in the index, so that git would not commit them.

use super::{Outcome, Trial};
use crate::advice::{Command, Step};
use crate::compare::Pair;
use crate::git::Unsettled;
use crate::heads::{HeadLimits, within_limits};
use crate::repair::RepairOutcome;
use crate::repair::commands;
use crate::scope::{Context, Error};
use crate::tree::{RepoPath, Tree};

/// Adds a hint to an outcome without repairs: how to stage a fix that git would leave out of the next
/// commit, or how to commit a staged one.
///
/// Adds nothing if the last commit does not have too many heads.
pub(super) fn with_unstaged(
    context: &Context<'_>,
    trial: &mut Trial<'_, '_>,
    pair: &Pair,
    outcome: Outcome,
) -> Result<Outcome, Error> {
    let environment = &pair.environment;
    let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
    let mut is_repaired = |tree: &dyn Tree| -> Result<bool, Error> {
        Ok(within_limits(&trial.reader.state(tree, environment, &[])?.graph, limits))
    };
    if !matches!(outcome.repaired, RepairOutcome::Nothing { .. }) {
        return Ok(outcome);
    }
    if is_repaired(&*context.repository.index_tree()?)? {
        let head = context.repository.head().map(|head| context.repository.commit_tree(head));
        let is_committed = match head.transpose()? {
            Some(tree) => is_repaired(&*tree)?,
            None => true,
        };
        let commit = || Step::run("commit the staged fix", commands::commit_command(context));
        return Ok(Outcome { hint: (!is_committed).then(commit), ..outcome });
    }
    let files = pair.after.graph.revisions().map(|revision| &revision.migration.file.path);
    let unstaged = files.filter(|path| is_unstaged(context, path));
    let paths: Vec<RepoPath> = unstaged.map(|path| context.path_from_here(path)).collect();
    let hint = (!paths.is_empty()).then(|| {
        Step::run(
            "stage the fix, or git commits the old version",
            Command::of("git add").paths(&paths),
        )
    });
    Ok(Outcome { hint, ..outcome })
}

fn is_unstaged(context: &Context<'_>, path: &RepoPath) -> bool {
    !context.repository.is_tracked(path)
        || context.repository.unsettled(path) == Some(Unsettled::Modified)
}
