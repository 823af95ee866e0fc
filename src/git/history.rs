//! The first-parent history of a branch.

use std::collections::{HashMap, HashSet};

use crate::git::backend::{Backend, Kind};
use crate::git::commit::Commit;
use crate::git::{Error, Reason, Repository};
use crate::tree::ObjectId;

/// The ends of a history, as the user named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The last commit of the history.
    pub tip: ObjectId,
    /// A commit whose history is excluded.
    pub since: Option<ObjectId>,
    /// The name of the range: `HEAD`, `v1.0..main`.
    pub name: String,
}

/// One commit of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryStep {
    /// The commit.
    pub commit: ObjectId,
    /// Its predecessor.
    pub before: Before,
}

/// The predecessor of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// None: it is a root commit.
    Nothing,
    /// Its first parent.
    Commit(ObjectId),
    /// A first parent that is missing in this shallow clone.
    CutOff,
}

/// The metadata of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The committer date, in seconds since 1970.
    pub committed: i64,
    /// The author date, likewise.
    pub authored: i64,
    /// The first line of its message.
    pub subject: String,
}

impl Repository {
    /// Parses a range as `git log` does, in its simple forms: `REV`, and `A..B` with either end optional,
    /// which means HEAD; no range is the whole history of HEAD.
    pub fn range(&self, text: Option<&str>) -> Result<Range, Error> {
        let text = text.unwrap_or("HEAD");
        if text.contains("...") {
            return Err(Error::SymmetricRange(crate::text::escape(text)));
        }
        let end = |name: &str| self.resolve(if name.is_empty() { "HEAD" } else { name });
        let (since, tip) = match text.split_once("..") {
            Some((since, tip)) => (Some(end(since)?), end(tip)?),
            None => (None, end(text)?),
        };
        Ok(Range { tip, since, name: text.to_owned() })
    }

    /// Walks first parents from a tip to the other end, and returns the commits in between, oldest first.
    pub fn history(&self, range: &Range) -> Result<Vec<HistoryStep>, Error> {
        let mut steps = Vec::new();
        let mut next = Before::Commit(range.tip);
        while let Before::Commit(commit) = next {
            next = self.before(commit)?;
            steps.push(HistoryStep { commit, before: next });
        }
        if let Some(since) = range.since {
            steps.truncate(self.unseen(since, &steps)?);
        }
        steps.reverse();
        Ok(steps)
    }

    /// Returns the state of a branch before it was merged with another commit: the newest first-parent
    /// commit of HEAD without that one, else the commit that is being merged into HEAD or, after a rebase,
    /// the previous HEAD.
    pub fn before_meeting(&self, other: ObjectId) -> Option<ObjectId> {
        let lacks_it = |commit: &ObjectId| !self.contains(*commit, other);
        let mut next = self.head();
        while let Some(commit) = next.filter(|commit| *commit != other) {
            if lacks_it(&commit) {
                return Some(commit);
            }
            next = match self.before(commit) {
                Ok(Before::Commit(parent)) => Some(parent),
                Ok(Before::Nothing | Before::CutOff) | Err(_) => None,
            };
        }
        self.merge_heads().into_iter().chain(self.before_merge()).find(lacks_it)
    }

    /// Counts the newest commits that a commit does not contain.
    ///
    /// Ancestors of a contained commit are contained too, so the search stops there.
    fn unseen(&self, since: ObjectId, steps: &[HistoryStep]) -> Result<usize, Error> {
        let places = steps.iter().enumerate().map(|(place, step)| (step.commit, place));
        let places: HashMap<ObjectId, usize> = places.collect();
        let mut first = steps.len();
        let mut known = HashSet::from([since]);
        let mut waiting = vec![since];
        while let Some(commit) = waiting.pop() {
            match places.get(&commit) {
                Some(&place) => first = first.min(place),
                None => {
                    let parents = self.commit(commit)?.parents.into_iter();
                    let there = parents.filter(|parent| self.has_commit(*parent));
                    waiting.extend(there.filter(|parent| known.insert(*parent)));
                }
            }
        }
        Ok(first)
    }

    /// Finds the first parent of a commit.
    ///
    /// The oldest commits of a shallow clone list parents that are missing.
    fn before(&self, commit: ObjectId) -> Result<Before, Error> {
        Ok(match self.commit(commit)?.parents.first() {
            Some(parent) if self.has_commit(*parent) => Before::Commit(*parent),
            Some(_) => Before::CutOff,
            None => Before::Nothing,
        })
    }

    /// Returns the parents that a commit lists.
    ///
    /// # Errors
    /// Fails if the commit cannot be read.
    pub fn parents(&self, commit: ObjectId) -> Result<Vec<ObjectId>, Error> {
        Ok(self.commit(commit)?.parents)
    }

    /// Returns the metadata of a commit.
    pub fn describe(&self, commit: ObjectId) -> Result<Description, Error> {
        let Commit { committed, authored, subject, .. } = self.commit(commit)?;
        Ok(Description { committed, authored, subject })
    }

    fn has_commit(&self, id: ObjectId) -> bool {
        self.commit_of(id) == Some(id)
    }

    /// Returns the tree of a commit.
    pub(super) fn root(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        Ok(self.commit(commit)?.tree)
    }

    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit, Error> {
        let failed = |source| Error::Object { what: format!("commit {}", id.short()), source };
        let read = self.source.object(id).and_then(|object| object.of_kind(Kind::Commit));
        Commit::parse(&read.map_err(failed)?).ok_or_else(|| failed(Reason::new("it is damaged")))
    }
}
