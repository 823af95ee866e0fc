//! Starts git; the only module that does.
//!
//! A caller chooses the repository ([`Target`]) and the differences from a git that the user starts
//! ([`GitOption`]). Everything else stays the user's: PATH, configuration, credentials, hooks, language.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::platform::cleanup::{self, Leftover, Noted};
use crate::platform::process_groups::{self, ProcessGroup};

/// The variables that name a repository or a place in one; git sets them for hooks.
///
/// They are the variables of `git rev-parse --local-env-vars` that select the repository. The others
/// configure it (`git -c`) or locate its objects.
const REPOSITORY: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// A path that cannot exist.
const NO_FILE: &str = "/dev/null/none";

/// The repository in which git works.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'p> {
    /// The one of the environment, or else the one around the current folder.
    Environment,
    /// The one of the environment, or else the one around this folder.
    EnvironmentElse(&'p Path),
    /// The one around this folder, ignoring the environment.
    Around(&'p Path),
    /// This one. Git runs at the top of its work tree; in its own folder if it has none.
    Found { git_dir: &'p Path, work_tree: Option<&'p Path> },
}

/// The differences from a git that the user starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GitOption<'v> {
    /// Ignores replacements of objects in this repository.
    OriginalObjects,
    /// Does not rewrite the index just to speed up the next run.
    NoOptionalLocks,
    /// Takes paths literally, not as patterns.
    LiteralPaths,
    /// Does not start the file system monitor.
    NoMonitor,
    /// Never prompts for a password.
    NoPrompts {
        /// Whether git's configuration has no ssh command (`core.sshCommand`).
        usual_ssh: bool,
    },
    /// Does not fetch objects that a partial clone left out.
    NoLazyFetch,
    /// Uses this index, by its absolute path.
    Index(&'v Path),
    /// Writes objects to a folder, and also reads those of other folders.
    Objects { folder: &'v Path, others: &'v OsStr },
    /// Creates commits that do not depend on the user and the time.
    Nobody,
    /// Prints errors in English, whatever the user's language is: some reasons can only be recognized by
    /// their message.
    English,
}

/// Prepares a run of git that reads nothing. The subcommand and its arguments are the caller's.
pub(crate) fn command(target: Target<'_>, options: &[GitOption<'_>]) -> Command {
    let mut git = Command::new("git");
    git.stdin(Stdio::null());
    target.apply(&mut git);
    for option in options {
        option.apply(&mut git);
    }
    git
}

/// Starts git in its own process group, which is killed with the run.
///
/// A git that waits for another repository would not notice the end of the run, nor would its child
/// processes. In its own group nothing can read from the terminal, so ssh cannot wait there for a password
/// (setpgid(2)).
pub(crate) fn start(git: &mut Command) -> io::Result<(Child, Option<Noted>)> {
    process_groups::lead_group(git);
    cleanup::begin_watch();
    let child = git.spawn()?;
    let noted = ProcessGroup::of(&child).map(|group| cleanup::note(Leftover::Group(group)));
    Ok((child, noted))
}

impl Target<'_> {
    fn apply(self, git: &mut Command) {
        match self {
            Target::Environment => {}
            Target::EnvironmentElse(folder) => {
                git.current_dir(folder);
            }
            Target::Around(folder) => {
                // If a hook sets them, they win over the current folder (githooks(5)).
                for name in REPOSITORY {
                    git.env_remove(name);
                }
                git.current_dir(folder);
            }
            Target::Found { git_dir, work_tree } => {
                git.current_dir(work_tree.unwrap_or(git_dir));
                // A hook's is relative to the folder that it was started in (githooks(5)).
                git.env("GIT_DIR", git_dir);
                if let Some(top) = work_tree {
                    // So is a hook's; `core.worktree` may name a folder that is not the current one (git(1)).
                    git.env("GIT_WORK_TREE", top);
                }
            }
        }
    }
}

