//! Errors that prevent a check, and their remedies.

use crate::advice::{Command, Step};
use crate::alembic::environment::BadSetting;
use crate::alembic::migration::RevisionId;
use crate::config::Invalid;
use crate::git;
use crate::text::escape;
use crate::tree::RepoPath;

/// A reason why a check was not possible.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Git failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A tree could not be read.
    #[error(transparent)]
    Tree(#[from] crate::tree::Error),
    /// The configuration is invalid. Nothing is checked with defaults instead.
    #[error("`{}` is not valid", .0.invalid.path)]
    Config(Box<BadConfig>),
    /// There is no Alembic environment.
    #[error("no Alembic environment in {0}")]
    NoEnvironment(String),
    /// There is Alembic configuration, but it has no usable environment.
    #[error("the Alembic configuration in {tree} has no usable environment")]
    Misconfigured {
        /// The tree that was searched.
        tree: String,
        /// The invalid settings.
        problems: Vec<BadSetting>,
    },
    /// A CI run has nothing to compare with.
    #[error("there is no branch to compare with")]
    NoBase {
        /// The command that fetches a base.
        fetch: Command,
    },
    /// A CI run lacks the merge base of two branches.
    #[error("this clone is shallow and does not include the merge base of {ours} and {theirs}")]
    Shallow {
        /// One side.
        ours: String,
        /// The other side.
        theirs: String,
        /// The command that fetches the full history.
        fetch: Command,
    },
    /// Nothing is checked out or committed yet.
    #[error("there is no commit yet")]
    Unborn,
    /// The configured base does not exist here.
    #[error("the configured `base`, `{0}`, is not a branch, tag or commit")]
    UnknownBase(String),
    /// A hook manager did not pass the pushed commit.
    #[error("the hook manager set no valid `{0}`")]
    Host(&'static str),
    /// A repair would have to read files with unresolved conflicts.
    #[error("unresolved merge conflict in {}", shown(.0))]
    Unmerged(Vec<RepoPath>),
    /// Merging the base would conflict.
    #[error("merging {base} would conflict in {}", shown(paths))]
    Conflicting {
        /// The files.
        paths: Vec<RepoPath>,
        /// The base.
        base: String,
        /// The command that merges it.
        get_base: Option<Command>,
    },
    /// A repair needs a merge base.
    #[error("this branch and {0} have no common history")]
    Unrelated(String),
    /// A repair needs a merge base.
    #[error("this clone is shallow and does not include the merge base with {0}")]
    ShallowRepair(String),
    /// An id that no migration has.
    #[error("no migration has the id `{}`", escape(.0))]
    UnknownId(String),
    /// A prefix of several ids.
    #[error("`{}` is ambiguous: several revision ids start with it", escape(id))]
    AmbiguousId {
        /// The prefix.
        id: String,
        /// The ids.
        ids: Vec<RevisionId>,
    },
    /// An id that is not a head.
    #[error("`{id}` is not a head")]
    NoHead {
        /// The id.
        id: RevisionId,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// A line of standard input that git would not pass to `pre-push`.
    #[error("unexpected input for pre-push: `{0}`")]
    PushLine(String),
    /// Arguments or input that git would not pass to a server hook.
    #[error("unexpected input for pre-receive or update: `{0}`")]
    Received(String),
}

/// An invalid configuration, with its source.
#[derive(Debug)]
pub struct BadConfig {
    /// The errors.
    pub invalid: Invalid,
    /// The content of the file.
    pub source: Vec<u8>,
}

impl Error {
    /// Returns what to do about it, one step or alternative each.
    pub fn help(&self) -> Vec<Step> {
        let remedy = match self {
            Error::Git(error) => error.remedy(),
            Error::Tree(error) => error.remedy(),
            _ => None,
        };
        if let Some(remedy) = remedy {
            return vec![remedy.clone()];
        }
        match self {
            Error::Git(error) => help_for_git(error),
            Error::Tree(_) => vec![is_it_sound()],
            Error::Misconfigured { problems, .. } => {
                problems.iter().map(|problem| format!("fix {problem}").into()).collect()
            }
            Error::NoEnvironment(_) => vec![
                "look for an alembic.ini with `script_location`, `[tool.alembic]` in \
                 pyproject.toml, or a folder with env.py and script.py.mako"
                    .into(),
                Step::note(
                    "add it to .alembic-guard.toml: `[[environment]]` with `script_location = \"...\"`",
                )
                .when("the environment is elsewhere"),
            ],
            Error::UnknownBase(_) => vec![
                "fetch it with `git fetch`, or set `base` to a branch that exists (`git branch \
                 --all`)"
                    .into(),
            ],
            Error::Shallow { fetch, .. } => vec![
                Step::run("fetch the full history", fetch.clone()),
                whole_history_in_ci(),
            ],
            Error::NoBase { fetch } => vec![
                Step::run("fetch the target branch", fetch.clone()),
                format!(
                    "name it with `{}`, or with `base = \"origin/main\"` in .alembic-guard.toml",
                    Command::of("alembic-guard check --base").placeholder("REV")
                )
                .into(),
                Step::run("check everything", Command::of("alembic-guard check --all")),
            ],
            Error::Unborn => vec!["commit something first".into()],
            Error::ShallowRepair(_) => vec![unshallow()],
            Error::Unrelated(_) => vec![Step::write("choose another base", "--base REV")],
            Error::UnknownId(_) => {
                vec![Step::run("list the revisions", Command::of("alembic-guard graph"))]
            }
            Error::Unmerged(paths) => {
                let add = Command::of("git add").paths(paths);
                vec![Step::run("resolve the conflict, then stage the file", add)]
            }
            Error::Conflicting { base, get_base, .. } => {
                let bring = get_base.clone().map(|command| {
                    Step::run(format!("merge {base} and resolve the conflict"), command)
                });
                bring.into_iter().collect()
            }
            Error::NoHead { heads, .. } => vec![format!("choose one of the heads: {}", quoted(heads)).into()],
            Error::AmbiguousId { ids, .. } => vec![format!("choose one of {}", quoted(ids)).into()],
            Error::Config(_) | Error::Host(_) | Error::PushLine(_) | Error::Received(_) => {
                Vec::new()
            }
        }
    }
}

fn help_for_git(error: &git::Error) -> Vec<Step> {
    match error {
        git::Error::Shallow { .. } => vec![unshallow(), whole_history_in_ci()],
        git::Error::Open(_) => {
            let elsewhere =
                Command::of("alembic-guard -C").placeholder("FOLDER").placeholder("...");
            vec![Step::run("run this in a git repository, or name one", elsewhere)]
        }
        git::Error::Bare => vec![Step::run(
            "check a commit",
            Command::of("alembic-guard check").placeholder("BRANCH"),
        )],
        git::Error::UnknownRevision(_) => {
            vec!["list branches and tags with `git branch --all` and `git tag`".into()]
        }
        git::Error::SymmetricRange(_) => {
            vec![Step::write("use two dots instead of three", "A..B")]
        }
        git::Error::Stage(_) => {
            vec!["stage the written files yourself: `git status`, `git add`".into()]
        }
        git::Error::Setting { .. } => vec![Step::run(
            "find its value and where it is set",
            Command::of("git config --show-origin --list"),
        )],
        git::Error::Object { .. }
        | git::Error::Index(_)
        | git::Error::Refs(_)
        | git::Error::Compare { .. }
        | git::Error::TooMany(_)
        | git::Error::Merge { .. }
        | git::Error::Tree(_) => vec![is_it_sound()],
    }
}

fn whole_history_in_ci() -> Step {
    "in a CI job, check out the full history (`fetch-depth: 0`)".into()
}

fn is_it_sound() -> Step {
    Step::run("check the repository for damage", Command::of("git fsck"))
}

fn unshallow() -> Step {
    Step::run("fetch the full history", Command::of("git fetch --unshallow"))
}

fn quoted(ids: &[RevisionId]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn shown(paths: &[RepoPath]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
