//! The starting point of a repair: the work tree and the base.

use std::rc::Rc;

use crate::advice::Command;
use crate::compare::Reader;
use crate::config::Config;
use crate::git::{BaseChoice, Candidates, Operation, Side};
use crate::scope::commit;
use crate::scope::destinations;
use crate::scope::{Context, Error, Relevance, last_commit};
use crate::tree::{RepoPath, Tree};

/// The work tree and its base.
pub(super) struct StartingPoint<'r> {
    pub(super) work: Box<dyn Tree + 'r>,
    pub(super) config: Rc<Config>,
    pub(super) branch: Option<String>,
    /// The base; `None` if there is no branch to compare with.
    pub(super) base: Option<BaseChoice>,
    /// The command that asked for the repair.
    pub(super) command: Command,
    /// Whether there are staged changes, and no merge is in progress.
    pub(super) is_staged: bool,
}

impl StartingPoint<'_> {
    pub(super) fn candidates(&self, context: &Context<'_>) -> Candidates<'_> {
        destinations::candidates(context, &self.config, self.branch.as_deref())
    }
}

/// Finds the starting point of a repair; `base` is the base that the user named, `command` the command for
/// the repair.
///
/// Fails if a relevant file has unresolved conflicts.
pub(super) fn start<'c>(
    context: &'c Context<'_>,
    base: Option<&str>,
    command: Command,
) -> Result<(StartingPoint<'c>, Reader), Error> {
    let work = context.repository.work_tree()?;
    let mut reader = context.reader(context.config_in_force(&*work)?);
    refuse_conflicts(context, &mut reader, &*work)?;
    let branch = context.repository.working_branch();
    let command = command.args(base.iter().flat_map(|base| ["--base", base]));
    let is_staged = is_staged(context)?;
    let config = reader.config();
    let mut start = StartingPoint { work, config, branch, base: None, command, is_staged };
    start.base = match base {
        Some(name) => Some(context.repository.named_base(name)?),
        None => repair_base(context, &start)?,
    };
    Ok((start, reader))
}

fn is_staged(context: &Context<'_>) -> Result<bool, Error> {
    let changes = context.repository.changes(context.repository.head(), Side::Index, &|_| true)?;
    Ok(context.repository.merge_heads().is_empty() && !changes.is_empty())
}

fn refuse_conflicts(
    context: &Context<'_>,
    reader: &mut Reader,
    work: &dyn Tree,
) -> Result<(), Error> {
    let conflicts = context.repository.conflicts()?;
    if conflicts.is_empty() {
        return Ok(());
    }
    let relevance = Relevance::of(reader, &[work])?;
    let paths: Vec<RepoPath> =
        conflicts.into_iter().filter(|path| relevance.covers_history(path)).collect();
    if paths.is_empty() { Ok(()) } else { Err(Error::Unmerged(paths)) }
}

/// Chooses the base of a repair: during a merge or rebase, the published side, whichever it is for git;
/// otherwise the newest known commit of the work tree's base.
fn repair_base(
    context: &Context<'_>,
    start: &StartingPoint<'_>,
) -> Result<Option<BaseChoice>, Error> {
    let targets = commit::known_targets(context, &start.config)?;
    if let Some(head) = context.repository.head()
        && let Some(landed) = commit::landed_in_merge(context, head, &targets)
    {
        return Ok(Some(landed));
    }
    if let Some(Operation::Rebase { onto: Some(onto), .. }) = context.repository.operation() {
        let holding =
            targets.iter().find(|target| context.repository.contains(target.commit, onto));
        if let Some(target) = holding {
            return Ok(Some(commit::landed_as(context, target, onto)));
        }
    }
    destinations::base(context, Side::WorkTree, &start.config, &start.candidates(context))
}

/// Returns the last commit as the base if there is no branch to compare with.
pub(super) fn base_or_last_commit(
    context: &Context<'_>,
    start: &StartingPoint<'_>,
) -> Result<BaseChoice, Error> {
    match &start.base {
        Some(base) => Ok(base.clone()),
        None => context.repository.head().map(last_commit).ok_or(Error::Unborn),
    }
}
