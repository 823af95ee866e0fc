//! The configuration that a server checks with: a published one, never the pushed one.

use std::time::Duration;

use crate::advice::Advice;
use crate::compare::Reader;
use crate::config::{self, Config};
use crate::git::{BaseChoice, Changes, Side};
use crate::problem::Note;
use crate::scope::ref_update::RefUpdate;
use crate::scope::relevance::is_setting;
use crate::scope::{BadConfig, Context, Error, carried_config, note, parse_config};
use crate::text::escape;
use crate::tree::{ObjectId, RepoPath};

/// The configuration that a server checks with, and its origin.
pub(super) struct Law {
    pub(super) config: Config,
    /// The branch whose file is used.
    branch: String,
    /// The file that the server's administrator uses instead.
    given: Option<String>,
    /// A note about it.
    note: Option<Note>,
}

impl Law {
    /// Returns the time limit. The published configuration may raise it, but not lower it so much that a
    /// push that repairs it would fail.
    pub(super) fn time_limit(&self) -> Duration {
        match self.given {
            Some(_) => self.config.time_limit,
            None => self.config.time_limit.max(Config::default().time_limit),
        }
    }
}

/// Returns the administrator's configuration, or else that of the repository's main branch before the push.
///
/// An invalid published configuration must not block any push, least of all the one that repairs it: it is
/// reported, and the default configuration is used.
pub(super) fn law(context: &Context<'_>) -> Result<Law, Error> {
    let landed = context.repository.served_branch();
    let unborn = || context.repository.branch().unwrap_or_else(|| "HEAD".to_owned());
    let branch = landed.as_ref().map_or_else(unborn, |landed| landed.branch.clone());
    if let Some((name, source)) = &context.options.config {
        let config = parse_config(&RepoPath::new(name), source)?;
        return Ok(Law { config, branch, given: Some(name.clone()), note: None });
    }
    let tree = landed.map(|landed| context.repository.commit_tree(landed.commit)).transpose()?;
    let (config, note) = match tree.map(|tree| carried_config(&*tree)).transpose() {
        Ok(config) => (config.unwrap_or_default(), None),
        Err(Error::Config(bad)) => (Config::default(), Some(invalid(&branch, &bad))),
        Err(error) => return Err(error),
    };
    Ok(Law { config, branch, given: None, note })
}

/// Reports the changes of a push to the configuration, and their effect.
///
/// # Errors
/// Fails if the push would put an invalid configuration in force.
pub(super) fn trust_notes(
    context: &Context<'_>,
    reader: &mut Reader,
    law: &Law,
    update: &RefUpdate<'_>,
    base: Option<&BaseChoice>,
) -> Result<Vec<Note>, Error> {
    let before = states_before(context, update, base);
    let changes = setting_changes(context, &before, update.tip)?;
    let own = RepoPath::new(config::FILE_NAME);
    let mut notes: Vec<Note> = law.note.clone().into_iter().collect();
    if changes.contains(&own) {
        refuse_mistakes(context, law, update)?;
        notes.push(guard_note(law));
    }
    let paths: Vec<&RepoPath> = changes.paths().filter(|path| **path != own).collect();
    if !paths.is_empty() && moves_alembic(context, reader, &before, update.tip)? {
        notes.push(alembic_note(&paths));
    }
    Ok(notes)
}

/// Returns the states that a change must differ from to count as the push's own: the ref's current commit
/// and, for a branch, the merge base with its base, so that changes from a merge are not reported again.
fn states_before(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    base: Option<&BaseChoice>,
) -> Vec<ObjectId> {
    let Some(base) = base else {
        return Vec::new();
    };
    if update.is_target {
        return vec![base.commit];
    }
    let parted = context.repository.merge_bases(base.commit, update.tip).unwrap_or_default();
    update.replaced.commit().into_iter().chain(parted).collect()
}

/// Finds the files that configure Alembic or the guard and differ from all of the given states.
fn setting_changes(
    context: &Context<'_>,
    before: &[ObjectId],
    tip: ObjectId,
) -> Result<Changes, Error> {
    let since = |commit| context.repository.changes(commit, Side::Commit(tip), &is_setting);
    let mut changes = since(before.first().copied())?;
    for commit in before.iter().skip(1) {
        let others = since(Some(*commit))?;
        changes = changes.only(|path| others.contains(path));
    }
    Ok(changes)
}

/// Returns whether the locations of the environments differ from all of the given states.
fn moves_alembic(
    context: &Context<'_>,
    reader: &mut Reader,
    before: &[ObjectId],
    tip: ObjectId,
) -> Result<bool, Error> {
    let mut environments = |commit: ObjectId| -> Result<_, Error> {
        let found = reader.discover(&*context.repository.commit_tree(commit)?)?;
        Ok((found.environments.clone(), found.problems.clone()))
    };
    let after = environments(tip)?;
    for commit in before {
        if environments(*commit)? == after {
            return Ok(false);
        }
    }
    Ok(!before.is_empty())
}

fn refuse_mistakes(context: &Context<'_>, law: &Law, update: &RefUpdate<'_>) -> Result<(), Error> {
    let is_in_force = update.pushed.remote_ref == format!("refs/heads/{}", law.branch);
    if law.given.is_none() && is_in_force {
        carried_config(&*context.repository.commit_tree(update.tip)?)?;
    }
    Ok(())
}

fn invalid(branch: &str, bad: &BadConfig) -> Note {
    let mistakes = bad.invalid.mistakes.iter().map(|mistake| mistake.message.as_str());
    let mistakes = mistakes.collect::<Vec<_>>().join("; ");
    note(
        format!("`{}` on {} is not valid: {mistakes}", config::FILE_NAME, escape(branch)),
        Advice::default().caution(
            "until this is fixed, the server checks pushes as if there were no configuration",
        ),
    )
}

fn guard_note(law: &Law) -> Note {
    let remark = match &law.given {
        Some(name) => format!(
            "this server is configured by {}, so the change only affects clones and CI",
            escape(name)
        ),
        None => format!(
            "the push was checked without this change, which takes effect once it is \
                         on {}",
            law.branch
        ),
    };
    note(format!("this push changes `{}`", config::FILE_NAME), Advice::default().caution(remark))
}

fn alembic_note(paths: &[&RepoPath]) -> Note {
    let names: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    note(
        format!("this push changes where Alembic looks for migrations: {}", names.join(", ")),
        Advice::default().caution(
            "the push was checked with both the old and the new locations; once it is merged, \
             Alembic only uses the new ones",
        ),
    )
}
