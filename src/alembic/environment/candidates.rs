//! Turns configuration files into claims: possible environments and their settings.

use std::collections::BTreeMap;

use super::discover::{MAX_ENVIRONMENTS, too_many};
use super::ini::{Ini, Section};
use super::lookup::Lookup;
use super::pyproject::Pyproject;
use super::search::Interest;
use super::settings::{IniSection, SCRIPT_LOCATION, Settings, VERSION_LOCATIONS};
use super::{BadSetting, Effect};
use crate::tree::Site;
use crate::tree::{Content, Error, File, LARGEST_SETTING, RepoPath};

/// The section that Alembic reads by default.
pub(super) const MAIN_SECTION: &str = "alembic";

/// The maximum size of a file that is searched for Alembic settings.
const MAX_GLANCE: u64 = 16 * 1024 * 1024;

/// A configured environment.
#[derive(Debug)]
pub(super) struct Claim {
    /// The folder of the configuration.
    pub(super) folder: RepoPath,
    /// The configuration.
    pub(super) origin: Origin,
    /// Its settings, or the reason why they cannot be read.
    pub(super) settings: Result<Settings, Box<BadSetting>>,
    /// Other problems of it.
    pub(super) problems: Vec<BadSetting>,
}

/// The origin of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A section of an ini file with the location of migrations.
    Section { ini: File, name: String },
    /// The `[alembic]` section of an ini file that only inherits the location.
    Heir { ini: File },
    /// An `alembic.ini` next to its `env.py` without a location, as in Flask-Migrate.
    OwnFolder { ini: File },
    /// `[tool.alembic]`.
    Pyproject { file: File },
    /// A file that cannot be parsed.
    Unreadable { file: File },
    /// A folder with `env.py` and `script.py.mako`.
    Bare,
}

/// Returns the claims of one folder, `[alembic]` of `alembic.ini` first, and adds problems of files that
/// stop none of them to `problems`.
pub(super) fn claims(
    lookup: &Lookup<'_>,
    interest: &Interest,
    problems: &mut Vec<BadSetting>,
) -> Result<Vec<Claim>, Error> {
    let (pyproject, broken) = match &interest.pyproject {
        Some(file) => match read_pyproject(lookup, file)? {
            Ok(pyproject) => (pyproject, None),
            Err(problem) => (None, Some(unreadable(&interest.folder, file, problem))),
        },
        None => (None, None),
    };
    let found = broken.into_iter().collect();
    let mut claims = Claims { interest, pyproject: pyproject.as_ref(), found, problems };
    for file in &interest.inis {
        let source = match glance(lookup, file)? {
            Content::Whole(source) => source,
            Content::TooLarge(_) if !is_alembic_ini(file) => {
                claims.problems.push(too_large(file));
                continue;
            }
            Content::TooLarge(size) => return Err(refused(lookup, file, size)),
        };
        if !claims.concerns(file, &source) {
            continue;
        }
        if source.len() as u64 > LARGEST_SETTING {
            return Err(refused(lookup, file, source.len() as u64));
        }
        claims.ini(file, &source);
    }
    claims.pyproject_alone();
    Ok(claims.found)
}

/// Returns the claim of a folder that has no other claim.
pub(super) fn bare(folder: &RepoPath) -> Claim {
    Claim {
        folder: folder.clone(),
        origin: Origin::Bare,
        settings: Ok(Settings::default()),
        problems: Vec::new(),
    }
}

fn unreadable(folder: &RepoPath, file: &File, problem: Box<BadSetting>) -> Claim {
    Claim {
        folder: folder.clone(),
        origin: Origin::Unreadable { file: file.clone() },
        settings: Err(problem),
        problems: Vec::new(),
    }
}

fn read_pyproject(
    lookup: &Lookup<'_>,
    file: &File,
) -> Result<Result<Option<Pyproject>, Box<BadSetting>>, Error> {
    let source = match glance(lookup, file)? {
        Content::Whole(source) => source,
        Content::TooLarge(size) => return Err(refused(lookup, file, size)),
    };
    if source.len() as u64 <= LARGEST_SETTING {
        return Ok(Pyproject::parse(file, &source));
    }
    if Pyproject::may_speak(&source) {
        return Err(refused(lookup, file, source.len() as u64));
    }
    Ok(Ok(None))
}

/// Reads a file that may contain Alembic settings, or arbitrary data.
fn glance(lookup: &Lookup<'_>, file: &File) -> Result<Content, Error> {
    let read = lookup.tree.read_all(&[file], MAX_GLANCE)?.pop();
    Ok(read.unwrap_or(Content::Whole(Vec::new())))
}

fn refused(lookup: &Lookup<'_>, file: &File, size: u64) -> Error {
    Error::too_large(&file.path, lookup.tree.describe(), size, LARGEST_SETTING)
}

fn too_large(file: &File) -> BadSetting {
    BadSetting {
        site: Site::File(file.clone()),
        section: None,
        key: None,
        message: "the file is larger than 16 MiB and was not searched".to_owned(),
        effect: Effect::Unknown,
    }
}

struct Claims<'a> {
    interest: &'a Interest,
    pyproject: Option<&'a Pyproject>,
    found: Vec<Claim>,
    problems: &'a mut Vec<BadSetting>,
}

