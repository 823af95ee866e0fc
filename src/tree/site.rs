//! A location that a message can point to.

use crate::text::Span;
use crate::tree::{File, RepoPath};

/// A location in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Site {
    /// Bytes of a file.
    Span {
        /// The file.
        file: File,
        /// The bytes.
        span: Span,
    },
    /// A file as a whole.
    File(File),
    /// A path that no longer exists, or is a folder.
    Path(RepoPath),
}

impl Site {
    /// Returns the path of the location.
    pub fn path(&self) -> &RepoPath {
        match self {
            Site::Span { file, .. } | Site::File(file) => &file.path,
            Site::Path(path) => path,
        }
    }

    /// Returns the file, if it still exists.
    pub fn file(&self) -> Option<&File> {
        match self {
            Site::Span { file, .. } | Site::File(file) => Some(file),
            Site::Path(_) => None,
        }
    }
}
