//! Caches lookups of names during a run, which repeats many of them.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::git::Reason;
use crate::tree::ObjectId;

/// The cached lookups.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) commits: Answers<Option<ObjectId>>,
    pub(super) links: Answers<Option<String>>,
    pub(super) below: Answers<Vec<(String, ObjectId)>>,
    pub(super) settings: Answers<Option<String>>,
}

impl Asked {
    /// Drops all refs, since some have moved.
    pub(super) fn forget_refs(&self) {
        self.commits.0.borrow_mut().clear();
        self.links.0.borrow_mut().clear();
        self.below.0.borrow_mut().clear();
    }
}

/// Results by name.
pub(super) struct Answers<T>(RefCell<HashMap<String, T>>);

impl<T> Default for Answers<T> {
    fn default() -> Answers<T> {
        Answers(RefCell::default())
    }
}

impl<T: Clone> Answers<T> {
    /// Looks up a name unless it is cached; failures are not cached.
    pub(super) fn once(
        &self,
        name: &str,
        ask: impl FnOnce() -> Result<T, Reason>,
    ) -> Result<T, Reason> {
        if let Some(answer) = self.0.borrow().get(name) {
            return Ok(answer.clone());
        }
        let answer = ask()?;
        self.0.borrow_mut().insert(name.to_owned(), answer.clone());
        Ok(answer)
    }
}
