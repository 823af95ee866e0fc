//! What a rule may look at: one environment on both sides of a change.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::config::FilenamePattern;
use crate::environment::{Environment, Runner};
use crate::finding::{Drawing, Finding, Lowered, Related, Site};
use crate::graph::{Graph, Revision};
use crate::migration::{Details, Docstring, Migration, RevisionId};
use crate::text::{escape, shell_word};
use crate::tree::{File, RepoPath};
use crate::verdict::{Caption, HeadFault, draw};

/// A command to bring files back names no more than this.
const MOST_KEPT: usize = 8;

/// One environment on both sides of a change.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The environment, as it is after the change; as it was where it is lost.
    pub environment: &'a Environment,
    /// Whether the change took the environment away and left its migrations.
    pub lost: bool,
    /// What has landed; empty where the environment is new.
    pub before: &'a Graph,
    /// Who has what there was before.
    pub standing: Standing,
    /// What there would be.
    pub after: &'a Graph,
    /// What the change does to the heads.
    pub head_faults: &'a [HeadFault],
    /// What the files of the change hold as a whole.
    pub details: &'a BTreeMap<File, Details>,
    /// The published migrations that would no longer do the same.
    pub edited: &'a [Edited],
    /// Links in a version folder that lead nowhere in the repository.
    pub broken_links: &'a [RepoPath],
    /// How many characters a revision id may have.
    pub max_revision_id_length: usize,
    /// How the names of migration files are made, where the repository says it.
    pub filename_pattern: Option<&'a FilenamePattern>,
    /// What the two sides are called.
    pub wording: &'a Wording,
}

/// Who has what there was before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody else, as far as is known: it may be rewritten.
    Local,
    /// Everybody: it is on a branch that changes go to.
    Published,
    /// Everybody, and the change does not build on it but takes its place.
    Replaced,
}

/// A published migration that the change edits, so that it does something else than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The revision.
    pub revision: RevisionId,
    /// The first place that differs.
    pub site: Site,
    /// Where the file was before.
    pub published: RepoPath,
}

/// What the two sides are called in a sentence, and how to get the newer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// What has landed, `origin/main` for one.
    pub base: String,
    /// The commit that has landed, shortened, for commands that take files from it.
    pub base_commit: Option<String>,
    /// What is judged: "this push".
    pub change: String,
    /// The command that checks out the branch that is judged, where it is another one.
    pub checkout: Option<String>,
    /// The command that brings what has landed into the work tree, where it is not there yet.
    pub get_base: Option<String>,
    /// What must be done once the file is mended.
    pub finish: Finish,
    /// A caution to add where a base may be the wrong one.
    pub doubt: Option<String>,
}

/// What must be done once a file is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Nothing: it is judged by hand, as it lies there.
    Nothing,
    /// A commit is under way: the file must be staged for it.
    Stage,
    /// The commit is made already: another one must follow.
    Commit,
}

impl Wording {
    /// Returns the words for a history with nothing to compare it with.
    pub fn alone() -> Wording {
        Wording {
            base: "nothing".to_owned(),
            base_commit: None,
            change: "this history".to_owned(),
            checkout: None,
            get_base: None,
            finish: Finish::Nothing,
            doubt: None,
        }
    }

    /// Says how the branch and its base come into the work tree, where they are not there yet.
    pub(super) fn get_base_help(&self) -> Vec<String> {
        let checkout =
            self.checkout.as_ref().map(|command| format!("go to the branch: `{command}`"));
        let base = &self.base;
        let get_base = self.get_base.as_ref();
        let get_base =
            get_base.map(|command| format!("bring in {base} without committing yet: `{command}`"));
        checkout.into_iter().chain(get_base).collect()
    }

    /// Says how files that have landed are brought back.
    pub(super) fn keep_help(&self, paths: &[&RepoPath]) -> String {
        let keep = match paths {
            [path] => format!("keep {path}"),
            [_, _] => "keep both files".to_owned(),
            _ => format!("keep all {} files", paths.len()),
        };
        let (shown, for_one) = match paths.len() {
            ..=MOST_KEPT => (paths, ""),
            _ => (&paths[..1], ", for one"),
        };
        let words: Vec<String> = shown.iter().map(|path| shell_word(&path.to_string())).collect();
        let words = words.join(" ");
        match &self.base_commit {
            Some(commit) => format!(
                "{keep}{for_one}: `git restore --source={commit} --staged --worktree -- {words}`"
            ),
            None => keep,
        }
    }

    /// Says what comes after some files were mended.
    pub(super) fn finish_help<'p>(
        &self,
        paths: impl Iterator<Item = &'p RepoPath>,
    ) -> Option<String> {
        let paths: Vec<String> = paths.map(|path| shell_word(&path.to_string())).collect();
        let path = paths.join(" ");
        let then = match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => return None,
            (Finish::Stage, _) => format!("and go on: `git add {path} && git commit`"),
            (Finish::Nothing | Finish::Commit, Some(_)) => {
                format!("and commit the merge: `git add {path} && git commit --no-edit`")
            }
            (Finish::Commit, None) => format!("and commit that: `git commit {path}`"),
        };
        Some(then)
    }
}

