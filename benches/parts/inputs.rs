//! The inputs of the benchmarks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alembic_guard::alembic::migration::{Migration, ReadLimits, read};
use alembic_guard::tree::{Entry, Error, File, Node, ObjectId, RepoPath, Tree};

use crate::migration;

/// The numbers of migrations.
pub(crate) const SIZES: [usize; 3] = [100, 1000, 10_000];

/// Returns the text of a migration in the middle of a history.
pub(crate) fn source() -> String {
    migration::text(500, &[499])
}

/// Returns the text of a merge revision.
pub(crate) fn merge_source() -> String {
    migration::text(500, &[498, 499])
}

/// Reads the migrations of a linear history.
pub(crate) fn history(migrations: usize) -> Vec<Migration> {
    (0..migrations).map(|number| read_migration(number, number.checked_sub(1))).collect()
}

/// Reads a linear history with a second migration on the parent of its head.
pub(crate) fn forked_history(migrations: usize) -> Vec<Migration> {
    let mut forked = history(migrations);
    forked.push(read_migration(migrations, Some(migrations - 2)));
    forked
}

fn read_migration(number: usize, parent: Option<usize>) -> Migration {
    let parents: Vec<usize> = parent.into_iter().collect();
    let text = migration::text(number, &parents);
    let path = migration::path("migrations/", number);
    let file = File { path: RepoPath::new(path), id: id(number) };
    Migration { file, module: Arc::new(read(text.as_bytes(), &ReadLimits::default())) }
}

fn id(number: usize) -> ObjectId {
    ObjectId::from_bytes(&number.to_be_bytes())
}

/// Files in memory that are found folder by folder, like those of git.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    folders: BTreeMap<RepoPath, BTreeMap<Vec<u8>, Node>>,
    contents: Vec<Vec<u8>>,
}

impl Folders {
    /// Adds a file and the folders above it.
    pub(crate) fn add(&mut self, path: &str, content: &str) {
        let path = RepoPath::new(path);
        let mut node = Node::File(id(self.contents.len()));
        self.contents.push(content.as_bytes().to_vec());
        let mut below = path;
        while let Some(folder) = below.parent() {
            let entries = self.folders.entry(folder.clone()).or_default();
            entries.insert(below.file_name().to_vec(), node);
            node = Node::Folder(None);
            below = folder;
        }
    }

    /// Creates services with sources. Some of them have an environment.
    pub(crate) fn monorepo(folders: usize, environments: usize) -> Folders {
        let mut tree = Folders::default();
        let with_environment: BTreeSet<usize> =
            (0..environments).map(|number| number * folders / environments).collect();
        for number in 0..folders {
            let service = format!("services/team_{}/service_{number}/", number / 20);
            for file in 0..20 {
                tree.add(&format!("{service}file_{file}.py"), "value = 1\n");
            }
            if with_environment.contains(&number) {
                let ini = "[alembic]\nscript_location = %(here)s/migrations\n";
                tree.add(&format!("{service}alembic.ini"), ini);
                tree.add(&format!("{service}migrations/env.py"), "from alembic import context\n");
                let path = migration::path(&format!("{service}migrations/"), 0);
                tree.add(&path, &migration::text(0, &[]));
            }
        }
        tree
    }
}

impl Tree for Folders {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let entries = self.folders.get(folder).into_iter().flatten();
        let entry = |(name, node): (&Vec<u8>, &Node)| Entry { name: name.clone(), node: *node };
        Ok(entries.map(entry).collect())
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        let number: [u8; 8] = file.id.as_bytes().try_into().expect("it is one of ours");
        Ok(self.contents[usize::from_be_bytes(number)].clone())
    }

    fn node(&self, path: &RepoPath) -> Result<Option<Node>, Error> {
        let Some(folder) = path.parent() else {
            return Ok(Some(Node::Folder(None)));
        };
        let entries = self.folders.get(&folder);
        Ok(entries.and_then(|entries| entries.get(path.file_name()).copied()))
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }
}
