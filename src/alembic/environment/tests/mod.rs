//! Trees of a few files, and the environments that Alembic would find in them.

mod configured;
mod discovery;
mod listing;
mod locations;
mod naming;
mod remembered;

use super::{Discovery, Runner, discover};
use crate::config::Config;
use crate::tree::Site;
use crate::tree::{Entry, Error, File, MemoryTree, Node, RepoPath, Tree};

/// A [`MemoryTree`] in which a file that says `-> target` is a link.
struct Linked(MemoryTree);

impl Tree for Linked {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        let mut entries = self.0.list(folder)?;
        for entry in &mut entries {
            let Node::File(id) = entry.node else {
                continue;
            };
            let path = folder.join(&entry.name);
            if self.0.read(&File { path, id })?.starts_with(b"-> ") {
                entry.node = Node::Link(id);
            }
        }
        Ok(entries)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        let content = self.0.read(file)?;
        Ok(content.strip_prefix(b"-> ").unwrap_or(&content).to_vec())
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

fn tree(files: &[(&str, &str)]) -> Linked {
    Linked(MemoryTree::new(files.iter().copied()))
}

fn found_with(files: &[(&str, &str)], config: &Config) -> Discovery {
    discover(&tree(files), config).expect("memory never fails")
}

fn found(files: &[(&str, &str)]) -> Discovery {
    found_with(files, &Config::default())
}

/// Returns `name = folders (command)` of each environment.
fn environments(discovery: &Discovery) -> Vec<String> {
    let shown = discovery.environments.iter().map(|environment| {
        let folders = environment.version_locations.iter();
        let folders: Vec<String> = folders.map(RepoPath::to_string).collect();
        let (program, arguments) = match &environment.runner {
            Runner::Alembic(arguments) => ("alembic", arguments),
            Runner::FlaskMigrate(arguments) => ("flask db", arguments),
        };
        let command = [&[program.to_owned()], arguments.as_slice()].concat().join(" ");
        format!("{} = {} ({command})", environment.name, folders.join(" "))
    });
    shown.collect()
}

/// Returns `file [section] marked bytes: message` of each problem.
fn problems(files: &[(&str, &str)], discovery: &Discovery) -> Vec<String> {
    let shown = discovery.problems.iter().map(|problem| {
        let path = problem.site.path().to_string();
        let source = files.iter().find(|(name, _)| *name == path);
        let marked = match (&problem.site, source) {
            (Site::Span { span, .. }, Some((_, source))) => &source[span.clone()],
            _ => "",
        };
        let section = problem.section.as_deref().unwrap_or("-");
        format!("{path} [{section}] {marked}: {}", problem.message)
    });
    shown.collect()
}

fn silent(files: &[(&str, &str)]) -> Vec<String> {
    let discovery = found(files);
    assert_eq!(problems(files, &discovery), [""; 0]);
    environments(&discovery)
}
