//! Git, as far as the guard needs it: trees, tips, merges that are never written.
//!
//! This is the only user of git2, and nothing of git2 leaves it: commits are [`ObjectId`]s, states are
//! [`Tree`]s. Whatever libgit2 writes while it merges goes into an object database in memory.

mod base;
mod changes;
mod commit_tree;
mod compared;
mod fetch;
mod history;
mod index_tree;
mod merge;
mod operation;
mod refs;
mod settings;
mod staging;
mod work_tree;

use std::path::{Path, PathBuf};

use crate::tree::{ObjectId, Tree};

use commit_tree::{CommitTree, Folders};

pub use base::{BaseChoice, Candidates};
pub use changes::Changes;
pub use compared::Comparer;
pub use fetch::{FetchFailure, FetchRequest};
pub use history::{Before, Description, Range, Step};
pub use merge::{Conflicted, Merged, Side};
pub use operation::Operation;
pub use refs::{Target, TargetNames, usual_targets};
pub use staging::Unsettled;

/// What libgit2 says of a failure, without its classes and numbers.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Reason(String);

impl From<git2::Error> for Reason {
    fn from(error: git2::Error) -> Reason {
        Reason(error.message().to_owned())
    }
}

/// Why git could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No repository, or one that libgit2 does not open.
    #[error("cannot open a git repository here")]
    Open(#[source] Reason),
    /// A name that git cannot resolve.
    #[error("`{0}` names no branch, tag or commit")]
    UnknownRevision(String),
    /// A range that names two histories.
    #[error("`{0}` is what either of two histories has alone, not one history")]
    SymmetricRange(String),
    /// An object that is named and not there, or damaged.
    #[error("cannot read {what}")]
    Object {
        /// The object, in words.
        what: String,
        /// What libgit2 says.
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
        /// What libgit2 says.
        #[source]
        source: Reason,
    },
    /// A merge that libgit2 could not do.
    #[error("cannot merge {what}")]
    Merge {
        /// The two sides, in words.
        what: String,
        /// What libgit2 says.
        #[source]
        source: Reason,
    },
    /// A tree below the border.
    #[error(transparent)]
    Tree(#[from] crate::tree::Error),
    /// The history is cut off before the commit at which two branches parted.
    #[error("this clone is shallow: the commit at which {ours} and {theirs} parted is not in it")]
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
    #[error("cannot read `{key}` of git's configuration: {reason}")]
    Setting {
        /// The key.
        key: String,
        /// What git says.
        reason: String,
    },
    /// Files could not be staged; the reason in git's words.
    #[error("cannot stage what was written: {0}")]
    Stage(String),
}

/// A repository, opened once for a whole run.
pub struct Repository {
    inner: git2::Repository,
    folders: Folders,
}

impl Repository {
    /// Opens the repository that the environment names (`GIT_DIR` and its kin), else the one around the
    /// current directory.
    ///
    /// An object database in memory is laid over the repository's own, so that nothing that libgit2
    /// writes later reaches the disk.
    ///
    /// `index` is the absolute path of `GIT_INDEX_FILE`, where that was given: it is relative to where
    /// the process was started, and under `commit -a` and `commit PATH` the truth is there.
    pub fn open(index: Option<&Path>) -> Result<Repository, Error> {
        // Git itself does not hash again what it reads from its own database.
        git2::opts::strict_hash_verification(false);
        let inner = git2::Repository::open_from_env().map_err(|error| Error::Open(error.into()))?;
        inner
            .odb()
            .and_then(|odb| odb.add_new_mempack_backend(1000).map(drop))
            .map_err(|error| Error::Open(error.into()))?;
        if let Some(index) = index.filter(|index| index.exists()) {
            let mut index = git2::Index::open(index).map_err(|error| Error::Index(error.into()))?;
            inner.set_index(&mut index).map_err(|error| Error::Index(error.into()))?;
        }
        Ok(Repository { inner, folders: Folders::default() })
    }

    /// Returns the top folder of the work tree; a bare repository has none.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Returns the repository's own folder, that of the linked worktree where it is one.
    pub fn git_dir(&self) -> PathBuf {
        self.inner.path().to_owned()
    }

    /// Tells whether the history is cut off somewhere.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// Finds the commit that a name stands for; tags are followed.
    pub fn resolve(&self, name: &str) -> Result<ObjectId, Error> {
        let unknown = |_| Error::UnknownRevision(crate::text::escape(name));
        let object = self.inner.revparse_single(name).map_err(unknown)?;
        let commit = object.peel_to_commit().map_err(unknown)?;
        Ok(owned(commit.id()))
    }

    /// Finds the commit behind an object id, if there is one; tags are followed.
    pub fn commit_of(&self, id: ObjectId) -> Option<ObjectId> {
        let object = self.inner.find_object(raw(id)?, None).ok()?;
        object.peel_to_commit().ok().map(|commit| owned(commit.id()))
    }

    /// Returns the commit that is checked out; none before the first.
    pub fn head(&self) -> Option<ObjectId> {
        let head = self.inner.head().ok()?;
        head.peel_to_commit().ok().map(|commit| owned(commit.id()))
    }

    /// Returns the branch that is checked out, without `refs/heads/`; none where HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        let head = self.inner.find_reference("HEAD").ok()?;
        let target = head.symbolic_target().ok().flatten()?;
        target.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Returns what a commit holds.
    pub fn commit_tree(&self, commit: ObjectId) -> Result<Box<dyn Tree + '_>, Error> {
        let tree = self.git_tree(commit)?;
        Ok(Box::new(CommitTree::new(&self.inner, &self.folders, &tree, commit)))
    }

    /// Returns what the index holds, the one that git names (`GIT_INDEX_FILE`).
    pub fn index_tree(&self) -> Result<Box<dyn Tree + '_>, Error> {
        let index = self.inner.index().map_err(|error| Error::Index(error.into()))?;
        Ok(Box::new(index_tree::IndexTree::new(&self.inner, &index, "the index")))
    }

    /// Returns what the work tree holds: tracked files, and others that git does not ignore.
    pub fn work_tree(&self) -> Result<Box<dyn Tree + '_>, Error> {
        Ok(Box::new(work_tree::WorkTree::new(&self.inner)?))
    }

    /// Tells whether `ancestor` is `commit` or lies below it.
    pub fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> bool {
        let (Some(above), Some(below)) = (raw(commit), raw(ancestor)) else {
            return false;
        };
        above == below || self.inner.graph_descendant_of(above, below).unwrap_or(false)
    }

    fn git_tree(&self, commit: ObjectId) -> Result<git2::Tree<'_>, Error> {
        let object = |error: git2::Error| Error::Object {
            what: format!("commit {}", commit.short()),
            source: error.into(),
        };
        let oid = git2::Oid::from_bytes(commit.as_bytes()).map_err(object)?;
        self.inner.find_commit(oid).and_then(|commit| commit.tree()).map_err(object)
    }
}

/// Returns the id that git gives a file with this content.
///
/// # Errors
/// Fails where the content was made to collide with another.
pub fn content_id(content: &[u8]) -> Result<ObjectId, Reason> {
    Ok(git2::Oid::hash_object(git2::ObjectType::Blob, content).map(owned)?)
}

/// Copies an id out of libgit2.
fn owned(oid: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(oid.as_bytes())
}

/// Hands an id to libgit2; one of another length than SHA-1's names nothing there.
fn raw(id: ObjectId) -> Option<git2::Oid> {
    git2::Oid::from_bytes(id.as_bytes()).ok()
}

/// Parses an id as git prints it; the zero id of a missing object is none.
pub fn parse_id(hex: &str) -> Option<ObjectId> {
    let oid = git2::Oid::from_str(hex).ok().filter(|oid| !oid.is_zero() && hex.len() >= 40)?;
    Some(owned(oid))
}
