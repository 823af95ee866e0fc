//! A place that a person can be pointed to.

use crate::text::Span;
use crate::tree::{File, RepoPath};

/// A place in the repository.
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
    /// A path at which there is nothing any more, or that is a folder.
    Path(RepoPath),
}

impl Site {
    /// Returns the path that the site is in.
    pub fn path(&self) -> &RepoPath {
        match self {
            Site::Span { file, .. } | Site::File(file) => &file.path,
            Site::Path(path) => path,
        }
    }

    /// Returns the file, where there still is one.
    pub fn file(&self) -> Option<&File> {
        match self {
            Site::Span { file, .. } | Site::File(file) => Some(file),
            Site::Path(_) => None,
        }
    }
}
