//! What the two sides of a change are called, and the advice that depends on nothing else.

use crate::text::shell_word;
use crate::tree::RepoPath;

/// A command to bring files back names no more than this.
const MOST_KEPT: usize = 8;

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
    /// What `alembic-guard rebase` must be told so that it takes the same base: ` --base origin/next`.
    pub base_option: String,
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
            base_option: String::new(),
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

    /// Returns the option by which a repair stages what it writes, where a commit must follow.
    pub(super) fn stage_option(&self) -> &'static str {
        match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => "",
            (Finish::Nothing | Finish::Stage | Finish::Commit, _) => " --stage",
        }
    }

    /// Says what comes after a repair has staged what it wrote.
    pub(super) fn finish_staged_help(&self) -> Option<String> {
        let then = match (self.finish, &self.get_base) {
            (Finish::Nothing, None) => return None,
            (Finish::Stage, _) => "and go on: `git commit`",
            (Finish::Nothing | Finish::Commit, Some(_)) => {
                "and commit the merge: `git commit --no-edit`"
            }
            (Finish::Commit, None) => "and commit that: `git commit`",
        };
        Some(then.to_owned())
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
