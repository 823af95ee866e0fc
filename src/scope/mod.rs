//! Decides which two trees to compare for a push, a commit or a check.
//!
//! Each entry point of the guard is a function over a [`Context`]: [`push()`], [`receive()`], [`commit()`]
//! and [`change()`]. They get trees from git and pass them to [`crate::compare`]. Only
//! [`crowded_environments`] compares nothing: it counts heads.

mod post_checkout;
mod equal_refs;
mod ref_update;
pub(crate) mod change;
pub(crate) mod commit;
mod deletion;
pub(crate) mod destinations;
mod error;
mod obtain;
mod unloaded;
mod deadline;
mod peers;
mod push;
mod receive;
mod relevance;
mod result_cache;
mod publication;
mod server_policy;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::advice::{Advice, Command};
use crate::compare::Reader;
use crate::config::{self, Config};
use crate::finding::Freshness;
use crate::git::{BaseChoice, FetchFailure, Repository};
use crate::problem::Note;
use crate::rules;
use crate::tree::{File, Node, ObjectId, RepoPath, Tree};

pub(crate) use change::change;
pub(crate) use change::{Against, CheckRequest};
pub(crate) use change::{MergeOutcome, Scope};
pub(crate) use commit::commit;
pub(crate) use commit::last_commit;
pub(crate) use deadline::{Deadline, DeadlineMessage};
pub(crate) use destinations::Destinations;
pub(crate) use destinations::destinations;
pub(crate) use error::{BadConfig, Error};
pub(crate) use obtain::hosted_push;
pub(crate) use post_checkout::crowded_environments;
pub(crate) use post_checkout::{Brought, CrowdedEnvironment, Landed};
pub(crate) use push::Remote;
pub(crate) use push::push;
pub(crate) use receive::receive;
pub(crate) use relevance::{Relevance, is_setting};

/// Checks changes to one repository.
pub(crate) struct Context<'r> {
    pub(crate) repository: &'r Repository,
    options: RunOptions,
    /// A reader with the results of an earlier comparison of this run.
    spare: RefCell<Option<Reader>>,
    /// Whether a branch that might have excused a problem could not be read.
    has_missed: Cell<bool>,
    /// Results of the fetches of this run, by remote and branch.
    fetches: RefCell<BTreeMap<(String, String), Result<ObjectId, FetchFailure>>>,
}

/// Settings of a run that do not come from the repository.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunOptions {
    /// A configuration that replaces the one in the checked tree: its name and content.
    pub config: Option<(String, Vec<u8>)>,
    /// The role of the repository.
    pub role: Role,
    /// The time limit.
    pub deadline: Deadline,
    /// Whether this is a CI run, which must fail if it has nothing to compare with.
    pub in_ci: bool,
    /// The branch whose push started this CI run, if any.
    pub pushed_branch: Option<String>,
    /// The branch of the pull request that this CI run is for, as reported by the CI service.
    pub proposed_branch: Option<String>,
    /// The path from the current directory up to the top of the work tree: `../`.
    pub up: String,
}

/// The role of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    /// A clone that changes are pushed from: published means on a remote.
    #[default]
    Clone,
    /// The repository that others push to: published means on its own branches.
    Server,
}

impl<'r> Context<'r> {
    /// Creates a context for a repository.
    pub(crate) fn new(repository: &'r Repository, options: RunOptions) -> Context<'r> {
        let (spare, has_missed, fetches) = Default::default();
        Context { repository, options, spare, has_missed, fetches }
    }

    /// Reads the configuration of a tree, or the one that replaces it.
    pub(crate) fn config(&self, tree: &dyn Tree) -> Result<Config, Error> {
        parsed(self.config_source(tree)?)
    }

    /// Returns the name and content of that configuration, if there is one.
    pub(crate) fn config_source(
        &self,
        tree: &dyn Tree,
    ) -> Result<Option<(RepoPath, Vec<u8>)>, Error> {
        match &self.options.config {
            Some((name, source)) => Ok(Some((RepoPath::new(name), source.clone()))),
            None => carried_source(tree),
        }
    }

    /// Reads the configuration of the checked tree and applies its time limit.
    pub(crate) fn config_in_force(&self, tree: &dyn Tree) -> Result<Config, Error> {
        let config = self.config(tree)?;
        self.options.deadline.ask(config.time_limit);
        Ok(config)
    }

    /// Returns a path relative to the current directory.
    pub(crate) fn path_from_here(&self, path: &RepoPath) -> RepoPath {
        RepoPath::new([self.options.up.as_bytes(), path.as_bytes()].concat())
    }

    /// Returns a reader for a configuration, reusing the one that was kept if it has the same
    /// configuration.
    pub(crate) fn reader(&self, config: Config) -> Reader {
        let spare = self.spare.take().filter(|spare| *spare.config() == config);
        spare.unwrap_or_else(|| Reader::remembering(config, self.repository.cache()))
    }

    /// Keeps a reader for the next comparison.
    fn keep(&self, reader: Reader) {
        self.spare.replace(Some(reader));
    }
}

/// Reads the configuration of a tree, or returns the default one.
fn carried_config(tree: &dyn Tree) -> Result<Config, Error> {
    parsed(carried_source(tree)?)
}

fn carried_source(tree: &dyn Tree) -> Result<Option<(RepoPath, Vec<u8>)>, Error> {
    let path = RepoPath::new(config::FILE_NAME);
    match tree.node(&path)? {
        Some(Node::File(id)) => {
            let source = tree.read_setting(&File { path: path.clone(), id })?;
            Ok(Some((path, source)))
        }
        Some(Node::Folder(_) | Node::Link(_) | Node::Submodule) | None => Ok(None),
    }
}

fn parsed(source: Option<(RepoPath, Vec<u8>)>) -> Result<Config, Error> {
    source.map_or_else(|| Ok(Config::default()), |(path, source)| parse_config(&path, &source))
}

fn parse_config(path: &RepoPath, source: &[u8]) -> Result<Config, Error> {
    let parsed = config::parse(path, source, &rules::names());
    let bad = |invalid| BadConfig { invalid, source: source.to_owned() };
    parsed.map_err(|invalid| Error::Config(Box::new(bad(invalid))))
}

/// Returns the command that merges a base into the work tree.
fn get_base_command(repository: &Repository, base: &BaseChoice) -> Command {
    let merge = Command::of("git merge --no-ff --no-commit");
    let is_named = base.target.is_some()
        || repository.resolve(&base.name).is_ok_and(|commit| commit == base.commit);
    let merge = if is_named { merge.arg(&base.name) } else { merge.arg(base.commit.short()) };
    let Some((target, remote)) = base
        .target
        .as_ref()
        .and_then(|target| target.remote.as_ref().map(|remote| (target, remote)))
    else {
        return merge;
    };
    let is_here = repository.ref_commit(&target.full_name) == Some(base.commit);
    if is_here && base.freshness != Freshness::FetchedNow {
        merge
    } else {
        Command::of("git fetch").arg(remote).and(merge)
    }
}

fn note(message: impl Into<String>, advice: Advice) -> Note {
    Note { message: message.into(), advice, known: false }
}
