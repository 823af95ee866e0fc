//! Which paths can change a verdict: migrations, and what says where they are.

use crate::check::Reader;
use crate::config;
use crate::environment::Environment;
use crate::judge::Error;
use crate::tree::{RepoPath, Tree};

/// The paths that can change a verdict.
pub(super) struct Relevance {
    environments: Vec<Environment>,
    /// Whether some configuration of Alembic could not be made sense of.
    has_problems: bool,
}

impl Relevance {
    /// Gathers the version folders of several states.
    pub(super) fn of(reader: &mut Reader, trees: &[&dyn Tree]) -> Result<Relevance, Error> {
        let mut relevance = Relevance { environments: Vec::new(), has_problems: false };
        for tree in trees {
            let found = reader.discover(*tree)?;
            relevance.environments.extend(found.environments.iter().cloned());
            relevance.has_problems |= !found.problems.is_empty();
        }
        Ok(relevance)
    }

    /// Tells whether the path is a migration or says where migrations are.
    pub(super) fn covers(&self, path: &RepoPath) -> bool {
        is_setting(path) || self.is_migration(path)
    }

    /// Tells whether the path lies in a version folder.
    pub(super) fn is_migration(&self, path: &RepoPath) -> bool {
        let environments = self.environments.iter();
        environments.into_iter().any(|environment| environment.versions_folder_of(path).is_some())
    }

    /// Tells whether there is no Alembic at all, nor anything that could be meant for it.
    pub(super) fn is_empty(&self) -> bool {
        self.environments.is_empty() && !self.has_problems
    }
}

/// Tells whether a path could matter, whatever the environments are; most changes touch none.
pub(super) fn may_matter(path: &RepoPath) -> bool {
    let name = path.file_name();
    is_setting(path) || name.ends_with(b".py") || name.ends_with(b".py\n")
}

/// Tells whether a file may say where Alembic is.
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
