//! Searches a tree for files that could configure Alembic.
//!
//! The content of a folder is determined by its id, so results are cached: only changed folders are listed
//! again.

use serde::{Deserialize, Serialize};

use super::{BadSetting, Effect};
use crate::cache::{Cache, FactKind, Key};
use crate::config::Config;
use crate::tree::Site;
use crate::tree::{Entry, Error, File, Node, ObjectId, RepoPath, Tree};

/// Folders with third-party code, which are skipped.
const FOREIGN: [&[u8]; 7] =
    [b".git", b".tox", b".venv", b"__pycache__", b"node_modules", b"site-packages", b"venv"];

/// The maximum depth.
const MAX_DEPTH: usize = 64;

/// The maximum number of searched folders: a tree can contain the same folder a million times.
const MAX_FOLDERS: usize = 200_000;

/// Fewer names than this are listed sooner than what follows from them is recalled and kept: after most commits
/// those are the few folders in which something has changed. Tests have small trees.
const WORTH_REMEMBERING: usize = if cfg!(test) { 8 } else { 256 };

/// The Alembic files in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Interest {
    /// The folder.
    pub(super) folder: RepoPath,
    /// Every `*.ini`, `alembic.ini` first.
    pub(super) inis: Vec<File>,
    /// `pyproject.toml`.
    pub(super) pyproject: Option<File>,
    /// Whether there is an `env.py`.
    pub(super) env: bool,
    /// Whether there is a `script.py.mako` too.
    pub(super) bare: bool,
    /// Whether there is a folder `versions`.
    pub(super) versions: bool,
}

/// Returns the folders that could be relevant to Alembic, by depth, then by path.
pub(super) fn walk(
    tree: &dyn Tree,
    config: &Config,
    cache: &Cache,
    problems: &mut Vec<BadSetting>,
) -> Result<Vec<Interest>, Error> {
    let exclude = format!("{:?}", config.exclude);
    let mut search = Search { tree, config, cache, exclude, searched: 0 };
    let found = search.below(&RepoPath::root(), tree.id(), 0)?;
    match found {
        Some(found) => Ok(found.in_order()),
        None => walk_as_far_as_may_be(tree, config, problems),
    }
}

/// The relevant contents of a folder and its subfolders; paths are relative to the folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Below {
    /// The number of folders, including the folder itself.
    folders: usize,
    /// The number of levels.
    levels: usize,
    /// The number of names listed for it in this run.
    #[serde(skip)]
    listed: usize,
    interests: Vec<Interest>,
}

impl Below {
    /// Returns what was found, the shallower first, then by path.
    fn in_order(mut self) -> Vec<Interest> {
        self.interests.sort_by_cached_key(|interest| {
            let names = interest.folder.as_bytes().split(|byte| *byte == b'/');
            let names: Vec<Vec<u8>> = names.map(<[u8]>::to_vec).collect();
            (!interest.folder.is_root(), names.len(), names)
        });
        self.interests
    }
}

/// A search that reuses earlier results.
struct Search<'a> {
    tree: &'a dyn Tree,
    config: &'a Config,
    cache: &'a Cache,
    /// The excluded paths, as a part of the cache key.
    exclude: String,
    searched: usize,
}

impl Search<'_> {
    /// Searches a folder; returns nothing if it exceeds a limit.
    fn below(
        &mut self,
        folder: &RepoPath,
        id: Option<ObjectId>,
        depth: usize,
    ) -> Result<Option<Below>, Error> {
        self.searched += 1;
        if self.searched > MAX_FOLDERS || depth >= MAX_DEPTH {
            return Ok(None);
        }
        let key = id.and_then(|id| self.key(folder, id));
        if let Some(known) = key.and_then(|key| self.cache.recall(&key)) {
            return Ok(Some(known));
        }
        let entries = entries(self.tree, self.config, folder)?;
        let listed = entries.len() + 1;
        let mut found = Below { folders: 1, levels: 1, listed, interests: Vec::new() };
        found.interests.extend(interest(&RepoPath::root(), &entries));
        // Each by its name, and by what it is kept under.
        let mut children = Vec::new();
        for (name, id) in folders(&entries) {
            let path = folder.join(name);
            let Some(more) = self.below(&path, id, depth + 1)? else {
                return Ok(None);
            };
            // What is recalled of one folder may stand for any number of them.
            found.folders += more.folders;
            found.levels = found.levels.max(1 + more.levels);
            found.listed += more.listed;
            if found.folders > MAX_FOLDERS || found.levels > MAX_DEPTH {
                return Ok(None);
            }
            children.push((name, id.and_then(|id| self.key(&path, id)), more));
        }
        let is_worth_it = found.listed >= WORTH_REMEMBERING;
        for (name, key, child) in children {
            // Once one of them changes, the others are what need not be listed again.
            if let Some(key) = key.filter(|_| is_worth_it && child.listed > 0) {
                self.cache.note(key, &child);
            }
            found.interests.extend(child.interests.into_iter().map(|it| it.within(name)));
        }
        if let Some(key) = key.filter(|_| is_worth_it) {
            self.cache.note(key, &found);
        }
        Ok(Some(found))
    }

    /// Names what is found in a folder; where something is excluded, that depends on where it lies.
    fn key(&self, folder: &RepoPath, id: ObjectId) -> Option<Key> {
        let (id, exclude) = (id.as_bytes(), self.exclude.as_bytes());
        self.cache.is_on().then(|| {
            if self.config.exclude.is_empty() {
                Key::of(FactKind::Interests, &[id])
            } else {
                Key::of(FactKind::Interests, &[id, folder.as_bytes(), exclude])
            }
        })
    }
}

