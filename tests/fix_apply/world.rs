//! A work tree with some migrations, and a plan that edits, creates and removes files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use alembic_guard::repair::{Error, FileChange, Place, apply, apply_on, finish_interrupted};
use alembic_guard::tree::RepoPath;
use tempfile::TempDir;

use crate::fix_apply::disk::{Gated, Operation};
use crate::support::scratch;

pub(crate) const EDITED: &str = "migrations/versions/edited.py";
pub(crate) const SECOND: &str = "migrations/versions/second.py";
pub(crate) const MOVED: &str = "migrations/versions/old_name.py";
pub(crate) const NEW: &str = "migrations/versions/new_name.py";
pub(crate) const IN_NEW_FOLDER: &str = "migrations/more/deeper/new.py";
pub(crate) const COMPILED: &str = "migrations/versions/__pycache__/edited.cpython-313.pyc";

const OTHERS: [(&str, &str); 3] = [
    ("migrations/env.py", "run()\n"),
    ("migrations/versions/untouched.py", "revision = 'u'\n"),
    ("migrations/versions/__pycache__/untouched.cpython-313.pyc", "u"),
];

/// All below the top by path; nothing for a folder.
pub(crate) type Snapshot = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A work tree; its folder goes with it unless it was taken over by [`World::at`].
pub(crate) struct World {
    root: PathBuf,
    _folder: Option<TempDir>,
}

impl World {
    pub(crate) fn new() -> World {
        let folder = scratch::folder();
        let world = World { root: folder.path().join("top"), _folder: Some(folder) };
        fs::create_dir_all(world.root.join(".git")).expect("a git folder");
        for (path, content) in OTHERS {
            world.write(path, content);
        }
        world.write(COMPILED, "old");
        for change in plan() {
            let before = change.before.as_deref().map(String::from_utf8_lossy);
            if let Some(before) = before {
                world.write(&change.path.to_string(), &before);
            }
        }
        world
    }

    /// Returns the world that another process made.
    pub(crate) fn at(root: impl Into<PathBuf>) -> World {
        World { root: root.into(), _folder: None }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is a file")).expect("the folder");
        fs::write(path, content).expect("the file");
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok()
    }

    pub(crate) fn apply(&self, changes: &[FileChange]) -> Result<(), Error> {
        apply(&Place { top: &self.root, git_dir: &self.path(".git") }, changes)
    }

    pub(crate) fn apply_on<G: Fn(&Operation<'_>) -> std::io::Result<()>>(
        &self,
        disk: &Gated<G>,
        changes: &[FileChange],
    ) -> Result<(), Error> {
        apply_on(disk, &Place { top: &self.root, git_dir: &self.path(".git") }, changes)
    }

    pub(crate) fn finish(&self) -> Result<Vec<RepoPath>, Error> {
        finish_interrupted(&Place { top: &self.root, git_dir: &self.path(".git") })
    }

    /// Returns all that is there but the lock, which stays.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        collect(&self.root, &mut snapshot);
        snapshot.remove(&self.path(".git/alembic-guard/lock"));
        snapshot.remove(&self.path(".git/alembic-guard"));
        snapshot
    }

    /// Fails where one file of the plan is neither as it was nor as it will be.
    pub(crate) fn assert_each_old_or_new(&self, context: &str) {
        for change in plan() {
            let found = fs::read(self.path(&change.path.to_string())).ok();
            let whole = found == change.before || found == change.after;
            assert!(whole, "{context}: `{}` holds {found:?}", change.path);
        }
    }

    /// Fails where a file that was there before the plan has changed.
    pub(crate) fn assert_others_are_old(&self) {
        for change in plan() {
            if let Some(before) = change.before {
                let found = fs::read(self.path(&change.path.to_string())).ok();
                assert_eq!(found, Some(before), "`{}`", change.path);
            }
        }
    }

    pub(crate) fn has_journal(&self) -> bool {
        self.path(".git/alembic-guard/journal.json").exists()
    }

    /// Returns what is there before and after the plan.
    pub(crate) fn old_and_new(&self) -> (Snapshot, Snapshot) {
        let old = self.snapshot();
        let mut new = old.clone();
        for folder in ["migrations/more", "migrations/more/deeper"] {
            new.insert(self.path(folder), None);
        }
        new.remove(&self.path(COMPILED));
        for change in plan() {
            let path = self.path(&change.path.to_string());
            match change.after {
                Some(after) => new.insert(path, Some(after)),
                None => new.remove(&path),
            };
        }
        (old, new)
    }
}

/// Edits two files, moves one and creates one in a folder that is not there.
pub(crate) fn plan() -> Vec<FileChange> {
    vec![
        change(MOVED, Some("revision = 'm'\n"), None),
        change(EDITED, Some("down_revision = 'a'\n"), Some("down_revision = 'b'\n")),
        change(SECOND, Some("down_revision = None\r\n"), Some("down_revision = 'edited'\r\n")),
        change(NEW, None, Some("revision = 'n'\n")),
        change(IN_NEW_FOLDER, None, Some("revision = 'd'\n")),
    ]
}

pub(crate) fn change(path: &str, before: Option<&str>, after: Option<&str>) -> FileChange {
    let bytes = |text: &str| text.as_bytes().to_vec();
    FileChange { path: path.into(), before: before.map(bytes), after: after.map(bytes) }
}

fn collect(folder: &Path, snapshot: &mut Snapshot) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let kind = path.symlink_metadata().expect("an entry").file_type();
        let content = if kind.is_dir() {
            collect(&path, snapshot);
            None
        } else if kind.is_symlink() {
            Some(fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes())
        } else {
            Some(fs::read(&path).expect("a file"))
        };
        snapshot.insert(path, content);
    }
}
