//! The environments that the guard's configuration names.

use std::fmt::Write as _;

use super::candidates::Origin;
use super::discover::real_folder;
use super::display_name::runner;
use super::lookup::Lookup;
use super::{BadSetting, Discovery, Effect, Environment};
use crate::config::{self, Config, EnvironmentConfig};
use crate::tree::{Error, RepoPath, Site};

/// Returns the environments of the guard's configuration, with the commands of the discovered ones.
pub(super) fn configured(
    lookup: &Lookup<'_>,
    config: &Config,
    found: Discovery,
) -> Result<Discovery, Error> {
    let mut missing = Vec::new();
    let mut environments = Vec::new();
    for named in &config.environments {
        let (environment, exists) = from_config(lookup, named, &found.environments)?;
        if !exists {
            missing.push((named, environment.version_locations.clone()));
        }
        environments.push(environment);
    }
    let mut left_out = found.environments;
    left_out.retain(|one| !environments.iter().any(|named| named.key() == one.key()));
    if missing.is_empty() {
        left_out.clear();
    }
    let problems = missing.iter().map(|(named, folders)| not_there(named, folders, &left_out));
    Ok(Discovery {
        problems: problems.collect(),
        environments,
        left_out,
        invocations: found.invocations,
        ..Discovery::default()
    })
}

fn not_there(
    named: &EnvironmentConfig,
    folders: &[RepoPath],
    left_out: &[Environment],
) -> BadSetting {
    let quoted = |paths: &mut dyn Iterator<Item = &RepoPath>| {
        paths.map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
    };
    let folders = quoted(&mut folders.iter());
    let name = &named.name;
    let mut message = format!("[[environment]] `{name}`: {folders} does not exist");
    if !left_out.is_empty() {
        let unchecked = quoted(&mut left_out.iter().flat_map(|one| &one.version_locations));
        let _ = write!(message, "; not checked: {unchecked}");
    }
    BadSetting {
        message,
        site: Site::Path(config::FILE_NAME.into()),
        section: None,
        key: None,
        effect: Effect::None,
    }
}

/// Also returns whether the environment exists: its folder for migrations, or the place where Alembic will
/// create one.
fn from_config(
    lookup: &Lookup<'_>,
    named: &EnvironmentConfig,
    found: &[Environment],
) -> Result<(Environment, bool), Error> {
    let (script_location, _) = real_folder(lookup, &named.script_location)?;
    let has_scripts = lookup.is_file(&script_location.join("env.py"))?;
    let mut version_locations = Vec::new();
    let mut exists = false;
    for path in &named.version_locations {
        let (folder, is_there) = real_folder(lookup, path)?;
        exists |= is_there || has_scripts && *path == named.script_location.join("versions");
        version_locations.push(folder);
    }
    let alike = |environment: &&Environment| environment.script_location == script_location;
    let same = found
        .iter()
        .filter(alike)
        .find(|environment| environment.version_locations == version_locations)
        .or_else(|| found.iter().find(alike));
    let (runner, run_from) = match same {
        Some(environment) => (environment.runner.clone(), environment.run_from.clone()),
        None => {
            let root = RepoPath::root();
            (runner(lookup, &Origin::Bare, &script_location, &root)?, root)
        }
    };
    let environment = Environment {
        name: named.name.clone(),
        script_location,
        version_locations,
        recursive: named.recursive,
        sourceless: same.is_some_and(|environment| environment.sourceless),
        naming: same.map(|environment| environment.naming.clone()).unwrap_or_default(),
        heads: named.heads,
        branches: named.branches.clone(),
        runner,
        run_from,
    };
    Ok((environment, exists))
}
