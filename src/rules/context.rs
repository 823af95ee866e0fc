//! The input of a rule: one environment before and after a change.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diverged, Situation};
use crate::alembic::environment::{BadSetting, Environment, Excess};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{Details, Migration, Part, RevisionId};
use crate::config::FilenamePattern;
use crate::heads::{Caption, Cause, HeadProblem, draw};
use crate::problem::{Doubt, Drawing, Problem, Related};
use crate::tree::{File, RepoPath, Site};

/// One environment before and after a change.
#[derive(Debug)]
pub struct RuleContext<'a> {
    /// The environment after the change, or before it if the change removes the environment.
    pub environment: &'a Environment,
    /// The migrations and settings that Alembic loses through the change.
    pub loss: &'a Loss,
    /// The base; empty if the environment is new.
    pub before: &'a Graph,
    /// Who has the revisions of the base.
    pub standing: Standing,
    /// The result of the change.
    pub after: &'a Graph,
    /// The revisions of the result with a new id, file or position.
    pub changed: &'a [&'a Revision],
    /// The head problems that the change causes.
    pub head_problems: &'a [HeadProblem],
    /// The surplus heads that the base had already, by group.
    pub existing: &'a [Vec<RevisionId>],
    /// The branch that is responsible for them, if any.
    pub answering: Option<&'a str>,
    /// The details of the changed files that only a full read gives.
    pub details: &'a BTreeMap<File, Details>,
    /// The published migrations that no longer do the same.
    pub edited: &'a [Edited],
    /// The migrations that Python reads differently from what the tree holds. Lists only those that
    /// the change adds or alters.
    pub altered: &'a [Altered],
    /// The revisions that differ on another target branch, each once.
    pub diverged: &'a [Diverged],
    /// The broken symlinks in versions folders.
    pub broken_links: &'a [RepoPath],
    /// The reason why neither side was read, if one was too large.
    pub unread: Option<Unread<'a>>,
    /// The maximum length of a revision id, in characters.
    pub max_revision_id_length: usize,
    /// The pattern of migration file names, if the repository configures one.
    pub filename_pattern: Option<&'a FilenamePattern>,
    /// The names of the two sides.
    pub names: &'a Names,
    /// Other facts that advice depends on.
    pub situation: &'a Situation,
}

/// The names of the two sides of a change in messages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Names {
    /// The base: `origin/main`, for example.
    pub base: String,
    /// The checked change: "this push", for example.
    pub change: String,
}

/// The migrations and settings that Alembic can no longer run or find after a change.
#[derive(Debug, Default)]
pub struct Loss {
    /// The fate of the environment.
    pub fate: Fate,
    /// The setting that makes every command that upgrades a database fail.
    pub stop: Option<BadSetting>,
    /// The edit that undoes the failure.
    pub restore: Option<Restore>,
    /// Published revisions that no environment loads any more although their files are still in place.
    pub unseen: BTreeSet<RevisionId>,
    /// The setting that leaves them out, if known.
    pub setting: Option<Setting>,
    /// Revisions that belong to another environment now, with its name.
    pub moved: BTreeMap<RevisionId, String>,
}

/// An edit that makes Alembic work again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restore {
    /// Restore a file or folder of the base.
    Keep(RepoPath),
    /// Restore a file of the base under a new path.
    KeepAs {
        /// Its path in the base.
        path: RepoPath,
        /// Its new path.
        to: RepoPath,
    },
    /// Point a setting at the folder that has the migrations now.
    Write {
        /// The configuration file.
        path: RepoPath,
        /// The line that sets it.
        line: String,
    },
}

/// The fate of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// It still exists, possibly elsewhere.
    #[default]
    Kept,
    /// It is gone, but its folders still hold migrations.
    Lost,
    /// It is gone together with its migrations.
    Removed,
}

/// A setting that no longer covers all folders of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// The place of the setting, or its file if the setting was removed.
    pub site: Site,
    /// The folders that it no longer covers.
    pub folders: Vec<RepoPath>,
}

/// Who has the revisions of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Standing {
    /// Only the user, as far as is known. They may be rewritten.
    Local,
    /// Everybody: they are on a target branch.
    Published,
    /// Everybody, and the change replaces them instead of building on them.
    Replaced,
}

/// An environment that was not read.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'a> {
    /// The limit that it exceeds.
    pub excess: &'a Excess,
    /// Whether the change leaves every migration as it was.
    pub is_same: bool,
}