impl GitOption<'_> {
    fn apply(self, git: &mut Command) {
        match self {
            GitOption::OriginalObjects => {
                // A push sends the object itself, not its replacement (git-replace(1)).
                git.env("GIT_NO_REPLACE_OBJECTS", "1");
                // Nor does it send a graft (gitglossary(7); `GRAFT_ENVIRONMENT` in git's environment.h).
                git.env("GIT_GRAFT_FILE", NO_FILE);
            }
            // `git status` and `git diff` refresh the index otherwise, and lock it for that (git(1)).
            GitOption::NoOptionalLocks => set(git, "GIT_OPTIONAL_LOCKS", "0"),
            // A file's name may begin with `:` or hold `*` (git(1); gitglossary(7), pathspec).
            GitOption::LiteralPaths => set(git, "GIT_LITERAL_PATHSPECS", "1"),
            GitOption::NoMonitor => {
                // It may be any program that the repository's configuration names (git-config(1)).
                git.args(["-c", "core.fsmonitor=false"]);
            }
            GitOption::NoPrompts { usual_ssh } => no_prompts(git, usual_ssh),
            // Git 2.45 and newer; others get them (`NO_LAZY_FETCH_ENVIRONMENT` in git's environment.h).
            GitOption::NoLazyFetch => set(git, "GIT_NO_LAZY_FETCH", "1"),
            // A path in it is relative to the top of the work tree, unless it is absolute (git(1)).
            GitOption::Index(index) => set(git, "GIT_INDEX_FILE", index),
            GitOption::Objects { folder, others } => {
                // Whatever this git writes goes here, and not into the repository (git(1)).
                set(git, "GIT_OBJECT_DIRECTORY", folder);
                // The repository's own would not be found any more (git(1)).
                set(git, "GIT_ALTERNATE_OBJECT_DIRECTORIES", others);
            }
            GitOption::Nobody => nobody(git),
            GitOption::English => {
                // It wins over `LC_ALL` and `LANG`, unless the locale is C (gettext(3)).
                set(git, "LANGUAGE", "C");
                set(git, "LC_ALL", "C");
            }
        }
    }
}

fn no_prompts(git: &mut Command, usual_ssh: bool) {
    // Git itself, on the terminal (git(1)).
    set(git, "GIT_TERMINAL_PROMPT", "0");
    // The program that asks in a window: this one answers nothing (gitcredentials(7)).
    set(git, "GIT_ASKPASS", "true");
    // The same for ssh (ssh(1), OpenSSH 8.4 and newer).
    set(git, "SSH_ASKPASS_REQUIRE", "never");
    // Git Credential Manager (its docs/environment.md).
    set(git, "GCM_INTERACTIVE", "never");
    let named = ["GIT_SSH_COMMAND", "GIT_SSH"].iter().any(|name| std::env::var_os(name).is_some());
    if usual_ssh && !named {
        // ssh itself (ssh_config(5)). It wins over `core.sshCommand`, so not if there is one (git(1)).
        set(git, "GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    }
}

fn nobody(git: &mut Command) {
    for who in ["AUTHOR", "COMMITTER"] {
        // Git makes no commit for somebody without a name (git-commit-tree(1)).
        set(git, &format!("GIT_{who}_NAME"), "nobody");
        // Nor without an address (git-commit-tree(1)).
        set(git, &format!("GIT_{who}_EMAIL"), "nobody");
        // So that the same content has the same id (git-commit-tree(1)).
        set(git, &format!("GIT_{who}_DATE"), "@0 +0000");
    }
}

fn set(git: &mut Command, name: &str, value: impl AsRef<OsStr>) {
    git.env(name, value);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    #[test]
    fn nothing_else_starts_git_or_changes_its_environment() {
        let here = Path::new("git/process.rs");
        for words in [r#"Command::new("git")"#, ".env(", ".env_remove("] {
            assert_eq!(files_with(words), [here], "{words}");
        }
        let mut leading = files_with("lead_group(");
        leading.sort();
        assert_eq!(leading, [here, Path::new("platform/process_groups.rs")]);
    }

    /// Finds files below `src` by some words in them.
    fn files_with(words: &str) -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("it is there") {
                let path = entry.expect("it is there").path();
                if path.is_dir() {
                    folders.push(path);
                } else if fs::read_to_string(&path).expect("it is text").contains(words) {
                    found.push(path.strip_prefix(&root).expect("it is below").to_owned());
                }
            }
        }
        found
    }
}
