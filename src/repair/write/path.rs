//! Paths that may be written: below the top of a work tree, and never in a git folder.
//!
//! The same check applies to a plan and to a journal, which may be forged.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tree::RepoPath;

/// A path that git would track.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub(super) struct TrackedPath(RepoPath);

/// The path of a Python file that git would track: repairs write nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "TrackedPath")]
pub(super) struct PythonPath(TrackedPath);

/// The name of a temporary file next to a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Temporary(String);

/// A name that may not be written.
#[derive(Debug)]
pub(super) struct Refused(&'static str);

/// A path in JSON: readable if possible.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Spelled {
    Text(String),
    Bytes(Vec<u8>),
}

impl TrackedPath {
    /// Accepts a path if git would track it.
    pub(super) fn new(path: RepoPath) -> Option<TrackedPath> {
        is_tracked(path.as_bytes()).then_some(TrackedPath(path))
    }

    pub(super) fn path(&self) -> &RepoPath {
        &self.0
    }
}

impl PythonPath {
    /// Accepts the path of a Python file if git would track it.
    pub(super) fn new(path: RepoPath) -> Option<PythonPath> {
        PythonPath::try_from(TrackedPath::new(path)?).ok()
    }

    pub(super) fn path(&self) -> &RepoPath {
        self.0.path()
    }
}

impl Temporary {
    const BEGIN: &str = ".alembic-guard-";
    const END: &str = ".tmp";

    /// Returns the name of a temporary file. Alembic would load any file that ends in `.py`.
    pub(super) fn new(run: u64, file: usize) -> Temporary {
        Temporary(format!("{}{run:016x}-{file}{}", Temporary::BEGIN, Temporary::END))
    }

    pub(super) fn name(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Spelled> for TrackedPath {
    type Error = Refused;

    fn try_from(spelled: Spelled) -> Result<TrackedPath, Refused> {
        let path = match spelled {
            Spelled::Text(text) => RepoPath::new(text),
            Spelled::Bytes(bytes) => RepoPath::new(bytes),
        };
        TrackedPath::new(path).ok_or(Refused("a path that git would not track"))
    }
}

impl From<TrackedPath> for Spelled {
    fn from(path: TrackedPath) -> Spelled {
        match std::str::from_utf8(path.0.as_bytes()) {
            Ok(text) => Spelled::Text(text.to_owned()),
            Err(_) => Spelled::Bytes(path.0.as_bytes().to_vec()),
        }
    }
}

impl TryFrom<TrackedPath> for PythonPath {
    type Error = Refused;

    fn try_from(path: TrackedPath) -> Result<PythonPath, Refused> {
        let is_python = path.0.file_name().ends_with(b".py");
        if is_python { Ok(PythonPath(path)) } else { Err(Refused("a file that is not Python")) }
    }
}

impl TryFrom<String> for Temporary {
    type Error = Refused;

    fn try_from(name: String) -> Result<Temporary, Refused> {
        let middle = name.strip_prefix(Temporary::BEGIN);
        let middle = middle.and_then(|rest| rest.strip_suffix(Temporary::END));
        let is_ours =
            middle.and_then(|middle| middle.split_once('-')).is_some_and(|(run, file)| {
                let has = |text: &str, is_digit: fn(&u8) -> bool| {
                    !text.is_empty() && text.bytes().all(|digit| is_digit(&digit))
                };
                has(run, u8::is_ascii_hexdigit) && has(file, u8::is_ascii_digit)
            });
        if is_ours { Ok(Temporary(name)) } else { Err(Refused("a temporary of another program")) }
    }
}

impl From<Temporary> for String {
    fn from(temporary: Temporary) -> String {
        temporary.0
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

/// Returns whether git would track a path (git's `verify_path`, with `core.protectHFS` and
/// `core.protectNTFS`).
pub(super) fn is_tracked(path: &[u8]) -> bool {
    // A backslash parts names on NTFS.
    let mut names = path.split(|byte| *byte == b'/');
    names.all(|name| is_tracked_name(name) && name.split(|byte| *byte == b'\\').all(is_not_git))
}

/// Returns whether git would track something of this name.
pub(super) fn is_tracked_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&0) && is_not_git(name)
}

/// Returns whether no file system treats a name as `.git`.
fn is_not_git(name: &[u8]) -> bool {
    let hfs: String = String::from_utf8_lossy(name)
        .chars()
        .filter(|letter| !is_ignored_by_hfs(*letter))
        .collect();
    // NTFS drops full stops and spaces at the end, and a colon begins the name of a stream.
    let ntfs = hfs.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
    // The second is the short name of the first (`is_ntfs_dotgit` in git's path.c).
    ![".git", "git~1"].iter().any(|git| ntfs.eq_ignore_ascii_case(git))
}

/// Returns whether HFS+ treats two names that differ in this character as equal (git's `next_hfs_char`).
fn is_ignored_by_hfs(letter: char) -> bool {
    matches!(letter,
        '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_git_folder_is_tracked() {
        for path in [
            ".git/hooks/a.py",
            "a/.git/a.py",
            ".GIT/a.py",
            ".Git./a.py",
            ".git /a.py",
            ".git. ./a.py",
            ".git::$INDEX_ALLOCATION/a.py",
            "git~1/a.py",
            "GIT~1/a.py",
            ".g\u{200c}it/a.py",
            "\u{feff}.git/a.py",
            ".gi\u{206f}T/a.py",
            "a\\.git\\a.py",
            ".git",
            "",
            "/etc/a.py",
            "../a.py",
            "a/../a.py",
            "./a.py",
            "a//a.py",
            "a\0.py",
        ] {
            assert!(!is_tracked(path.as_bytes()), "{path:?}");
        }
        for path in ["a.py", ".github/a.py", ".gitignore", "git/a.py", "a.git/a.py", "git~10/a.py"]
        {
            assert!(is_tracked(path.as_bytes()), "{path:?}");
        }
    }

    #[test]
    fn only_names_that_a_run_gives_are_those_of_temporaries() {
        let ours = String::from(Temporary::new(u64::MAX, 12));
        assert!(Temporary::try_from(ours).is_ok());
        for name in [
            "/home/x/.bashrc",
            "../.alembic-guard-0-0.tmp",
            ".alembic-guard-0/0-0.tmp",
            ".alembic-guard-0-0.tmp/../x",
            ".alembic-guard--0.tmp",
            ".alembic-guard-0-.tmp",
            ".alembic-guard.toml",
            "",
        ] {
            assert!(Temporary::try_from(name.to_owned()).is_err(), "{name:?}");
        }
    }
}
