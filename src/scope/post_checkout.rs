//! Finds environments that have too many heads after a merge or checkout.
//!
//! Only new heads are reported: heads that the previous commit had would be repeated at every checkout and
//! soon be ignored. So a command that changes no migration reads none. The locations of the environments
//! are read from git's new commit, the migrations from the disk.

use crate::alembic::environment::Environment;
use crate::alembic::graph::Graph;
use crate::alembic::migration::{Migration, RevisionId, Value};
use crate::compare::Reader;
use crate::config::Level;
use crate::git::{Changes, Side};
use crate::heads::{HeadLimits, crowded};
use crate::scope::destinations;
use crate::scope::relevance::{is_setting, may_matter};
use crate::scope::{Context, Error};
use crate::tree::{self, ObjectId, Tree};

/// The rule whose level also turns this advice off.
const MULTIPLE_HEADS: &str = "multiple-heads";

/// The change that git has just made to the work tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    /// A commit, which is HEAD now.
    Commit {
        /// HEAD before that; `None` in a new clone or worktree.
        before: Option<ObjectId>,
        /// The commit.
        after: ObjectId,
    },
    /// Files, while HEAD stayed where it was: `merge --squash`, `checkout COMMIT -- PATH`.
    Files,
}

/// An environment with too many heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdedEnvironment {
    /// The name of the environment.
    pub environment: String,
    /// The number of heads that a group may have.
    pub limit: usize,
    /// The heads of the groups that have too many, group by group.
    pub heads: Vec<RevisionId>,
    /// The heads that are published, if that is known.
    pub landed: Option<Landed>,
}

/// What a base contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The name of the base.
    pub base: String,
    /// The heads of the work tree that it contains as revisions, sorted.
    pub heads: Vec<RevisionId>,
}

/// Returns the environments whose work tree has too many heads, and other heads than before; none during a
/// git operation such as a rebase.
pub(crate) fn crowded_environments(
    context: &Context<'_>,
    brought: Brought,
) -> Result<Vec<CrowdedEnvironment>, Error> {
    let changes = changes_of(context, brought)?;
    let is_settled = changes.as_ref().is_some_and(Changes::is_empty);
    if is_settled || context.repository.is_passing_through() {
        return Ok(Vec::new());
    }
    let head = context.repository.head();
    let (before, written) = match brought {
        Brought::Commit { before, after } => (before, Side::Commit(after)),
        Brought::Files => (head, Side::Index),
    };
    let written = context.repository.side_tree(written)?;
    let config = context.config_in_force(&*written)?;
    if config.level(MULTIPLE_HEADS, Level::Error) == Level::Off {
        return Ok(Vec::new());
    }
    let mut reader = context.reader(config);
    let mut environments = reader.discover(&*written)?.environments.clone();
    environments.retain(|environment| {
        changes.as_ref().is_none_or(|changes| may_change(environment, changes))
    });
    if environments.is_empty() {
        return Ok(Vec::new());
    }
    let before = before.map(|commit| context.repository.commit_tree(commit)).transpose()?;
    let work_tree = context.repository.work_tree()?;
    let mut update = Arrival {
        reader,
        before: before.as_deref(),
        work_tree: &*work_tree,
        is_known_to_differ: changes.is_some(),
    };
    let mut advice = Vec::new();
    for environment in environments {
        let heads = update.new_heads(&environment)?;
        if !heads.is_empty() {
            let landed = landed(context, &mut update.reader, &environment, &heads);
            let Environment { name, heads: limit, .. } = environment;
            advice.push(CrowdedEnvironment { environment: name, limit, heads, landed });
        }
    }
    Ok(advice)
}

/// Returns the relevant paths that differ; `None` if that can only be seen on disk.
fn changes_of(context: &Context<'_>, brought: Brought) -> Result<Option<Changes>, Error> {
    let Brought::Commit { before: Some(before), after } = brought else {
        return Ok(None);
    };
    Ok(Some(context.repository.changes(Some(before), Side::Commit(after), &may_matter)?))
}

