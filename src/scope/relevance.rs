//! Decides which paths can change a verdict: migrations, and files that determine where they are.

use std::collections::HashSet;

use crate::alembic::environment::{Environment, is_migration_name};
use crate::compare::{ATTRIBUTES, COMPILED, Reader, compiled_source};
use crate::config;
use crate::scope::Error;
use crate::tree::{RepoPath, Tree};

/// The paths that can change a verdict.
pub(crate) struct Relevance {
    /// The environments that may have migrations in folders below their version folders.
    recursive: Vec<Environment>,
    /// The version folders of the other environments.
    folders: HashSet<RepoPath>,
    /// Whether some Alembic configuration is invalid.
    has_problems: bool,
}

impl Relevance {
    /// Collects the version folders of several states.
    pub(crate) fn of(reader: &mut Reader, trees: &[&dyn Tree]) -> Result<Relevance, Error> {
        let (recursive, folders) = Default::default();
        let mut relevance = Relevance { recursive, folders, has_problems: false };
        let mut known: HashSet<RepoPath> = HashSet::new();
        for tree in trees {
            let found = reader.discover(*tree)?;
            for environment in found.environments.iter().chain(&found.left_out) {
                let locations = environment.version_locations.iter().cloned();
                if !environment.recursive {
                    relevance.folders.extend(locations);
                } else if locations.filter(|folder| known.insert(folder.clone())).count() > 0 {
                    relevance.recursive.push(environment.clone());
                }
            }
            relevance.has_problems |= !found.problems.is_empty();
        }
        Ok(relevance)
    }

    /// Returns whether the path is a migration, determines where migrations are, or changes how Python
    /// reads them.
    pub(crate) fn covers(&self, path: &RepoPath) -> bool {
        self.covers_history(path) || self.alters_migrations(path)
    }

    /// Returns whether the path is a migration or determines where migrations are.
    pub(crate) fn covers_history(&self, path: &RepoPath) -> bool {
        is_setting(path) || self.is_migration(path)
    }

    /// Returns whether the path can set attributes of migrations, or is a compiled migration.
    fn alters_migrations(&self, path: &RepoPath) -> bool {
        let Some(folder) = path.parent() else { return false };
        if path.file_name() == ATTRIBUTES {
            let recursive = self.recursive.iter().flat_map(|it| &it.version_locations);
            let mut folders = self.folders.iter().chain(recursive);
            return folders.any(|versions| {
                folder.is_root()
                    || folder == *versions
                    || versions.below(&folder).is_some()
                    || folder.below(versions).is_some()
            });
        }
        let source = compiled_source(path.file_name()).filter(|_| folder.file_name() == COMPILED);
        let beside = folder.parent().zip(source).map(|(folder, source)| folder.join(source));
        beside.is_some_and(|source| self.is_migration(&source))
    }

    /// Returns whether the path is in a version folder.
    pub(crate) fn is_migration(&self, path: &RepoPath) -> bool {
        let is_in_folder = is_migration_name(path.file_name())
            && path.parent().is_some_and(|folder| self.folders.contains(&folder));
        is_in_folder || self.recursive.iter().any(|it| it.versions_folder_of(path).is_some())
    }

    /// Returns whether there is no Alembic configuration at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.recursive.is_empty() && !self.has_problems
    }
}

/// Returns whether a path could be relevant for any environment; most changes touch no such path.
pub(super) fn may_matter(path: &RepoPath) -> bool {
    let name = path.file_name();
    is_setting(path)
        || name.ends_with(b".py")
        || name.ends_with(b".py\n")
        || name.ends_with(b".pyc")
        || name == ATTRIBUTES
}

/// Returns whether a file can contain the location of an environment.
pub(crate) fn is_setting(path: &RepoPath) -> bool {
    let name = path.file_name();
    name.ends_with(b".ini")
        || [
            config::FILE_NAME.as_bytes(),
            b"pyproject.toml",
            b"setup.cfg",
            b"env.py",
            b"script.py.mako",
        ]
        .contains(&name)
}
