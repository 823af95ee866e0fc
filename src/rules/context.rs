//! What a rule may look at: one environment on both sides of a change.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diverged, Situation};
use crate::alembic::environment::{BadSetting, Environment, Excess};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{Details, Migration, Part, RevisionId};
use crate::config::FilenamePattern;
use crate::heads::{Caption, Cause, HeadProblem, draw};
use crate::problem::{Doubt, Drawing, Problem, Related};
use crate::tree::{File, RepoPath, Site};

/// One environment on both sides of a change.
#[derive(Debug)]
pub struct RuleContext<'a> {
    /// The environment, as it is after the change; as it was where it is gone.
    pub environment: &'a Environment,
    /// What the change takes from it.
    pub loss: &'a Loss,
    /// What has landed; empty where the environment is new.
    pub before: &'a Graph,
    /// Who has what there was before.
    pub standing: Standing,
    /// What there would be.
    pub after: &'a Graph,
    /// The revisions after the change whose id, file or place is not as it was before.
    pub changed: &'a [&'a Revision],
    /// What the change does to the heads.
    pub head_problems: &'a [HeadProblem],
    /// The heads that were too many before and are so still, by group.
    pub existing: &'a [Vec<RevisionId>],
    /// The branch that answers for them, if any does.
    pub answering: Option<&'a str>,
    /// What the files of the change hold as a whole.
    pub details: &'a BTreeMap<File, Details>,
    /// The published migrations that would no longer do the same.
    pub edited: &'a [Edited],
    /// The migrations that Python does not read as the tree holds them, where the change makes it so or
    /// brings the migration.
    pub altered: &'a [Altered],
    /// The revisions that another target has in another version, each once.
    pub diverged: &'a [Diverged],
    /// Links in a version folder that lead nowhere in the repository.
    pub broken_links: &'a [RepoPath],
    /// Why neither side was read, where there is too much of one.
    pub unread: Option<Unread<'a>>,
    /// How many characters a revision id may have.
    pub max_revision_id_length: usize,
    /// How the names of migration files are made, where the repository says it.
    pub filename_pattern: Option<&'a FilenamePattern>,
    /// What the two sides are called.
    pub names: &'a Names,
    /// What advice depends on beside these.
    pub situation: &'a Situation,
}

/// What the two sides of a change are called in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Names {
    /// What has landed, `origin/main` for one.
    pub base: String,
    /// What is judged: "this push".
    pub change: String,
}

/// What a change takes from Alembic that it could run or find before.
#[derive(Debug, Default)]
pub struct Loss {
    /// What becomes of the environment.
    pub fate: Fate,
    /// Why every command fails now that could upgrade a database.
    pub stop: Option<BadSetting>,
    /// What would end that.
    pub restore: Option<Restore>,
    /// Published revisions that no environment has any more although their files are where they were.
    pub unseen: BTreeSet<RevisionId>,
    /// The setting that leaves them out, where it is known.
    pub setting: Option<Setting>,
    /// Revisions that another environment has now, with its name.
    pub moved: BTreeMap<RevisionId, String>,
}

/// What makes Alembic work again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restore {
    /// To bring something back that was there before.
    Keep(RepoPath),
    /// To bring a file back that was there before, to where it belongs now.
    KeepAs {
        /// Where it was.
        path: RepoPath,
        /// Where it belongs.
        to: RepoPath,
    },
    /// To let a setting lead to where the migrations are now.
    Write {
        /// The configuration file.
        path: RepoPath,
        /// The line that sets it.
        line: String,
    },
}

/// What becomes of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// It is there, wherever that is.
    #[default]
    Kept,
    /// It is gone while migrations remain in its folders.
    Lost,
    /// It is gone with its migrations.
    Removed,
}

/// A setting by which an environment no longer has all of its folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// Where it stands, or the file where it no longer does.
    pub site: Site,
    /// The folders that it no longer leads to.
    pub folders: Vec<RepoPath>,
}

/// Who has what there was before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Standing {
    /// Nobody else, as far as is known: it may be rewritten.
    Local,
    /// Everybody: it is on a branch that changes go to.
    Published,
    /// Everybody, and the change does not build on it but takes its place.
    Replaced,
}

/// An environment of which nothing was read.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'a> {
    /// Why not.
    pub excess: &'a Excess,
    /// Whether the change leaves every migration as it was.
    pub is_same: bool,
}

/// A published migration that the change edits, so that it does something else than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The revision.
    pub revision: RevisionId,
    /// What is different.
    pub part: Part,
    /// The first place that differs.
    pub site: Site,
    /// Where the file was before.
    pub published: RepoPath,
}

/// A migration that Python does not read as the tree holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// The migration.
    pub file: File,
    /// What comes between.
    pub by: Alteration,
    /// The files that make it so: `.gitattributes`, or the compiled one.
    pub causes: Vec<File>,
}

