//! Walks a tree in search of files that could configure Alembic.

use super::Problem;
use crate::config::Config;
use crate::finding::Site;
use crate::tree::{Entry, Error, File, Node, RepoPath, Tree};

/// Folders that hold other people's code; none of them is entered.
const FOREIGN: [&[u8]; 7] =
    [b".git", b".tox", b".venv", b"__pycache__", b"node_modules", b"site-packages", b"venv"];

/// Deeper folders are not searched.
const MAX_DEPTH: usize = 64;

/// A tree can name one folder a million times; this many are searched.
const MAX_FOLDERS: usize = 200_000;

/// What one folder has to do with Alembic.
#[derive(Debug, Default, PartialEq, Eq)]
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
}

/// Returns the folders that could have to do with Alembic, the shallower first, then by path.
pub(super) fn walk(
    tree: &dyn Tree,
    config: &Config,
    problems: &mut Vec<Problem>,
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
            let mut entries = tree.list(&folder)?;
            if !config.exclude.is_empty() {
                entries.retain(|entry| !config.excludes(&folder.join(&entry.name)));
            }
            below.extend(folders(&folder, &entries));
            interests.extend(interest(&folder, &entries));
        }
        level = below;
    }
    if let Some(folder) = level.into_iter().next() {
        problems.push(unsearched(folder));
    }
    Ok(interests)
}

fn unsearched(folder: RepoPath) -> Problem {
    Problem {
        message: format!("`{folder}` and what follows it were not searched, there is too much"),
        site: Site::Path(folder),
        section: None,
        key: None,
    }
}

fn folders(folder: &RepoPath, entries: &[Entry]) -> Vec<RepoPath> {
    let folders = entries.iter().filter(|entry| {
        matches!(entry.node, Node::Folder(_)) && !FOREIGN.contains(&entry.name.as_slice())
    });
    folders.map(|entry| folder.join(&entry.name)).collect()
}

/// Judges one folder by its names alone.
fn interest(folder: &RepoPath, entries: &[Entry]) -> Option<Interest> {
    let mut found = Interest::default();
    let mut mako = false;
    for entry in entries {
        let name = entry.name.as_slice();
        let Node::File(id) = entry.node else {
            let link = matches!(entry.node, Node::Link(_));
            found.env |= link && name == b"env.py";
            mako |= link && name == b"script.py.mako";
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
    if found.inis.is_empty() && found.pyproject.is_none() && !found.bare {
        return None;
    }
    found.folder = folder.clone();
    Some(found)
}