impl Claims<'_> {
    /// Returns whether an ini file can be relevant, from a quick look at its bytes.
    fn concerns(&self, file: &File, source: &[u8]) -> bool {
        let beside = self.interest.env || self.pyproject.is_some();
        mentions_locations(source) || (is_alembic_ini(file) && beside)
    }

    fn ini(&mut self, file: &File, source: &[u8]) {
        let text = self.decode(file, source);
        let ini = match Ini::parse(&text) {
            Ok(ini) => ini,
            Err(fault) => {
                let problem = Box::new(BadSetting {
                    site: Site::Span { file: file.clone(), span: fault.span },
                    section: None,
                    key: None,
                    message: format!("Python cannot read the file: {}", fault.message),
                    effect: Effect::Stops,
                });
                self.found.push(unreadable(&self.interest.folder, file, problem));
                return;
            }
        };
        let mut sections: Vec<&Section> = ini.sections.iter().collect();
        sections.sort_by_key(|section| section.name != MAIN_SECTION);
        let mut claimed = false;
        let most = self.found.len() + MAX_ENVIRONMENTS;
        for section in &sections {
            if let Some(origin) = self.origin(file, &ini, section) {
                claimed = true;
                if self.found.len() == most {
                    self.problems.push(too_many(Site::File(file.clone())));
                    break;
                }
                self.claim(origin, Some(IniSection { file, ini: &ini, section }));
            }
        }
        let main = sections.into_iter().find(|section| section.name == MAIN_SECTION);
        let is_own = match main {
            Some(main) => self.origin(file, &ini, main).is_none(),
            None => !claimed,
        };
        if is_own && is_alembic_ini(file) && self.interest.env {
            // Flask-Migrate makes the section where there is none, and it inherits (`set_main_option` in its
            // `Migrate.get_config`).
            let made = Section { name: MAIN_SECTION.to_owned(), options: BTreeMap::new() };
            let section = IniSection { file, ini: &ini, section: main.unwrap_or(&made) };
            self.claim(Origin::OwnFolder { ini: file.clone() }, Some(section));
        }
    }

    /// Decodes as UTF-8; each invalid byte becomes one `?`, so that spans stay valid.
    fn decode(&mut self, file: &File, source: &[u8]) -> String {
        let mut text = String::with_capacity(source.len());
        let mut invalid = None;
        for chunk in source.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                invalid.get_or_insert(text.len()..text.len() + chunk.invalid().len());
                text.extend(chunk.invalid().iter().map(|_| '?'));
            }
        }
        if let Some(span) = invalid {
            self.problems.push(BadSetting {
                site: Site::Span { file: file.clone(), span },
                section: None,
                key: None,
                message: "the file is not UTF-8; Python reads it only in some locales".to_owned(),
                effect: Effect::Unknown,
            });
        }
        text
    }

    fn origin(&self, file: &File, ini: &Ini, section: &Section) -> Option<Origin> {
        let keys = [SCRIPT_LOCATION, VERSION_LOCATIONS];
        if keys.iter().any(|key| section.options.contains_key(*key)) {
            return Some(Origin::Section { ini: file.clone(), name: section.name.clone() });
        }
        let inherits = keys.iter().any(|key| ini.defaults.contains_key(*key))
            || self.pyproject.is_some_and(Pyproject::speaks);
        (section.name == MAIN_SECTION && inherits).then(|| Origin::Heir { ini: file.clone() })
    }

    fn pyproject_alone(&mut self) {
        let Some(pyproject) = self.pyproject.filter(|pyproject| pyproject.speaks()) else {
            return;
        };
        let over = |origin: &Origin| match origin {
            Origin::Section { ini, name } => is_alembic_ini(ini) && name == MAIN_SECTION,
            Origin::Heir { ini } => is_alembic_ini(ini),
            Origin::OwnFolder { .. }
            | Origin::Pyproject { .. }
            | Origin::Unreadable { .. }
            | Origin::Bare => false,
        };
        if self.found.iter().any(|claim| over(&claim.origin)) {
            return;
        }
        // Alembic reads an `alembic.ini` first even where that says nothing (`Config.file_config`).
        let is_first = |claim: &&Claim| matches!(&claim.origin, Origin::Unreadable { file } if is_alembic_ini(file));
        let first = self.found.iter().find(is_first);
        let stop = first.and_then(|claim| claim.settings.as_ref().err().cloned());
        let file = pyproject.file.clone();
        self.claim(Origin::Pyproject { file }, None);
        let claim = self.found.last_mut();
        claim.into_iter().for_each(|claim| claim.problems.extend(stop.clone().map(|stop| *stop)));
    }

    fn claim(&mut self, origin: Origin, section: Option<IniSection<'_>>) {
        let mut problems = Vec::new();
        // Flask-Migrate hands Alembic the ini file alone (its `Migrate.get_config`).
        let is_flask = matches!(origin, Origin::OwnFolder { .. });
        let pyproject = self.pyproject.filter(|_| !is_flask);
        let settings = Settings::read(section, pyproject, &mut problems);
        let folder = self.interest.folder.clone();
        self.found.push(Claim { folder, origin, settings, problems });
    }
}

fn is_alembic_ini(file: &File) -> bool {
    file.path.file_name() == b"alembic.ini"
}

/// Returns whether a line starts with one of the two keys; a comment does not.
fn mentions_locations(source: &[u8]) -> bool {
    let keys = [SCRIPT_LOCATION.as_bytes(), VERSION_LOCATIONS.as_bytes()];
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let mut lines = source.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.any(|line| {
        let line = line.trim_ascii_start();
        keys.iter()
            .any(|key| line.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key)))
    })
}
