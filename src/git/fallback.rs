//! Uses libgit2 first, and git itself if libgit2 fails.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use crate::git::Reason;
use crate::git::backend::{Backend, Incoming, Kind, Merge, Object, Place, Settled, Uncommitted};
use crate::git::changes::Changes;
use crate::git::discovery::{is_implied, refuse_planted_here};
use crate::git::index::Index;
use crate::git::libgit2::Libgit2;
use crate::git::plumbing::{Failure, Plumbing};
use crate::git::ref_cache::Asked;
use crate::tree::{Content, ObjectId, RepoPath};

/// The size of an index with about two thousand files, in bytes.
const LARGE_INDEX: u64 = 256 * 1024;

/// Both sources of one repository.
///
/// The source is chosen by the result of libgit2 for each question, not by guessing from the configuration
/// what it can read. A missing thing is a final answer.
pub(super) struct Fallback {
    place: Place,
    libgit2: Option<Libgit2>,
    plumbing: OnceCell<Plumbing>,
    index: Option<PathBuf>,
    refused: RefCell<Vec<String>>,
    asked: Asked,
}

impl Fallback {
    /// Opens the repository of the environment, or else the one around the current directory.
    ///
    /// # Errors
    /// Fails if git fails too, with git's message; with libgit2's message if git cannot be run.
    pub(super) fn open(index: Option<&Path>) -> Result<Fallback, Reason> {
        let sources = |place: &Place, libgit2, plumbing| Fallback {
            place: place.clone(),
            libgit2,
            plumbing,
            index: index.map(Path::to_owned),
            refused: RefCell::default(),
            asked: Asked::default(),
        };
        let opened = Libgit2::open(index);
        let opened = match opened {
            Ok(libgit2) if !is_implied(&libgit2.place().git_dir) => {
                let place = libgit2.place().clone();
                return Ok(sources(&place, Some(libgit2), OnceCell::new()));
            }
            Ok(_) | Err(_) => opened,
        };
        let plumbing = Plumbing::open(index).map_err(|failure| match (failure, &opened) {
            (Failure::NotRun(failure), Err(refused)) => {
                Reason::new(format!("{refused}; {failure}"))
            }
            (Failure::Refused(reason) | Failure::NotRun(reason), _) => reason,
        })?;
        let place = plumbing.place().clone();
        refuse_planted_here(&place.git_dir)?;
        let refused = match opened {
            Ok(libgit2) if is_same_folder(&libgit2.place().git_dir, &place.git_dir) => {
                return Ok(sources(&place, Some(libgit2), plumbing.into()));
            }
            Ok(_) => Reason::new("it finds a different repository here"),
            Err(refused) => refused,
        };
        let sources = sources(&place, None, plumbing.into());
        sources.note(&refused);
        Ok(sources)
    }

    /// Invalidates cached refs.
    pub(super) fn forget_refs(&self) {
        self.asked.forget_refs();
    }

    /// Returns the errors of libgit2.
    pub(super) fn asked_of_git(&self) -> Vec<String> {
        self.refused.borrow().clone()
    }

    /// Asks libgit2, and git if libgit2 fails. If both fail, git's message is the reason.
    fn ask<T>(&self, question: impl Fn(&dyn Backend) -> Result<T, Reason>) -> Result<T, Reason> {
        let Some(libgit2) = &self.libgit2 else {
            return question(self.plumbing()?);
        };
        question(libgit2).or_else(|refused| {
            let plumbing = self.plumbing().map_err(|_| refused.clone())?;
            let answer = question(plumbing)?;
            self.note(&refused);
            Ok(answer)
        })
    }

    /// Returns the source that knows the local objects, without a fallback.
    fn first(&self) -> Result<&dyn Backend, Reason> {
        match &self.libgit2 {
            Some(libgit2) => Ok(libgit2),
            None => Ok(self.plumbing()?),
        }
    }

    /// Returns whether starting git is faster than reading the index with libgit2.
    fn has_large_index(&self) -> bool {
        std::fs::metadata(&self.place.index).is_ok_and(|index| index.len() > LARGE_INDEX)
    }

