//! The commands and lines of source that repair a history.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::situation::most_kept;
use super::{Fate, RuleContext, Standing};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{Docstring, RevisionId};
use crate::heads::{HeadLimits, HeadProblem, crowded};
use crate::python;
use crate::text::escape;
use crate::tree::RepoPath;

/// A command to join heads names no more than these: without names, all are joined.
const MOST_NAMED: usize = 20;

impl RuleContext<'_> {
    /// Returns the command that joins heads with a merge revision; very many are not named.
    pub fn merge_command(&self, heads: &[RevisionId]) -> Command {
        let named = if heads.len() <= MOST_NAMED { heads } else { &[] };
        self.merge_all_command().args(named.iter().map(RevisionId::as_str))
    }

    /// Returns the command that joins all heads.
    pub(super) fn merge_all_command(&self) -> Command {
        Command::of("alembic-guard merge").args(self.situation.stage_option())
    }

    /// Returns the command that joins the heads of a fault; where there are several faults, one command
    /// joins all their heads.
    pub(super) fn join_command(&self, heads: &[RevisionId]) -> Command {
        let limits =
            HeadLimits { heads: self.environment.heads, branches: &self.environment.branches };
        // What takes the place of the base has other heads once that is brought in.
        if self.standing == Standing::Replaced && self.situation.get_base.is_some() {
            return self.merge_all_command();
        }
        match (self.head_problems, crowded(self.after, limits).as_slice()) {
            ([] | [_], _) => self.merge_command(heads),
            // Unasked, lines that may be meant to stay apart are not joined.
            (_, [all]) if all.len() <= MOST_NAMED => {
                self.merge_all_command().args(all.iter().map(|head| head.as_str()))
            }
            _ => self.merge_all_command(),
        }
    }

    /// Returns the command that puts new migrations in one line on top of what has landed.
    pub(super) fn rebase_command(&self) -> Command {
        let base = self.situation.base_option.iter().flat_map(|base| ["--base", base]);
        Command::of("alembic-guard rebase").args(self.situation.stage_option()).args(base)
    }

    /// Says how the branch and its base come into the work tree, where they are not there yet.
    pub(super) fn bring_in_base(&self) -> Vec<Step> {
        self.situation.bring_in(&self.names.base)
    }

    /// Says how new migrations are put in one line on top of what has landed, which no parents do while
    /// something that has landed is a head again.
    pub(super) fn rebase(&self, text: impl Into<String>) -> Vec<Step> {
        if self.is_lost() {
            return vec![self.restore_first()];
        }
        match self.returned() {
            Some(head) => {
                vec![format!("first repair the change that makes `{head}` a head again").into()]
            }
            None => std::iter::once(Step::run(text, self.rebase_command()))
                .chain(self.situation.finish_staged())
                .collect(),
        }
    }

    /// Says how new migrations are put in one line, or how the heads are joined instead.
    pub(super) fn rebase_or_join(
        &self,
        (rebase, join): (impl Into<String>, &str),
        heads: &[RevisionId],
    ) -> Advice {
        let rebase = self.rebase(rebase);
        let finish = rebase.get(1..).unwrap_or_default().to_vec();
        let join = self.join_instead(join, heads).map(|join| followed(join, &finish));
        Advice::way(rebase).or(join.unwrap_or_default())
    }

    /// Says how heads are joined instead, behind a few words.
    ///
    /// A database that ran what stood on a head that is one again does not survive that: what joins the heads
    /// would take its place.
    pub(super) fn join_instead(&self, text: &str, heads: &[RevisionId]) -> Option<Step> {
        let is_safe = self.returned().is_none() || !self.is_published();
        let is_safe = is_safe && self.may_be_joined(heads) && !self.is_lost();
        is_safe.then(|| Step::run(text, self.join_command(heads)))
    }

    /// Tells whether one merge revision may name the heads of a fault, or all where there are several faults.
    fn may_be_joined(&self, heads: &[RevisionId]) -> bool {
        let named: Vec<&RevisionId> = match self.head_problems {
            [] | [_] => heads.iter().collect(),
            _ => self.after.heads(),
        };
        may_join(self.after, &named)
    }

    /// Returns a head that had children and is one again.
    pub(super) fn returned(&self) -> Option<&RevisionId> {
        self.head_problems.iter().find_map(|fault| match fault {
            HeadProblem::Returned { head, .. } => Some(head),
            HeadProblem::Stale(_) | HeadProblem::Fork { .. } | HeadProblem::NewHistory { .. } => {
                None
            }
        })
    }

    /// Says how to join heads without editing a migration that others may have run.
    pub fn join_unedited(&self, heads: &[RevisionId]) -> Advice {
        let join = if self.is_lost() {
            self.restore_first()
        } else if self.may_be_joined(heads) {
            Step::run("join the heads with a merge revision", self.join_command(heads))
        } else {
            Step::note("have it fixed there, then merge that branch")
        };
        Advice::way([join]).after(self.bring_in_base())
    }

    /// Tells whether nothing leads to the migrations any more: no repair finds them then.
    pub(super) fn is_lost(&self) -> bool {
        self.loss.fate != Fate::Kept
    }

    /// Says that the environment must be there before its migrations are repaired.
    fn restore_first(&self) -> Step {
        Step::note(format!("restore the Alembic environment `{}` first", self.environment.name))
    }

    /// Says how to write a `down_revision` that builds on the given heads, behind a few words of why, and
    /// what becomes of the docstring then.
    pub fn write_parents(&self, why: &str, revision: &Revision, heads: &[RevisionId]) -> Vec<Step> {
        let value = python::literal(heads.iter().map(RevisionId::as_str));
        let place = match self.before.get(&revision.id) {
            Some(landed) if self.may_be_renamed(landed, revision) => {
                format!("the file of `{}`", revision.id)
            }
            Some(_) | None => revision.migration.file.path.to_string(),
        };
        let write =
            Step::write(format!("{why}write in {place}"), format!("down_revision = {value}"));
        std::iter::once(write).chain(self.write_revises(revision, heads)).collect()
    }

    /// Says that advice about the parents of a revision has to wait, as these may be other ones soon.
    pub(super) fn once_moved(&self, revision: &Revision) -> Step {
        Step::note(format!("check again: `{}` may have another parent then", revision.id))
    }

    /// Tells whether the merge that comes first may give a file the other one of its two names.
    fn may_be_renamed(&self, landed: &Revision, revision: &Revision) -> bool {
        self.standing == Standing::Replaced
            && self.situation.get_base.is_some()
            && landed.migration.file.path != revision.migration.file.path
    }

    /// Says what the docstring must name, where it names parents and not these.
    fn write_revises(&self, revision: &Revision, heads: &[RevisionId]) -> Option<Step> {
        let details = self.details.get(&revision.migration.file)?;
        let said = details.docstring.revises.as_ref()?;
        let ids: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
        let line = format!("Revises: {}", ids.join(", "));
        let line = escape(line.trim_end());
        (!Docstring::names(said, &ids)).then(|| Step::write("update its docstring", line))
    }

    /// Finds what to build on: what the change itself puts soundly on these heads of the base, else they.
    pub(super) fn tops(&self, base_heads: &[RevisionId]) -> Vec<RevisionId> {
        let faulty: BTreeSet<&RevisionId> =
            self.head_problems.iter().flat_map(HeadProblem::misplaced_heads).collect();
        let mut tops = Vec::new();
        for base_head in base_heads {
            let mut above = self.after.heads_above(base_head);
            above.retain(|head| !faulty.contains(head));
            let top = match above.as_slice() {
                [one] => (*one).clone(),
                _ => base_head.clone(),
            };
            if !tops.contains(&top) {
                tops.push(top);
            }
        }
        tops
    }

    /// Says how migrations that have landed are brought back, into a folder that Alembic still loads.
    pub(super) fn keep(&self, paths: &[&RepoPath]) -> Step {
        let keep = self.situation.keep(paths);
        let is_loaded = |path: &&RepoPath| self.environment.versions_folder_of(path).is_some();
        match (keep.command(), self.environment.version_locations.first()) {
            (Some(restore), Some(folder))
                if self.loss.fate == Fate::Kept && !paths.iter().any(is_loaded) =>
            {
                let paths = most_kept(paths).iter().copied();
                let moved = Command::of("git mv").paths(paths).path(folder);
                // Git moves nothing into a folder that is not there.
                let mut there = self.migrations().map(|migration| &migration.file.path);
                let moved = if there.any(|path| path.below(folder).is_some()) {
                    moved
                } else {
                    Command::of("mkdir -p").path(folder).and(moved)
                };
                Step::run(format!("{} in {folder}", keep.text), restore.clone().and(moved))
            }
            _ => keep,
        }
    }

    /// Says how a migration that has landed is brought back, and committed.
    pub(super) fn keep_landed(&self, path: &RepoPath) -> Advice {
        self.situation.around_keep(self.keep(&[path]))
    }

    /// Returns the id that a revision may take instead of its own.
    pub(super) fn free_id(&self, revision: &Revision) -> RevisionId {
        proposed_id(self.after, revision)
    }
}

