//! Reads migrations. Each content is parsed once, even if several trees have it.

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

/// The number of files that are read into memory at once.
const BATCH: usize = 1024;

/// Reads trees with one configuration and caches the results by content.
#[derive(Debug)]
pub struct Reader {
    config: Rc<Config>,
    cache: Rc<Cache>,
    modules: HashMap<ObjectId, Arc<Module>>,
    discoveries: HashMap<ObjectId, Rc<Discovery>>,
    has_missed: bool,
}

/// The cached facts about a file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept<M> {
    /// Its size in bytes.
    size: u64,
    module: M,
}

impl Kept<Module> {
    /// Returns whether a file still has the content of the cached facts.
    ///
    /// On disk, filters may give the content another size: line endings, encodings, Git LFS, git-crypt.
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
    /// The broken symlinks in versions folders.
    pub broken_links: Vec<RepoPath>,
    /// Why none of its files was read, if there are too many.
    pub excess: Option<Excess>,
    /// Whether there may be more files.
    pub is_cut: bool,
    /// Its revisions.
    pub graph: Graph,
}

impl Reader {
    /// Creates a reader without a cache.
    pub fn new(config: Config) -> Reader {
        Reader::remembering(config, Rc::new(Cache::off()))
    }

    /// Creates a reader with a cache.
    pub fn remembering(config: Config, cache: Rc<Cache>) -> Reader {
        let config = Rc::new(config);
        let (modules, discoveries) = Default::default();
        Reader { config, cache, modules, discoveries, has_missed: false }
    }

    /// Records that something relevant could not be read.
    pub(super) fn miss(&mut self) {
        self.has_missed = true;
    }

    /// Returns whether something relevant could not be read.
    pub(crate) fn has_missed_something(&self) -> bool {
        self.has_missed
    }

    /// Returns the configuration.
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

    /// Reads an environment, with files elsewhere that belong to it.
    pub fn state(
        &mut self,
        tree: &dyn Tree,
        environment: &Environment,
        elsewhere: &[File],
    ) -> Result<State, Error> {
        self.state_by(&Lookup::new(tree), environment, elsewhere)
    }

    /// Reads one of several environments of a tree. The folders in `lookup` are listed only once.
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

    /// Lists the migrations of an environment, up to the configured maximum.
    pub fn list(&self, tree: &dyn Tree, environment: &Environment) -> Result<Listing, Error> {
        self.list_by(&Lookup::new(tree), environment)
    }

    /// Lists the migrations of one of several environments.
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

    /// Reads the files that are not cached yet.
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

    /// Loads facts of earlier runs and returns the files without any.
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
            // The size limit may have been different then.
            let kept = kept.filter(|kept| kept.size <= limits.max_file_size);
            let Some(kept) = kept.filter(|kept| kept.is_of(identity)) else {
                return true;
            };
            self.modules.insert(file.id, Arc::new(kept.module));
            false
        });
        unknown
    }

    /// Reads the details of files, beyond their identifiers.
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
                // Its module reports that already.
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

    /// Returns the first semantic difference between two files.
    pub(super) fn first_change(
        &self,
        (before_tree, before): (&dyn Tree, &File),
        (after_tree, after): (&dyn Tree, &File),
    ) -> Result<Option<SemanticChange>, Error> {
        let (before, after) = (before_tree.read(before)?, after_tree.read(after)?);
        Ok(migration::first_change(&before, &after, &self.limits()))
    }

    /// Returns whether `upgrade` differs between two files.
    pub(super) fn upgrades_differ(
        &self,
        one: (&dyn Tree, &File),
        other: (&dyn Tree, &File),
    ) -> Result<bool, Error> {
        let change = self.first_change(one, other)?;
        Ok(change.is_some_and(|change| change.part == Part::Upgrade))
    }

    /// Returns whether a migration has operations, as far as can be read.
    pub(super) fn does_something(&self, tree: &dyn Tree, file: &File) -> Result<bool, Error> {
        Ok(!migration::is_empty(&tree.read(file)?, &self.limits()))
    }

    /// Returns whether a comment in a file allows problems of a rule.
    pub(super) fn allows(&self, file: &File, rule: &str) -> bool {
        let module = self.modules.get(&file.id);
        module.is_some_and(|module| module.allows.iter().any(|allowed| allowed == rule))
    }

    /// Returns the limits for reading files.
    pub fn limits(&self) -> ReadLimits {
        ReadLimits { max_file_size: self.config.max_file_size }
    }
}