impl Subject<'_> {
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
        let is_same = |new: &Revision, old: &Revision| {
            let parents = new.parents.texts().iter().map(|text| &text.text);
            parents.eq(old.parents.texts().iter().map(|text| &text.text))
                && new.dependencies().eq(old.dependencies())
        };
        let revisions = self.after.revisions();
        revisions.filter(move |new| !self.before.get(&new.id).is_some_and(|old| is_same(new, old)))
    }

    /// Returns the revisions that the change brings in files of their own.
    ///
    /// A published file that gets another id is another matter, and told of elsewhere.
    pub(super) fn brought(&self) -> impl Iterator<Item = &Revision> {
        let new = self.after.revisions().filter(|revision| self.is_new(&revision.id));
        self.in_new_files(new)
    }

    /// Returns the revisions whose file is new or got another name.
    pub(super) fn renamed(&self) -> impl Iterator<Item = &Revision> {
        // A folder that moved takes the names along.
        let is_same = |new: &Revision, old: &Revision| {
            new.migration.file.path.file_name() == old.migration.file.path.file_name()
        };
        let losers = self.after.duplicates().flat_map(|(_, earlier)| earlier);
        let revisions = self.after.revisions().chain(losers);
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
        // There are few new ones mostly, so their paths are gathered and not those that have landed.
        let paths: BTreeSet<&RepoPath> = revisions.iter().map(|one| path(one)).collect();
        let landed = self.before.revisions().map(path).filter(|landed| paths.contains(landed));
        let landed: BTreeSet<&RepoPath> = landed.collect();
        revisions.into_iter().filter(move |revision| !landed.contains(path(revision)))
    }

    /// Makes an id of Alembic's form that nothing else has, always the same for the same file.
    pub(super) fn free_id(&self, revision: &Revision) -> RevisionId {
        let ids = (0u32..).map(|attempt| {
            let mut hasher = DefaultHasher::new();
            (revision.migration.file.path.as_bytes(), attempt).hash(&mut hasher);
            RevisionId::new(format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff))
        });
        let mut free = ids.filter(|id| !self.after.contains(id));
        free.next().unwrap_or_else(|| revision.id.clone())
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
            (true, _, true) => format!("head from {}", self.wording.change),
            (true, _, false) => self.wording.change.clone(),
            (false, true, _) => format!("head of {}", self.wording.base),
            (false, false, true) => "a head again".to_owned(),
            (false, false, false) => String::new(),
        };
        Caption { note, new }
    }

    /// Returns the command that joins heads with a merge revision.
    pub fn merge_command(&self, heads: &[RevisionId]) -> String {
        let ids = heads.iter().map(|head| shell_word(&head.to_string()));
        let merge = format!("-m \"merge heads\" {}", ids.collect::<Vec<_>>().join(" "));
        let words = |arguments: &[String]| arguments.iter().map(|word| shell_word(word)).collect();
        let command = match &self.environment.runner {
            Runner::Alembic(arguments) => {
                let arguments: Vec<String> = words(arguments);
                [&["alembic".to_owned()], &arguments[..], &["merge".to_owned(), merge]].concat()
            }
            Runner::FlaskMigrate(arguments) => {
                let arguments: Vec<String> = words(arguments);
                [&["flask db merge".to_owned()], &arguments[..], &[merge]].concat()
            }
        };
        let command = command.join(" ");
        match self.environment.run_from.is_root() {
            true => command,
            false => {
                let folder = shell_word(&self.environment.run_from.to_string());
                format!("(cd {folder} && {command})")
            }
        }
    }

    /// Says how to join heads without editing a migration that others may have run.
    pub fn join_help(&self, heads: &[RevisionId]) -> String {
        format!("add a revision that joins the heads: `{}`", self.merge_command(heads))
    }

    /// Says how to write a `down_revision` that builds on the given heads, behind a few words of why, and
    /// what becomes of the docstring then.
    pub fn write_parents(
        &self,
        why: &str,
        revision: &Revision,
        heads: &[RevisionId],
    ) -> Vec<String> {
        let quoted: Vec<String> = heads.iter().map(|head| format!("\"{head}\"")).collect();
        let value = match quoted.as_slice() {
            [] => "None".to_owned(),
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        let path = &revision.migration.file.path;
        let write = format!("{why}write in {path}: `down_revision = {value}`");
        std::iter::once(write).chain(self.write_revises(revision, heads)).collect()
    }

    /// Says what the docstring must name, where it names parents and not these.
    fn write_revises(&self, revision: &Revision, heads: &[RevisionId]) -> Option<String> {
        let details = self.details.get(&revision.migration.file)?;
        let said = details.docstring.revises.as_ref()?;
        let ids: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
        let line = format!("Revises: {}", ids.join(", "));
        let line = escape(line.trim_end());
        (!Docstring::names(said, &ids)).then(|| format!("and in its docstring: `{line}`"))
    }
}

/// Joins ids as a sentence does: `a`, `b` and `c`.
pub(super) fn listed<'a>(ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("`{id}`")).collect();
    match ids.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

/// Lowers a finding where one of these migrations may explain it, as far as is known of them.
pub(super) fn doubt<'m>(
    finding: &mut Finding,
    migrations: impl Iterator<Item = &'m Migration>,
    message: &str,
) {
    for migration in migrations {
        finding.lowered = Some(Lowered::CannotTell);
        finding.related.push(Related { site: whole(migration), message: message.to_owned() });
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
