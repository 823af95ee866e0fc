//! Which changes of a history are worth a look.

use std::collections::BTreeSet;

use crate::alembic::environment::{Discovery, Environment};
use crate::scope::is_setting;
use crate::tree::RepoPath;

/// The folder in which Alembic looks for migrations where nobody says anything else.
const USUAL: &[u8] = b"versions";

/// The places at which environments are, and the names of folders that could make them be elsewhere.
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

    /// Tells whether a path is a migration.
    pub(super) fn is_migration(&self, path: &RepoPath) -> bool {
        self.environments.iter().any(|environment| environment.versions_folder_of(path).is_some())
    }

    /// Tells whether a change of this path can change where environments are: it says so itself, or
    /// with it a folder comes or goes by the name of one that is meant.
    pub(super) fn is_signpost(&self, path: &RepoPath) -> bool {
        let mut names = path.as_bytes().split(|byte| *byte == b'/');
        is_setting(path) || names.any(|name| self.names.contains(name))
    }
}
