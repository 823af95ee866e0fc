//! Lists the files that Alembic would load, in its order.
//!
//! This is `Script._list_py_dir` and `ScriptDirectory._load_revisions` of `alembic/script/base.py`.

use std::collections::{BTreeSet, HashSet};

use super::Environment;
use super::lookup::{Found, Lookup};
use crate::tree::{Entry, Error, File, Node, RepoPath, Tree};

/// The maximum depth of folders.
const MAX_DEPTH: usize = 64;

/// One file that Alembic would load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A file, with its own path if a symlink leads to it. With `sourceless`, a compiled migration without
    /// source counts too: its name ends in `.pyc` or `.pyo`.
    File(File),
    /// A symlink without a target in the tree, with its own path.
    BrokenLink(RepoPath),
}

/// The listed migrations of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The listed files: by folder, then by name, each file once.
    pub files: Vec<Listed>,
    /// The limit that was exceeded, if any.
    pub excess: Option<Excess>,
    /// Whether some folders were skipped.
    pub is_cut: bool,
}

/// The limit that an environment exceeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excess {
    /// It has more migrations than this.
    Migrations(usize),
    /// It has more folders than this limit, which is the one for migrations.
    Folders(usize),
    /// A folder is deeper than this in a version folder.
    Depth {
        /// The folder.
        folder: RepoPath,
        /// The maximum depth.
        most: usize,
    },
}

/// Lists the migrations of an environment, up to `most`.
///
/// A tree can contain the same folder a million times, so the listing stops once there are more.
pub fn migration_files(
    tree: &dyn Tree,
    environment: &Environment,
    most: usize,
) -> Result<Listing, Error> {
    migration_files_by(&Lookup::new(tree), environment, most)
}

/// Lists the migrations in a tree with cached listings of some folders.
pub fn migration_files_by(
    lookup: &Lookup<'_>,
    environment: &Environment,
    most: usize,
) -> Result<Listing, Error> {
    let mut lister =
        Lister { lookup, environment, most, seen: None, folders: 0, listing: Listing::default() };
    for (number, location) in environment.version_locations.iter().enumerate() {
        if number > 0 {
            lister.remember();
        }
        lister.list(location)?;
    }
    if lister.listing.files.len() > most {
        lister.listing.excess.get_or_insert(Excess::Migrations(most));
    }
    Ok(lister.listing)
}

/// Returns whether Alembic loads files with this name (`_only_source_rev_file`).
pub fn is_migration_name(name: &[u8]) -> bool {
    // `$` of a regular expression also matches before a last line feed, `.` matches none (Python's `re`).
    let line = name.strip_suffix(b"\n").unwrap_or(name);
    line.ends_with(b".py")
        && !line.contains(&b'\n')
        && !line.starts_with(b".#")
        && !line.starts_with(b"__init__")
}

/// Returns whether Alembic skips folders with this name (`_list_py_dir`).
pub(super) fn is_cache_folder(name: &[u8]) -> bool {
    name.ends_with(b"__pycache__")
}

struct Lister<'a> {
    lookup: &'a Lookup<'a>,
    environment: &'a Environment,
    most: usize,
    /// The files listed so far, once there may be a second path to them: a symlink, or another version
    /// location.
    seen: Option<HashSet<RepoPath>>,
    folders: usize,
    listing: Listing,
}