    fn plumbing(&self) -> Result<&Plumbing, Reason> {
        if let Some(plumbing) = self.plumbing.get() {
            return Ok(plumbing);
        }
        let opened = Plumbing::open(self.index.as_deref()).map_err(|failure| match failure {
            Failure::Refused(reason) | Failure::NotRun(reason) => reason,
        })?;
        Ok(self.plumbing.get_or_init(|| opened))
    }

    fn note(&self, refused: &Reason) {
        let words = refused.to_string();
        let mut known = self.refused.borrow_mut();
        if !known.contains(&words) {
            known.push(words);
        }
    }
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    let real = (one.canonicalize().ok(), other.canonicalize().ok());
    real.0.is_some() && real.0 == real.1
}

impl Backend for Fallback {
    fn place(&self) -> &Place {
        &self.place
    }

    fn resolve(&self, expression: &str) -> Result<Option<ObjectId>, Reason> {
        self.ask(|source| source.resolve(expression))
    }

    fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason> {
        self.ask(|source| source.commit_of(id))
    }

    fn ref_commit(&self, name: &str) -> Result<Option<ObjectId>, Reason> {
        self.asked.commits.once(name, || self.ask(|source| source.ref_commit(name)))
    }

    fn symbolic_target(&self, name: &str) -> Result<Option<String>, Reason> {
        self.asked.links.once(name, || self.ask(|source| source.symbolic_target(name)))
    }

    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, Reason> {
        self.asked.below.once(prefix, || self.ask(|source| source.refs_below(prefix)))
    }

    fn setting(&self, key: &str) -> Result<Option<String>, Reason> {
        self.asked.settings.once(key, || self.ask(|source| source.setting(key)))
    }

    fn reads_settings_as_git(&self) -> bool {
        self.first().is_ok_and(|source| source.reads_settings_as_git())
    }

    fn remotes(&self) -> Result<Vec<String>, Reason> {
        self.ask(|source| source.remotes())
    }

    fn has(&self, id: ObjectId) -> bool {
        self.first().is_ok_and(|source| source.has(id))
    }

    fn object(&self, id: ObjectId) -> Result<Object, Reason> {
        self.ask(|source| source.object(id))
    }

    fn blobs(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Content>, Reason> {
        self.ask(|source| source.blobs(ids, most))
    }

    fn hash(&self, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason> {
        self.first()?.hash(kind, content)
    }

    fn hash_large_file(&self, disk: &Path) -> Result<ObjectId, Reason> {
        self.first()?.hash_large_file(disk)
    }

    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason> {
        self.ask(|source| source.sizes(ids))
    }

    fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Reason> {
        self.ask(|source| source.merge_bases(one, other))
    }

    fn ahead(&self, tip: ObjectId, other: ObjectId) -> Result<Option<usize>, Reason> {
        self.ask(|source| source.ahead(tip, other))
    }

    fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> Result<bool, Reason> {
        self.ask(|source| source.contains(commit, ancestor))
    }

    fn index(&self) -> Result<Index, Reason> {
        self.ask(|source| source.index())
    }

    fn uncommitted(&self, from: Option<ObjectId>, state: Uncommitted) -> Result<Changes, Reason> {
        // Libgit2 compares every folder, and git those alone that were touched since it wrote the index.
        if state == Uncommitted::Index
            && self.has_large_index()
            && let Ok(plumbing) = self.plumbing()
            && let Ok(changes) = plumbing.uncommitted(from, state)
        {
            return Ok(changes);
        }
        self.ask(|source| source.uncommitted(from, state))
    }

    fn is_ignored(&self, path: &RepoPath) -> Result<bool, Reason> {
        self.ask(|source| source.is_ignored(path))
    }

    fn settled(&self, path: &RepoPath) -> Result<Settled, Reason> {
        self.ask(|source| source.settled(path))
    }

    fn all_settled(&self, paths: &[&RepoPath]) -> Result<Vec<Settled>, Reason> {
        self.ask(|source| source.all_settled(paths))
    }

    fn merge(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason> {
        self.ask(|source| source.merge(into, incoming))
    }
}
