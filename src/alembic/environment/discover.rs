//! Turns claims into environments: each is looked up in the tree, and duplicates are dropped.

use std::collections::{BTreeSet, HashSet};

use super::candidates::{Claim, MAIN_SECTION, Origin, bare, claims};
use super::configured::configured;
use super::display_name::{make_unique, name, runner, uses_flask};
use super::location::{script_folder, version_folder};
use super::lookup::{Found, Lookup};
use super::search::walk;
use super::settings::{SCRIPT_LOCATION, Settings};
use super::{BadSetting, Discovery, Effect, Environment, Invocation};
use crate::cache::Cache;
use crate::config::Config;
use crate::tree::Site;
use crate::tree::{Error, File, Node, RepoPath, Tree};

/// The maximum number of environments; a large ini file could claim many more.
pub(super) const MAX_ENVIRONMENTS: usize = 1000;

/// Finds the environments of a tree: the configured ones, or else all of them.
pub fn discover(tree: &dyn Tree, config: &Config) -> Result<Discovery, Error> {
    discover_remembering(tree, config, &Cache::off())
}

/// Finds the environments of a tree, searching only folders without cached results.
pub fn discover_remembering(
    tree: &dyn Tree,
    config: &Config,
    cache: &Cache,
) -> Result<Discovery, Error> {
    let lookup = Lookup::new(tree);
    let found = search(&lookup, config, cache)?;
    if config.environments.is_empty() { Ok(found) } else { configured(&lookup, config, found) }
}

/// An environment and its claim.
pub(super) struct Settled {
    pub(super) environment: Environment,
    origin: Origin,
    /// The current directory that its `script_location` requires; `None` if any will do.
    pub(super) run_from: Option<RepoPath>,
    /// Whether at least one of its version folders exists.
    populated: bool,
}

fn search(lookup: &Lookup<'_>, config: &Config, cache: &Cache) -> Result<Discovery, Error> {
    let mut problems = Vec::new();
    let interests = walk(lookup.tree, config, cache, &mut problems)?;
    let mut settled: Vec<Settled> = Vec::new();
    let mut invocations = Vec::new();
    'all: for interest in &interests {
        for claim in claims(lookup, interest, &mut problems)? {
            if settled.len() == MAX_ENVIRONMENTS {
                problems.push(too_many(Site::Path(claim.folder)));
                break 'all;
            }
            let (found, invocation) = settle(lookup, &claim, &mut problems)?;
            settled.extend(found);
            invocations.push(invocation);
        }
    }
    for interest in interests.iter().filter(|interest| interest.bare) {
        let claim = bare(&interest.folder);
        if settled.len() == MAX_ENVIRONMENTS {
            problems.push(too_many(Site::Path(claim.folder)));
            break;
        }
        let (found, invocation) = settle(lookup, &claim, &mut problems)?;
        if let Some(found) = found.filter(|found| !is_claimed(&settled, &found.environment)) {
            settled.push(found);
            invocations.push(invocation);
        }
    }
    let environments = || settled.iter().map(|found| &found.environment);
    let run: HashSet<&RepoPath> = environments().map(|it| &it.script_location).collect();
    let loaded: HashSet<&RepoPath> = environments().flat_map(|it| &it.version_locations).collect();
    let is_run =
        |folder: &RepoPath| run.contains(folder) || loaded.contains(&folder.join("versions"));
    let unclaimed = interests.iter().filter(|it| it.env && it.versions && !it.bare);
    let unclaimed = unclaimed.map(|interest| interest.folder.clone());
    let unclaimed: Vec<RepoPath> = unclaimed.filter(|folder| !is_run(folder)).collect();
    settled.retain(|found| !config.excludes(&found.environment.script_location));
    let mut environments = distinct(settled);
    make_unique(&mut environments);
    environments.sort_by(|one, other| {
        let key = |environment: &Environment| {
            (environment.script_location.clone(), environment.name.clone())
        };
        key(one).cmp(&key(other))
    });
    let mut known = HashSet::new();
    problems.retain(|problem| known.insert(problem.clone()));
    let left_out = Vec::new();
    Ok(Discovery { environments, problems, invocations, unclaimed, left_out })
}

