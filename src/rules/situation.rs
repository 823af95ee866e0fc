//! What advice depends on beside the history: how the two sides come into the work tree, and what comes after a
//! repair.

use super::context::Restore;
use crate::advice::{Advice, Command, Step};
use crate::tree::RepoPath;

/// A command to bring files back names no more than this.
const MOST_KEPT: usize = 8;

/// Where one stands who is to repair a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Situation {
    /// The commit that has landed, shortened, for commands that take files from it.
    pub base_commit: Option<String>,
    /// The command that checks out the branch that is judged, where it is another one.
    pub checkout: Option<Command>,
    /// The command that brings what has landed into the work tree, where it is not there yet.
    pub get_base: Option<Command>,
    /// Whether git asks how to merge the two: no repair goes on before that is answered.
    pub is_conflicted: bool,
    /// The base that `alembic-guard rebase` must be told so that it takes the same one: `origin/next`.
    pub base_option: Option<String>,
    /// What must be done once the file is repaired.
    pub next: NextStep,
    /// A caution to add where a base may be the wrong one.
    pub doubt: Option<Step>,
}

/// What must be done once a file is repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub enum NextStep {
    /// Nothing: it is judged by hand, as it lies there.
    #[default]
    Nothing,
    /// A commit is under way: the file must be staged for it.
    Stage,
    /// The commit is made already: another one must follow.
    Commit,
}

/// Returns the paths that a command to bring files back names.
pub(super) fn most_kept<'s, 'p>(paths: &'s [&'p RepoPath]) -> &'s [&'p RepoPath] {
    if paths.len() > MOST_KEPT { &paths[..1] } else { paths }
}

impl Situation {
    /// Returns the situation for a repair that needs nothing of the base: no merge comes before it, and none is
    /// to be committed after it.
    pub(super) fn in_place(&self) -> Situation {
        Situation { get_base: None, ..self.clone() }
    }

    /// Says how the branch comes into the work tree, where it is not there yet.
    pub(super) fn go_to_branch(&self) -> Option<Step> {
        self.checkout.clone().map(|command| Step::obvious("switch to the branch", command))
    }

    /// Says how the branch and the base come into the work tree, where they are not there yet.
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

    /// Says how files that have landed are brought back, and committed.
    pub(super) fn keep_and_commit(&self, paths: &[&RepoPath]) -> Advice {
        self.around_keep(self.keep(paths))
    }

    /// Says what comes before files are brought back, and after.
    pub(super) fn around_keep(&self, keep: Step) -> Advice {
        let way = [keep].into_iter().chain(self.finish_kept(&[]));
        Advice::way(way).after(self.go_to_branch())
    }

    /// Says how Alembic is made to work again, and how that is committed.
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

    /// Says how something that has landed is brought back, to where it belongs now, and committed.
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

    /// Says what comes after files were brought back, which stages them, and others edited by hand.
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

    /// Says how files that have landed are brought back.
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

    /// Returns the option by which a repair stages what it writes, where a commit must follow.
    pub(super) fn stage_option(&self) -> Option<&'static str> {
        match (self.next, &self.get_base) {
            (NextStep::Nothing, None) => None,
            (NextStep::Nothing | NextStep::Stage | NextStep::Commit, _) => Some("--stage"),
        }
    }

    /// Says what comes after a repair has staged what it wrote.
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

    /// Says what comes after some files were repaired.
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