/// Looks up which heads the base contains. A base that cannot be read counts as unknown.
fn landed(
    context: &Context<'_>,
    reader: &mut Reader,
    environment: &Environment,
    heads: &[RevisionId],
) -> Option<Landed> {
    let tip = context.repository.head()?;
    let config = reader.config();
    let branch = context.repository.branch();
    let candidates = destinations::candidates(context, &config, branch.as_deref());
    let base = destinations::base(context, Side::Commit(tip), &config, &candidates).ok()??;
    let tree = context.repository.commit_tree(base.commit).ok()?;
    let graph = graph_of(reader, &*tree, environment).ok()??;
    let heads = heads.iter().filter(|head| graph.contains(head)).cloned().collect();
    Some(Landed { base: base.name, heads })
}

/// Returns whether these changes can change the heads of an environment.
fn may_change(environment: &Environment, changes: &Changes) -> bool {
    changes.paths().any(|path| is_setting(path) || environment.versions_folder_of(path).is_some())
}

/// The work tree and its previous state.
struct Arrival<'a> {
    reader: Reader,
    before: Option<&'a dyn Tree>,
    work_tree: &'a dyn Tree,
    is_known_to_differ: bool,
}

impl Arrival<'_> {
    /// Returns the heads of the groups with too many heads, unless all of them were there before.
    fn new_heads(&mut self, environment: &Environment) -> Result<Vec<RevisionId>, tree::Error> {
        if !self.differs(environment)? {
            return Ok(Vec::new());
        }
        let graph = self.reader.state(self.work_tree, environment, &[])?.graph;
        let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
        // Neither repair does anything for a head over a missing parent before that is answered.
        let over_gaps = graph.descendants_of_all(graph.missing().iter().map(|gap| &gap.child));
        let groups = crowded(&graph, limits).into_iter().map(|mut heads| {
            heads.retain(|head| !over_gaps.contains(head));
            heads
        });
        let groups = groups.filter(|heads| heads.len() > limits.heads);
        let heads: Vec<RevisionId> = groups.flatten().cloned().collect();
        if heads.is_empty() || may_be_joined(&graph) {
            return Ok(Vec::new());
        }
        // A state that cannot be read any more, in a partial clone for one, is as good as none.
        let read = |before| graph_of(&mut self.reader, before, environment).ok()?;
        match self.before.and_then(read) {
            Some(before) if before.heads() == graph.heads() => Ok(Vec::new()),
            Some(_) | None => Ok(heads),
        }
    }

    /// Returns whether an environment has other files than before.
    fn differs(&self, environment: &Environment) -> Result<bool, tree::Error> {
        match self.before {
            Some(before) if !self.is_known_to_differ => {
                let files = self.reader.list(self.work_tree, environment)?;
                Ok(self.reader.list(before, environment)? != files)
            }
            Some(_) | None => Ok(true),
        }
    }
}

/// Reads an environment in another tree, if it has the same version folders there.
fn graph_of(
    reader: &mut Reader,
    tree: &dyn Tree,
    environment: &Environment,
) -> Result<Option<Graph>, tree::Error> {
    let found = reader.discover(tree)?;
    let same = found.environments.iter().find(|other| other.key() == environment.key());
    same.map(|same| Ok(reader.state(tree, same, &[])?.graph)).transpose()
}

/// Returns whether a file could join the heads: its parents are only known by running Python, or it has
/// merge conflict markers.
fn may_be_joined(graph: &Graph) -> bool {
    let is_unclear = |migration: &Migration| {
        let module = &migration.module;
        module.fault.is_some() || matches!(module.down_revision, Value::Computed { .. })
    };
    let known = graph.revisions().map(|revision| &revision.migration);
    graph.opaque().iter().chain(known).any(is_unclear)
}
