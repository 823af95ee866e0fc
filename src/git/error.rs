//! Errors of git operations, with messages of git or libgit2.

use crate::advice::Step;
use crate::text::escape;
use crate::tree;

/// The message of libgit2 or git about a failure, without its classes and codes.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{words}")]
pub struct Reason {
    words: String,
    remedy: Option<Box<Step>>,
}

impl Reason {
    pub(super) fn new(words: impl Into<String>) -> Reason {
        Reason { words: words.into(), remedy: None }
    }

    pub(super) fn with_remedy(self, remedy: impl Into<Step>) -> Reason {
        Reason { remedy: Some(Box::new(remedy.into())), ..self }
    }

    /// Returns a remedy, if there is a more specific one than checking the repository for damage.
    pub fn remedy(&self) -> Option<&Step> {
        self.remedy.as_deref()
    }
}

impl From<git2::Error> for Reason {
    fn from(error: git2::Error) -> Reason {
        Reason::new(escape(error.message()))
    }
}

/// An error of a git operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository, or git cannot open it.
    #[error("cannot open a git repository here")]
    Open(#[source] Reason),
    /// A name that git cannot resolve.
    #[error("`{0}` is not a branch, tag or commit")]
    UnknownRevision(String),
    /// A symmetric difference, which is not a range.
    #[error("`{0}` is a symmetric difference, not a range")]
    SymmetricRange(String),
    /// A missing or damaged object.
    #[error("cannot read {what}")]
    Object {
        /// A description of the object.
        what: String,
        /// The message of libgit2 or git.
        #[source]
        source: Reason,
    },
    /// The index.
    #[error("cannot read the index")]
    Index(#[source] Reason),
    /// References.
    #[error("cannot read the refs")]
    Refs(#[source] Reason),
    /// A comparison of two trees.
    #[error("cannot compare {what}")]
    Compare {
        /// A description of the two sides.
        what: String,
        /// The message of libgit2 or git.
        #[source]
        source: Reason,
    },
    /// Too many files differ between two states.
    #[error("more than {0} files differ between two states")]
    TooMany(usize),
    /// A merge failed.
    #[error("cannot merge {what}")]
    Merge {
        /// A description of the two sides.
        what: String,
        /// The message of libgit2 or git.
        #[source]
        source: Reason,
    },
    /// A tree could not be read.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// The clone is shallow and lacks the merge base.
    #[error("this clone is shallow and does not include the merge base of {ours} and {theirs}")]
    Shallow {
        /// One side.
        ours: String,
        /// The other side.
        theirs: String,
    },
    /// The work tree of a bare repository was requested.
    #[error("this repository has no work tree")]
    Bare,
    /// A value in git's configuration is invalid; with git's message.
    #[error("cannot read `{key}` from git's configuration: {reason}")]
    Setting {
        /// The key.
        key: String,
        /// Git's message.
        reason: String,
    },
    /// Files could not be staged; with git's message.
    #[error("cannot stage the written files: {0}")]
    Stage(String),
}

impl Error {
    /// Returns a remedy from git or libgit2, if there is one.
    pub fn remedy(&self) -> Option<&Step> {
        match self {
            Error::Open(source)
            | Error::Object { source, .. }
            | Error::Index(source)
            | Error::Refs(source)
            | Error::Compare { source, .. }
            | Error::Merge { source, .. } => source.remedy(),
            Error::Tree(error) => error.remedy(),
            Error::UnknownRevision(_)
            | Error::SymmetricRange(_)
            | Error::Shallow { .. }
            | Error::Bare
            | Error::TooMany(_)
            | Error::Setting { .. }
            | Error::Stage(_) => None,
        }
    }
}
