//! Facts about the work tree that advice depends on: how to get the two sides, and how to finish a repair.

use super::context::Restore;
use crate::advice::{Advice, Command, Step};
use crate::tree::RepoPath;

/// A command that restores files names at most this many.
const MOST_KEPT: usize = 8;

/// The situation of the user who repairs a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Situation {
    /// The abbreviated base commit, for commands that take files from it.
    pub base_commit: Option<String>,
    /// The command that checks out the checked branch, if another one is checked out.
    pub checkout: Option<Command>,
    /// The command that merges the base into the work tree, if it is not there yet.
    pub get_base: Option<Command>,
    /// Whether that merge has conflicts, which must be resolved before a repair can continue.
    pub is_conflicted: bool,
    /// The `--base` that `alembic-guard rebase` needs to use the same base: `origin/next`, for example.
    pub base_option: Option<String>,
    /// The step that follows an edit.
    pub next: NextStep,
    /// A warning to add if the base may be the wrong one.
    pub doubt: Option<Step>,
}

/// The step that follows an edit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub enum NextStep {
    /// Nothing: the user checks the work tree directly.
    #[default]
    Nothing,
    /// A commit is in progress; the file must be staged for it.
    Stage,
    /// The commit exists already; another one must follow.
    Commit,
}

/// Returns the paths that a command to restore files names.
pub(super) fn most_kept<'s, 'p>(paths: &'s [&'p RepoPath]) -> &'s [&'p RepoPath] {
    if paths.len() > MOST_KEPT { &paths[..1] } else { paths }
}

impl Situation {
    /// Returns the situation for a repair that does not need the base, so no merge precedes it and
    /// no merge is committed after it.
    pub(super) fn in_place(&self) -> Situation {
        Situation { get_base: None, ..self.clone() }
    }

    /// Returns the step that checks out the branch, if another one is checked out.
    pub(super) fn go_to_branch(&self) -> Option<Step> {
        self.checkout.clone().map(|command| Step::obvious("switch to the branch", command))
    }

    /// Returns the steps that bring the branch and the base into the work tree, if they are not there yet.
    pub(super) fn bring_in(&self, base: &str) -> Vec<Step> {
        let get_base = self.get_base.clone();
        let how =
            if self.is_conflicted { "and resolve the conflicts" } else { "without committing" };
        let get_base = get_base.map(|command| Step {
            is_obvious: !self.is_conflicted,
            ..Step::run(format!("merge {base} {how}"), command)
        });
        self.go_to_branch().into_iter().chain(get_base).collect()
    }

    /// Returns the advice to restore files of the base and commit them.
    pub(super) fn keep_and_commit(&self, paths: &[&RepoPath]) -> Advice {
        self.around_keep(self.keep(paths))
    }

    /// Adds the steps before and after restoring files.
    pub(super) fn around_keep(&self, keep: Step) -> Advice {
        let way = [keep].into_iter().chain(self.finish_kept(&[]));
        Advice::way(way).after(self.go_to_branch())
    }

    /// Returns the advice to make Alembic work again and commit the repair.
    pub(super) fn restore(&self, restore: &Restore) -> Advice {
        match restore {
            Restore::Keep(path) => self.keep_and_commit(&[path]),
            Restore::KeepAs { path, to } => self.keep_as(path, to),
            Restore::Write { path, line } => {
                let write = Step::write(format!("write in {path}"), line);
                let finish = self.in_place().finish_edited(std::iter::once(path));
                Advice::way([write].into_iter().chain(finish)).after(self.go_to_branch())
            }
        }
    }

    /// Returns the advice to restore a file of the base under a new path and commit it.
    fn keep_as(&self, path: &RepoPath, to: &RepoPath) -> Advice {
        let keep = format!("restore {path} as {to}");
        let restore = self.keep(&[path]).command().cloned();
        let keep = match restore {
            Some(restore) => {
                Step::run(keep, restore.and(Command::of("git mv").path(path).path(to)))
            }
            None => Step::note(keep),
        };
        self.around_keep(keep)
    }

    /// Returns the step after restoring files, which stages them, and editing others by hand.
    pub(super) fn finish_kept(&self, edited: &[&RepoPath]) -> Option<Step> {
        let commit = Command::of("git commit");
        let command = if edited.is_empty() {
            commit
        } else {
            Command::of("git add").paths(edited.iter().copied()).and(commit)
        };
        match self.next {
            _ if self.base_commit.is_none() => None,
            NextStep::Nothing => None,
            NextStep::Stage => Some(Step::obvious("commit", command)),
            NextStep::Commit => Some(Step::obvious("commit the repair", command)),
        }
    }

    /// Returns the step that restores files of the base.
    pub(super) fn keep(&self, paths: &[&RepoPath]) -> Step {
        let keep = match paths {
            [path] => format!("restore {path}"),
            [_, _] => "restore both files".to_owned(),
            _ => format!("restore all {} files", paths.len()),
        };
        let shown = most_kept(paths);
        let for_one = if shown.len() < paths.len() { ", for example" } else { "" };
        match &self.base_commit {
            Some(commit) => {
                let restore = Command::of("git restore")
                    .arg(format!("--source={commit}"))
                    .args(["--staged", "--worktree", "--"])
                    .paths(shown.iter().copied());
                Step::run(format!("{keep}{for_one}"), restore)
            }
            None => Step::note(keep),
        }
    }

    /// Returns the option that stages the files of a repair, if a commit must follow.
    pub(super) fn stage_option(&self) -> Option<&'static str> {
        match (self.next, &self.get_base) {
            (NextStep::Nothing, None) => None,
            (NextStep::Nothing | NextStep::Stage | NextStep::Commit, _) => Some("--stage"),
        }
    }

    /// Returns the step after a repair that staged its files.
    pub(super) fn finish_staged(&self) -> Option<Step> {
        let commit = Command::of("git commit");
        match (self.next, &self.get_base) {
            (NextStep::Nothing, None) => None,
            (NextStep::Stage, _) => Some(Step::obvious("commit", commit)),
            (NextStep::Nothing | NextStep::Commit, Some(_)) => {
                Some(Step::obvious("commit the merge", commit.arg("--no-edit")))
            }
            (NextStep::Commit, None) => Some(Step::obvious("commit the repair", commit)),
        }
    }

    /// Returns the step after editing some files.
    pub(super) fn finish_edited<'p>(
        &self,
        paths: impl Iterator<Item = &'p RepoPath>,
    ) -> Option<Step> {
        let commit = Command::of("git commit");
        match (self.next, &self.get_base) {
            (NextStep::Nothing, None) => None,
            (NextStep::Stage, _) => {
                Some(Step::obvious("commit", Command::of("git add").paths(paths).and(commit)))
            }
            (NextStep::Nothing | NextStep::Commit, Some(_)) => {
                let commit = commit.arg("--no-edit");
                let command = Command::of("git add").paths(paths).and(commit);
                Some(Step::obvious("commit the merge", command))
            }
            (NextStep::Commit, None) => {
                Some(Step::obvious("commit the repair", commit.paths(paths)))
            }
        }
    }
}