/// A published migration that does something else after the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The revision.
    pub revision: RevisionId,
    /// The part that differs.
    pub part: Part,
    /// The first place that differs.
    pub site: Site,
    /// The path of the file in the base.
    pub published: RepoPath,
}

/// A migration that Python reads differently from what the tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// The migration.
    pub file: File,
    /// The kind of alteration.
    pub by: Alteration,
    /// The files that cause it: `.gitattributes`, or the compiled file.
    pub causes: Vec<File>,
}

/// Why Python does not read a file as the tree holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    /// Git expands `$Id` in the file, and an identifier contains it.
    Ident {
        /// Whether this changes more than a branch label.
        is_vital: bool,
    },
    /// Git writes the file in another encoding.
    Encoding {
        /// Git's name for the encoding.
        name: String,
        /// Whether Python cannot read that encoding.
        is_unreadable: bool,
    },
    /// Python loads a compiled file instead, without comparing the two.
    Compiled,
}

impl Names {
    /// Creates the names of the two sides.
    pub fn new(base: &str, change: &str) -> Names {
        Names { base: base.to_owned(), change: change.to_owned() }
    }

    /// Returns the names for a history without a base.
    pub fn alone() -> Names {
        Names::new("nothing", "this history")
    }
}

impl RuleContext<'_> {
    /// Returns whether the result has fewer heads than the base.
    pub(super) fn joins_heads(&self) -> bool {
        self.after.heads().len() < self.before.heads().len()
    }

    /// Returns every migration of the result. Those without a known id come last.
    pub fn migrations(&self) -> impl Iterator<Item = &Migration> {
        let winners = self.after.revisions();
        let losers = self.after.duplicates().flat_map(|(_, earlier)| earlier);
        winners.chain(losers).map(|revision| &revision.migration).chain(self.after.opaque())
    }

    /// Returns whether the base must not be rewritten.
    pub(super) fn is_published(&self) -> bool {
        match self.standing {
            Standing::Local => false,
            Standing::Published | Standing::Replaced => true,
        }
    }

    /// Returns whether the history has gaps that it had before.
    ///
    /// Histories of plugins do, if parents and dependencies are in another repository.
    pub(super) fn is_incomplete(&self) -> bool {
        let (before, after) = (self.before, self.after);
        !missing_parents(before).is_disjoint(&missing_parents(after))
            || !missing_dependencies(before).is_disjoint(&missing_dependencies(after))
    }

    /// Returns whether the change adds the revision.
    pub fn is_new(&self, id: &RevisionId) -> bool {
        !self.before.contains(id)
    }

    /// Returns the revisions that the change adds or gives other parents or dependencies.
    pub(super) fn rewired(&self) -> impl Iterator<Item = &Revision> {
        let changed = self.changed.iter().copied();
        changed.filter(|new| !self.before.get(&new.id).is_some_and(|old| new.is_linked_as(old)))
    }

    /// Returns whether the advice about heads or missing parents may give a revision another parent.
    ///
    /// Other problems must not contradict that advice. Which branch of a fork moves depends on
    /// which one is published first, so the lowest revisions of every branch count.
    pub(super) fn is_to_move(&self, id: &RevisionId) -> bool {
        let is_moved = |fault: &HeadProblem| match fault {
            HeadProblem::Stale(stale) => {
                !stale.unfinished && stale.edges.iter().any(|edge| edge.revision == *id)
            }
            HeadProblem::Fork { heads } => {
                let is_lowest = || !self.after.parents(id).all(|parent| self.is_new(&parent.id));
                !self.before.is_empty()
                    && self.is_new(id)
                    && is_lowest()
                    && self.after.heads_above(id).iter().any(|head| heads.contains(head))
            }
            HeadProblem::NewHistory { base, .. } => base == id,
            HeadProblem::Returned { cause: Cause::Repointed(child), .. } => child == id,
            HeadProblem::Returned { cause: Cause::Removed(_), .. } => false,
        };
        self.head_problems.iter().any(is_moved)
            || self.after.missing().iter().any(|gap| gap.child == *id)
    }

    /// Returns the revisions that the change adds in new files.
    ///
    /// A published file with a new id does not count; another rule reports it.
    pub(super) fn brought(&self) -> impl Iterator<Item = &Revision> {
        let new = self.changed.iter().copied().filter(|revision| self.is_new(&revision.id));
        self.in_new_files(new)
    }

    /// Returns the revisions in new or renamed files.
    pub(super) fn renamed(&self) -> impl Iterator<Item = &Revision> {
        // Moving a folder does not change file names.
        let is_same = |new: &Revision, old: &Revision| {
            new.migration.file.path.file_name() == old.migration.file.path.file_name()
        };
        let losers = self.after.duplicates().flat_map(|(_, earlier)| earlier);
        let revisions = self.changed.iter().copied().chain(losers);
        self.in_new_files(
            revisions
                .filter(move |new| !self.before.get(&new.id).is_some_and(|old| is_same(new, old))),
        )
    }

    /// Drops the revisions in files of the base.
    fn in_new_files<'s>(
        &'s self,
        revisions: impl Iterator<Item = &'s Revision>,
    ) -> impl Iterator<Item = &'s Revision> {
        let revisions: Vec<&Revision> = revisions.collect();
        if revisions.is_empty() {
            return revisions.into_iter();
        }
        // There are usually few new revisions, so collect their paths rather than those of the base.
        let paths: BTreeSet<&RepoPath> = revisions.iter().map(|one| path(one)).collect();
        let landed = self.before.revisions().map(path).filter(|landed| paths.contains(landed));
        let landed: BTreeSet<&RepoPath> = landed.collect();
        let new = revisions.into_iter().filter(|revision| !landed.contains(path(revision)));
        new.collect::<Vec<_>>().into_iter()
    }

    /// Draws the history between some heads and captions each head with its origin.
    pub fn draw(&self, heads: &[RevisionId]) -> Drawing {
        draw(self.after, heads, |id| self.caption(id))
    }

    fn caption(&self, id: &RevisionId) -> Caption {
        let new = self.is_new(id);
        let (was_head, is_head) = (self.before.is_head(id), self.after.is_head(id));
        let note = match (new, was_head, is_head) {
            _ if self.before.is_empty() => if is_head { "head" } else { "" }.to_owned(),
            (true, _, true) => format!("head from {}", self.names.change),
            (true, _, false) => self.names.change.clone(),
            (false, true, _) => format!("head of {}", self.names.base),
            (false, false, true) => "a head again".to_owned(),
            (false, false, false) => String::new(),
        };
        Caption { note, new }
    }
}

