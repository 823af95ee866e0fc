//! Git, as far as the guard needs it: trees, tips, merges that are never written.
//!
//! All that is asked of a repository goes through one trait, `backend::Backend`. libgit2 answers first,
//! within the process; what it cannot read (a sparse or split index, reftable, SHA-256, what a partial
//! clone left out) is asked of git itself. Nothing of git2 leaves this module: commits are
//! [`ObjectId`]s, states are [`Tree`]s.

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

/// What there is of a commit.
#[derive(Debug, Clone)]
pub enum Stored {
    /// This commit, with its root folder.
    Commit(ObjectId),
    /// Nothing.
    Absent,
    /// Something that cannot be read, for this reason.
    Damaged(String),
}

/// A repository, opened once for a whole run.
pub struct Repository {
    source: Fallback,
    folders: Folders,
    index: RefCell<Option<Rc<Index>>>,
    /// How the index differs from HEAD.
    staged: RefCell<Option<Rc<Changes>>>,
    cache: Rc<Cache>,
}

impl Repository {
    /// Opens the repository that the environment names (`GIT_DIR` and its kin), else the one around the
    /// current directory.
    ///
    /// `index` is the absolute path of `GIT_INDEX_FILE`, where that was given: it is relative to where
    /// the process was started, and under `commit -a` and `commit PATH` the truth is there.
    pub fn open(index: Option<&Path>) -> Result<Repository, Error> {
        let index = index.filter(|index| index.exists());
        let source = Fallback::open(index).map_err(Error::Open)?;
        let (folders, index, staged, cache) = Default::default();
        Ok(Repository { source, folders, index, staged, cache })
    }

    /// Lets the repository remember what earlier runs found out, and later ones what this one does, once
    /// [`Cache::keep`] is called.
    pub fn remember(&mut self) {
        self.cache = Rc::new(Cache::of(&self.source.place().common_dir));
        self.folders = Folders::remembering(self.cache());
    }

    /// Returns what is remembered of the repository's objects.
    pub fn cache(&self) -> Rc<Cache> {
        Rc::clone(&self.cache)
    }

    /// Returns what libgit2 could not do and git was asked for instead, in words.
    pub fn asked_of_git(&self) -> Vec<String> {
        self.source.asked_of_git()
    }

    /// Returns the top folder of the work tree; a bare repository has none.
    pub fn work_dir(&self) -> Option<&Path> {
        self.source.place().work_dir.as_deref()
    }

    /// Returns the repository's own folder, that of the linked worktree where it is one.
    pub fn git_dir(&self) -> PathBuf {
        self.source.place().git_dir.clone()
    }

    /// Returns the folders that hold the repository's objects, and those that these name.
    pub fn object_folders(&self) -> Vec<PathBuf> {
        let own = libgit2::databases(self.source.place());
        let named: Vec<PathBuf> = own.iter().flat_map(|folder| loose::alternates(folder)).collect();
        own.into_iter().chain(named).collect()
    }

    /// Tells whether the history is cut off somewhere (gitrepository-layout(5), `shallow`).
    pub fn is_shallow(&self) -> bool {
        let shallow = fs::metadata(self.source.place().common_dir.join("shallow"));
        shallow.is_ok_and(|shallow| shallow.len() > 0)
    }

    /// Finds the commit that a name stands for; tags are followed.
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

    /// Finds the commit behind an object id, if there is one; tags are followed.
    pub fn commit_of(&self, id: ObjectId) -> Option<ObjectId> {
        self.source.commit_of(id).ok().flatten()
    }

    /// Returns what there is of a commit, without asking any other repository for it.
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

    /// Finds the commit behind an object that must be here; nothing where it is a file or a folder.
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

    /// Follows a ref that stands for another one to the one that is written to.
    pub fn ref_behind(&self, full_name: &str) -> String {
        let target = self.source.symbolic_target(full_name).ok().flatten();
        target.unwrap_or_else(|| full_name.to_owned())
    }

    /// Returns the commit that is checked out; none before the first.
    pub fn head(&self) -> Option<ObjectId> {
        self.ref_commit("HEAD")
    }

    /// Returns the branch that is checked out, without `refs/heads/`; none where HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        let target = self.source.symbolic_target("HEAD").ok().flatten()?;
        target.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Returns what a commit holds.
    pub fn commit_tree(&self, commit: ObjectId) -> Result<Box<dyn Tree + '_>, Error> {
        let name = format!("commit {}", commit.short());
        let root = self.root(commit)?;
        Ok(Box::new(CommitTree::new(&self.source, &self.folders, root, name)))
    }

    /// Returns what the index holds, the one that git names (`GIT_INDEX_FILE`).
    ///
    /// It is HEAD's commit with what was staged laid over it, so that what has not been touched is as known
    /// as in any commit; the index by itself where git would ask about something in it.
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

    /// Returns what the work tree holds: tracked files, and others that git does not ignore.
    pub fn work_tree(&self) -> Result<Box<dyn Tree + '_>, Error> {
        Ok(Box::new(WorkTree::new(&self.source, self.index()?)?))
    }

    /// Tells whether `ancestor` is `commit` or lies below it.
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

/// Returns the id that git gives a file with this content where ids are SHA-1's.
///
/// # Errors
/// Fails where the content was made to collide with another.
pub(crate) fn content_id(content: &[u8]) -> Result<ObjectId, Reason> {
    Ok(libgit2::hash(Kind::Blob, content)?)
}

/// Parses an id as git prints it; the zero id of a missing object is none.
pub(crate) fn parse_id(hex: &str) -> Option<ObjectId> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).map(|digit| digit as u8);
    if !matches!(hex.len(), 40 | 64) {
        return None;
    }
    let pair = |pair: &[u8]| Some(digit(&pair[0])? << 4 | digit(&pair[1])?);
    let bytes: Vec<u8> = hex.as_bytes().chunks(2).map(pair).collect::<Option<_>>()?;
    bytes.iter().any(|byte| *byte != 0).then(|| ObjectId::from_bytes(&bytes))
}
