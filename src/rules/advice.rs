//! The commands and source lines that repair a history.

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

/// A merge command names at most this many heads. Without names, it merges all of them.
const MOST_NAMED: usize = 20;

impl RuleContext<'_> {
    /// Returns the command that merges `heads`, without naming them if there are too many.
    pub fn merge_command(&self, heads: &[RevisionId]) -> Command {
        let named = if heads.len() <= MOST_NAMED { heads } else { &[] };
        self.merge_all_command().args(named.iter().map(RevisionId::as_str))
    }

    /// Returns the command that merges all heads.
    pub(super) fn merge_all_command(&self) -> Command {
        Command::of("alembic-guard merge").args(self.situation.stage_option())
    }

    /// Returns the command that merges the heads of a problem.
    ///
    /// If there are several problems, one command merges the heads of all of them.
    pub(super) fn join_command(&self, heads: &[RevisionId]) -> Command {
        let limits =
            HeadLimits { heads: self.environment.heads, branches: &self.environment.branches };
        // The result has other heads once the base is merged into it.
        if self.standing == Standing::Replaced && self.situation.get_base.is_some() {
            return self.merge_all_command();
        }
        match (self.head_problems, crowded(self.after, limits).as_slice()) {
            ([] | [_], _) => self.merge_command(heads),
            // Branches that may be meant to stay separate are not merged unless the user asks for it.
            (_, [all]) if all.len() <= MOST_NAMED => {
                self.merge_all_command().args(all.iter().map(|head| head.as_str()))
            }
            _ => self.merge_all_command(),
        }
    }

    /// Returns the command that rebases new migrations onto the base.
    pub(super) fn rebase_command(&self) -> Command {
        let base = self.situation.base_option.iter().flat_map(|base| ["--base", base]);
        Command::of("alembic-guard rebase").args(self.situation.stage_option()).args(base)
    }

    /// Returns the steps that bring the branch and its base into the work tree, if they are not there yet.
    pub(super) fn bring_in_base(&self) -> Vec<Step> {
        self.situation.bring_in(&self.names.base)
    }

    /// Returns the steps that rebase new migrations onto the base.
    ///
    /// No rebase works while a revision of the base is a head again, so that has to be repaired first.
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

    /// Returns the advice to rebase new migrations, or to merge the heads instead.
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

    /// Returns the step that merges heads instead, introduced by `text`.
    ///
    /// Returns `None` if a published revision is a head again: databases that have run its former
    /// child would not survive the merge.
    pub(super) fn join_instead(&self, text: &str, heads: &[RevisionId]) -> Option<Step> {
        let is_safe = self.returned().is_none() || !self.is_published();
        let is_safe = is_safe && self.may_be_joined(heads) && !self.is_lost();
        is_safe.then(|| Step::run(text, self.join_command(heads)))
    }

    /// Returns whether one merge revision may name these heads, or all heads if there are several problems.
    fn may_be_joined(&self, heads: &[RevisionId]) -> bool {
        let named: Vec<&RevisionId> = match self.head_problems {
            [] | [_] => heads.iter().collect(),
            _ => self.after.heads(),
        };
        may_join(self.after, &named)
    }

    /// Returns a head that had children in the base and is a head again.
    pub(super) fn returned(&self) -> Option<&RevisionId> {
        self.head_problems.iter().find_map(|fault| match fault {
            HeadProblem::Returned { head, .. } => Some(head),
            HeadProblem::Stale(_) | HeadProblem::Fork { .. } | HeadProblem::NewHistory { .. } => {
                None
            }
        })
    }

    /// Returns the advice to merge heads without editing a migration that others may have run.
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

    /// Returns whether nothing leads to the migrations any more, so that no repair finds them.
    pub(super) fn is_lost(&self) -> bool {
        self.loss.fate != Fate::Kept
    }

    /// Returns the step that restores the environment before its migrations are repaired.
    fn restore_first(&self) -> Step {
        Step::note(format!("restore the Alembic environment `{}` first", self.environment.name))
    }

    /// Returns the steps that set `down_revision` to the given heads and update the docstring to match.
    ///
    /// `why` introduces the first step.
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

    /// Returns the step that postpones advice about a revision's parents because they may change.
    pub(super) fn once_moved(&self, revision: &Revision) -> Step {
        Step::note(format!("check again: `{}` may have another parent then", revision.id))
    }

    /// Returns whether the merge that comes first may give the file its other name.
    fn may_be_renamed(&self, landed: &Revision, revision: &Revision) -> bool {
        self.standing == Standing::Replaced
            && self.situation.get_base.is_some()
            && landed.migration.file.path != revision.migration.file.path
    }

    /// Returns the step that updates the parents in the docstring, if the docstring names other ones.
    fn write_revises(&self, revision: &Revision, heads: &[RevisionId]) -> Option<Step> {
        let details = self.details.get(&revision.migration.file)?;
        let said = details.docstring.revises.as_ref()?;
        let ids: Vec<&str> = heads.iter().map(RevisionId::as_str).collect();
        let line = format!("Revises: {}", ids.join(", "));
        let line = escape(line.trim_end());
        (!Docstring::names(said, &ids)).then(|| Step::write("update its docstring", line))
    }

    /// Returns the revisions to build on: for each base head, the only sound head that the change
    /// adds above it, or else the base head itself.
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

    /// Returns the step that restores files of the base, into a folder that Alembic still loads.
    pub(super) fn keep(&self, paths: &[&RepoPath]) -> Step {
        let keep = self.situation.keep(paths);
        let is_loaded = |path: &&RepoPath| self.environment.versions_folder_of(path).is_some();
        match (keep.command(), self.environment.version_locations.first()) {
            (Some(restore), Some(folder))
                if self.loss.fate == Fate::Kept && !paths.iter().any(is_loaded) =>
            {
                let paths = most_kept(paths).iter().copied();
                let moved = Command::of("git mv").paths(paths).path(folder);
                // `git mv` does not create the folder.
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

    /// Returns the advice to restore a migration of the base and commit it.
    pub(super) fn keep_landed(&self, path: &RepoPath) -> Advice {
        self.situation.around_keep(self.keep(&[path]))
    }

    /// Returns a free id that a revision may take instead of its own.
    pub(super) fn free_id(&self, revision: &Revision) -> RevisionId {
        proposed_id(self.after, revision)
    }
}

/// Returns `step` followed by the steps that finish it.
pub(super) fn followed(step: Step, finish: &[Step]) -> Vec<Step> {
    [std::slice::from_ref(&step), finish].concat()
}

/// Returns whether one merge revision may name these heads.
///
/// It may not if one head depends on another and there is a third (`redundant-merge`). Very long
/// lists are not checked.
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

/// Returns an id in Alembic's form that no other revision of the graph has.
///
/// The id depends only on the file's path and the build of this program, so `check --fix` writes
/// the id that a report proposes.
pub fn proposed_id(graph: &Graph, revision: &Revision) -> RevisionId {
    let ids = (0u32..).map(|attempt| {
        let mut hasher = DefaultHasher::new();
        (revision.migration.file.path.as_bytes(), attempt).hash(&mut hasher);
        RevisionId::new(format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff))
    });
    let mut free = ids.filter(|id| !graph.contains(id));
    free.next().expect("there are more ids than files")
}