/// Makes a way of a step and what finishes it.
pub(super) fn followed(step: Step, finish: &[Step]) -> Vec<Step> {
    [std::slice::from_ref(&step), finish].concat()
}

/// Tells whether one merge revision may name heads: not if one of them depends on another one and a third is
/// beside these (`redundant-merge`). Of very many that is not asked.
pub fn may_join(graph: &Graph, heads: &[&RevisionId]) -> bool {
    if heads.len() < 3 || heads.len() > MOST_NAMED {
        return true;
    }
    let needs =
        |high: &RevisionId, low: &RevisionId| high != low && graph.requirements(high).contains(low);
    let is_needed = |low: &&&RevisionId| heads.iter().any(|high| needs(high, low));
    let needed = heads.iter().filter(is_needed).count();
    needed == 0 || heads.len() - needed < 2
}

/// Makes an id of Alembic's form that nothing else in a graph has. One build of the program makes the same id of the
/// same file every time: what a report proposes is what `check --fix` writes.
pub fn proposed_id(graph: &Graph, revision: &Revision) -> RevisionId {
    let ids = (0u32..).map(|attempt| {
        let mut hasher = DefaultHasher::new();
        (revision.migration.file.path.as_bytes(), attempt).hash(&mut hasher);
        RevisionId::new(format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff))
    });
    let mut free = ids.filter(|id| !graph.contains(id));
    free.next().expect("there are more ids than files")
}
