//! Changes that are gathered one repair after the other.

use super::FileChange;
use crate::tree::RepoPath;

/// A file and what it is to hold; nothing where it goes.
pub type NewContent = (RepoPath, Option<Vec<u8>>);

/// Adds to changes what files are to hold then; `original` gives what a file holds now.
///
/// A file that is changed twice is one change, and one that comes back to what it was is none.
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
