//! The parts of git that the guard needs: trees, tips, and merges that are never written.
//!
//! All access to a repository goes through one trait, `backend::Backend`. libgit2 comes first, in-process;
//! if it cannot read something (a sparse or split index, reftable, SHA-256, objects that a partial clone
//! left out), git itself is used. No git2 type leaves this module: commits are [`ObjectId`]s, states are
//! [`Tree`]s.

mod ref_cache;
mod base;
mod changes;
mod commit;
mod commit_tree;
mod tree_diff;
mod discovery;
mod error;
mod fetch;
mod tree_cache;
mod history;
mod index;
mod index_tree;

mod large;
mod libgit2;
mod tree_object;
mod loose;
mod merge;
mod observed;
mod operation;
mod plumbing;
pub(crate) mod process;
mod refs;
mod settings;
mod backend;
mod fallback;
mod staging;
mod default_config;
mod url;
mod work_tree;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cache::Cache;
use crate::tree::{ObjectId, Overlay, Tree};

use backend::{Backend, Kind, Uncommitted};
use commit_tree::CommitTree;
use fallback::Fallback;
use index::Index;
use index_tree::IndexTree;
use tree_cache::Folders;
use work_tree::WorkTree;

pub(crate) use base::{BaseChoice, Candidates};
pub(crate) use changes::Changes;
pub(crate) use discovery::refuse_planted_at;
pub(crate) use error::{Error, Reason};
pub(crate) use fetch::{FetchFailure, FetchRequest, KEPT_REFS};
pub(crate) use history::{Before, Description, HistoryStep, Range};
pub(crate) use loose::cut_off_object;
pub(crate) use merge::{MergeFilter, Merged, Side};
pub(crate) use observed::forget_seen;
pub(crate) use operation::Operation;
pub(crate) use refs::{PushedRef, Target, TargetNames, is_earlier_release, usual_targets};
pub(crate) use staging::Unsettled;
pub(crate) use url::Url;

/// The local state of a commit.
#[derive(Debug, Clone)]
pub enum Stored {
    /// The commit is here, with its root folder.
    Commit(ObjectId),
    /// Nothing.
    Absent,
    /// The commit cannot be read, with the reason.
    Damaged(String),
}

/// A repository, opened once for a whole run.
pub struct Repository {
    source: Fallback,
    folders: Folders,
    index: RefCell<Option<Rc<Index>>>,
    /// The differences between HEAD and the index.
    staged: RefCell<Option<Rc<Changes>>>,
    cache: Rc<Cache>,
}

impl Repository {
    /// Opens the repository of the environment (`GIT_DIR` and similar variables), or else the one around
    /// the current directory.
    ///
    /// `index` is the absolute path of `GIT_INDEX_FILE`, if that is set: the variable is relative to the
    /// initial directory, and with `commit -a` and `commit PATH` it names the index that is committed.
    pub fn open(index: Option<&Path>) -> Result<Repository, Error> {
        let index = index.filter(|index| index.exists());
        let source = Fallback::open(index).map_err(Error::Open)?;
        let (folders, index, staged, cache) = Default::default();
        Ok(Repository { source, folders, index, staged, cache })
    }

    /// Enables the cache of earlier runs; new facts are stored once [`Cache::keep`] is called.
    pub fn remember(&mut self) {
        self.cache = Rc::new(Cache::of(&self.source.place().common_dir));
        self.folders = Folders::remembering(self.cache());
    }

    /// Returns the cache.
    pub fn cache(&self) -> Rc<Cache> {
        Rc::clone(&self.cache)
    }

    /// Returns the errors of libgit2 for which git was used instead.
    pub fn asked_of_git(&self) -> Vec<String> {
        self.source.asked_of_git()
    }