/// The maximum number of ids in a sentence.
const MOST_LISTED: usize = 20;
/// The maximum number of related places per problem.
pub(super) const MOST_RELATED: usize = 20;
/// The maximum number of explained problems per rule.
const MOST_EXPLAINED: usize = 50;

/// Joins ids as in a sentence: `a`, `b` and `c`. If there are too many, the rest is counted.
pub(crate) fn listed<'a>(ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
    let mut ids = ids.into_iter();
    let mut named: Vec<String> =
        ids.by_ref().take(MOST_LISTED).map(|id| format!("`{id}`")).collect();
    let last = match ids.count() {
        0 => named.pop(),
        more => Some(format!("{more} more")),
    };
    match (named.as_slice(), last) {
        (_, None) => String::new(),
        ([], Some(only)) => only,
        (start, Some(last)) => format!("{} and {last}", start.join(", ")),
    }
}

/// Limits how many problems of a rule are explained.
///
/// Some explanations traverse the whole history, and users do not read hundreds of them. The
/// problems that the change causes are counted separately from the others.
#[derive(Default)]
pub(super) struct Explained {
    brought: usize,
    others: usize,
}

impl Explained {
    /// Returns whether one more problem is explained.
    pub(super) fn takes(&mut self, is_brought: bool) -> bool {
        let count = if is_brought { &mut self.brought } else { &mut self.others };
        *count += 1;
        *count <= MOST_EXPLAINED
    }
}

/// Marks a problem as uncertain if one of these migrations may explain it.
pub(super) fn doubt<'m>(
    problem: &mut Problem,
    migrations: impl Iterator<Item = &'m Migration>,
    message: &str,
) {
    for migration in migrations.take(MOST_RELATED) {
        problem.doubt = Some(Doubt::CannotTell);
        problem.related.push(Related { site: whole(migration), message: message.to_owned() });
    }
}

fn missing_parents(graph: &Graph) -> BTreeSet<&str> {
    graph.missing().iter().map(|gap| gap.parent.text.as_str()).collect()
}

fn missing_dependencies(graph: &Graph) -> BTreeSet<&str> {
    graph.unknown_dependencies().iter().map(|gap| gap.name.text.as_str()).collect()
}

fn path(revision: &Revision) -> &RepoPath {
    &revision.migration.file.path
}

/// Returns the site of a whole file.
pub(super) fn whole(migration: &Migration) -> Site {
    Site::File(migration.file.clone())
}
