//! A server with the hook, and clones of it without hooks of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::support::world;

pub(crate) use crate::support::world::{GUARD, Repo, VERSIONS, path_of, write_program};

pub(crate) const SERVER: &str = "origin.git";
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A bare repository with the hook, and room for clones of it.
pub(crate) struct World(world::World);

impl World {
    /// A world whose server holds nothing.
    pub(crate) fn empty() -> World {
        let world = World::without_hook();
        world.server().guard(&["hook", "install"]).exits(0);
        world
    }

    /// The same, before anything is installed.
    pub(crate) fn without_hook() -> World {
        let world = World(world::World::unfollowed());
        let settings = "[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n[advice]\n\tpushUpdateRejected = false\n";
        fs::write(world.path("home/gitconfig"), settings).expect("the home is ours");
        world
    }

    /// A world whose `main` holds Alembic and these migrations, pushed through the hook.
    pub(crate) fn with(migrations: &str) -> World {
        let world = World::empty();
        let first = world.first();
        first.add_all(migrations);
        first.push(&["-q", "origin", "main"]).passed(&[]).is_silent();
        world
    }

    /// Returns a repository with Alembic and no migration yet, whose `origin` is the server.
    pub(crate) fn first(&self) -> Repo {
        let first = self.0.repository("first");
        first.git(&["remote", "add", "origin", &self.url()]);
        first.scaffold();
        first
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// Returns the server's address as a path.
    pub(crate) fn url(&self) -> String {
        self.0.url(SERVER)
    }

    pub(crate) fn server(&self) -> Repo {
        self.at(SERVER)
    }

    /// Clones the server, without any hook of a clone.
    pub(crate) fn clone(&self, name: &str) -> Repo {
        self.clone_of(&self.url(), name, &[])
    }

    pub(crate) fn clone_of(&self, url: &str, name: &str, more: &[&str]) -> Repo {
        self.at(".").git(&[&["clone", "-q"], more, &[url, name]].concat());
        self.at(name)
    }

    /// Returns what is at a name of this world, without making it.
    pub(crate) fn at(&self, name: &str) -> Repo {
        self.0.at(name)
    }

    /// Lists every file that the server has below a folder of its own.
    pub(crate) fn files(&self, folder: &str) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        let mut waiting = vec![self.path(SERVER).join(folder)];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).expect("it can be read") {
                let path = entry.expect("it can be read").path();
                if path.is_dir() {
                    waiting.push(path.clone());
                }
                files.insert(path);
            }
        }
        files
    }
}
