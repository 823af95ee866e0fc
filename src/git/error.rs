//! Why git could not be asked, and what it says of that.

use crate::advice::Step;
use crate::text::escape;
use crate::tree;

/// What libgit2 or git says of a failure, without its classes and numbers.
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

    /// Returns what can be done about it, where more is known than that the repository may be unsound.
    pub fn remedy(&self) -> Option<&Step> {
        self.remedy.as_deref()
    }
}

impl From<git2::Error> for Reason {
    fn from(error: git2::Error) -> Reason {
        Reason::new(escape(error.message()))
    }
}

/// Why git could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No repository, or one that git does not open.
    #[error("cannot open a git repository here")]
    Open(#[source] Reason),
    /// A name that git cannot resolve.
    #[error("`{0}` is not a branch, tag or commit")]
    UnknownRevision(String),
    /// A range that names two histories.
    #[error("`{0}` is a symmetric difference, not a range")]
    SymmetricRange(String),
    /// An object that is named and not there, or damaged.
    #[error("cannot read {what}")]
    Object {
        /// The object, in words.
        what: String,
        /// What libgit2 or git says.
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
        /// The two sides, in words.
        what: String,
        /// What libgit2 or git says.
        #[source]
        source: Reason,
    },
    /// Two states between which more files differ than are looked at.
    #[error("more than {0} files differ between two states")]
    TooMany(usize),
    /// A merge that could not be done.
    #[error("cannot merge {what}")]
    Merge {
        /// The two sides, in words.
        what: String,
        /// What libgit2 or git says.
        #[source]
        source: Reason,
    },
    /// A tree below the border.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// The history is cut off before the commit at which two branches parted.
    #[error("this clone is shallow and does not include the merge base of {ours} and {theirs}")]
    Shallow {
        /// The one side.
        ours: String,
        /// The other.
        theirs: String,
    },
    /// A bare repository was asked for its work tree.
    #[error("this repository has no work tree")]
    Bare,
    /// A value of git's configuration that is there and cannot be made out; the reason in git's words.
    #[error("cannot read `{key}` from git's configuration: {reason}")]
    Setting {
        /// The key.
        key: String,
        /// What git says.
        reason: String,
    },
    /// Files could not be staged; the reason in git's words.
    #[error("cannot stage the written files: {0}")]
    Stage(String),
}

impl Error {
    /// Returns what can be done about it, where git or libgit2 has failed for a reason of its own.
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
