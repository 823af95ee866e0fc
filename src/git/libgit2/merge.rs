//! Merges with libgit2, only in memory.

use git2::{Index, IndexEntry, IndexTime, Oid};

use super::index::owned_entry;
use super::{Libgit2, oid, path_of};
use crate::git::backend::{Conflict, Edit, Incoming, Merge, MergedFiles, Mode};
use crate::tree::{Node, RepoPath};

impl Libgit2 {
    /// Merges into a commit.
    pub(super) fn merged(
        &self,
        into: &Incoming,
        incoming: &Incoming,
    ) -> Result<Merge, git2::Error> {
        let ours = self.repository.find_commit(self.side(into)?)?;
        let theirs = self.repository.find_commit(self.side(incoming)?)?;
        let index = self.repository.merge_commits(&ours, &theirs, None)?;
        let conflicts = conflicts(&index)?;
        let entries = index.iter().map(|entry| owned_entry(&entry)).collect();
        Ok(Merge { files: MergedFiles::Entries(entries), conflicts })
    }

    /// Finds or creates a side of a merge.
    fn side(&self, side: &Incoming) -> Result<Oid, git2::Error> {
        let (like, parents, edits) = match side {
            Incoming::Commit(commit) => return oid(*commit),
            Incoming::Made { like, parents, edits } => (like, parents, edits),
        };
        let parents = parents.iter().map(|parent| self.repository.find_commit(self.side(parent)?));
        let parents: Vec<git2::Commit<'_>> = parents.collect::<Result<_, _>>()?;
        let mut index = Index::new()?;
        if let Some(like) = like {
            index.read_tree(&self.repository.find_commit(oid(*like)?)?.tree()?)?;
        }
        for (path, edit) in edits {
            let (id, mode) = match edit {
                Edit::Gone => {
                    index.remove(&path_of(path), 0)?;
                    continue;
                }
                Edit::Object(id, mode) => (oid(*id)?, *mode),
                Edit::Disk(disk, _) => (self.repository.blob_path(disk)?, Mode::File),
                Edit::Content(content, mode) => (self.repository.blob(content)?, *mode),
            };
            index.add(&entry(path, id, mode.bits()))?;
        }
        let tree = self.repository.find_tree(index.write_tree_to(&self.repository)?)?;
        let nobody = git2::Signature::new("nobody", "nobody", &git2::Time::new(0, 0))?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        self.repository.commit(None, &nobody, &nobody, "uncommitted", &tree, &parents)
    }
}

fn entry(path: &RepoPath, id: Oid, mode: u32) -> IndexEntry {
    let zero = IndexTime::new(0, 0);
    IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

fn conflicts(index: &Index) -> Result<Vec<Conflict>, git2::Error> {
    let mut found = Vec::new();
    for conflict in index.conflicts()? {
        let git2::IndexConflict { ancestor, our, their } = conflict?;
        let node = |entry: &Option<IndexEntry>| -> Option<Node> {
            entry.as_ref().map(|entry| owned_entry(entry).node)
        };
        let any = our.as_ref().or(their.as_ref()).or(ancestor.as_ref());
        if let Some(any) = any {
            let path = RepoPath::new(&any.path);
            let (ours, theirs) = (node(&our), node(&their));
            // A file of one side where the other has a folder (`GIT_MERGE_DIFF_DIRECTORY_FILE` in libgit2's merge.c).
            let alone = if ancestor.is_none() { ours.xor(theirs) } else { None };
            found.push(Conflict { path, ours: ours.or(alone), theirs: theirs.or(alone) });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}
