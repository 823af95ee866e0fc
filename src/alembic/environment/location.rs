//! Resolves the text of a location to a folder of the tree.
//!
//! Alembic uses its current directory, or Python's import path for `package:folder`
//! (`coerce_resource_to_filename` of `alembic/util/pyfiles.py`). Neither is known here, so each folder that
//! could be the current directory is tried: that of the configuration file, the root, and those between the
//! two.

use super::lookup::{Found, Lookup};
use super::settings::Stated;
use super::{BadSetting, Effect};
use crate::text::excerpt;
use crate::tree::{Error, RepoPath};

/// Stands for the absolute path of the tree's root, which no real path can begin with.
const ROOT: &str = "/\u{0}root";

/// A possible folder of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The required current directory; `None` if any will do.
    pub(super) run_from: Option<RepoPath>,
    /// The folder.
    pub(super) folder: RepoPath,
}

/// Returns the value of `%(here)s` in a file of this folder.
pub(super) fn here(folder: &RepoPath) -> String {
    if folder.is_root() {
        ROOT.to_owned()
    } else {
        format!("{ROOT}/{}", String::from_utf8_lossy(folder.as_bytes()))
    }
}

/// Finds the folder of a `script_location`: the first with migrations, or else the first that exists.
pub(super) fn script_folder(
    lookup: &Lookup<'_>,
    stated: &Stated,
    written_in: &RepoPath,
) -> Result<Result<Candidate, Box<BadSetting>>, Error> {
    let candidates = match candidates(&stated.text, written_in) {
        Ok(candidates) => candidates,
        Err(reason) => return Ok(Err(stated.refused(Effect::Unknown, &reason))),
    };
    let mut exists = None;
    let mut outside = false;
    for candidate in candidates {
        match lookup.find(&candidate.folder)? {
            Found::Folder(folder) => {
                let holds = holds_migrations(lookup, &folder)?;
                let real = Candidate { folder, ..candidate };
                if holds {
                    return Ok(Ok(real));
                }
                exists.get_or_insert(real);
            }
            Found::Outside(_) => outside = true,
            Found::File(_) | Found::Nothing(_) => {}
        }
    }
    Ok(exists.ok_or_else(|| {
        let (effect, reason) = missing(&stated.text, outside);
        stated.refused(effect, reason)
    }))
}

/// Finds the folder of one version location.
///
/// `run_from` is the current directory that the `script_location` requires; it is tried first. A missing
/// folder is returned along with a problem, since git stores no empty folders.
pub(super) fn version_folder(
    lookup: &Lookup<'_>,
    stated: &Stated,
    written_in: &RepoPath,
    run_from: Option<&RepoPath>,
) -> Result<(Option<RepoPath>, Option<Box<BadSetting>>), Error> {
    let mut candidates = match candidates(&stated.text, written_in) {
        Ok(candidates) => candidates,
        Err(reason) => return Ok((None, Some(stated.refused(Effect::None, &reason)))),
    };
    candidates
        .sort_by_key(|candidate| run_from.is_some() && candidate.run_from.as_ref() != run_from);
    let mut first = None;
    let mut outside = false;
    for candidate in candidates {
        match lookup.find(&candidate.folder)? {
            Found::Folder(folder) => return Ok((Some(folder), None)),
            Found::Nothing(folder) => {
                first.get_or_insert(folder);
            }
            Found::Outside(_) => outside = true,
            Found::File(_) => {}
        }
    }
    let expected = first.filter(|_| !has_placeholder(&stated.text));
    // Alembic passes over a version folder that is not there (`_load_revisions` of `script/base.py`).
    let (_, reason) = missing(&stated.text, outside);
    Ok((expected, Some(stated.refused(Effect::None, reason))))
}

fn holds_migrations(lookup: &Lookup<'_>, folder: &RepoPath) -> Result<bool, Error> {
    Ok(lookup.is_file(&folder.join("env.py"))? || lookup.is_folder(&folder.join("versions"))?)
}

impl Stated {
    fn refused(&self, effect: Effect, reason: &str) -> Box<BadSetting> {
        let text = self.text.replace(&format!("{ROOT}/"), "").replace(ROOT, ".");
        let text = excerpt(&text);
        self.place.problem_with(effect, format!("`{}` is `{text}`: {reason}", self.place.key))
    }
}

