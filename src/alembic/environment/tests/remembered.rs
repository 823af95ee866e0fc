//! What is found in a tree is the same whatever is remembered of others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::super::{discover, discover_remembering};
use crate::cache::Cache;
use crate::config::Config;
use crate::tree::{Entry, Error, File, MemoryTree, Node, ObjectId, RepoPath, Tree};

/// A tree whose folders have ids, as those of a commit do.
struct Identified {
    files: MemoryTree,
    paths: BTreeSet<String>,
}

impl Identified {
    fn new(paths: &BTreeSet<String>) -> Identified {
        // Where one path would be a folder of another one, the shorter goes.
        let is_folder = |path: &String| {
            let below = format!("{path}/");
            paths.iter().any(|other| other.starts_with(&below))
        };
        let paths: BTreeSet<String> = paths.iter().filter(|it| !is_folder(it)).cloned().collect();
        let content = |path: &String| {
            if path.ends_with(".ini") { "[alembic]\nscript_location = .\n" } else { "" }
        };
        let files = MemoryTree::new(paths.iter().map(|path| (path.clone(), content(path))));
        Identified { files, paths }
    }

    fn id_of(&self, folder: &RepoPath) -> ObjectId {
        let inside = self.paths.iter().filter_map(|path| {
            let path = RepoPath::new(path);
            path.below(folder).map(<[u8]>::to_vec)
        });
        let inside: Vec<Vec<u8>> = inside.collect();
        ObjectId::from_bytes(&Sha256::digest(inside.join(&b'\n')))
    }
}

impl Tree for Identified {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let entries = self.files.list(folder)?.into_iter().map(|entry| match entry.node {
            Node::Folder(_) => {
                let id = self.id_of(&folder.join(&entry.name));
                Entry { node: Node::Folder(Some(id)), ..entry }
            }
            Node::File(_) | Node::Link(_) | Node::Submodule => entry,
        });
        Ok(entries.collect())
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        self.files.read(file)
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn id(&self) -> Option<ObjectId> {
        Some(self.id_of(&RepoPath::root()))
    }
}

fn paths() -> impl Strategy<Value = BTreeSet<String>> {
    let name = prop::sample::select(&["a", "a.b", "b", "versions", "venv", "a-b"][..]);
    let file = prop::sample::select(
        &["alembic.ini", "x.ini", "env.py", "script.py.mako", "pyproject.toml", "m.py"][..],
    );
    let path = (prop::collection::vec(name, 0..5), file).prop_map(|(folders, file)| {
        let names: Vec<&str> = folders.into_iter().chain([file]).collect();
        names.join("/")
    });
    prop::collection::btree_set(path, 1..80)
}

proptest! {
    #[test]
    fn a_search_that_remembers_finds_what_one_finds_that_does_not(
        trees in prop::collection::vec(paths(), 1..4),
        more in paths(),
        excludes in prop::sample::select(vec![vec![], vec!["a/**"], vec!["a.b", "b/a"]]),
    ) {
        let config = Config {
            exclude: excludes.iter().map(|it| crate::config::Pattern::new(it).expect("a pattern")).collect(),
            ..Config::default()
        };
        let common_dir = tempfile::tempdir().expect("a temporary folder");
        // The last tree is the first with something more, so that most of it is known.
        let last = trees[0].union(&more).take(trees[0].len() + 3).cloned().collect();
        for paths in trees.iter().chain([&last]) {
            let tree = Identified::new(paths);
            let found = discover(&tree, &config).expect("memory never fails");
            let cache = Cache::of(common_dir.path());
            let again = || discover_remembering(&tree, &config, &cache).expect("memory never fails");
            prop_assert_eq!(&again(), &found);
            prop_assert_eq!(&again(), &found);
            cache.keep();
        }
    }
}
