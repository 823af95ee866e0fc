//! Finds the Alembic environments of a tree.
//!
//! Nothing is run and nothing outside of the tree is read, so facts that only a process could know (its
//! current directory, its `sys.path`) are derived from the tree: the folder with migrations is the one that
//! was meant. An unclear setting is a [`BadSetting`], and a broken file does not hide other environments.

mod candidates;
mod configured;
mod discover;
mod ini;
mod invocation;
mod listing;
mod location;
mod lookup;
mod display_name;
mod file_naming;
mod pyproject;
mod invalid_settings;
mod runner;
mod settings;
mod template;
mod search;

use std::collections::BTreeSet;
use std::fmt;

pub use discover::{discover, discover_remembering};
pub use file_naming::Naming;
pub use invocation::Invocation;
pub use listing::{
    Excess, Listed, Listing, is_migration_name, migration_files, migration_files_by,
};
pub use lookup::Lookup;
pub use runner::Runner;
pub use template::{BadTemplate, Fields};

use lookup::Found;

use crate::text::escape;
use crate::tree::{Error, RepoPath, Site, Tree};

/// One Alembic environment: a folder with `env.py` and the folders with its migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name in reports; unique in a tree.
    pub name: String,
    /// The folder of `env.py`.
    pub script_location: RepoPath,
    /// The folders of the migrations, in Alembic's order; symlinks are resolved.
    pub version_locations: Vec<RepoPath>,
    /// Whether migrations may be in subfolders (`recursive_version_locations`).
    pub recursive: bool,
    /// Whether compiled migrations without source count (`sourceless`).
    pub sourceless: bool,
    /// How many heads a group of branches may have.
    pub heads: usize,
    /// The branch labels that each form their own group.
    pub branches: Vec<String>,
    /// The naming of new migrations.
    pub naming: Naming,
    /// The program that runs the migrations.
    pub runner: Runner,
    /// The folder to run it in.
    pub run_from: RepoPath,
}

impl Environment {
    /// Returns the identity of an environment across trees: its version folders.
    pub fn key(&self) -> BTreeSet<&RepoPath> {
        self.version_locations.iter().collect()
    }

    /// Reads the template of new migrations, `script.py.mako`, if there is one.
    pub fn script_template(&self, tree: &dyn Tree) -> Result<Option<Vec<u8>>, Error> {
        let lookup = Lookup::new(tree);
        match lookup.find(&self.script_location.join("script.py.mako"))? {
            Found::File(file) => tree.read_setting(&file).map(Some),
            Found::Folder(_) | Found::Nothing(_) | Found::Outside(_) => Ok(None),
        }
    }

    /// Returns the version folder from which Alembic would load a path, if any.
    ///
    /// Only the path is checked, not whether it exists or is a symlink.
    pub fn versions_folder_of(&self, path: &RepoPath) -> Option<&RepoPath> {
        if !is_migration_name(path.file_name()) {
            return None;
        }
        let folder = path.parent()?;
        let below = |location: &RepoPath| {
            let folders = folder.below(location)?;
            let mut names = folders.split(|byte| *byte == b'/');
            names.all(|name| !listing::is_cache_folder(name)).then_some(())
        };
        self.version_locations
            .iter()
            .find(|location| **location == folder || (self.recursive && below(location).is_some()))
    }
}

/// The Alembic environments and configuration of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovery {
    /// The environments, by the path of their `script_location`, then by name.
    pub environments: Vec<Environment>,
    /// The invalid settings; each may stand for an environment that is not checked.
    pub problems: Vec<BadSetting>,
    /// All ways to run Alembic with the files of the tree, several for one environment included.
    pub invocations: Vec<Invocation>,
    /// Folders with `env.py` and `versions` but without a claim or template: only code runs them, if
    /// anything does.
    pub unclaimed: Vec<RepoPath>,
    /// Environments that the tree has and the guard's configuration leaves out, if that names one that the tree
    /// hasn't: a misspelled path would otherwise turn the guard off.
    pub left_out: Vec<Environment>,
}

/// An invalid setting in Alembic's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BadSetting {
    /// The location: the value in its file, or the folder that the guard's configuration names.
    pub site: Site,
    /// The section, such as `alembic`, if it is about a section.
    pub section: Option<String>,
    /// The key, if it is about one.
    pub key: Option<&'static str>,
    /// The message, in one sentence.
    pub message: String,
    /// Its effect on Alembic.
    pub effect: Effect,
}

/// The effect of a problem on `alembic upgrade`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Alembic stops.
    Stops,
    /// Unknown: it depends on a program, another package or another machine.
    Unknown,
    /// Alembic continues; only the guard cannot follow.
    None,
}

impl BadSetting {
    /// Returns whether both are the same, regardless of their effect.
    pub fn is(&self, other: &BadSetting) -> bool {
        (&self.site, &self.section, self.key, &self.message)
            == (&other.site, &other.section, other.key, &other.message)
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`", self.site.path())?;
        if let Some(section) = &self.section {
            write!(out, ", section `{}`", escape(section))?;
        }
        if let Some(key) = self.key {
            write!(out, ", key `{key}`")?;
        }
        write!(out, ": {}", escape(&self.message))
    }
}

#[cfg(test)]
mod tests;