fn missing(text: &str, outside: bool) -> (Effect, &'static str) {
    if has_placeholder(text) {
        (Effect::Unknown, "it contains a placeholder, so the folder is unknown")
    } else if outside {
        (Effect::Unknown, "it is outside this repository")
    } else if text.contains(':') {
        // A package may be installed from elsewhere.
        (Effect::Unknown, "there is no such folder in this repository")
    } else {
        (Effect::Stops, "there is no such folder in this repository")
    }
}

fn has_placeholder(text: &str) -> bool {
    text.contains(['{', '}', '$', '<', '>'])
}

/// Returns every possible folder of a location, the most likely first; at least one.
fn candidates(text: &str, written_in: &RepoPath) -> Result<Vec<Candidate>, String> {
    let anywhere =
        |folder: Option<RepoPath>| folder.map(|folder| Candidate { run_from: None, folder });
    let found: Vec<Candidate> = if let Some(below_root) = text.strip_prefix(ROOT) {
        anywhere(descend(&RepoPath::root(), below_root)).into_iter().collect()
    } else if is_absolute(text) {
        return Err("an absolute path cannot be found in this repository".to_owned());
    } else if let Some((package, folder)) = text.split_once(':') {
        if package.contains('/') || package.split('.').any(str::is_empty) {
            return Err("there is no package name before the `:`".to_owned());
        }
        if folder.split(['/', ':']).any(|name| name == "..") {
            return Err("it is outside its package".to_owned());
        }
        let below = format!("{}/{}", package.replace('.', "/"), folder.replace(':', "/"));
        let bases = current_directories(written_in);
        let paths = bases.iter().flat_map(|base| [base.clone(), base.join("src")]);
        paths.filter_map(|base| anywhere(descend(&base, &below))).collect()
    } else {
        let bases = current_directories(written_in).into_iter();
        let candidate = |base: RepoPath| {
            let folder = descend(&base, text)?;
            Some(Candidate { run_from: Some(base), folder })
        };
        bases.filter_map(candidate).collect()
    };
    if found.is_empty() { Err("it is outside this repository".to_owned()) } else { Ok(found) }
}

fn current_directories(written_in: &RepoPath) -> Vec<RepoPath> {
    let mut directories = vec![written_in.clone()];
    if !written_in.is_root() {
        directories.push(RepoPath::root());
    }
    let between = std::iter::successors(written_in.parent(), RepoPath::parent);
    directories.extend(between.filter(|folder| !folder.is_root()));
    directories
}

/// Joins paths as a file system would, without following symlinks; nothing above the root.
fn descend(base: &RepoPath, text: &str) -> Option<RepoPath> {
    let mut path = base.clone();
    for name in text.split('/') {
        path = match name {
            "" | "." => path,
            ".." => path.parent()?,
            name => path.join(name),
        };
    }
    Some(path)
}

fn is_absolute(text: &str) -> bool {
    let drive =
        matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    drive || text.starts_with(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(text: &str, written_in: &str) -> Vec<String> {
        let found = candidates(text, &written_in.into()).unwrap_or_default();
        found.iter().map(|candidate| candidate.folder.to_string()).collect()
    }

    #[test]
    fn each_current_directory_is_tried() {
        assert_eq!(folders("m", ""), ["m"]);
        assert_eq!(folders("./m/", "a/b/c"), ["a/b/c/m", "m", "a/b/m", "a/m"]);
        assert_eq!(folders("../m", "a"), ["m"]);
        assert_eq!(folders("../../m", "a"), [""; 0]);
        assert_eq!(folders("", "a"), ["a", ""]);
    }

    #[test]
    fn packages_are_folders() {
        assert_eq!(folders("p.q:m", ""), ["p/q/m", "src/p/q/m"]);
        assert_eq!(folders("p:m:n", "a"), ["a/p/m/n", "a/src/p/m/n", "p/m/n", "src/p/m/n"]);
    }

    #[test]
    fn here_is_known_and_other_absolute_paths_are_not() {
        let in_folder = format!("{}/../m", here(&"a/b".into()));
        assert_eq!(folders(&in_folder, "a/b"), ["a/m"]);
        assert_eq!(folders(&format!("{}/..", here(&RepoPath::root())), ""), [""; 0]);
        for text in
            [":m", "a:../m", "a/b:m", "a..b:m", "/app/alembic", "C:\\app", "c:/app", "\\app"]
        {
            assert_eq!(folders(text, ""), [""; 0], "{text}");
        }
    }
}
