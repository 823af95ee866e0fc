//! The command line, as parsed by clap and shown by `--help`, the manual pages and the completions.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::help;
use super::program_name::Reader;
use crate::scope::Deadline;

/// Block commits and pushes that would give an Alembic history a second head.
#[derive(Debug, Clone, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    disable_help_flag = true,
    disable_version_flag = true,
    max_term_width = 80,
    after_help = help::ROOT,
    after_long_help = help::ROOT_LONG
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    /// Print the version.
    #[arg(short = 'V', long, action = ArgAction::Version)]
    pub(super) version: Option<bool>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Run as if started in DIR.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) directory: Option<PathBuf>,
    /// Use FILE instead of .alembic-guard.toml.
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(super) format: Format,
    /// When to use color.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true)]
    pub(super) color: Color,
    /// Print only problems.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Print details, such as each existing problem.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// Neither read nor write the cache.
    #[arg(long, global = true)]
    pub(super) no_cache: bool,
    /// Print help.
    #[arg(short, long, action = ArgAction::Help, global = true)]
    pub(super) help: Option<bool>,
    /// The time limit of the run.
    #[arg(skip)]
    pub(super) deadline: Deadline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On terminals, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Check the work tree, the index or a commit.
    ///
    /// Checks the result of merging it into the base. Problems that the base already has don't count,
    /// except with --all.
    ///
    /// Exit codes: 0 if no error was found, 1 if errors were found, 2 if the check failed to run.
    #[command(after_help = help::CHECK)]
    Check(Check),
    /// Install, remove, list or run the git hooks.
    #[command(subcommand, after_help = help::HOOK)]
    Hook(HookCommand),
    /// Put unpublished migrations on top of the target branch.
    ///
    /// Edits the `down_revision` of the lowest ones in the work tree. Migrations that are published, or
    /// shared on another remote branch, are never edited. Every change is checked first, and nothing is
    /// written unless the result passes.
    ///
    /// Exit codes: 0 if no problem is left, 1 if some could not be repaired, 2 if the command failed to
    /// run.
    #[command(after_help = help::REBASE)]
    Rebase(Rebase),
    /// Write a merge revision, as `alembic merge` does.
    ///
    /// Runs none of the application's code and edits no existing file.
    ///
    /// Exit codes: 0 if no problem is left, 1 if some could not be repaired, 2 if the command failed to
    /// run.
    #[command(after_help = help::MERGE)]
    Merge(Merge),
    /// List the heads of every environment.
    #[command(after_help = help::HEADS)]
    Heads(Revision),
    /// Draw the revisions of every environment.
    #[command(after_help = help::GRAPH)]
    Graph(Revision),
    /// List past commits that added a head, and their repairs.
    ///
    /// Walks first parents and compares each commit with its parent, so whatever a merge brought in
    /// counts as part of the merge. Also lists commits after which Alembic cannot load the history, or
    /// loads only one of two migrations with the same id. The configuration of the newest commit, or
    /// --config, applies to all of them.
    ///
    /// Exit codes: 0 whatever was found, 2 if the command failed to run.
    #[command(after_help = help::AUDIT)]
    Audit(History),
    /// Explain a rule, or list all rules.
    #[command(after_help = help::EXPLAIN)]
    Explain(Explain),
    /// Print the configuration in force, or write a new one.
    ///
    /// Prints every setting with where it comes from. The output is a valid .alembic-guard.toml.
    #[command(after_help = help::CONFIG)]
    Config(Config),
    /// Print a completion script for a shell.
    #[command(after_help = help::COMPLETIONS, after_long_help = help::COMPLETIONS_LONG)]
    Completions(Completions),
    /// Print the manual page, or write all of them.
    #[command(after_help = help::MAN)]
    Man(Man),
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct Check {
    /// Commit to check [default: the work tree].
    #[arg(value_name = "REV")]
    pub(super) revision: Option<String>,
    /// Check the index.
    #[arg(long, conflicts_with = "revision")]
    pub(super) staged: bool,
    /// Check the work tree.
    #[arg(long, conflicts_with_all = ["revision", "staged"])]
    pub(super) worktree: bool,
    /// Merge into REV [default: the nearest target branch].
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    /// Check everything, as if all of it were new.
    #[arg(long, conflicts_with = "base")]
    pub(super) all: bool,
    /// First fix what has only one fix.
    ///
    /// In unpublished migrations of the work tree: corrects misspelled identifiers and outdated
    /// docstrings, renames files that carry another id, and replaces ids that look hand-written or are
    /// too long.
    #[arg(long, conflicts_with_all = ["revision", "staged", "all"])]
    pub(super) fix: bool,
    /// With --fix: print the changes without writing them.
    #[arg(short = 'n', long, requires = "fix")]
    pub(super) dry_run: bool,
    /// With --fix: stage the written files.
    ///
    /// A tracked file that is renamed is always renamed in the index too.
    #[arg(long, requires = "fix")]
    pub(super) stage: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Rebase {
    /// Put them on top of this head [default: that of the target branch].
    #[arg(long, value_name = "ID")]
    pub(super) onto: Option<String>,
    /// Compare with REV [default: the nearest target branch].
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    #[command(flatten)]
    pub(super) writing: Writing,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Merge {
    /// Heads to join, as ids or unique prefixes [default: all extra heads].
    #[arg(value_name = "ID")]
    pub(super) heads: Vec<String>,
    /// Message of the revision [default: the heads it merges].
    #[arg(short, long)]
    pub(super) message: Option<String>,
    /// Id of the revision [default: a random one].
    #[arg(long, value_name = "ID")]
    pub(super) rev_id: Option<String>,
    /// Compare with REV [default: the nearest target branch].
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    #[command(flatten)]
    pub(super) writing: Writing,
}

/// Whether a repair is written, and staged.
#[derive(Debug, Clone, Args)]
pub(super) struct Writing {
    /// Print the changes without writing them.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Stage the written files.
    #[arg(long)]
    pub(super) stage: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum HookCommand {
    /// Install the hooks; existing hooks are kept and run first.
    #[command(after_help = help::INSTALL)]
    Install {
        /// Install into a hooks folder that is shared or tracked.
        #[arg(long)]
        force: bool,
    },
    /// Remove the hooks and restore the previous ones.
    #[command(after_help = help::UNINSTALL)]
    Uninstall,
    /// Show whether the hooks are installed, in every worktree.
    #[command(after_help = help::STATUS)]
    Status,
    /// Same as `alembic-guard check`.
    #[command(after_help = help::HOOK_CHECK)]
    Check(Check),
    /// Run as a hook of pre-commit or prek.
    ///
    /// Checks the commit or the push that they run for. If they are run by hand, checks the index.
    #[command(after_help = help::HOSTED)]
    Hosted,
    /// Check the index before a commit (run by git).
    #[command(after_help = help::PRE_COMMIT)]
    PreCommit,
    /// Check the index before a merge commit (run by git).
    #[command(after_help = help::PRE_MERGE_COMMIT)]
    PreMergeCommit,
    /// Check a push (run by git).
    ///
    /// Reads the refs from standard input.
    #[command(after_help = help::PRE_PUSH)]
    PrePush {
        /// Name of the remote, or its URL if it has no name.
        remote: Option<String>,
        /// URL of the remote.
        url: Option<String>,
    },
    /// Report extra heads after a merge (run by git).
    ///
    /// Never fails.
    #[command(after_help = help::POST_MERGE)]
    PostMerge {
        /// 1 after `git merge --squash`.
        squash: Option<String>,
    },
    /// Report extra heads after a checkout (run by git).
    ///
    /// Never fails.
    #[command(after_help = help::POST_CHECKOUT)]
    PostCheckout {
        /// HEAD before the checkout.
        before: String,
        /// HEAD after the checkout.
        after: String,
        /// 1 for a branch, 0 for files.
        flag: String,
    },
    /// Check a push on the server (run by git).
    ///
    /// Reads the refs from standard input.
    #[command(after_help = help::PRE_RECEIVE)]
    PreReceive,
    /// Check one ref of a push on the server (run by git).
    #[command(after_help = help::UPDATE)]
    Update {
        /// Full name of the ref.
        reference: String,
        /// Object that it points to.
        old: String,
        /// Object that it will point to.
        new: String,
    },
}

impl Command {
    /// Returns whether the command only checks or lists, and changes nothing.
    pub(super) fn judges(&self) -> bool {
        match self {
            Command::Check(_) | Command::Heads(_) | Command::Graph(_) | Command::Audit(_) => true,
            Command::Hook(hook) => !matches!(
                hook,
                HookCommand::Install { .. } | HookCommand::Uninstall | HookCommand::Status
            ),
            Command::Rebase(_)
            | Command::Merge(_)
            | Command::Explain(_)
            | Command::Config(_)
            | Command::Completions(_)
            | Command::Man(_) => false,
        }
    }

    /// Returns the reader of the command's output.
    pub(super) fn reader(&self) -> Reader {
        match self {
            Command::Hook(HookCommand::PreReceive | HookCommand::Update { .. }) => Reader::Pusher,
            _ => Reader::User,
        }
    }
}

impl HookCommand {
    /// Returns whether git runs this hook after the fact, so that it must not fail.
    pub(super) fn only_advises(&self) -> bool {
        matches!(self, HookCommand::PostMerge { .. } | HookCommand::PostCheckout { .. })
    }
}

#[derive(Debug, Clone, Args)]
pub(super) struct Revision {
    /// Commit to look at [default: the work tree].
    #[arg(value_name = "REV")]
    pub(super) revision: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct History {
    /// Commits to look at, as REV or A..B [default: all up to HEAD].
    ///
    /// A missing end of A..B means HEAD.
    #[arg(value_name = "RANGE")]
    pub(super) range: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Explain {
    /// Name of a rule.
    pub(super) rule: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Config {
    #[command(subcommand)]
    pub(super) command: Option<ConfigCommand>,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a .alembic-guard.toml with every setting, commented out.
    ///
    /// An existing file is never overwritten.
    #[command(after_help = help::CONFIG_INIT)]
    Init,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Completions {
    /// Shell to complete in.
    pub(super) shell: Shell,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Man {
    /// Write the pages of all commands into DIR.
    #[arg(value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
}
