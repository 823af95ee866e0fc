//! Paths inside a repository.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::text::Escaped;

/// A path inside a repository: bytes, relative to its root, separated by `/`; empty for the root.
///
/// Clones share the bytes, because thousands of paths are passed around.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// Returns the root of a repository.
    pub fn root() -> RepoPath {
        RepoPath::default()
    }

    /// Creates a path from git's notation. A trailing `/` is dropped.
    pub fn new(path: impl AsRef<[u8]>) -> RepoPath {
        let path = path.as_ref();
        RepoPath(path.strip_suffix(b"/").unwrap_or(path).into())
    }

    /// Returns the bytes as git stores them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the parent folder; `None` for the root.
    pub fn parent(&self) -> Option<RepoPath> {
        if self.is_root() {
            return None;
        }
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Some(RepoPath(self.0[..end].into()))
    }

    /// Returns the last component.
    pub fn file_name(&self) -> &[u8] {
        let start = self.0.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        &self.0[start..]
    }

    /// Returns the path of `name` in this folder. `name` may have several components.
    pub fn join(&self, name: impl AsRef<[u8]>) -> RepoPath {
        if self.is_root() {
            return RepoPath::new(name);
        }
        RepoPath::new([self.as_bytes(), b"/", name.as_ref()].concat())
    }

    /// Returns the rest of this path below `folder`; `None` if it is not below it.
    pub fn below(&self, folder: &RepoPath) -> Option<&[u8]> {
        if folder.is_root() {
            return (!self.is_root()).then_some(self.as_bytes());
        }
        self.0.strip_prefix(folder.as_bytes())?.strip_prefix(b"/")
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(out)
    }
}

impl Borrow<[u8]> for RepoPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> RepoPath {
        RepoPath::new(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_and_split() {
        let path = RepoPath::new("migrations/versions/a.py");
        assert_eq!(path.file_name(), b"a.py");
        assert_eq!(path.parent(), Some(RepoPath::new("migrations/versions/")));
        assert_eq!(path.below(&RepoPath::new("migrations")), Some(&b"versions/a.py"[..]));
        assert_eq!(path.below(&RepoPath::new("migration")), None);
        assert_eq!(RepoPath::root().join("a.py"), RepoPath::new("a.py"));
        assert_eq!(RepoPath::new("a.py").parent(), Some(RepoPath::root()));
    }
}
