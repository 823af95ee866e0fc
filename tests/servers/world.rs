//! A server, clones of it, and nothing of the developer's environment.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::notation::Written;
use crate::support::outcome::Outcome;
use crate::support::scratch;

pub(crate) const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");
pub(crate) const VERSIONS: &str = "migrations/versions";
pub(crate) const SERVER: &str = "server.git";
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A bare repository with the hook, and room for clones of it.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// A world whose server holds nothing.
    pub(crate) fn empty() -> World {
        let world = World::without_hook();
        world.server().guard(&["hook", "install"]).exits(0);
        world
    }

    /// The same, before anything is installed.
    pub(crate) fn without_hook() -> World {
        let folder = scratch::folder();
        let world = World { folder };
        fs::create_dir_all(world.path("home")).expect("a home");
        let settings = "[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n[advice]\n\tpushUpdateRejected = false\n";
        fs::write(world.path("home/gitconfig"), settings).expect("the home is ours");
        world.at(".").git(&["init", "-q", "--bare", "-b", "main", SERVER]);
        world
    }

    /// A world whose `main` holds Alembic and these migrations, pushed past the hook in one commit each.
    pub(crate) fn with(migrations: &str) -> World {
        let world = World::empty();
        let first = world.first();
        first.add_all(migrations);
        first.push(&["-q", "origin", "main"]).passed(&[]).is_silent();
        world
    }

    /// Returns a repository with Alembic and no migration yet, whose `origin` is the server.
    pub(crate) fn first(&self) -> Repo {
        self.at(".").git(&["init", "-q", "-b", "main", "first"]);
        let first = self.at("first");
        first.git(&["remote", "add", "origin", &self.url()]);
        first.scaffold();
        first
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the server's address as a path.
    pub(crate) fn url(&self) -> String {
        self.path(SERVER).to_str().expect("a plain path").to_owned()
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
        Repo { top: self.path(name), world: self.folder.path().to_owned(), variables: Vec::new() }
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

/// A repository of a world.
#[derive(Clone)]
pub(crate) struct Repo {
    pub(crate) top: PathBuf,
    world: PathBuf,
    variables: Vec<(String, String)>,
}

impl Repo {
    /// Returns the same repository, in which commands have one more variable.
    pub(crate) fn with(&self, name: &str, value: &str) -> Repo {
        let mut repo = self.clone();
        repo.variables.push((name.to_owned(), value.to_owned()));
        repo
    }

    /// Prepares a program that knows nothing of the developer's environment.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let home = self.world.join("home");
        let mut command = Command::new(program);
        command
            .current_dir(&self.top)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", crate::support::world::path_with_guard())
            .env("GIT_CONFIG_GLOBAL", home.join("gitconfig"))
            .env("HOME", home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_EDITOR", "true")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            // git itself has it so that its own tests need not wait for the disk.
            .env("GIT_TEST_FSYNC", "0")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs git, which must succeed, and returns what it printed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("git prints text")
    }

    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        self.command("git").args(arguments).output().expect("git runs")
    }

    /// Runs the guard by hand.
    pub(crate) fn guard(&self, arguments: &[&str]) -> Ran {
        self.guard_with_input(arguments, "")
    }

    /// Runs the guard as a hook of the server would, to see its own exit code.
    pub(crate) fn guard_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(GUARD);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the guard runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        // Whether the guard reads it all is its own affair.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Ran(child.wait_with_output().expect("the guard ends"))
    }

    /// Runs `git push` with arguments; what the server said comes without git's `remote: `.
    pub(crate) fn push(&self, arguments: &[&str]) -> Outcome {
        let server = Repo { top: self.world.join(SERVER), ..self.clone() };
        let before = server.refs();
        let output = self.try_git(&[&["push"], arguments].concat());
        let outcome = Outcome::new(&output, before, server.refs());
        let lines = outcome.stderr.lines();
        let lines = lines.map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end());
        Outcome { stderr: lines.collect::<Vec<_>>().join("\n"), ..outcome }
    }

    /// Pushes what is checked out to `main`.
    pub(crate) fn push_main(&self) -> Outcome {
        self.push(&["origin", "HEAD:refs/heads/main"])
    }

    /// Returns every ref and what it names.
    pub(crate) fn refs(&self) -> BTreeMap<String, String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pairs = listed.lines().filter_map(|line| line.split_once(' '));
        pairs.map(|(name, oid)| (name.to_owned(), oid.to_owned())).collect()
    }

    /// Returns the commit that a name stands for.
    #[track_caller]
    pub(crate) fn tip(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", &format!("{name}^{{commit}}")]).trim().to_owned()
    }

    fn scaffold(&self) {
        self.write("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
        self.write("migrations/env.py", "from alembic import context\n\nconfig = context.config\n");
        self.write("migrations/script.py.mako", "\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n");
        self.commit("scaffold");
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: &str) -> &Repo {
        let path = self.top.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        fs::write(&path, content).expect("the file can be written");
        self
    }

    /// Commits all there is.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> &Repo {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "-m", message]);
        self
    }

    /// Commits a migration.
    #[track_caller]
    pub(crate) fn add(&self, migration: &str) -> &Repo {
        self.write(&path_of(migration), &Written::parse(migration).python()).commit(migration)
    }

    /// Commits several, in order.
    #[track_caller]
    pub(crate) fn add_all(&self, migrations: &str) -> &Repo {
        for migration in migrations.split_whitespace() {
            self.add(migration);
        }
        self
    }

    /// Commits a configuration.
    pub(crate) fn configure(&self, text: &str) -> &Repo {
        self.write(".alembic-guard.toml", text).commit("configure")
    }

    /// Creates a branch and checks it out.
    pub(crate) fn branch(&self, name: &str, start: &str) -> &Repo {
        self.git(&["switch", "-q", "--no-track", "-c", name, start]);
        self
    }
}

/// What came of a run of the guard by hand.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Ran {
        assert_eq!(self.0.status.code(), Some(code), "\n{}{}", self.stdout(), self.stderr());
        self
    }
}

/// Returns where a migration lies.
pub(crate) fn path_of(migration: &str) -> String {
    format!("{VERSIONS}/{}", Written::parse(migration).file_name())
}

/// Writes a program.
pub(crate) fn write_program(path: &Path, script: &str) {
    fs::write(path, script).expect("the file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
}
