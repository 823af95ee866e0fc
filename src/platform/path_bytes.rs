//! Paths as bytes, which is what git stores and prints.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Returns a path, or a part of one, as git writes it.
///
/// Port: the UTF-8 of the path. Separators stay as they are; a path that git is to understand is written
/// component by component.
#[inline]
pub(crate) fn bytes_of<P: AsRef<OsStr> + ?Sized>(path: &P) -> &[u8] {
    path.as_ref().as_bytes()
}

/// Returns the bytes of a path, or of a part of one, without copying them. As [`bytes_of`].
#[inline]
pub(crate) fn into_bytes(path: impl Into<OsString>) -> Vec<u8> {
    path.into().into_vec()
}

/// Returns the path that git means by these bytes.
///
/// Port: git's bytes are UTF-8. A path that isn't must become one that no file can have.
#[inline]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}
