//! Reading migrations, each content once however many trees hold it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::environment::{Environment, Listed, migration_files};
use crate::graph::Graph;
use crate::migration::{self, Fault, Limits, Migration, Module};
use crate::tree::{Error, File, ObjectId, RepoPath, Tree};

/// Reads migrations and remembers what each content said.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    modules: HashMap<ObjectId, Arc<Module>>,
}

/// One environment in one tree.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Its files, in Alembic's order.
    pub files: Vec<File>,
    /// Links in a version folder that lead nowhere in the repository.
    pub broken_links: Vec<RepoPath>,
    /// Its revisions.
    pub graph: Graph,
}

impl Reader {
    /// Makes a reader that takes files of at most so many bytes.
    pub fn new(max_file_size: u64) -> Reader {
        Reader { limits: Limits { max_file_size }, modules: HashMap::new() }
    }

    /// Reads an environment, with files that lie elsewhere and belong to it.
    pub fn state(
        &mut self,
        tree: &dyn Tree,
        environment: &Environment,
        elsewhere: &[File],
    ) -> Result<State, Error> {
        let mut state = State::default();
        for listed in migration_files(tree, environment)? {
            match listed {
                Listed::File(file) => state.files.push(file),
                Listed::BrokenLink(path) => state.broken_links.push(path),
            }
        }
        state.files.extend_from_slice(elsewhere);
        let mut migrations = Vec::with_capacity(state.files.len());
        for file in &state.files {
            migrations.push(self.migration(tree, file)?);
        }
        state.graph = Graph::new(migrations);
        Ok(state)
    }

    /// Reads one migration.
    pub fn migration(&mut self, tree: &dyn Tree, file: &File) -> Result<Migration, Error> {
        let module = match self.modules.get(&file.id) {
            Some(module) => Arc::clone(module),
            None => {
                let module = Arc::new(migration::read(&tree.read(file)?, &self.limits));
                self.modules.insert(file.id, Arc::clone(&module));
                module
            }
        };
        Ok(Migration { file: file.clone(), module })
    }

    /// Tells why Python could not load a file as a whole, if it could not.
    pub(super) fn body_fault(&self, tree: &dyn Tree, file: &File) -> Result<Option<Fault>, Error> {
        Ok(migration::check_body(&tree.read(file)?, &self.limits))
    }

    /// Tells whether a file that was read allows a rule to be broken in it.
    pub(super) fn allows(&self, file: &File, rule: &str) -> bool {
        let module = self.modules.get(&file.id);
        module.is_some_and(|module| module.allows.iter().any(|allowed| allowed == rule))
    }
}
