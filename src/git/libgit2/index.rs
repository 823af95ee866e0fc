//! The index as libgit2 reads it.

use super::{Libgit2, owned};
use crate::git::index::{Index, IndexEntry, Marks, Stat};
use crate::tree::{Node, RepoPath};

/// The flags of an entry, as `git ls-files --debug` prints them (`read-cache-ll.h` of git).
const ASSUME_UNCHANGED: u16 = 1 << 15;
const INTENT_TO_ADD: u16 = 1 << 13;
const SKIP_WORKTREE: u16 = 1 << 14;

impl Libgit2 {
    /// Copies the entries of the index that git passes.
    pub(super) fn read_index(&self) -> Result<Index, git2::Error> {
        Ok(Index::new(self.open_index()?.iter().map(|entry| owned_entry(&entry)).collect()))
    }

    /// Opens the index; the one that git passes replaces the default one.
    pub(super) fn open_index(&self) -> Result<git2::Index, git2::Error> {
        let Some(named) = &self.named_index else {
            return self.repository.index();
        };
        let mut index = git2::Index::open(named)?;
        self.repository.set_index(&mut index)?;
        Ok(index)
    }
}

pub(super) fn owned_entry(entry: &git2::IndexEntry) -> IndexEntry {
    let id = owned(entry.id);
    // The kind of a file, as `S_IFLNK` and `S_IFGITLINK` in git's object.h.
    let node = match entry.mode & 0o170000 {
        0o120000 => Node::Link(id),
        0o160000 => Node::Submodule,
        _ => Node::File(id),
    };
    let modified = (entry.mtime.seconds().into(), entry.mtime.nanoseconds().into());
    IndexEntry {
        path: RepoPath::new(&entry.path),
        node,
        // `CE_STAGEMASK` in git's read-cache-ll.h.
        stage: (entry.flags >> 12 & 3) as u8,
        marks: Marks {
            intent_to_add: entry.flags_extended & INTENT_TO_ADD != 0,
            skip_worktree: entry.flags_extended & SKIP_WORKTREE != 0,
            assume_unchanged: entry.flags & ASSUME_UNCHANGED != 0,
        },
        stat: Some(Stat { modified, size: entry.file_size }),
    }
}
