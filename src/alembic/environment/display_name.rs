//! Names of environments, and the commands that run them.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{MAIN_SECTION, Origin};
use super::lookup::{Found, Lookup};
use super::{Environment, Runner};
use crate::tree::{Error, RepoPath};

/// Returns the name of an environment: its `script_location`, and the section unless it is `alembic`.
///
/// It depends on nothing else in the tree, so that it does not change when other environments do;
/// [`make_unique`] handles the rare duplicates.
pub(super) fn name(script_location: &RepoPath, origin: &Origin) -> String {
    let folder = if script_location.is_root() { ".".to_owned() } else { lossy(script_location) };
    match section(origin) {
        Some(section) => format!("{folder}:{section}"),
        None => folder,
    }
}

/// Adds the first version folder to duplicate names.
pub(super) fn make_unique(environments: &mut [Environment]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // How many have this name but for a number.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for environment in environments {
        let versions = environment.version_locations.first();
        if taken.contains(&environment.name)
            && let Some(versions) = versions
        {
            environment.name = format!("{}@{}", environment.name, lossy(versions));
        }
        let plain = environment.name.clone();
        let count = counts.entry(plain.clone()).or_insert(1);
        while taken.contains(&environment.name) {
            *count += 1;
            environment.name = format!("{plain}#{count}");
        }
        taken.insert(environment.name.clone());
    }
}

/// Returns the command that runs an environment; `run_from` is the required current directory.
pub(super) fn runner(
    lookup: &Lookup<'_>,
    origin: &Origin,
    script_location: &RepoPath,
    run_from: &RepoPath,
) -> Result<Runner, Error> {
    let own_folder = match origin {
        Origin::OwnFolder { .. } | Origin::Bare => true,
        Origin::Section { ini, .. } | Origin::Heir { ini } => {
            ini.path == script_location.join("alembic.ini")
        }
        Origin::Pyproject { .. } | Origin::Unreadable { .. } => false,
    };
    if own_folder && uses_flask(lookup, script_location)? {
        // Flask-Migrate looks for `migrations` in the current directory (the default of its `--directory`).
        let folder = script_location.below(run_from).unwrap_or(script_location.as_bytes());
        return Ok(Runner::FlaskMigrate(if folder == b"migrations" {
            Vec::new()
        } else {
            vec!["-d".to_owned(), String::from_utf8_lossy(folder).into_owned()]
        }));
    }
    let mut arguments = Vec::new();
    if let Some(file) = origin.file() {
        let path = file.path.below(run_from).unwrap_or(file.path.as_bytes());
        if path != b"alembic.ini" && path != b"pyproject.toml" {
            arguments.push("-c".to_owned());
            arguments.push(String::from_utf8_lossy(path).into_owned());
        }
    }
    if let Some(section) = section(origin) {
        arguments.push("-n".to_owned());
        arguments.push(section.to_owned());
    }
    Ok(Runner::Alembic(arguments))
}

fn section(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Section { name, .. } => Some(name.as_str()).filter(|name| *name != MAIN_SECTION),
        Origin::Heir { .. }
        | Origin::OwnFolder { .. }
        | Origin::Pyproject { .. }
        | Origin::Unreadable { .. }
        | Origin::Bare => None,
    }
}

/// Flask-Migrate's `env.py` takes the database from Flask's current application (its templates use
/// `current_app`).
pub(super) fn uses_flask(lookup: &Lookup<'_>, script_location: &RepoPath) -> Result<bool, Error> {
    let Found::File(env) = lookup.find(&script_location.join("env.py"))? else {
        return Ok(false);
    };
    let source = lookup.tree.read_setting(&env)?;
    let mentions = |word: &[u8]| source.windows(word.len()).any(|window| window == word);
    Ok(mentions(b"current_app") || mentions(b"flask_migrate"))
}

fn lossy(path: &RepoPath) -> String {
    String::from_utf8_lossy(path.as_bytes()).into_owned()
}
