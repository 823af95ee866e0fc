//! What a merge or a checkout left in the work tree: more heads than there may be, or nothing to say.
//!
//! It speaks of what the command brought: heads that the commit before had are no news, and repeated at
//! every checkout they would soon be overlooked. So a command that changes no migration reads none.
//! Where environments are is taken from what git has just written, the migrations from the disk.

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

/// The rule that switches the advice off with itself.
const MULTIPLE_HEADS: &str = "multiple-heads";

/// What git has just brought into the work tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    /// A commit, which is HEAD now.
    Commit {
        /// What HEAD was before; none in a new clone or worktree.
        before: Option<ObjectId>,
        /// The commit.
        after: ObjectId,
    },
    /// Files, while HEAD stayed where it was: `merge --squash`, `checkout COMMIT -- PATH`.
    Files,
}

/// An environment that has more heads than it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdedEnvironment {
    /// The name of the environment.
    pub environment: String,
    /// How many heads a group may have.
    pub limit: usize,
    /// The heads of the groups that have more, group by group.
    pub heads: Vec<RevisionId>,
    /// What has landed of the heads, where that is known.
    pub landed: Option<Landed>,
}

/// What a base has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// What to call the base.
    pub base: String,
    /// Those heads of the work tree that it has as revisions, sorted.
    pub heads: Vec<RevisionId>,
}

/// Names the environments in which the work tree has more heads than it may, and others than
/// before; none while git is only passing through.
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

/// Returns the paths that differ and could matter; nothing where only the disk can tell.
fn changes_of(context: &Context<'_>, brought: Brought) -> Result<Option<Changes>, Error> {
    let Brought::Commit { before: Some(before), after } = brought else {
        return Ok(None);
    };
    Ok(Some(context.repository.changes(Some(before), Side::Commit(after), &may_matter)?))
}

/// Looks up which heads the base has. What cannot be read has told nothing.
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

/// Tells whether an environment can have other heads by these changes.
fn may_change(environment: &Environment, changes: &Changes) -> bool {
    changes.paths().any(|path| is_setting(path) || environment.versions_folder_of(path).is_some())
}

/// The work tree and what it was before.
struct Arrival<'a> {
    reader: Reader,
    before: Option<&'a dyn Tree>,
    work_tree: &'a dyn Tree,
    is_known_to_differ: bool,
}

impl Arrival<'_> {
    /// Returns the heads of the groups that have more than they may, unless all are those of before.
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

    /// Tells whether an environment has other files than before.
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

/// Reads an environment in another tree, where it has the same version folders.
fn graph_of(
    reader: &mut Reader,
    tree: &dyn Tree,
    environment: &Environment,
) -> Result<Option<Graph>, tree::Error> {
    let found = reader.discover(tree)?;
    let same = found.environments.iter().find(|other| other.key() == environment.key());
    same.map(|same| Ok(reader.state(tree, same, &[])?.graph)).transpose()
}

/// Tells whether some file could join the heads for all that is known: what it builds on can only be
/// told by running Python, or a merge has left it in pieces.
fn may_be_joined(graph: &Graph) -> bool {
    let is_unclear = |migration: &Migration| {
        let module = &migration.module;
        module.fault.is_some() || matches!(module.down_revision, Value::Computed { .. })
    };
    let known = graph.revisions().map(|revision| &revision.migration);
    graph.opaque().iter().chain(known).any(is_unclear)
}
