//! Decides which changes of a history are relevant.

use std::collections::BTreeSet;

use crate::alembic::environment::{Discovery, Environment};
use crate::scope::is_setting;
use crate::tree::RepoPath;

/// Alembic's default folder for migrations.
const USUAL: &[u8] = b"versions";

/// The locations of environments, and the names of folders that could move them.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) environments: Vec<Environment>,
    names: BTreeSet<Vec<u8>>,
}

impl Watch {
    pub(super) fn of(discovery: &Discovery) -> Watch {
        let environments = discovery.environments.clone();
        let folders = environments.iter().flat_map(|environment| {
            environment.version_locations.iter().chain([&environment.script_location])
        });
        let names = folders.map(|folder| folder.file_name().to_vec());
        let names = names.chain([USUAL.to_vec()]).filter(|name| !name.is_empty()).collect();
        Watch { environments, names }
    }

    /// Returns whether a path is a migration.
    pub(super) fn is_migration(&self, path: &RepoPath) -> bool {
        self.environments.iter().any(|environment| environment.versions_folder_of(path).is_some())
    }

    /// Returns whether a change of this path can change the location of environments: directly, or because
    /// it adds or removes a folder with a configured name.
    pub(super) fn is_signpost(&self, path: &RepoPath) -> bool {
        let mut names = path.as_bytes().split(|byte| *byte == b'/');
        is_setting(path) || names.any(|name| self.names.contains(name))
    }
}
