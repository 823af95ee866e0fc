//! Files that look like migrations and that Alembic is not configured to load.

use std::collections::BTreeSet;

use crate::advice::{Advice, Step};
use crate::alembic::environment::{Environment, is_migration_name};
use crate::alembic::migration::Value;
use crate::compare::Reader;
use crate::problem::Note;
use crate::scope::{Error, note};
use crate::text::escape;
use crate::tree::{File, Node, RepoPath, Tree};

/// The depth below which folders are not searched.
const MAX_DEPTH: usize = 8;

/// How many folders are reported.
const MOST_NOTES: usize = 20;

/// How many files are read.
const MAX_FILES: usize = 2000;

/// Reports files that look like migrations but are not loaded, and how to configure them.
pub(super) fn overlooked(reader: &mut Reader, tree: &dyn Tree) -> Result<Vec<Note>, Error> {
    let discovery = reader.discover(tree)?;
    let mut notes = Vec::new();
    let environments = discovery.environments.iter();
    let own: BTreeSet<&RepoPath> = environments.flat_map(|it| &it.version_locations).collect();
    for environment in discovery.environments.iter().filter(|it| !it.recursive) {
        let is_own = |folder: &RepoPath| own.contains(folder);
        for location in &environment.version_locations {
            let mut files = Vec::new();
            below(tree, location, MAX_DEPTH, &is_own, &mut files)?;
            let count = migrations(reader, tree, &files)?;
            if count > 0 {
                notes.push(unread(environment, location, count));
            }
        }
    }
    for (place, folder) in discovery.unclaimed.iter().enumerate() {
        if notes.len() >= MOST_NOTES {
            notes.push(unseen(discovery.unclaimed.len() - place));
            break;
        }
        let mut files = Vec::new();
        list(tree, &folder.join("versions"), &mut files)?;
        let count = migrations(reader, tree, &files)?;
        if count > 0 {
            notes.push(unclaimed(folder, count));
        }
    }
    Ok(notes)
}

/// Collects the files in the folders below a version folder, except folders that are version folders
/// themselves.
fn below(
    tree: &dyn Tree,
    folder: &RepoPath,
    depth: usize,
    is_own: &dyn Fn(&RepoPath) -> bool,
    files: &mut Vec<File>,
) -> Result<(), Error> {
    for entry in tree.list(folder)? {
        let path = folder.join(&entry.name);
        let is_folder = matches!(entry.node, Node::Folder(_));
        if is_folder && depth > 0 && files.len() < MAX_FILES && !is_own(&path) {
            list(tree, &path, files)?;
            below(tree, &path, depth - 1, is_own, files)?;
        }
    }
    Ok(())
}

fn list(tree: &dyn Tree, folder: &RepoPath, files: &mut Vec<File>) -> Result<(), Error> {
    for entry in tree.list(folder)? {
        if let Node::File(id) = entry.node
            && is_migration_name(&entry.name)
            && files.len() < MAX_FILES
        {
            files.push(File { path: folder.join(&entry.name), id });
        }
    }
    Ok(())
}

/// Counts the files that assign both `revision` and `down_revision`.
fn migrations(reader: &mut Reader, tree: &dyn Tree, files: &[File]) -> Result<usize, Error> {
    let mut count = 0;
    for file in files {
        let module = reader.migration(tree, file)?.module;
        let is_stated = |value: &Value| !matches!(value, Value::Missing);
        count += usize::from(is_stated(&module.revision) && is_stated(&module.down_revision));
    }
    Ok(count)
}

fn unseen(folders: usize) -> Note {
    let message = format!("{folders} more folders with `env.py` and `versions` were not checked");
    note(message, Advice::default())
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        MAX_FILES.. => format!("{MAX_FILES} files or more"),
        _ => format!("{count} files"),
    }
}

fn unread(environment: &Environment, location: &RepoPath, count: usize) -> Note {
    let name = escape(&environment.name);
    let verb = if count == 1 { "defines" } else { "define" };
    let message = format!(
        "environment `{name}` does not include {} below `{location}` that {verb} a `revision`: \
         Alembic does not search its subfolders",
        counted(count)
    );
    note(
        message,
        Advice::way(["set `recursive_version_locations = true` in its configuration"]).or([
            Step::note(
                "list them in .alembic-guard.toml: `[[environment]]` with `version_locations`",
            )
            .when("code adds these folders"),
        ]),
    )
}

fn unclaimed(folder: &RepoPath, count: usize) -> Note {
    let location = if folder.is_root() { ".".to_owned() } else { folder.to_string() };
    let verb = if count == 1 { "looks like a migration" } else { "look like migrations" };
    let message = format!(
        "`{location}` has an `env.py`, and {} in `versions` {verb}, but no configuration file \
         refers to it",
        counted(count)
    );
    let help = format!(
        "add it to .alembic-guard.toml: `[[environment]]` with `script_location = \"{location}\"`"
    );
    note(message, Advice::way([help]))
}
