//! Reading migrations, each content once however many trees hold it.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::parallel::map;
use crate::alembic::environment::{
    Discovery, Environment, Excess, Listed, Listing, Lookup, discover_remembering,
    migration_files_by,
};
use crate::alembic::graph::Graph;
use crate::alembic::migration::{
    self, Details, Migration, Module, Part, ReadLimits, SemanticChange,
};
use crate::cache::{Cache, FactKind, Key};
use crate::config::Config;
use crate::tree::{Content, Error, File, Identity, ObjectId, RepoPath, Tree};

/// How many files are held in memory at once while they are read.
const BATCH: usize = 1024;

/// Reads trees under one configuration, and remembers what each content said.
#[derive(Debug)]
pub struct Reader {
    config: Rc<Config>,
    cache: Rc<Cache>,
    modules: HashMap<ObjectId, Arc<Module>>,
    discoveries: HashMap<ObjectId, Rc<Discovery>>,
    has_missed: bool,
}

/// What is kept of a file from one run to the next.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept<M> {
    /// How many bytes it has.
    size: u64,
    module: M,
}

impl Kept<Module> {
    /// Tells whether a file holds what was read then. On a disk its content may have gone through a filter,
    /// which gives it another size: line endings, an encoding, what Git LFS or git-crypt keep.
    fn is_of(&self, identity: Identity) -> bool {
        match identity {
            Identity::Exact => true,
            Identity::OfSize(size) => size == self.size && self.module.kept_by.is_none(),
            Identity::Unknown => false,
        }
    }
}

/// One environment in one tree.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Its files, in Alembic's order.
    pub files: Vec<File>,
    /// Links in a version folder that lead nowhere in the repository.
    pub broken_links: Vec<RepoPath>,
    /// Why none of its files was read, where there are too many.
    pub excess: Option<Excess>,
    /// Whether there may be more files than these.
    pub is_cut: bool,
    /// Its revisions.
    pub graph: Graph,
}

impl Reader {
    /// Makes a reader that has read nothing yet.
    pub fn new(config: Config) -> Reader {
        Reader::remembering(config, Rc::new(Cache::off()))
    }

    /// Makes a reader that remembers what others have read.
    pub fn remembering(config: Config, cache: Rc<Cache>) -> Reader {
        let config = Rc::new(config);
        let (modules, discoveries) = Default::default();
        Reader { config, cache, modules, discoveries, has_missed: false }
    }

    /// Takes note that something which might have mattered could not be read.
    pub(super) fn miss(&mut self) {
        self.has_missed = true;
    }

    /// Tells whether there was such a thing.
    pub(crate) fn has_missed_something(&self) -> bool {
        self.has_missed
    }

    /// Returns the configuration that applies.
    pub fn config(&self) -> Rc<Config> {
        Rc::clone(&self.config)
    }

    /// Finds the environments of a tree.
    pub fn discover(&mut self, tree: &dyn Tree) -> Result<Rc<Discovery>, Error> {
        let known = tree.id().and_then(|id| self.discoveries.get(&id));
        if let Some(discovery) = known {
            return Ok(Rc::clone(discovery));
        }
        let discovery = Rc::new(discover_remembering(tree, &self.config, &self.cache)?);
        if let Some(id) = tree.id() {
            self.discoveries.insert(id, Rc::clone(&discovery));
        }
        Ok(discovery)
    }

    /// Reads an environment, with files that lie elsewhere and belong to it.
    pub fn state(
        &mut self,
        tree: &dyn Tree,
        environment: &Environment,
        elsewhere: &[File],
    ) -> Result<State, Error> {
        self.state_by(&Lookup::new(tree), environment, elsewhere)
    }

    /// Reads one of several environments of a tree, whose folders need not be listed again for each.
    pub fn state_by(
        &mut self,
        lookup: &Lookup<'_>,
        environment: &Environment,
        elsewhere: &[File],
    ) -> Result<State, Error> {
        let tree = lookup.tree();
        let Listing { files, excess, is_cut } = self.list_by(lookup, environment)?;
        let mut state = State { excess, is_cut, ..State::default() };
        state.files.reserve_exact(files.len() + elsewhere.len());
        for listed in files {
            match listed {
                Listed::File(file) => state.files.push(file),
                Listed::BrokenLink(path) => state.broken_links.push(path),
            }
        }
        state.files.extend_from_slice(elsewhere);
        if state.excess.is_some() {
            return Ok(state);
        }
        self.read_all(tree, &state.files)?;
        let mut migrations = Vec::with_capacity(state.files.len());
        for file in &state.files {
            migrations.push(self.migration(tree, file)?);
        }
        state.graph = Graph::new(migrations);
        Ok(state)
    }

    /// Lists the migrations of an environment, of which there may be as many as the configuration says.
    pub fn list(&self, tree: &dyn Tree, environment: &Environment) -> Result<Listing, Error> {
        self.list_by(&Lookup::new(tree), environment)
    }

    /// Lists those of one of several environments.
    pub(crate) fn list_by(
        &self,
        lookup: &Lookup<'_>,
        environment: &Environment,
    ) -> Result<Listing, Error> {
        migration_files_by(lookup, environment, self.config.max_migrations)
    }

