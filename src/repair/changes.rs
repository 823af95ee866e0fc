//! Accumulates the changes of successive repairs.

use super::FileChange;
use crate::tree::RepoPath;

/// A file and its new content; `None` removes it.
pub type NewContent = (RepoPath, Option<Vec<u8>>);

/// Adds new contents of files to changes; `original` returns the current content of a file.
///
/// A file that is changed twice is one change, and a file that is changed back is none.
pub fn changed<E>(
    changes: &[FileChange],
    contents: Vec<NewContent>,
    original: impl Fn(&RepoPath) -> Result<Option<Vec<u8>>, E>,
) -> Result<Vec<FileChange>, E> {
    let mut changes = changes.to_vec();
    for (path, after) in contents {
        match changes.iter_mut().find(|change| change.path == path) {
            Some(change) => change.after = after,
            None => changes.push(FileChange { before: original(&path)?, path, after }),
        }
    }
    changes.retain(|change| change.before != change.after);
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(changes)
}