impl Lister<'_> {
    /// Lists one version location; a folder comes before the folders in it.
    fn list(&mut self, location: &RepoPath) -> Result<(), Error> {
        let Found::Folder(location) = self.lookup.find(location)? else {
            return Ok(());
        };
        let mut ahead = vec![(location, 0)];
        while let Some((folder, depth)) = ahead.pop() {
            if is_cache_folder(folder.file_name()) {
                continue;
            }
            if !self.may_begin(&folder, depth) {
                return Ok(());
            }
            let entries = self.lookup.tree.list(&folder)?;
            self.folder(&folder, &entries)?;
            if self.environment.recursive {
                let folders = entries.iter().rev();
                let folders = folders.filter(|entry| matches!(entry.node, Node::Folder(_)));
                ahead.extend(folders.map(|entry| (folder.join(&entry.name), depth + 1)));
            }
        }
        Ok(())
    }

    /// Returns whether one more folder may be read; otherwise the listing ends before it.
    fn may_begin(&mut self, folder: &RepoPath, depth: usize) -> bool {
        self.folders += 1;
        let excess = if depth > MAX_DEPTH {
            Excess::Depth { folder: folder.clone(), most: MAX_DEPTH }
        } else if self.listing.files.len() > self.most {
            Excess::Migrations(self.most)
        } else if self.folders > self.most {
            Excess::Folders(self.most)
        } else {
            return true;
        };
        self.listing.excess.get_or_insert(excess);
        self.listing.is_cut = true;
        false
    }

    fn folder(&mut self, folder: &RepoPath, entries: &[Entry]) -> Result<(), Error> {
        for entry in entries {
            self.entry(folder, entry, entries)?;
        }
        if self.environment.sourceless {
            let cache = folder.join("__pycache__");
            let compiled = self.lookup.tree.list(&cache)?;
            let stems: BTreeSet<&[u8]> = entries
                .iter()
                .filter(|entry| !matches!(entry.node, Node::Folder(_)))
                .map(|entry| stem(&entry.name))
                .collect();
            for entry in compiled.iter().filter(|entry| !stems.contains(stem(&entry.name))) {
                self.entry(&cache, entry, &compiled)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, folder: &RepoPath, entry: &Entry, beside: &[Entry]) -> Result<(), Error> {
        let path = folder.join(&entry.name);
        match entry.node {
            Node::Folder(_) | Node::Submodule => {}
            Node::File(id) => {
                if self.loads(&entry.name, beside) && self.is_new(&path) {
                    self.listing.files.push(Listed::File(File { path, id }));
                }
            }
            Node::Link(_) => self.link(path)?,
        }
        Ok(())
    }

    /// Records the files listed so far and from now on.
    fn remember(&mut self) {
        let path = |listed: &Listed| match listed {
            Listed::File(File { path, .. }) | Listed::BrokenLink(path) => path.clone(),
        };
        self.seen.get_or_insert_with(|| self.listing.files.iter().map(path).collect());
    }

    fn is_new(&mut self, path: &RepoPath) -> bool {
        self.seen.as_mut().is_none_or(|seen| seen.insert(path.clone()))
    }

    /// Follows a symlink; Alembic checks the name of its target (`Path.resolve` in `_load_revisions`).
    fn link(&mut self, path: RepoPath) -> Result<(), Error> {
        self.remember();
        match self.lookup.find(&path)? {
            Found::Folder(_) => {}
            Found::File(file) => {
                let folder = file.path.parent().unwrap_or_default();
                let beside = self.lookup.list(&folder)?;
                if self.loads(file.path.file_name(), &beside) && self.is_new(&file.path) {
                    self.listing.files.push(Listed::File(file));
                }
            }
            Found::Nothing(target) => self.broken(path, target.file_name()),
            Found::Outside(target) => self.broken(path, &target),
        }
        Ok(())
    }

    fn broken(&mut self, path: RepoPath, target: &[u8]) {
        if is_migration_name(target) && self.is_new(&path) {
            self.listing.files.push(Listed::BrokenLink(path));
        }
    }

    /// Returns whether Alembic loads a file with this name, given its neighbors (`Script._from_path`).
    fn loads(&self, name: &[u8], beside: &[Entry]) -> bool {
        if is_migration_name(name) {
            return true;
        }
        let Some((source, kind)) = name.split_last_chunk::<1>() else {
            return false;
        };
        let is_there =
            |name: &[u8]| beside.binary_search_by(|entry| entry.name.as_slice().cmp(name)).is_ok();
        if !self.environment.sourceless || !is_migration_name(source) || is_there(source) {
            return false;
        }
        match kind {
            b"c" => true,
            b"o" => !is_there(&[source, b"c"].concat()),
            _ => false,
        }
    }
}

/// Returns the part before the first dot.
fn stem(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == b'.').next().unwrap_or(name)
}
