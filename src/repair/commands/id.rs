//! Gives an unpublished revision another id, and updates everything that refers to it: its children, the
//! revisions that depend on it, docstrings and the file name.

use super::fixers::Remedy;
use crate::advice::Step;
use crate::alembic::environment::Environment;
use crate::alembic::graph::Revision;
use crate::alembic::migration::{ReadLimits, RevisionId};
use crate::compare::Pair;
use crate::repair::{self, NewContent, Repaired, followers};
use crate::scope::Error;
use crate::tree::RepoPath;

/// Reads the current content of a file.
pub(super) type Read<'r> = &'r dyn Fn(&RepoPath) -> Result<Option<Vec<u8>>, Error>;

/// Gives a revision another id everywhere; returns nothing if a file cannot be edited.
pub(super) fn exchange_id(
    limits: ReadLimits,
    pair: &Pair,
    (rule, revision): (&'static str, &Revision),
    id: &RevisionId,
    read: Read<'_>,
) -> Result<Option<Remedy>, Error> {
    let path = &revision.migration.file.path;
    let Some(source) = read(path)? else { return Ok(None) };
    let Ok(after) = repair::edit_revision_id(&source, &limits, id) else { return Ok(None) };
    let renamed = renamed(&pair.environment, path, (&revision.id, id));
    let mut contents: Vec<NewContent> = vec![(renamed.clone(), Some(after))];
    if renamed != *path {
        contents.push((path.clone(), None));
    }
    for follower in followers(&pair.after.graph, &revision.id) {
        let path = &follower.migration.file.path;
        let Some(source) = read(path)? else { return Ok(None) };
        let Ok(after) = repair::follow_id(&source, &limits, follower, (&revision.id, id)) else {
            return Ok(None);
        };
        contents.push((path.clone(), Some(after)));
    }
    let repaired =
        Repaired { rule, path: renamed, done: format!("`{}` is now `{id}`", revision.id) };
    let then = Some(stamped(pair, &revision.id, id));
    Ok(Some(Remedy { contents, repaired, then }))
}

/// Returns the path with the new id instead of the old one, if `file_template` puts the id in the name.
fn renamed(
    environment: &Environment,
    path: &RepoPath,
    (old, new): (&RevisionId, &RevisionId),
) -> RepoPath {
    let place = || {
        let stem = str::from_utf8(path.file_name()).ok()?.strip_suffix(".py")?;
        let carried = environment.naming.revision_ids(stem);
        let part = carried.into_iter().find(|part| *part == old.as_str())?;
        // It is a part of the stem itself.
        let start = part.as_ptr().addr() - stem.as_ptr().addr();
        Some(format!("{}{new}{}.py", &stem[..start], &stem[start + part.len()..]))
    };
    match (path.parent(), place()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.clone(),
    }
}

/// Returns how to update a database at the old id; databases at later revisions need no update.
fn stamped(pair: &Pair, old: &RevisionId, new: &RevisionId) -> Step {
    let is_there = format!("a database is at `{old}`");
    // No command of Alembic goes on without the unknown stamp, and this one forgets where other lines stand.
    match pair.before.graph.heads().len() {
        ..=1 => {
            let stamp = pair.environment.command("stamp", &["--purge", new.as_str()]);
            Step::run("stamp it with the new id", stamp).when(is_there)
        }
        _ => Step::note(format!(
            "replace that id with `{new}` in its `alembic_version` table (env.py may name another table)"
        ))
        .when(is_there),
    }
}
