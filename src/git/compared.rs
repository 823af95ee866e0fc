//! Which paths differ between two commits, thousands of times in a row.
//!
//! A history that is walked meets most folders again and again, so their listings are kept as git wrote
//! them; a folder whose id is the same on both sides is not entered.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::git::changes::{Change, Changes};
use crate::git::listing::Item;
use crate::git::source::{Kind, Source};
use crate::git::{Error, Repository};
use crate::tree::{ObjectId, RepoPath};

/// How many bytes of listings are kept; then all are forgotten.
const KEPT: usize = 32 * 1024 * 1024;

/// How many files may differ, and folders wait to be looked into.
const MOST: usize = 2_000_000;

/// Compares one commit after another.
pub struct Comparer<'r> {
    repository: &'r Repository,
    listings: HashMap<ObjectId, Rc<[u8]>>,
    kept: usize,
}

impl Repository {
    /// Makes a comparer that has seen nothing yet.
    pub fn comparer(&self) -> Comparer<'_> {
        Comparer { repository: self, listings: HashMap::new(), kept: 0 }
    }
}

impl Comparer<'_> {
    /// Finds the wanted files that differ between two commits, or that a commit begins with.
    ///
    /// A rename is a removal and an addition. What another repository is at does not count.
    ///
    /// # Errors
    /// Fails where there are more than anybody can have written: a few folders that hold each other again
    /// and again may mean any number of files.
    pub fn compare(
        &mut self,
        before: Option<ObjectId>,
        after: ObjectId,
        wanted: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Changes, Error> {
        let before = before.map(|commit| self.repository.root(commit)).transpose()?;
        let after = self.repository.root(after)?;
        let id_length = after.as_bytes().len();
        let mut changes = BTreeMap::new();
        let mut ahead = vec![(RepoPath::root(), before, Some(after))];
        while let Some((folder, before, after)) = ahead.pop() {
            if before == after {
                continue;
            }
            let (before, after) = (self.listing(before)?, self.listing(after)?);
            for Difference { name, before, after } in differences(&before, &after, id_length) {
                let path = folder.join(name);
                if before.or(after).is_some_and(|item| item.is_folder()) {
                    ahead.push((path, before.map(|it| it.id()), after.map(|it| it.id())));
                } else if wanted(&path) {
                    changes.extend(change(before, after).map(|change| (path, change)));
                }
            }
            if changes.len() + ahead.len() > MOST {
                return Err(Error::TooMany(MOST));
            }
        }
        Ok(Changes::new(changes))
    }

    /// Reads a folder as git wrote it; one that is not there is empty.
    fn listing(&mut self, id: Option<ObjectId>) -> Result<Rc<[u8]>, Error> {
        let Some(id) = id else {
            return Ok(Rc::default());
        };
        if let Some(listing) = self.listings.get(&id) {
            return Ok(Rc::clone(listing));
        }
        let read = self.repository.source.object(id).and_then(|object| object.of_kind(Kind::Tree));
        let failed = |source| Error::Object { what: format!("tree {}", id.short()), source };
        let listing: Rc<[u8]> = read.map_err(failed)?.into();
        if self.kept > KEPT {
            self.listings.clear();
            self.kept = 0;
        }
        self.kept += listing.len();
        self.listings.insert(id, Rc::clone(&listing));
        Ok(listing)
    }
}

fn change(before: Option<Item<'_>>, after: Option<Item<'_>>) -> Option<Change> {
    let is_file = |item: Option<Item<'_>>| item.is_some_and(|item| !item.is_submodule());
    match after {
        Some(_) => (is_file(before) || is_file(after)).then_some(Change::Present),
        None => is_file(before).then_some(Change::Removed),
    }
}

/// A name that two listings do not have alike.
struct Difference<'a> {
    name: &'a [u8],
    before: Option<Item<'a>>,
    after: Option<Item<'a>>,
}

/// Goes through two listings side by side.
fn differences<'a>(
    mut before: &'a [u8],
    mut after: &'a [u8],
    id_length: usize,
) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    let mut old = Item::take(&mut before, id_length);
    let mut new = Item::take(&mut after, id_length);
    loop {
        let order = match (&old, &new) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        let before_here = if order.is_le() { old } else { None };
        let after_here = if order.is_ge() { new } else { None };
        let name = before_here.or(after_here).map_or(&[][..], |item| item.name);
        if before_here != after_here {
            found.push(Difference { name, before: before_here, after: after_here });
        }
        if order.is_le() {
            old = Item::take(&mut before, id_length);
        }
        if order.is_ge() {
            new = Item::take(&mut after, id_length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID_LENGTH: usize = 20;

    fn listing(items: &[(&str, &str, u8)]) -> Vec<u8> {
        let item = |(mode, name, id): &(&str, &str, u8)| {
            [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &[*id; ID_LENGTH]].concat()
        };
        items.iter().flat_map(item).collect()
    }

    fn compared(before: &[(&str, &str, u8)], after: &[(&str, &str, u8)]) -> Vec<String> {
        let (before, after) = (listing(before), listing(after));
        let said = |it: &Difference<'_>| {
            let side = |item: Option<Item<'_>>| item.map_or(0, |item| item.id().as_bytes()[0]);
            let name = String::from_utf8_lossy(it.name);
            format!("{name} {} {}", side(it.before), side(it.after))
        };
        differences(&before, &after, ID_LENGTH).iter().map(said).collect()
    }

    #[test]
    fn names_are_told_apart_as_git_sorts_them() {
        let before =
            [("100644", "a", 1), ("100644", "b.py", 2), ("40000", "b", 3), ("100644", "c", 4)];
        let after =
            [("100644", "b", 5), ("100644", "b.py", 2), ("100644", "c", 6), ("40000", "d", 7)];
        assert_eq!(compared(&before, &after), ["a 1 0", "b 0 5", "b 3 0", "c 4 6", "d 0 7"]);
        assert_eq!(compared(&before, &before), [""; 0]);
        assert_eq!(compared(&[], &after[..1]), ["b 0 5"]);
    }

    #[test]
    fn a_file_that_became_a_link_differs() {
        assert_eq!(compared(&[("100644", "a", 1)], &[("120000", "a", 1)]), ["a 1 1"]);
    }

    #[test]
    fn a_listing_that_is_cut_off_ends_there() {
        let whole = listing(&[("100644", "a", 1), ("100644", "b", 2)]);
        let cut = &whole[..whole.len() - 1];
        assert_eq!(differences(cut, &[], ID_LENGTH).len(), 1);
    }
}
