//! A cache of facts that earlier runs found, by the ids of the objects they were found in.
//!
//! A fact depends only on the content of git objects, so it never becomes stale: it is kept under the ids
//! of those objects, in a file in the repository's common folder that belongs to this build of the program.
//! If the file is damaged or incomplete, missing facts are computed again.

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

/// The number of lookups from which reading the whole file is faster.
const WORTH_LOADING: usize = 64;

/// Facts about git objects, from earlier runs and from this one.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<FactFile>,
    kept: OnceCell<Option<Table>>,
    /// The new facts of this run.
    found: RefCell<HashMap<Key, Vec<u8>>>,
    /// The kept facts that it used.
    used: RefCell<Vec<Key>>,
}

impl Cache {
    /// Creates a cache that stores nothing.
    pub fn off() -> Cache {
        Cache::default()
    }

    /// Creates a cache that is stored in a repository's common folder. Nothing is read before the first
    /// lookup, and nothing is written before [`Cache::keep`].
    pub fn of(common_dir: &Path) -> Cache {
        Cache { file: FactFile::of(common_dir), ..Cache::default() }
    }

    /// Returns whether the cache can store anything: if not, no keys need to be computed.
    pub fn is_on(&self) -> bool {
        self.file.is_some()
    }

    /// Announces a number of lookups.
    pub fn expect(&self, questions: usize) {
        if questions >= WORTH_LOADING
            && let Some(table) = self.table()
        {
            table.load();
        }
    }

    /// Returns a fact.
    pub fn recall<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        if let Some(found) = self.found.borrow().get(key) {
            return postcard::from_bytes(found).ok();
        }
        let fact = postcard::from_bytes(&self.table()?.get(key)?).ok()?;
        self.used.borrow_mut().push(*key);
        Some(fact)
    }

    /// Stores a fact for this run and later ones.
    pub fn note<T: Serialize>(&self, key: Key, fact: &T) {
        if self.is_on()
            && let Ok(fact) = postcard::to_stdvec(fact)
        {
            self.found.borrow_mut().insert(key, fact);
        }
    }

    /// Writes the new facts. Facts that cannot be written are computed again next time.
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
