//! Programs on PATH that share a name with this one.
//!
//! PyPI has two packages with an `alembic-guard` command: ours (`alembic-head-guard`), whose `alembic-guard` is a
//! shell script that runs `alembic-head-guard`, and a linter for migrations. Files are read to tell them apart.
//! None is run.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::place::read_start;
use crate::advice::program::PROGRAM;
use crate::platform::file_system::is_executable;

/// Returns the program that a shell runs for `name`.
pub fn first_on_path(name: &str, path: &OsStr) -> Option<PathBuf> {
    let mut candidates = env::split_paths(path).map(|folder| folder.join(name));
    candidates.find(|candidate| is_program(candidate))
}

/// Returns the `alembic-guard` on PATH if it is the linter's: a script of pip, uv or pipx that imports the
/// linter's module, `alembic_guard`. Version managers, such as pyenv, have scripts of that name for any program.
pub fn foreign_program(path: &OsStr) -> Option<PathBuf> {
    let found = first_on_path(PROGRAM, path)?;
    let start = read_start(&found).ok()?;
    let imports = String::from_utf8_lossy(&start).contains("alembic_guard");
    (start.starts_with(b"#!") && imports).then_some(found)
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && is_executable(&metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use crate::platform::file_system::temporary_program;

    fn program(folder: &Path, name: &str, text: &[u8]) {
        let mut file = temporary_program(folder, "new").expect("the folder is ours");
        file.write_all(text).expect("the file is ours");
        file.persist(folder.join(name)).expect("the folder is ours");
    }

    fn found(texts: [&[u8]; 2]) -> Option<PathBuf> {
        let folders = texts.map(|text| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            if !text.is_empty() {
                program(folder.path(), PROGRAM, text);
            }
            folder
        });
        let path = env::join_paths(folders.iter().map(tempfile::TempDir::path)).expect("no colon");
        let found = foreign_program(&path)?;
        Some(found.strip_prefix(folders[1].path()).map_or(found.clone(), Path::to_path_buf))
    }

    #[test]
    fn only_the_first_script_that_is_not_ours_is_foreign() {
        const ALIAS: &[u8] =
            b"#!/bin/sh\nexec \"$(dirname -- \"$0\")/alembic-head-guard\" \"$@\"\n";
        const LINTER: &[u8] = b"#!/usr/bin/python\nfrom alembic_guard.cli import main\n";
        let foreign = Some(PathBuf::from(PROGRAM));
        assert_eq!(found([b"", LINTER]), foreign);
        for [first, second] in [
            [&b""[..], b""],
            [b"", ALIAS],
            [b"", b"\x7fELF"],
            [ALIAS, LINTER],
            [b"\x7fELF", LINTER],
        ] {
            assert_eq!(found([first, second]), None);
        }
    }
}
