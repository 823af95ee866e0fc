//! What earlier runs found out, kept under the ids of what it was found in.
//!
//! A fact follows from the content of git objects and from nothing else, so it never grows stale: it is
//! kept under the ids of those objects, in a file of the repository's common folder that belongs to this
//! very build of the program. Whatever is wrong with that file, what is not found in it is found out anew.

mod file;
mod key;
mod table;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use file::FactFile;
use table::{Record, Table};

pub use file::forget;
pub use key::{FactKind, Key};

/// So many questions at once are answered sooner by reading all of the file.
const WORTH_LOADING: usize = 64;

/// Facts about git objects; those of earlier runs and those of this one.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<FactFile>,
    kept: OnceCell<Option<Table>>,
    /// What this run has found out.
    found: RefCell<HashMap<Key, Vec<u8>>>,
    /// Which of the kept facts were of use to it.
    used: RefCell<Vec<Key>>,
}

impl Cache {
    /// Makes a cache that remembers nothing from one run to the next, and nothing in this one.
    pub fn off() -> Cache {
        Cache::default()
    }

    /// Makes a cache that is kept in a repository's common folder. Nothing is read before it is asked,
    /// and nothing written before [`Cache::keep`].
    pub fn of(common_dir: &Path) -> Cache {
        Cache { file: FactFile::of(common_dir), ..Cache::default() }
    }

    /// Tells whether anything can be remembered at all: else there is no need to name it.
    pub fn is_on(&self) -> bool {
        self.file.is_some()
    }

    /// Says that so many facts are about to be asked for.
    pub fn expect(&self, questions: usize) {
        if questions >= WORTH_LOADING
            && let Some(table) = self.table()
        {
            table.load();
        }
    }

    /// Recalls a fact.
    pub fn recall<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        if let Some(found) = self.found.borrow().get(key) {
            return postcard::from_bytes(found).ok();
        }
        let fact = postcard::from_bytes(&self.table()?.get(key)?).ok()?;
        self.used.borrow_mut().push(*key);
        Some(fact)
    }

    /// Notes a fact for this run and later ones.
    pub fn note<T: Serialize>(&self, key: Key, fact: &T) {
        if self.is_on()
            && let Ok(fact) = postcard::to_stdvec(fact)
        {
            self.found.borrow_mut().insert(key, fact);
        }
    }

    /// Writes down what this run has found out. What cannot be written is found out anew next time.
    pub fn keep(&self) {
        let Some(file) = &self.file else {
            return;
        };
        let found = std::mem::take(&mut *self.found.borrow_mut());
        if found.is_empty() {
            return file.tidy();
        }
        let today = file::today();
        let mut found: Vec<Record> =
            found.into_iter().map(|(key, fact)| Record { key, day: today, fact }).collect();
        found.sort_by_key(|record| record.key);
        let mut used = std::mem::take(&mut *self.used.borrow_mut());
        used.sort_unstable();
        file.add(found, &used);
    }

    fn table(&self) -> Option<&Table> {
        let file = self.file.as_ref()?;
        self.kept.get_or_init(|| file.open()).as_ref()
    }
}

#[cfg(test)]
mod tests;