/// Lists a folder without what is excluded.
fn entries(tree: &dyn Tree, config: &Config, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
    let mut entries = tree.list(folder)?;
    if !config.exclude.is_empty() {
        entries.retain(|entry| !config.excludes_here(&folder.join(&entry.name)));
    }
    Ok(entries)
}

/// Searches level by level up to the limit, and reports the first folder that was not searched.
fn walk_as_far_as_may_be(
    tree: &dyn Tree,
    config: &Config,
    problems: &mut Vec<BadSetting>,
) -> Result<Vec<Interest>, Error> {
    let mut interests = Vec::new();
    let mut level = vec![RepoPath::root()];
    let mut searched = 0;
    for _ in 0..MAX_DEPTH {
        let mut below = Vec::new();
        for folder in level {
            searched += 1;
            if searched > MAX_FOLDERS {
                problems.push(unsearched(folder));
                return Ok(interests);
            }
            let entries = entries(tree, config, &folder)?;
            below.extend(folders(&entries).map(|(name, _)| folder.join(name)));
            interests.extend(interest(&folder, &entries));
        }
        level = below;
    }
    if let Some(folder) = level.into_iter().next() {
        problems.push(unsearched(folder));
    }
    Ok(interests)
}

fn unsearched(folder: RepoPath) -> BadSetting {
    BadSetting {
        message: format!("the search stopped at `{folder}`: the repository has too many folders"),
        site: Site::Path(folder),
        section: None,
        key: None,
        effect: Effect::None,
    }
}

/// Returns the folders to be entered, with the ids of their content.
fn folders(entries: &[Entry]) -> impl Iterator<Item = (&[u8], Option<ObjectId>)> {
    entries.iter().filter_map(|entry| match entry.node {
        Node::Folder(id) if !FOREIGN.contains(&entry.name.as_slice()) => {
            Some((entry.name.as_slice(), id))
        }
        Node::Folder(_) | Node::File(_) | Node::Link(_) | Node::Submodule => None,
    })
}

impl Interest {
    /// Returns the same as seen from the folder above.
    fn within(self, name: &[u8]) -> Interest {
        let above = RepoPath::new(name);
        let put = |file: File| File { path: above.join(file.path.as_bytes()), id: file.id };
        Interest {
            folder: if self.folder.is_root() {
                above.clone()
            } else {
                above.join(self.folder.as_bytes())
            },
            inis: self.inis.into_iter().map(put).collect(),
            pyproject: self.pyproject.map(put),
            ..self
        }
    }
}

/// Classifies a folder by its names only.
fn interest(folder: &RepoPath, entries: &[Entry]) -> Option<Interest> {
    let mut found = Interest::default();
    let mut mako = false;
    for entry in entries {
        let name = entry.name.as_slice();
        let Node::File(id) = entry.node else {
            let link = matches!(entry.node, Node::Link(_));
            found.env |= link && name == b"env.py";
            mako |= link && name == b"script.py.mako";
            found.versions |= matches!(entry.node, Node::Folder(_)) && name == b"versions";
            continue;
        };
        match name {
            b"env.py" => found.env = true,
            b"script.py.mako" => mako = true,
            b"pyproject.toml" => {
                found.pyproject = Some(File { path: folder.join(name), id });
            }
            name if name.ends_with(b".ini") => {
                found.inis.push(File { path: folder.join(name), id })
            }
            _ => {}
        }
    }
    found.bare = found.env && mako;
    found.inis.sort_by_key(|ini| ini.path.file_name() != b"alembic.ini");
    let may_run = found.bare || found.env && found.versions;
    if found.inis.is_empty() && found.pyproject.is_none() && !may_run {
        return None;
    }
    found.folder = folder.clone();
    Some(found)
}