/// Reports that the environments after a location are not checked.
pub(super) fn too_many(site: Site) -> BadSetting {
    BadSetting {
        site,
        section: None,
        key: None,
        message: format!(
            "there are more than {MAX_ENVIRONMENTS} environments; the others are not checked"
        ),
        effect: Effect::None,
    }
}

fn is_claimed(settled: &[Settled], bare: &Environment) -> bool {
    settled.iter().any(|other| {
        let other = &other.environment;
        let shared = |folder| other.version_locations.contains(folder);
        other.script_location == bare.script_location || bare.version_locations.iter().any(shared)
    })
}

/// Drops environments with the version folders of an earlier one, and phantoms: `[alembic]` next to `[one]`
/// and `[two]` that share a `script_location` in `[DEFAULT]`.
fn distinct(settled: Vec<Settled>) -> Vec<Environment> {
    let with_sections: BTreeSet<File> = settled
        .iter()
        .filter_map(|found| match &found.origin {
            Origin::Section { ini, .. } => Some(ini.clone()),
            Origin::Heir { .. }
            | Origin::OwnFolder { .. }
            | Origin::Pyproject { .. }
            | Origin::Unreadable { .. }
            | Origin::Bare => None,
        })
        .collect();
    let mut keys: BTreeSet<Vec<RepoPath>> = BTreeSet::new();
    let mut environments = Vec::new();
    for found in settled {
        let sister = match &found.origin {
            Origin::Heir { ini } | Origin::OwnFolder { ini } => with_sections.contains(ini),
            Origin::Section { .. }
            | Origin::Pyproject { .. }
            | Origin::Unreadable { .. }
            | Origin::Bare => false,
        };
        let key = found.environment.key().into_iter().cloned().collect();
        if (found.populated || !sister) && keys.insert(key) {
            environments.push(found.environment);
        }
    }
    environments
}

/// Looks up the folders of a claim, and adds their problems to `problems`.
fn settle(
    lookup: &Lookup<'_>,
    claim: &Claim,
    problems: &mut Vec<BadSetting>,
) -> Result<(Option<Settled>, Invocation), Error> {
    let mut own = claim.problems.clone();
    let settled = match &claim.settings {
        Ok(settings) => settled(lookup, claim, settings, &mut own)?,
        Err(problem) => {
            own.push((**problem).clone());
            None
        }
    };
    let invocation = Invocation::new(lookup, claim, settled.as_ref(), &own)?;
    problems.extend(own);
    Ok((settled, invocation))
}

/// Returns the environment of a claim; nothing, and a problem, if its `script_location` does not exist.
fn settled(
    lookup: &Lookup<'_>,
    claim: &Claim,
    settings: &Settings,
    problems: &mut Vec<BadSetting>,
) -> Result<Option<Settled>, Error> {
    let Some((script_location, run_from)) = script_location(lookup, claim, settings, problems)?
    else {
        return Ok(None);
    };
    let mut folders = Vec::new();
    let mut known = HashSet::new();
    let mut populated = false;
    for stated in &settings.version_locations {
        let (folder, problem) = version_folder(lookup, stated, &claim.folder, run_from.as_ref())?;
        populated |= problem.is_none();
        let usual = script_location.join("versions");
        let is_to_come = folder.as_ref() == Some(&usual) && broken_link(lookup, &usual)?.is_none();
        problems.extend(problem.filter(|_| !is_to_come).map(|problem| *problem));
        folders.extend(folder.filter(|folder| known.insert(folder.clone())));
    }
    if settings.version_locations.is_empty() {
        let usual = script_location.join("versions");
        problems.extend(broken_link(lookup, &usual)?);
        let (folder, exists) = real_folder(lookup, &usual)?;
        populated = exists;
        folders.push(folder);
    }
    if folders.is_empty() {
        return Ok(None);
    }
    let in_folder = run_from.clone().unwrap_or_default();
    let environment = Environment {
        name: name(&script_location, &claim.origin),
        runner: runner(lookup, &claim.origin, &script_location, &in_folder)?,
        run_from: in_folder,
        script_location,
        version_locations: folders,
        recursive: settings.recursive,
        sourceless: settings.sourceless,
        naming: settings.naming.clone(),
        heads: 1,
        branches: Vec::new(),
    };
    Ok(Some(Settled { environment, origin: claim.origin.clone(), run_from, populated }))
}

