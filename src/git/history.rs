//! The line of commits that a branch went through: each commit's first parent, and nothing beside it.

use std::collections::{HashMap, HashSet};

use crate::git::backend::{Backend, Kind};
use crate::git::commit::Commit;
use crate::git::{Error, Reason, Repository};
use crate::tree::ObjectId;

/// The ends of a history, as somebody named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The last commit of the history.
    pub tip: ObjectId,
    /// A commit that has seen what is left out.
    pub since: Option<ObjectId>,
    /// The words for it: `HEAD`, `v1.0..main`.
    pub name: String,
}

/// One commit of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryStep {
    /// The commit.
    pub commit: ObjectId,
    /// What was there before.
    pub before: Before,
}

/// What was there before a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing: a history begins here.
    Nothing,
    /// Its first parent.
    Commit(ObjectId),
    /// A first parent that this repository does not have.
    CutOff,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// When its change was written, likewise.
    pub authored: i64,
    /// The first line of its message.
    pub subject: String,
}

impl Repository {
    /// Reads a range as `git log` does in its simple forms: `REV`, `A..B` and either end left out,
    /// which is HEAD; nothing at all is the whole history of HEAD.
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

    /// Walks from a tip along first parents to what the other end has seen, and returns the commits on
    /// the way, the oldest first.
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

    /// Returns what a branch was before it met another commit: the newest commit along HEAD's first parents
    /// without that one, else what is being merged into HEAD or, after a rebase, what HEAD was before.
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

    /// Counts the steps, from the newest, that a commit has not seen.
    ///
    /// What lies below a step is a part of it, so the search goes no further where it meets one.
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
    /// A shallow clone's oldest commits have parents by their own word that are not here.
    fn before(&self, commit: ObjectId) -> Result<Before, Error> {
        Ok(match self.commit(commit)?.parents.first() {
            Some(parent) if self.has_commit(*parent) => Before::Commit(*parent),
            Some(_) => Before::CutOff,
            None => Before::Nothing,
        })
    }

    /// Returns the commits that a commit was made on, by its own word.
    ///
    /// # Errors
    /// Fails if the commit cannot be read.
    pub fn parents(&self, commit: ObjectId) -> Result<Vec<ObjectId>, Error> {
        Ok(self.commit(commit)?.parents)
    }

    /// Returns what a commit says of itself.
    pub fn describe(&self, commit: ObjectId) -> Result<Description, Error> {
        let Commit { committed, authored, subject, .. } = self.commit(commit)?;
        Ok(Description { committed, authored, subject })
    }

    fn has_commit(&self, id: ObjectId) -> bool {
        self.commit_of(id) == Some(id)
    }

    /// Returns the folder that a commit holds.
    pub(super) fn root(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        Ok(self.commit(commit)?.tree)
    }

    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit, Error> {
        let failed = |source| Error::Object { what: format!("commit {}", id.short()), source };
        let read = self.source.object(id).and_then(|object| object.of_kind(Kind::Commit));
        Commit::parse(&read.map_err(failed)?).ok_or_else(|| failed(Reason::new("it is damaged")))
    }
}
