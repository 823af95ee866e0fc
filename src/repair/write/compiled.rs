//! Compiled versions of a changed file.
//!
//! Python considers a compiled file current if the size and modification second of its source are unchanged
//! (`_validate_timestamp_pyc` of `importlib._bootstrap_external`), as they can be when an id is replaced
//! quickly.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{Disk, Error};
use crate::platform::path_bytes::bytes_of;

/// Removes the compiled versions of `source`; does not follow symlinks.
pub(super) fn remove(disk: &dyn Disk, source: &Path) -> Result<(), Error> {
    let Some(stem) = source.file_name().and_then(|name| bytes_of(name).strip_suffix(b".py")) else {
        return Ok(());
    };
    let folder = source.with_file_name("__pycache__");
    let failed = |path: &Path, source| Error::Compiled { path: path.to_path_buf(), source };
    match fs::symlink_metadata(&folder) {
        Ok(found) if found.is_symlink() => return Err(Error::CompiledLink(folder)),
        Ok(found) if !found.is_dir() => return Ok(()),
        Ok(_) => {}
        Err(error) if is_absence(&error) => return Ok(()),
        Err(source) => return Err(failed(&folder, source)),
    }
    for compiled in of(&folder, stem).map_err(|source| failed(&folder, source))? {
        disk.remove(&compiled).map_err(|source| failed(&compiled, source))?;
    }
    Ok(())
}

/// Lists `STEM.*.pyc`, sorted.
fn of(folder: &Path, stem: &[u8]) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if is_of(&name, stem) {
            paths.push(folder.join(name));
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_of(name: &OsStr, stem: &[u8]) -> bool {
    let rest = bytes_of(name).strip_prefix(stem);
    rest.is_some_and(|rest| rest.starts_with(b".") && rest[1..].ends_with(b".pyc"))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_compiled_files_of_the_source_are_meant() {
        for name in ["a.cpython-313.pyc", "a.cpython-313.opt-2.pyc", "a.pypy39.pyc"] {
            assert!(is_of(OsStr::new(name), b"a"), "{name}");
        }
        for name in ["a.pyc", "ab.cpython-313.pyc", "a.py", "a", "a.cpython-313.pyc.123"] {
            assert!(!is_of(OsStr::new(name), b"a"), "{name}");
        }
    }
}
