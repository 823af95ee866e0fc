//! The ways to run Alembic: the section of a file, its locations, and why Alembic would stop.

use super::candidates::{Claim, MAIN_SECTION, Origin};
use super::discover::Settled;
use super::lookup::{Found, Lookup};
use super::settings::Place;
use super::{BadSetting, Effect, Environment, Runner, pyproject};
use crate::tree::Site;
use crate::tree::{Error, File, Node, RepoPath, Tree};

/// The maximum size of a file that is read.
const MAX_SIZE: usize = 1024 * 1024;

/// A way to run Alembic: a section of a file, or a folder that a program uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The configuration file; `None` for a folder that only a program uses.
    pub file: Option<File>,
    /// Its section; `None` if the file cannot be parsed.
    pub section: Option<String>,
    /// The resolved `script_location` and version folders.
    target: Option<(RepoPath, Vec<RepoPath>)>,
    /// The position of the locations in the file.
    places: Vec<Place>,
    /// The `pyproject.toml` that Alembic reads along with an ini file.
    toml: Option<Toml>,
    /// The reason why `alembic upgrade` stops, or may stop.
    pub failure: Option<BadSetting>,
}

impl Invocation {
    /// Returns the invocation of a claim; `problems` are those found with it.
    pub(super) fn new(
        lookup: &Lookup<'_>,
        claim: &Claim,
        settled: Option<&Settled>,
        problems: &[BadSetting],
    ) -> Result<Invocation, Error> {
        let toml = Toml::beside(lookup, claim, settled)?;
        let mut failing: Vec<BadSetting> =
            problems.iter().filter_map(|problem| failure(claim, toml.as_ref(), problem)).collect();
        if let Some(settled) = settled {
            failing.extend(without_env(lookup, &settled.environment)?);
        }
        failing.sort_by_key(|problem| problem.effect != Effect::Stops);
        let settings = claim.settings.as_ref().ok();
        let stated = settings.into_iter().flat_map(|settings| {
            let script_location = settings.script_location.iter().flatten();
            script_location.chain(&settings.version_locations)
        });
        Ok(Invocation {
            file: claim.origin.file().cloned(),
            section: claim.origin.section().map(str::to_owned),
            target: settled.map(|Settled { environment, .. }| {
                (environment.script_location.clone(), environment.version_locations.clone())
            }),
            places: stated.map(|stated| stated.place.clone()).collect(),
            toml,
            failure: failing.into_iter().next(),
        })
    }

    /// Returns whether both are run by the same command.
    pub fn is_same(&self, other: &Invocation) -> bool {
        let path = |invocation: &Invocation| invocation.file.as_ref().map(read_first);
        let is_same_section = match (&self.section, &other.section) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        self.file.is_some() && path(self) == path(other) && is_same_section
    }

    /// Returns whether it runs the migrations of an environment.
    pub fn leads_to(&self, environment: &Environment) -> bool {
        self.target.as_ref().is_some_and(|(script_location, folders)| {
            *script_location == environment.script_location
                && folders.iter().any(|folder| environment.version_locations.contains(folder))
        })
    }

    /// Returns the position of a setting in the file, or the file itself.
    pub fn site_of(&self, key: &str) -> Option<Site> {
        let place = self.places.iter().find(|place| place.key == key);
        let stated = place.map(|place| place.site.clone());
        stated.or_else(|| self.file.clone().map(Site::File))
    }

    /// Returns why Python cannot read the `pyproject.toml` next to the ini file, unless an earlier
    /// invocation has the same one.
    pub fn broken_toml(
        &self,
        tree: &dyn Tree,
        earlier: &Invocation,
    ) -> Result<Option<BadSetting>, Error> {
        let Some(toml) = self.toml.as_ref().filter(|toml| Some(*toml) != earlier.toml.as_ref())
        else {
            return Ok(None);
        };
        let source = tree.read(&toml.file)?;
        let problem = if source.len() > MAX_SIZE {
            None
        } else {
            pyproject::syntax_error(&toml.file, &source)
        };
        Ok(problem.map(|problem| BadSetting { effect: toml.effect, ..*problem }))
    }
}

/// A `pyproject.toml` that Alembic reads along with an ini file, and the effect if it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Toml {
    file: File,
    effect: Effect,
}

