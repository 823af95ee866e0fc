//! What the two sides of a change are called, and the advice that depends on nothing else.

use super::context::Restore;
use crate::advice::{Advice, Command, Step};
use crate::tree::RepoPath;

/// A command to bring files back names no more than this.
const MOST_KEPT: usize = 8;

/// What the two sides are called in a sentence, and how to get the newer one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Wording {
    /// What has landed, `origin/main` for one.
    pub base: String,
    /// The commit that has landed, shortened, for commands that take files from it.
    pub base_commit: Option<String>,
    /// What is judged: "this push".
    pub change: String,
    /// The command that checks out the branch that is judged, where it is another one.
    pub checkout: Option<Command>,
    /// The command that brings what has landed into the work tree, where it is not there yet.
    pub get_base: Option<Command>,
    /// Whether git asks how to merge the two: no repair goes on before that is answered.
    pub is_conflicted: bool,
    /// The base that `alembic-guard rebase` must be told so that it takes the same one: `origin/next`.
    pub base_option: Option<String>,
    /// What must be done once the file is repaired.
    pub finish: Finish,
    /// A caution to add where a base may be the wrong one.
    pub doubt: Option<Step>,
}

/// What must be done once a file is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Finish {
    /// Nothing: it is judged by hand, as it lies there.
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

impl Wording {
    /// Returns the words for a history with nothing to compare it with.
    pub fn alone() -> Wording {
        Wording {
            base: "nothing".to_owned(),
            base_commit: None,
            change: "this history".to_owned(),
            checkout: None,
            get_base: None,
            is_conflicted: false,
            base_option: None,
            finish: Finish::Nothing,
            doubt: None,
        }
    }

    /// Returns the words for a repair that needs nothing of the base: no merge comes before it, and none is
    /// to be committed after it.
    pub(super) fn in_place(&self) -> Wording {
        Wording { get_base: None, ..self.clone() }
    }

    /// Says how the branch comes into the work tree, where it is not there yet.
    pub(super) fn checkout_help(&self) -> Option<Step> {
        self.checkout.clone().map(|command| Step::run("go to the branch", command))
    }

    /// Says how the branch and its base come into the work tree, where they are not there yet.
    pub(super) fn get_base_help(&self) -> Vec<Step> {
        let get_base = self.get_base.clone();
        let how = if self.is_conflicted { "and answer git" } else { "without committing yet" };
        let get_base =
            get_base.map(|command| Step::run(format!("bring in {} {how}", self.base), command));
        self.checkout_help().into_iter().chain(get_base).collect()
    }

    /// Says how files that have landed are brought back, and committed.
    pub(super) fn keep_help(&self, paths: &[&RepoPath]) -> Advice {
        self.around_keep(self.keep(paths))
    }

    /// Says what comes before files are brought back, and after.
    pub(super) fn around_keep(&self, keep: Step) -> Advice {
        let way = [keep].into_iter().chain(self.finish_kept_help(&[]));
        Advice::way(way).after(self.checkout_help())
    }

    /// Says how Alembic is made to work again, and how that is committed.
    pub(super) fn restore_help(&self, restore: &Restore) -> Advice {
        match restore {
            Restore::Keep(path) => self.keep_help(&[path]),
            Restore::KeepAs { path, to } => self.keep_as_help(path, to),
            Restore::Write { path, line } => {
                let write = Step::write(format!("write in {path}"), line);
                let finish = self.in_place().finish_help(std::iter::once(path));
                Advice::way([write].into_iter().chain(finish)).after(self.checkout_help())
            }
        }
    }

    /// Says how something that has landed is brought back, to where it belongs now, and committed.
    fn keep_as_help(&self, path: &RepoPath, to: &RepoPath) -> Advice {
        let keep = format!("keep {path} as {to}");
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
    pub(super) fn finish_kept_help(&self, edited: &[&RepoPath]) -> Option<Step> {
        let commit = Command::of("git commit");
        let command = if edited.is_empty() {
            commit
        } else {
            Command::of("git add").paths(edited.iter().copied()).and(commit)
        };
        match self.finish {
            _ if self.base_commit.is_none() => None,
            Finish::Nothing => None,
            Finish::Stage => Some(Step::run("and go on", command)),
            Finish::Commit => Some(Step::run("and commit that", command)),
        }
    }

    /// Says how files that have landed are brought back.
    pub(super) fn keep(&self, paths: &[&RepoPath]) -> Step {
        let keep = match paths {
            [path] => format!("keep {path}"),
            [_, _] => "keep both files".to_owned(),
            _ => format!("keep all {} files", paths.len()),
        };
        let shown = most_kept(paths);
        let for_one = if shown.len() < paths.len() { ", for one" } else { "" };
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
        match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => None,
            (Finish::Nothing | Finish::Stage | Finish::Commit, _) => Some("--stage"),
        }
    }

    /// Says what comes after a repair has staged what it wrote.
    pub(super) fn finish_staged_help(&self) -> Option<Step> {
        let commit = Command::of("git commit");
        match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => None,
            (Finish::Stage, _) => Some(Step::run("and go on", commit)),
            (Finish::Nothing | Finish::Commit, Some(_)) => {
                Some(Step::run("and commit the merge", commit.arg("--no-edit")))
            }
            (Finish::Commit, None) => Some(Step::run("and commit that", commit)),
        }
    }

    /// Says what comes after some files were repaired.
    pub(super) fn finish_help<'p>(
        &self,
        paths: impl Iterator<Item = &'p RepoPath>,
    ) -> Option<Step> {
        let commit = Command::of("git commit");
        match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => None,
            (Finish::Stage, _) => {
                Some(Step::run("and go on", Command::of("git add").paths(paths).and(commit)))
            }
            (Finish::Nothing | Finish::Commit, Some(_)) => {
                let commit = commit.arg("--no-edit");
                let command = Command::of("git add").paths(paths).and(commit);
                Some(Step::run("and commit the merge", command))
            }
            (Finish::Commit, None) => Some(Step::run("and commit that", commit.paths(paths))),
        }
    }
}