/// Finds the `script_location` and, if it depends on one, the current directory.
fn script_location(
    lookup: &Lookup<'_>,
    claim: &Claim,
    settings: &Settings,
    problems: &mut Vec<BadSetting>,
) -> Result<Option<(RepoPath, Option<RepoPath>)>, Error> {
    // Flask-Migrate puts its own folder over what the file says (its `Migrate.get_config`).
    let is_flask = match &claim.origin {
        Origin::OwnFolder { .. } => true,
        Origin::Section { ini, name } if name == MAIN_SECTION => is_own(lookup, ini)?,
        Origin::Heir { ini } => is_own(lookup, ini)?,
        Origin::Section { .. }
        | Origin::Pyproject { .. }
        | Origin::Unreadable { .. }
        | Origin::Bare => false,
    };
    let stated = if is_flask { Ok(None) } else { settings.script_location.clone() };
    let found = match stated {
        Ok(Some(stated)) => script_folder(lookup, &stated, &claim.folder)?.map(Some),
        Ok(None) => Ok(None),
        Err(problem) => Err(problem),
    };
    match found {
        Ok(Some(candidate)) => return Ok(Some((candidate.folder, candidate.run_from))),
        Ok(None) => {}
        Err(problem) => {
            problems.push(*problem);
            return Ok(None);
        }
    }
    let is_own = match &claim.origin {
        Origin::OwnFolder { .. } | Origin::Bare => true,
        // Flask-Migrate gives its own folder, and knows nothing of `pyproject.toml`.
        Origin::Pyproject { .. } | Origin::Unreadable { .. } => false,
        Origin::Section { .. } | Origin::Heir { .. } => {
            lookup.is_file(&claim.folder.join("env.py"))?
        }
    };
    if is_own {
        return Ok(Some((claim.folder.clone(), None)));
    }
    problems.extend(without_script_location(claim, settings));
    Ok(None)
}

/// Returns whether Flask-Migrate runs the folder of an ini file, regardless of its content.
fn is_own(lookup: &Lookup<'_>, ini: &File) -> Result<bool, Error> {
    let folder = ini.path.parent().unwrap_or_default();
    Ok(ini.path.file_name() == b"alembic.ini"
        && lookup.is_file(&folder.join("env.py"))?
        && uses_flask(lookup, &folder)?)
}

fn without_script_location(claim: &Claim, settings: &Settings) -> Option<BadSetting> {
    let nowhere = match claim.origin {
        Origin::Pyproject { .. } | Origin::Unreadable { .. } => "",
        Origin::Section { .. } | Origin::Heir { .. } | Origin::OwnFolder { .. } | Origin::Bare => {
            ", and there is no `env.py` here"
        }
    };
    if let Some(stated) = settings.version_locations.first() {
        let message = format!("`version_locations` is set without `script_location`{nowhere}");
        return Some(*stated.place.problem(message));
    }
    let Origin::Section { ini, name } = &claim.origin else { return None };
    Some(BadSetting {
        site: Site::File(ini.clone()),
        section: Some(name.clone()),
        key: Some(SCRIPT_LOCATION),
        message: format!("`script_location` is missing{nowhere}"),
        effect: Effect::Stops,
    })
}

/// Follows symlinks to a folder; returns the path itself if there is nothing.
pub(super) fn real_folder(lookup: &Lookup<'_>, path: &RepoPath) -> Result<(RepoPath, bool), Error> {
    Ok(match lookup.find(path)? {
        Found::Folder(folder) => (folder, true),
        Found::File(_) | Found::Nothing(_) | Found::Outside(_) => (path.clone(), false),
    })
}

/// Reports a symlink that does not lead to a folder, or leads to itself.
fn broken_link(lookup: &Lookup<'_>, path: &RepoPath) -> Result<Option<BadSetting>, Error> {
    let folder = path.parent().unwrap_or_default();
    let is_link = matches!(lookup.node(&folder, path.file_name())?, Some(Node::Link(_)));
    Ok((is_link && !lookup.is_folder(path)?).then(|| BadSetting {
        site: Site::Path(path.clone()),
        section: None,
        key: None,
        message: "this symlink does not point to a folder in the repository".to_owned(),
        effect: Effect::None,
    }))
}
