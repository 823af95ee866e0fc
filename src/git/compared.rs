//! Which paths differ between two commits, thousands of times in a row.
//!
//! A history that is walked meets most folders again and again, so their listings are kept as git wrote
//! them; a folder whose id is the same on both sides is not entered. For a single comparison of any two
//! states there is [`Repository::changes`].

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use crate::git::{Error, Repository, owned};
use crate::tree::{ObjectId, RepoPath};

/// How many bytes of listings are kept; then all are forgotten.
const KEPT: usize = 32 * 1024 * 1024;

/// How git marks a folder in a listing.
const FOLDER: &[u8] = b"40000";

/// SHA-1's; repositories with others are not opened.
const ID_LENGTH: usize = 20;

/// Compares one commit after another.
pub struct Comparer<'r> {
    repository: &'r Repository,
    odb: git2::Odb<'r>,
    listings: HashMap<ObjectId, Rc<[u8]>>,
    kept: usize,
}

impl Repository {
    /// Makes a comparer that has seen nothing yet.
    pub fn comparer(&self) -> Result<Comparer<'_>, Error> {
        let odb = self.inner.odb().map_err(|error| Error::Open(error.into()))?;
        Ok(Comparer { repository: self, odb, listings: HashMap::new(), kept: 0 })
    }
}

impl Comparer<'_> {
    /// Returns the paths of files that differ between two commits, or that a commit begins with.
    pub fn changed(
        &mut self,
        before: Option<ObjectId>,
        after: ObjectId,
    ) -> Result<Vec<RepoPath>, Error> {
        let before = before.map(|commit| self.root(commit)).transpose()?;
        let after = self.root(after)?;
        let mut paths = Vec::new();
        let mut ahead = vec![(RepoPath::root(), before, Some(after))];
        while let Some((folder, before, after)) = ahead.pop() {
            if before == after {
                continue;
            }
            let (before, after) = (self.listing(before)?, self.listing(after)?);
            for Difference { name, before, after } in differences(&before, &after) {
                let path = folder.join(name);
                match before.or(after).is_some_and(|item| item.is_folder()) {
                    true => ahead.push((path, before.map(|it| it.id()), after.map(|it| it.id()))),
                    false => paths.push(path),
                }
            }
        }
        Ok(paths)
    }

    fn root(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        Ok(owned(self.repository.git_tree(commit)?.id()))
    }

    /// Reads a folder as git wrote it; one that is not there is empty.
    fn listing(&mut self, id: Option<ObjectId>) -> Result<Rc<[u8]>, Error> {
        let Some(id) = id else {
            return Ok(Rc::default());
        };
        if let Some(listing) = self.listings.get(&id) {
            return Ok(Rc::clone(listing));
        }
        let failed = |error: git2::Error| Error::Object {
            what: format!("tree {}", id.short()),
            source: error.into(),
        };
        let oid = git2::Oid::from_bytes(id.as_bytes()).map_err(failed)?;
        let listing: Rc<[u8]> = self.odb.read(oid).map_err(failed)?.data().into();
        if self.kept > KEPT {
            self.listings.clear();
            self.kept = 0;
        }
        self.kept += listing.len();
        self.listings.insert(id, Rc::clone(&listing));
        Ok(listing)
    }
}

/// A name that two listings do not have alike.
struct Difference<'a> {
    name: &'a [u8],
    before: Option<Item<'a>>,
    after: Option<Item<'a>>,
}

/// Goes through two listings side by side.
fn differences<'a>(mut before: &'a [u8], mut after: &'a [u8]) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    let (mut old, mut new) = (Item::take(&mut before), Item::take(&mut after));
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
            old = Item::take(&mut before);
        }
        if order.is_ge() {
            new = Item::take(&mut after);
        }
    }
}

/// One name in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item<'a> {
    mode: &'a [u8],
    name: &'a [u8],
    id: &'a [u8],
}

impl<'a> Item<'a> {
    /// Takes the first item of a listing: `mode SP name NUL id`.
    fn take(listing: &mut &'a [u8]) -> Option<Item<'a>> {
        let blank = listing.iter().position(|byte| *byte == b' ')?;
        let (mode, rest) = (&listing[..blank], &listing[blank + 1..]);
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (id, behind) = rest[end + 1..].split_at_checked(ID_LENGTH)?;
        *listing = behind;
        Some(Item { mode, name: &rest[..end], id })
    }

    /// Old tools wrote the mode of a folder with a zero in front.
    fn is_folder(&self) -> bool {
        self.mode.strip_prefix(b"0").unwrap_or(self.mode) == FOLDER
    }

    fn id(&self) -> ObjectId {
        ObjectId::from_bytes(self.id)
    }

    /// Compares as git sorts: a folder as if its name ended in a slash. So a file and a folder of one
    /// name are two names.
    fn order(&self, other: &Item<'_>) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        let next = |item: &Item<'_>| match item.name.get(shared) {
            Some(byte) => Some(*byte),
            None if item.is_folder() => Some(b'/'),
            None => None,
        };
        let start = self.name[..shared].cmp(&other.name[..shared]);
        start.then_with(|| next(self).cmp(&next(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(items: &[(&str, &str, u8)]) -> Vec<u8> {
        let item = |(mode, name, id): &(&str, &str, u8)| {
            [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &[*id; ID_LENGTH]].concat()
        };
        items.iter().flat_map(item).collect()
    }

    fn compared(before: &[(&str, &str, u8)], after: &[(&str, &str, u8)]) -> Vec<String> {
        let (before, after) = (listing(before), listing(after));
        let said = |it: &Difference<'_>| {
            let side = |item: Option<Item<'_>>| item.map_or(0, |item| item.id[0]);
            let name = String::from_utf8_lossy(it.name);
            format!("{name} {} {}", side(it.before), side(it.after))
        };
        differences(&before, &after).iter().map(said).collect()
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
        assert_eq!(differences(cut, &[]).len(), 1);
    }
}