    /// Returns the top folder of the work tree; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.source.place().work_dir.as_deref()
    }

    /// Returns the git folder; that of the linked worktree if it is one.
    pub fn git_dir(&self) -> PathBuf {
        self.source.place().git_dir.clone()
    }

    /// Returns the object folders of the repository, including alternates.
    pub fn object_folders(&self) -> Vec<PathBuf> {
        let own = libgit2::databases(self.source.place());
        let named: Vec<PathBuf> = own.iter().flat_map(|folder| loose::alternates(folder)).collect();
        own.into_iter().chain(named).collect()
    }

    /// Returns whether the clone is shallow (gitrepository-layout(5), `shallow`).
    pub fn is_shallow(&self) -> bool {
        let shallow = fs::metadata(self.source.place().common_dir.join("shallow"));
        shallow.is_ok_and(|shallow| shallow.len() > 0)
    }

    /// Resolves a name to a commit; follows tags.
    pub fn resolve(&self, name: &str) -> Result<ObjectId, Error> {
        let unknown = || Error::UnknownRevision(crate::text::escape(name));
        let unread = |source| {
            let what = format!("the object that `{}` names", crate::text::escape(name));
            Error::Object { what, source }
        };
        let object = self.source.resolve(name).map_err(unread)?.ok_or_else(unknown)?;
        match self.commit_of(object) {
            Some(commit) => Ok(commit),
            None => self.source.object(object).map_err(unread).and_then(|_| Err(unknown())),
        }
    }

    /// Returns the commit of an object id, if there is one; follows tags.
    pub fn commit_of(&self, id: ObjectId) -> Option<ObjectId> {
        self.source.commit_of(id).ok().flatten()
    }

    /// Returns the local state of a commit, without fetching it.
    pub fn stored(&self, id: ObjectId) -> Stored {
        let unread = |what: String, reason: Reason| Stored::Damaged(format!("{what}: {reason}"));
        let commit = match self.source.commit_of(id) {
            Ok(Some(commit)) => commit,
            Ok(None) if !self.source.has(id) => return Stored::Absent,
            Ok(None) => return Stored::Damaged(format!("{} is not a commit", id.short())),
            Err(reason) => return unread(format!("commit {}", id.short()), reason),
        };
        let root = self.root(commit);
        let folder = root.map(|root| self.source.object(root));
        match folder {
            Ok(Ok(_)) => Stored::Commit(commit),
            Ok(Err(reason)) => unread(format!("the root folder of {}", commit.short()), reason),
            Err(error) => Stored::Damaged(error.to_string()),
        }
    }

    /// Returns the commit of an object that must be here; nothing if it is a file or a folder.
    pub fn commit_behind(&self, id: ObjectId) -> Result<Option<ObjectId>, Error> {
        let unread = |source| Error::Object { what: format!("object {}", id.short()), source };
        if let Some(commit) = self.source.commit_of(id).map_err(unread)? {
            return Ok(Some(commit));
        }
        match self.source.object(id).map_err(unread)?.kind {
            Kind::Blob | Kind::Tree | Kind::Tag => Ok(None),
            Kind::Commit => Err(unread(Reason::new("git does not recognize it as a commit"))),
        }
    }

    /// Resolves a symbolic ref to the ref that is written to.
    pub fn ref_behind(&self, full_name: &str) -> String {
        let target = self.source.symbolic_target(full_name).ok().flatten();
        target.unwrap_or_else(|| full_name.to_owned())
    }

    /// Returns the commit of HEAD; `None` before the first commit.
    pub fn head(&self) -> Option<ObjectId> {
        self.ref_commit("HEAD")
    }

    /// Returns the current branch, without `refs/heads/`; `None` if HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        let target = self.source.symbolic_target("HEAD").ok().flatten()?;
        target.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Returns the tree of a commit.
    pub fn commit_tree(&self, commit: ObjectId) -> Result<Box<dyn Tree + '_>, Error> {
        let name = format!("commit {}", commit.short());
        let root = self.root(commit)?;
        Ok(Box::new(CommitTree::new(&self.source, &self.folders, root, name)))
    }

    /// Returns the tree of the index that git passes (`GIT_INDEX_FILE`).
    ///
    /// It is HEAD's tree with the staged changes, so that unchanged folders have their known ids; if there
    /// are conflicts, it is the plain index.
    pub fn index_tree(&self) -> Result<Box<dyn Tree + '_>, Error> {
        if let Some(head) = self.head()
            && let Some(staged) = self.staged()?.nodes()
        {
            let above = Box::new(IndexTree::nothing(&self.source));
            return Ok(Box::new(
                Overlay::new(self.commit_tree(head)?, above, staged).called("the index"),
            ));
        }
        Ok(Box::new(IndexTree::staged(&self.source, &*self.index()?)))
    }

    /// Returns the tree of the work tree: tracked files, and others that git does not ignore.
    pub fn work_tree(&self) -> Result<Box<dyn Tree + '_>, Error> {
        Ok(Box::new(WorkTree::new(&self.source, self.index()?)?))
    }

    /// Returns whether `ancestor` is `commit` or one of its ancestors.
    pub fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> bool {
        commit == ancestor || self.source.contains(commit, ancestor).unwrap_or(false)
    }

    /// Compares HEAD with the index once.
    fn staged(&self) -> Result<Rc<Changes>, Error> {
        if let Some(staged) = &*self.staged.borrow() {
            return Ok(Rc::clone(staged));
        }
        let staged = Rc::new(self.uncommitted(self.head(), Uncommitted::Index)?);
        self.staged.replace(Some(Rc::clone(&staged)));
        Ok(staged)
    }

    /// Reads the index once.
    fn index(&self) -> Result<Rc<Index>, Error> {
        if let Some(index) = &*self.index.borrow() {
            return Ok(Rc::clone(index));
        }
        let index = Rc::new(self.source.index().map_err(Error::Index)?);
        self.index.replace(Some(Rc::clone(&index)));
        Ok(index)
    }
}

/// Returns git's SHA-1 id of a file with this content.
///
/// # Errors
/// Fails if the content is a crafted collision.
pub(crate) fn content_id(content: &[u8]) -> Result<ObjectId, Reason> {
    Ok(libgit2::hash(Kind::Blob, content)?)
}

/// Parses an id in git's format; the zero id of a missing object is `None`.
pub(crate) fn parse_id(hex: &str) -> Option<ObjectId> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).map(|digit| digit as u8);
    if !matches!(hex.len(), 40 | 64) {
        return None;
    }
    let pair = |pair: &[u8]| Some(digit(&pair[0])? << 4 | digit(&pair[1])?);
    let bytes: Vec<u8> = hex.as_bytes().chunks(2).map(pair).collect::<Option<_>>()?;
    bytes.iter().any(|byte| *byte != 0).then(|| ObjectId::from_bytes(&bytes))
}