/// What comes between a file in a tree and Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    /// Git writes a hash behind each `$Id` of the file, and some identifier has one.
    Ident {
        /// Whether more than a label becomes another one.
        is_vital: bool,
    },
    /// Git writes the file in another encoding.
    Encoding {
        /// The name that git has for it.
        name: String,
        /// Whether no Python reads it.
        is_unreadable: bool,
    },
    /// Python takes a compiled file for this one without comparing the two.
    Compiled,
}

impl Names {
    /// Names the two sides.
    pub fn new(base: &str, change: &str) -> Names {
        Names { base: base.to_owned(), change: change.to_owned() }
    }

    /// Returns the names for a history with nothing to compare it with.
    pub fn alone() -> Names {
        Names::new("nothing", "this history")
    }
}

impl RuleContext<'_> {
    /// Tells whether the change leaves fewer heads than there were.
    pub(super) fn joins_heads(&self) -> bool {
        self.after.heads().len() < self.before.heads().len()
    }

    /// Returns every migration after the change, those without a known id last.
    pub fn migrations(&self) -> impl Iterator<Item = &Migration> {
        let winners = self.after.revisions();
        let losers = self.after.duplicates().flat_map(|(_, earlier)| earlier);
        winners.chain(losers).map(|revision| &revision.migration).chain(self.after.opaque())
    }

    /// Tells whether what there was before must not be rewritten.
    pub(super) fn is_published(&self) -> bool {
        match self.standing {
            Standing::Local => false,
            Standing::Published | Standing::Replaced => true,
        }
    }

    /// Tells whether the history had gaps that are still there, as those of plugins have whose parents
    /// and dependencies are in another repository.
    pub(super) fn is_incomplete(&self) -> bool {
        let (before, after) = (self.before, self.after);
        !missing_parents(before).is_disjoint(&missing_parents(after))
            || !missing_dependencies(before).is_disjoint(&missing_dependencies(after))
    }

    /// Tells whether the change brings the revision.
    pub fn is_new(&self, id: &RevisionId) -> bool {
        !self.before.contains(id)
    }

    /// Returns the revisions that the change brings or gives other parents or dependencies.
    pub(super) fn rewired(&self) -> impl Iterator<Item = &Revision> {
        let changed = self.changed.iter().copied();
        changed.filter(|new| !self.before.get(&new.id).is_some_and(|old| new.is_linked_as(old)))
    }

    /// Tells whether a revision may get another parent if the advice about heads or missing parents is followed.
    ///
    /// What another problem says of its parents must not contradict that. Which line of a fork is moved depends
    /// on who was first, so the lowest revisions of each count.
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

    /// Returns the revisions that the change brings in files of their own.
    ///
    /// A published file that gets another id is another matter, and told of elsewhere.
    pub(super) fn brought(&self) -> impl Iterator<Item = &Revision> {
        let new = self.changed.iter().copied().filter(|revision| self.is_new(&revision.id));
        self.in_new_files(new)
    }

    /// Returns the revisions whose file is new or got another name.
    pub(super) fn renamed(&self) -> impl Iterator<Item = &Revision> {
        // A folder that moved takes the names along.
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

    /// Leaves out the revisions whose file has landed.
    fn in_new_files<'s>(
        &'s self,
        revisions: impl Iterator<Item = &'s Revision>,
    ) -> impl Iterator<Item = &'s Revision> {
        let revisions: Vec<&Revision> = revisions.collect();
        if revisions.is_empty() {
            return revisions.into_iter();
        }
        // There are few new ones mostly, so their paths are gathered and not those that have landed.
        let paths: BTreeSet<&RepoPath> = revisions.iter().map(|one| path(one)).collect();
        let landed = self.before.revisions().map(path).filter(|landed| paths.contains(landed));
        let landed: BTreeSet<&RepoPath> = landed.collect();
        let new = revisions.into_iter().filter(|revision| !landed.contains(path(revision)));
        new.collect::<Vec<_>>().into_iter()
    }

    /// Draws what lies between some heads, each captioned with where it is from.
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

/// So many ids are listed in a sentence.
const MOST_LISTED: usize = 20;
/// So many places are shown of what a problem is about beside its own.
pub(super) const MOST_RELATED: usize = 20;
/// So many problems of a rule are explained.
const MOST_EXPLAINED: usize = 50;

/// Joins ids as a sentence does: `a`, `b` and `c`. Of many, the first are named and the others counted.
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

/// Decides which problems of a rule are explained: what takes a look at the whole history is said of the first
/// ones alone, and of those first that the change brings. Nobody reads more at once.
#[derive(Default)]
pub(super) struct Explained {
    brought: usize,
    others: usize,
}

impl Explained {
    /// Tells whether one more is explained.
    pub(super) fn takes(&mut self, is_brought: bool) -> bool {
        let count = if is_brought { &mut self.brought } else { &mut self.others };
        *count += 1;
        *count <= MOST_EXPLAINED
    }
}

/// Has a doubt where one of these migrations may explain a problem, as far as is known of them.
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

/// Points at a file as a whole.
pub(super) fn whole(migration: &Migration) -> Site {
    Site::File(migration.file.clone())
}