impl Toml {
    /// Finds the file in Alembic's current directory (`CommandLine._inis_from_config` of
    /// `alembic/config.py`). Where any directory will do, only that of an ini file at the top is known.
    fn beside(
        lookup: &Lookup<'_>,
        claim: &Claim,
        settled: Option<&Settled>,
    ) -> Result<Option<Toml>, Error> {
        let is_flask =
            |settled: &Settled| matches!(settled.environment.runner, Runner::FlaskMigrate(_));
        if claim.origin.ini().is_none() || settled.is_some_and(is_flask) {
            return Ok(None);
        }
        let run_from = settled.and_then(|settled| settled.run_from.as_ref());
        let folder = run_from.unwrap_or(&claim.folder);
        let is_known = run_from.is_some() || folder.is_root();
        Ok(match lookup.node(folder, b"pyproject.toml")? {
            Some(Node::File(id)) => Some(Toml {
                file: File { path: folder.join("pyproject.toml"), id },
                effect: if is_known { Effect::Stops } else { Effect::Unknown },
            }),
            Some(Node::Folder(_) | Node::Link(_) | Node::Submodule) | None => None,
        })
    }
}

/// Returns a problem with its effect on the invocation of a claim; nothing if Alembic continues.
fn failure(claim: &Claim, toml: Option<&Toml>, problem: &BadSetting) -> Option<BadSetting> {
    let own = claim.origin.file().map(|file| &file.path);
    let path = problem.site.path();
    let effect = match toml {
        _ if own == Some(path) || path.file_name() != b"pyproject.toml" => problem.effect,
        Some(toml) if toml.file.path == *path => toml.effect,
        Some(_) | None => Effect::None,
    };
    (effect != Effect::None).then(|| BadSetting { effect, ..problem.clone() })
}

impl Origin {
    /// Returns the configuration file.
    pub(super) fn file(&self) -> Option<&File> {
        match self {
            Origin::Pyproject { file } | Origin::Unreadable { file } => Some(file),
            Origin::Section { ini, .. } | Origin::Heir { ini } | Origin::OwnFolder { ini } => {
                Some(ini)
            }
            Origin::Bare => None,
        }
    }

    /// Returns the ini file, if it is one.
    fn ini(&self) -> Option<&File> {
        self.file().filter(|file| file.path.file_name().ends_with(b".ini"))
    }

    /// Returns the section that is passed to Alembic, or its default.
    fn section(&self) -> Option<&str> {
        match self {
            Origin::Section { name, .. } => Some(name),
            Origin::Heir { .. } | Origin::OwnFolder { .. } | Origin::Pyproject { .. } => {
                Some(MAIN_SECTION)
            }
            Origin::Unreadable { .. } | Origin::Bare => None,
        }
    }
}

/// Returns the file that Alembic reads first where it reads this one: a `pyproject.toml` is read by the command that
/// reads the `alembic.ini` beside it, which need not be there (`CommandLine._inis_from_config` of
/// `alembic/config.py`).
fn read_first(file: &File) -> RepoPath {
    match (file.path.file_name(), file.path.parent()) {
        (b"pyproject.toml", Some(folder)) => folder.join("alembic.ini"),
        _ => file.path.clone(),
    }
}

/// Reports a missing `env.py`, which only commands that touch a database load (`run_env` of
/// `alembic/script/base.py`). Compiled code takes its place.
fn without_env(
    lookup: &Lookup<'_>,
    environment: &Environment,
) -> Result<Option<BadSetting>, Error> {
    let folder = &environment.script_location;
    let env = folder.join("env.py");
    if lookup.find(&env)? != Found::Nothing(env.clone()) {
        return Ok(None);
    }
    let is_compiled = |name: &[u8]| name.starts_with(b"env.") && name.ends_with(b".pyc");
    for beside in [folder, &folder.join("__pycache__")] {
        if lookup.list(beside)?.iter().any(|entry| is_compiled(&entry.name)) {
            return Ok(None);
        }
    }
    Ok(Some(BadSetting {
        site: Site::Path(env),
        section: None,
        key: None,
        message: "there is no `env.py`, so no command can reach the database".to_owned(),
        effect: Effect::Stops,
    }))
}
