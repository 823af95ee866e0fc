//! Finds the paths that differ between two commits.
//!
//! Folders with equal ids are skipped.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::git::changes::{Changes, PathChange};
use crate::git::tree_object::Item;
use crate::git::{Error, Repository};
use crate::tree::{Node, ObjectId, RepoPath};

/// The maximum number of differing files, and of folders still to compare.
const MOST: usize = 2_000_000;

impl Repository {
    /// Returns the wanted files that differ between two commits, or all of a root commit.
    ///
    /// A rename is a removal and an addition. Changes of submodules do not count.
    ///
    /// # Errors
    /// Fails if there are more than anybody can have written: a few folders that contain each other
    /// repeatedly may stand for any number of files.
    pub fn compare(
        &self,
        before: Option<ObjectId>,
        after: ObjectId,
        wanted: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Changes, Error> {
        let before = before.map(|commit| self.root(commit)).transpose()?;
        let after = self.root(after)?;
        let mut changes = BTreeMap::new();
        let mut ahead = vec![(RepoPath::root(), before, Some(after))];
        while let Some((folder, before, after)) = ahead.pop() {
            if before == after {
                continue;
            }
            for Difference { name, before, after } in self.differences(before, after)? {
                let path = folder.join(name);
                let (old, new) = (folder_id(before), folder_id(after));
                if old.or(new).is_some() {
                    ahead.push((path, old, new));
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

    fn differences(
        &self,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
    ) -> Result<Vec<Difference>, Error> {
        self.folders.differences(&self.source, before, after).map_err(|source| {
            let names = before.into_iter().chain(after).map(|id| id.short());
            let what = format!("tree {}", names.collect::<Vec<_>>().join(" or "));
            Error::Object { what, source }
        })
    }
}

fn folder_id(node: Option<Node>) -> Option<ObjectId> {
    match node {
        Some(Node::Folder(id)) => id,
        Some(Node::File(_) | Node::Link(_) | Node::Submodule) | None => None,
    }
}

fn change(before: Option<Node>, after: Option<Node>) -> Option<PathChange> {
    let is_file = |node: Option<Node>| node.is_some_and(|node| node != Node::Submodule);
    match after {
        Some(_) => (is_file(before) || is_file(after)).then_some(PathChange::Present(after)),
        None => is_file(before).then_some(PathChange::Removed),
    }
}

/// A name that differs between two listings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Difference {
    pub(super) name: Vec<u8>,
    pub(super) before: Option<Node>,
    pub(super) after: Option<Node>,
}

/// Compares two listings in parallel.
pub(super) fn differences(
    mut before: &[u8],
    mut after: &[u8],
    id_length: usize,
) -> Vec<Difference> {
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
        if before_here != after_here {
            found.push(Difference {
                name: before_here.or(after_here).map_or(&[][..], |item| item.name).to_vec(),
                before: before_here.map(|item| item.node()),
                after: after_here.map(|item| item.node()),
            });
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
        let said = |it: &Difference| {
            let side = |node: Option<Node>| match node {
                Some(Node::Folder(Some(id)) | Node::File(id) | Node::Link(id)) => id.as_bytes()[0],
                Some(Node::Folder(None) | Node::Submodule) | None => 0,
            };
            let name = String::from_utf8_lossy(&it.name);
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
