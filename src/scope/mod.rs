//! What is compared with what: from a push, a commit or a wish to the two trees of a comparison.
//!
//! Each entry point of the guard is a function over a [`Context`]: [`push()`], [`receive()`], [`commit()`] and
//! [`change()`]. They ask git for trees and hand them to [`crate::compare`]. [`crowded_environments`] alone compares
//! nothing: it counts heads.

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

/// Judges changes to one repository.
pub(crate) struct Context<'r> {
    pub(crate) repository: &'r Repository,
    options: RunOptions,
    /// What an earlier comparison of this run has read.
    spare: RefCell<Option<Reader>>,
    /// Whether a branch that might have excused something could not be looked at.
    has_missed: Cell<bool>,
    /// What remotes answered in this run, by remote and branch.
    fetches: RefCell<BTreeMap<(String, String), Result<ObjectId, FetchFailure>>>,
}

/// What a run knows beside the repository.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunOptions {
    /// A configuration to use instead of the one in the tree that is judged: its name and content.
    pub config: Option<(String, Vec<u8>)>,
    /// Whose repository it is.
    pub role: Role,
    /// Who waits for the verdict.
    pub deadline: Deadline,
    /// Whether this is a continuous integration run, which must not pass what it could not compare.
    pub in_ci: bool,
    /// The branch whose push started this run of continuous integration, if one did.
    pub pushed_branch: Option<String>,
    /// The branch of the pull request that a run of continuous integration is for, by its own word.
    pub proposed_branch: Option<String>,
    /// The way from where the commands of an advice are run up to the top of the work tree: `../`.
    pub up: String,
}

/// Whose repository it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    /// Somebody's own, from which they push: what has landed is on its remotes.
    #[default]
    Clone,
    /// The one that others push to: what has landed is on its own branches.
    Server,
}

impl<'r> Context<'r> {
    /// Makes a judge of a repository.
    pub(crate) fn new(repository: &'r Repository, options: RunOptions) -> Context<'r> {
        let (spare, has_missed, fetches) = Default::default();
        Context { repository, options, spare, has_missed, fetches }
    }

    /// Reads the configuration that a tree carries, or the one that was given instead.
    pub(crate) fn config(&self, tree: &dyn Tree) -> Result<Config, Error> {
        parsed(self.config_source(tree)?)
    }

    /// Returns the name and the content of that configuration; nothing if there is none.
    pub(crate) fn config_source(
        &self,
        tree: &dyn Tree,
    ) -> Result<Option<(RepoPath, Vec<u8>)>, Error> {
        match &self.options.config {
            Some((name, source)) => Ok(Some((RepoPath::new(name), source.clone()))),
            None => carried_source(tree),
        }
    }

    /// The same for what a verdict is about, which may take as long as that configuration allows.
    pub(crate) fn config_in_force(&self, tree: &dyn Tree) -> Result<Config, Error> {
        let config = self.config(tree)?;
        self.options.deadline.ask(config.time_limit);
        Ok(config)
    }

    /// Returns a path as seen from where the guard was run.
    pub(crate) fn path_from_here(&self, path: &RepoPath) -> RepoPath {
        RepoPath::new([self.options.up.as_bytes(), path.as_bytes()].concat())
    }

    /// Returns a reader for a configuration; the one that was kept, where it is for the same.
    pub(crate) fn reader(&self, config: Config) -> Reader {
        let spare = self.spare.take().filter(|spare| *spare.config() == config);
        spare.unwrap_or_else(|| Reader::remembering(config, self.repository.cache()))
    }

    /// Keeps a reader for the next comparison.
    fn keep(&self, reader: Reader) {
        self.spare.replace(Some(reader));
    }
}

/// Reads the configuration that a tree carries; the usual one where it carries none.
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

/// The command that brings a base into the work tree.
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
