//! Why something could not be judged, and what can be done about it.

use crate::advice::{Command, Step};
use crate::alembic::environment::BadSetting;
use crate::alembic::migration::RevisionId;
use crate::config::Invalid;
use crate::git;
use crate::text::escape;
use crate::tree::RepoPath;

/// Why something could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Git.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A tree.
    #[error(transparent)]
    Tree(#[from] crate::tree::Error),
    /// The configuration holds mistakes; nothing may look as if it was judged.
    #[error("`{}` is not valid", .0.invalid.path)]
    Config(Box<BadConfig>),
    /// There is no Alembic to judge.
    #[error("there is no Alembic environment in {0}")]
    NoEnvironment(String),
    /// There is some, and none of it leads anywhere.
    #[error("Alembic's configuration in {tree} leads to no environment")]
    Misconfigured {
        /// What was looked at.
        tree: String,
        /// What could not be made sense of.
        problems: Vec<BadSetting>,
    },
    /// A continuous integration run has nothing to compare with.
    #[error("there is no branch to compare with")]
    NoBase {
        /// The command that gets one.
        fetch: Command,
    },
    /// A continuous integration run does not have the commit at which two branches parted.
    #[error("this clone is shallow: the commit at which {ours} and {theirs} parted is not in it")]
    Shallow {
        /// The one side.
        ours: String,
        /// The other.
        theirs: String,
        /// The command that gets the rest of the history.
        fetch: Command,
    },
    /// Nothing is checked out or committed yet.
    #[error("there is no commit yet")]
    Unborn,
    /// What the configuration names is not here.
    #[error("`base` in the configuration of the guard, `{0}`, names no branch, tag or commit")]
    UnknownBase(String),
    /// What a host of hooks says is not enough to know what is pushed.
    #[error("`{0}` does not say what is pushed")]
    Host(&'static str),
    /// Git asks about files that a repair would have to understand.
    #[error("git asks how to merge {}", shown(.0))]
    Unmerged(Vec<RepoPath>),
    /// Git would ask about files if the base were brought in.
    #[error("git would ask how to merge {} with {base}", shown(paths))]
    Conflicting {
        /// The files.
        paths: Vec<RepoPath>,
        /// What would be brought in.
        base: String,
        /// The command that brings it in.
        get_base: Option<Command>,
    },
    /// A repair has nothing to go by.
    #[error("this branch and {0} have no common history")]
    Unrelated(String),
    /// A repair has nothing to go by.
    #[error("this clone is shallow: where this branch left {0} is not in it")]
    ShallowRepair(String),
    /// An id that somebody gave and that no file defines.
    #[error("no migration has the id `{}`", escape(.0))]
    UnknownId(String),
    /// The beginning of several ids.
    #[error("several migrations have ids that begin with `{}`", escape(id))]
    AmbiguousId {
        /// The beginning.
        id: String,
        /// The ids.
        ids: Vec<RevisionId>,
    },
    /// An id that somebody gave for a head.
    #[error("`{id}` is not a head")]
    NoHead {
        /// The id.
        id: RevisionId,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// A line of `pre-push`'s standard input that is none of git's.
    #[error("`{0}` is not a line that git hands to pre-push")]
    PushLine(String),
    /// What a server's hook was called with is not what git says there.
    #[error("`{0}` is nothing that git hands to pre-receive or update")]
    Received(String),
}

/// A configuration that holds mistakes, with its source.
#[derive(Debug)]
pub struct BadConfig {
    /// The mistakes.
    pub invalid: Invalid,
    /// The file that they are in.
    pub source: Vec<u8>,
}

impl Error {
    /// Returns what can be done about it, a step or alternative each.
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
                "an environment is an alembic.ini with `script_location`, `[tool.alembic]` in \
                 pyproject.toml, or a folder that holds env.py and script.py.mako"
                    .into(),
                "or name it in .alembic-guard.toml: `[[environment]]` with `script_location = \"...\"`"
                    .into(),
            ],
            Error::UnknownBase(_) => vec![
                "name one that is here in .alembic-guard.toml, or get it: `git branch --all`, \
                 `git fetch`"
                    .into(),
            ],
            Error::Shallow { fetch, .. } => vec![
                Step::run("get the rest of the history", fetch.clone()),
                whole_history_in_ci(),
            ],
            Error::NoBase { fetch } => vec![
                Step::run("fetch the branch this goes to", fetch.clone()),
                format!(
                    "or name it: `{}`, `base = \"origin/main\"` in .alembic-guard.toml",
                    Command::of("alembic-guard check --base").placeholder("REV")
                )
                .into(),
                Step::run("or judge everything there is", Command::of("alembic-guard check --all")),
            ],
            Error::Unborn => vec!["commit something first".into()],
            Error::ShallowRepair(_) => vec![unshallow()],
            Error::Unrelated(_) => vec![Step::write("name another branch", "--base REV")],
            Error::UnknownId(_) => {
                vec![Step::run("see what there is", Command::of("alembic-guard graph"))]
            }
            Error::Unmerged(paths) => {
                let add = Command::of("git add").paths(paths);
                vec![Step::run("answer it, then stage it", add)]
            }
            Error::Conflicting { base, get_base, .. } => {
                let bring = get_base.clone().map(|command| {
                    Step::run(format!("bring in {base} and answer"), command)
                });
                bring.into_iter().collect()
            }
            Error::NoHead { heads, .. } => vec![format!("the heads are {}", quoted(heads)).into()],
            Error::AmbiguousId { ids, .. } => vec![format!("they are {}", quoted(ids)).into()],
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
            vec![Step::run("run this inside a git repository, or name one", elsewhere)]
        }
        git::Error::Bare => vec![Step::run(
            "name a commit",
            Command::of("alembic-guard check").placeholder("BRANCH"),
        )],
        git::Error::UnknownRevision(_) => {
            vec!["see what there is: `git branch --all`, `git tag`".into()]
        }
        git::Error::SymmetricRange(_) => {
            vec![Step::write("name where it begins and where it ends, with two full stops", "A..B")]
        }
        git::Error::Stage(_) => {
            vec!["the files are written; stage them by hand: `git status`, `git add`".into()]
        }
        git::Error::Setting { .. } => vec![Step::run(
            "see what it is and where it is set",
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
    "in a CI job, check out with the whole history (`fetch-depth: 0`)".into()
}

fn is_it_sound() -> Step {
    Step::run("see whether the repository is sound", Command::of("git fsck"))
}

fn unshallow() -> Step {
    Step::run("get the rest of the history", Command::of("git fetch --unshallow"))
}

fn quoted(ids: &[RevisionId]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn shown(paths: &[RepoPath]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
