//! What can be said on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::scope::Deadline;

/// Refuses the commit or push that would give an Alembic history a second head.
#[derive(Debug, Clone, Parser)]
#[command(version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Go to this folder first, as git's -C does.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) directory: Option<PathBuf>,
    /// Use this file instead of the .alembic-guard.toml of the tree that is judged.
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(super) format: Format,
    /// Whether to use colour.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(super) color: Color,
    /// Print nothing if nothing is wrong.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say everything, such as each fault that was there before.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// Neither use nor keep what earlier runs have read.
    #[arg(long, global = true)]
    pub(super) no_cache: bool,
    /// Who waits for the run.
    #[arg(skip)]
    pub(super) deadline: Deadline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On terminals, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Judge what would be merged: a commit, the index or the work tree.
    Check(Check),
    /// The git hooks: install them, or be one.
    #[command(subcommand)]
    Hook(HookCommand),
    /// List the heads of every environment.
    Heads(Revision),
    /// Draw the revisions of every environment.
    Graph(Revision),
    /// Put unpublished migrations on top of what has landed.
    ///
    /// Edits the `down_revision` of the lowest ones in the work tree, and nothing that others have:
    /// what is on a target or on somebody else's branch is refused. Nothing is written that would not
    /// come out clean. Exits 0 if nothing is wrong any more, 1 if something could not be fixed,
    /// 2 where it could not look or not write.
    Rebase(Rebase),
    /// Write a merge revision that joins heads, as `alembic merge` would.
    ///
    /// Nothing of the application is run. Edits no file. Exits as `rebase` does.
    Merge(Merge),
    /// List the commits of a branch that added a head, and what repaired it.
    ///
    /// Each commit is compared with its first parent, so what a merge brought counts as the merge's.
    /// Commits after which Alembic does not load the history, or takes only one of two migrations with
    /// one id, are listed too. The configuration is that of the newest commit, or --config, for all of
    /// them. Exits 0 whatever was found, 2 where it could not look.
    Audit(History),
    /// Explain a rule, or list them all.
    Explain(Explain),
    /// Show the configuration in force.
    Config,
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct Check {
    /// What to check, anything that git can name; by default the work tree.
    #[arg(value_name = "REV")]
    pub(super) revision: Option<String>,
    /// Judge the index.
    #[arg(long, conflicts_with = "revision")]
    pub(super) staged: bool,
    /// Judge the work tree.
    #[arg(long, conflicts_with_all = ["revision", "staged"])]
    pub(super) worktree: bool,
    /// What it would be merged into; by default the nearest target branch.
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    /// Judge everything there is, as if all of it were new.
    #[arg(long, conflicts_with = "base")]
    pub(super) all: bool,
    /// First fix what a program can fix without doubt, in unpublished migrations of the work tree:
    /// misspelled identifiers, stale docstrings, names of files that carry another id, ids that are
    /// made up or too long.
    #[arg(long, conflicts_with_all = ["revision", "staged", "all"])]
    pub(super) fix: bool,
    /// With --fix: show what would change and write nothing.
    #[arg(short = 'n', long, requires = "fix")]
    pub(super) dry_run: bool,
    /// With --fix: stage what is written. A renamed file is always renamed in the index too.
    #[arg(long, requires = "fix")]
    pub(super) stage: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Rebase {
    /// Build on this head; by default the base's.
    #[arg(long, value_name = "ID")]
    pub(super) onto: Option<String>,
    /// What has landed; by default the nearest target branch.
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    #[command(flatten)]
    pub(super) writing: Writing,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Merge {
    /// The heads to join, by their ids or what these begin with; by default all that must be.
    #[arg(value_name = "ID")]
    pub(super) heads: Vec<String>,
    /// What the revision is for; by default what it merges.
    #[arg(short, long)]
    pub(super) message: Option<String>,
    /// The id of the revision; by default a random one.
    #[arg(long, value_name = "ID")]
    pub(super) rev_id: Option<String>,
    /// What has landed; by default the nearest target branch.
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    #[command(flatten)]
    pub(super) writing: Writing,
}

/// What becomes of a repair.
#[derive(Debug, Clone, Args)]
pub(super) struct Writing {
    /// Show what would change and write nothing.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Stage what is written.
    #[arg(long)]
    pub(super) stage: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum HookCommand {
    /// Judge by hand; the same as `alembic-guard check`.
    Check(Check),
    /// Install the hooks into this repository; hooks that are there are kept and called first.
    Install {
        /// Install into a hooks folder that others share or that is tracked.
        #[arg(long)]
        force: bool,
    },
    /// Remove the hooks and put back what was there before.
    Uninstall,
    /// Tell whether the hooks are in place, in every worktree.
    Status,
    /// Judge a commit about to be made (called by git).
    PreCommit,
    /// Judge a merge about to be committed (called by git).
    PreMergeCommit,
    /// Judge a push; reads the refs from standard input (called by git).
    PrePush {
        /// The remote's name, or its address where it has none.
        remote: Option<String>,
        /// The remote's address.
        url: Option<String>,
    },
    /// Judge the commit or the push that pre-commit or prek is about, and what is checked out where they are
    /// run by hand (called by them).
    Hosted,
    /// Judge what is pushed to this repository; reads the refs from standard input (called by git).
    PreReceive,
    /// Judge one ref of what is pushed to this repository (called by git).
    Update {
        /// The ref.
        reference: String,
        /// What it names.
        old: String,
        /// What it is to name.
        new: String,
    },
    /// Say where a merge has left several heads; never fails (called by git).
    PostMerge {
        /// 1 after `merge --squash`.
        squash: Option<String>,
    },
    /// Say where a checkout has left several heads; never fails (called by git).
    PostCheckout {
        /// What HEAD was before.
        before: String,
        /// What HEAD is.
        after: String,
        /// 1 for a branch, 0 for files.
        flag: String,
    },
}

/// Reads the words by which git's hooks call this program; nothing where they are any others.
///
/// To describe the whole command line to clap takes a fifth of what a push without migrations takes.
pub(super) fn called_by_git(words: impl Iterator<Item = OsString>) -> Option<Arguments> {
    let words: Vec<String> = words.map(|word| word.into_string().ok()).collect::<Option<_>>()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The shims put a `--` before what git says; by hand it may be left out.
    let (name, said) = match words.as_slice() {
        ["hook", name, "--", said @ ..] => (*name, said),
        ["hook", name, said @ ..] if said.iter().all(|word| !word.starts_with('-')) => {
            (*name, said)
        }
        _ => return None,
    };
    let owned = |word: &&str| (**word).to_owned();
    let hook = match (name, said) {
        ("pre-commit", []) => HookCommand::PreCommit,
        ("pre-merge-commit", []) => HookCommand::PreMergeCommit,
        ("pre-push", [] | [_] | [_, _]) => {
            let (remote, url) = (said.first().map(owned), said.get(1).map(owned));
            HookCommand::PrePush { remote, url }
        }
        ("post-merge", [] | [_]) => HookCommand::PostMerge { squash: said.first().map(owned) },
        ("post-checkout", [before, after, flag]) => {
            let [before, after, flag] = [before, after, flag].map(owned);
            HookCommand::PostCheckout { before, after, flag }
        }
        _ => return None,
    };
    let global = Global {
        directory: None,
        config: None,
        format: Format::Text,
        color: Color::Auto,
        quiet: false,
        verbose: false,
        no_cache: false,
        deadline: Deadline::default(),
    };
    Some(Arguments { global, command: Command::Hook(hook) })
}

impl HookCommand {
    /// Tells whether git has done its work already when it calls this one, so that it must not fail.
    pub(super) fn only_advises(&self) -> bool {
        matches!(self, HookCommand::PostMerge { .. } | HookCommand::PostCheckout { .. })
    }
}

#[derive(Debug, Clone, Args)]
pub(super) struct Revision {
    /// Where to look, anything that git can name; by default the work tree.
    #[arg(value_name = "REV")]
    pub(super) revision: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct History {
    /// Which commits: REV, A..B, or either end left out, which is HEAD; all of HEAD's history where
    /// nothing is said.
    #[arg(value_name = "RANGE")]
    pub(super) range: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Explain {
    /// The rule.
    pub(super) rule: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_calls_reads_as_clap_reads_it() {
        let calls = [
            "hook pre-commit",
            "hook pre-commit --",
            "hook pre-merge-commit --",
            "hook pre-push",
            "hook pre-push -- origin",
            "hook pre-push -- -v --help",
            "hook pre-push origin ../remote.git",
            "hook post-merge 0",
            "hook post-merge",
            "hook post-checkout -- 1 2 1",
        ];
        for call in calls {
            let words = || call.split(' ').map(OsString::from);
            let read = called_by_git(words()).expect("git calls so");
            let name = std::iter::once(OsString::from("alembic-guard"));
            let clap = Arguments::try_parse_from(name.chain(words())).expect("clap knows it");
            assert_eq!(format!("{read:?}"), format!("{clap:?}"), "{call}");
        }
    }

    #[test]
    fn everything_else_is_left_to_clap() {
        let calls = [
            "",
            "hook",
            "hook pre-push -v",
            "hook pre-push -- origin url more",
            "hook pre-commit -- more",
            "hook pre-commit --help",
            "--no-cache hook pre-commit",
            "hook post-checkout 1 2",
            "check",
        ];
        for call in calls {
            let words = call.split(' ').map(OsString::from);
            assert!(called_by_git(words).is_none(), "{call}");
        }
    }
}