    /// Reads one migration.
    pub fn migration(&mut self, tree: &dyn Tree, file: &File) -> Result<Migration, Error> {
        if let Some(module) = self.modules.get(&file.id) {
            return Ok(Migration { file: file.clone(), module: Arc::clone(module) });
        }
        self.read_all(tree, std::slice::from_ref(file))?;
        let module = Arc::clone(&self.modules[&file.id]);
        Ok(Migration { file: file.clone(), module })
    }

    /// Reads what is not known yet.
    fn read_all(&mut self, tree: &dyn Tree, files: &[File]) -> Result<(), Error> {
        let limits = self.limits();
        let unknown = self.recall(tree, files, &limits);
        self.modules.reserve(unknown.len());
        for batch in unknown.chunks(BATCH) {
            let contents = tree.read_all(batch, limits.max_file_size)?;
            let modules = map(&contents, |content| match content {
                Content::Whole(source) => migration::read(source, &limits),
                Content::TooLarge(size) => Module::too_large(*size, &limits),
            });
            for ((file, content), module) in batch.iter().zip(&contents).zip(modules) {
                if let Content::Whole(source) = content
                    && tree.identity(file) == Identity::Exact
                {
                    let key = Key::of_object(FactKind::Module, file.id);
                    self.cache.note(key, &Kept { size: source.len() as u64, module: &module });
                }
                self.modules.insert(file.id, Arc::new(module));
            }
        }
        Ok(())
    }

    /// Recalls what earlier runs have read, and returns the files that nothing is known of.
    fn recall<'f>(
        &mut self,
        tree: &dyn Tree,
        files: &'f [File],
        limits: &ReadLimits,
    ) -> Vec<&'f File> {
        let mut unknown: Vec<&File> =
            files.iter().filter(|file| !self.modules.contains_key(&file.id)).collect();
        self.cache.expect(unknown.len());
        unknown.retain(|file| {
            let identity = tree.identity(file);
            if identity == Identity::Unknown {
                return true;
            }
            let kept =
                self.cache.recall::<Kept<Module>>(&Key::of_object(FactKind::Module, file.id));
            // How much is read may have been another matter.
            let kept = kept.filter(|kept| kept.size <= limits.max_file_size);
            let Some(kept) = kept.filter(|kept| kept.is_of(identity)) else {
                return true;
            };
            self.modules.insert(file.id, Arc::new(kept.module));
            false
        });
        unknown
    }

    /// Reads the whole of files that were read for their identifiers.
    pub(super) fn details(
        &self,
        tree: &dyn Tree,
        files: &[&File],
    ) -> Result<BTreeMap<File, Details>, Error> {
        let limits = self.limits();
        let mut details = BTreeMap::new();
        for batch in files.chunks(BATCH) {
            let contents = tree.read_all(batch, limits.max_file_size)?;
            let modules = batch.iter().map(|file| self.modules.get(&file.id));
            let pairs: Vec<_> = contents.iter().zip(modules).collect();
            let found = map(&pairs, |(content, module)| match content {
                Content::Whole(source) => {
                    let is_merge = module.is_some_and(|module| module.is_merge());
                    migration::details(source, is_merge, &limits)
                }
                // Its module says so already.
                Content::TooLarge(_) => Details::default(),
            });
            details.extend(batch.iter().map(|file| (*file).clone()).zip(found));
        }
        Ok(details)
    }

    /// Returns the first lines of the docstrings of files, by path.
    pub fn titles(
        &self,
        tree: &dyn Tree,
        files: &[File],
    ) -> Result<BTreeMap<RepoPath, String>, Error> {
        let limits = self.limits();
        let mut titles = BTreeMap::new();
        for file in files {
            let title = migration::title(&tree.read(file)?, &limits);
            titles.extend(title.map(|title| (file.path.clone(), title)));
        }
        Ok(titles)
    }

    /// Finds where a file first does something else than another one.
    pub(super) fn first_change(
        &self,
        (before_tree, before): (&dyn Tree, &File),
        (after_tree, after): (&dyn Tree, &File),
    ) -> Result<Option<SemanticChange>, Error> {
        let (before, after) = (before_tree.read(before)?, after_tree.read(after)?);
        Ok(migration::first_change(&before, &after, &self.limits()))
    }

    /// Tells whether `upgrade` does something else in one file than in another.
    pub(super) fn upgrades_differ(
        &self,
        one: (&dyn Tree, &File),
        other: (&dyn Tree, &File),
    ) -> Result<bool, Error> {
        let change = self.first_change(one, other)?;
        Ok(change.is_some_and(|change| change.part == Part::Upgrade))
    }

    /// Tells whether running a migration does anything, as far as can be read.
    pub(super) fn does_something(&self, tree: &dyn Tree, file: &File) -> Result<bool, Error> {
        Ok(!migration::is_empty(&tree.read(file)?, &self.limits()))
    }

    /// Tells whether a file that was read allows a rule to be broken in it.
    pub(super) fn allows(&self, file: &File, rule: &str) -> bool {
        let module = self.modules.get(&file.id);
        module.is_some_and(|module| module.allows.iter().any(|allowed| allowed == rule))
    }

    /// Returns what the reader agrees to read.
    pub fn limits(&self) -> ReadLimits {
        ReadLimits { max_file_size: self.config.max_file_size }
    }
}
