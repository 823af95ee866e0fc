//! Real repositories with the real hooks. Each test has a world of its own.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use crate::support::followed;
use crate::support::notation::Written;
use crate::support::outcome::Outcome;
use crate::support::schemas::check_output;
use crate::support::scratch;

pub(crate) const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");
pub(crate) const VERSIONS: &str = "migrations/versions";

/// A shared bare repository, and room for clones of it.
pub(crate) struct World {
    folder: tempfile::TempDir,
    is_followed: bool,
}

impl World {
    /// Creates a world with an empty shared repository.
    pub(crate) fn empty() -> World {
        let folder = scratch::folder();
        let world = World { folder, is_followed: true };
        fs::create_dir_all(world.path("home")).expect("a home");
        world.bare("origin.git");
        world
    }

    /// Creates a world whose `main` has Alembic and these migrations, one per commit.
    pub(crate) fn with(migrations: &str) -> World {
        let world = World::empty();
        let first = world.repository("first");
        first.git(&["remote", "add", "origin", &world.url("origin.git")]);
        first.scaffold();
        first.add_all(migrations);
        first.git(&["push", "-q", "--no-verify", "origin", "main"]);
        world
    }

    /// Creates the usual world: `main` is a, b(a); the feature branch starts at a and is checked out.
    pub(crate) fn moved_on() -> (World, Repo) {
        let world = World::with("a");
        let feature = world.mine();
        feature.git(&["switch", "-qc", "feature"]);
        world.main().land("b(a)");
        feature.git(&["fetch", "-q"]);
        (world, feature)
    }

    /// Returns a path inside the world.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the URL of a repository of this world.
    pub(crate) fn url(&self, name: &str) -> String {
        let path = self.path(name);
        path.to_str().expect("a plain path").to_owned()
    }

    /// Creates a bare repository.
    pub(crate) fn bare(&self, name: &str) -> Repo {
        self.init(name, &["--bare"])
    }

    /// Creates a repository without hooks.
    pub(crate) fn repository(&self, name: &str) -> Repo {
        self.init(name, &[])
    }

    fn init(&self, name: &str, more: &[&str]) -> Repo {
        let repo = self.at(name);
        fs::create_dir_all(&repo.top).expect("folders can be made");
        repo.git(&[&["init", "-q", "-b", "main"], more].concat());
        repo
    }

    /// Creates a world in which printed commands do not run.
    ///
    /// Its repositories are broken on purpose, so that git refuses them, or use settings that the commands
    /// cannot know.
    pub(crate) fn unfollowed() -> World {
        World { is_followed: false, ..World::empty() }
    }

    /// Returns the repository with a name in this world, without creating it.
    pub(crate) fn at(&self, name: &str) -> Repo {
        Repo {
            top: self.path(name),
            home: self.path("home"),
            origin: self.path("origin.git"),
            variables: Vec::new(),
            usual_files: false,
            is_followed: self.is_followed,
        }
    }

    /// Clones the shared repository and installs the hooks.
    pub(crate) fn mine(&self) -> Repo {
        self.clone_of("origin.git", "mine")
    }

    /// Clones a repository and installs the hooks.
    pub(crate) fn clone_of(&self, source: &str, name: &str) -> Repo {
        let (source, target) = (self.url(source), self.url(name));
        self.at(".").git(&["clone", "-q", &source, &target]);
        let clone = self.at(name);
        clone.install();
        clone
    }

    /// Returns a colleague's clone with the newest `main` checked out, creating it if needed.
    pub(crate) fn main(&self) -> Repo {
        self.colleague("main")
    }

    /// Does the same with another branch.
    pub(crate) fn colleague(&self, branch: &str) -> Repo {
        if !self.path("theirs").exists() {
            let (source, target) = (self.url("origin.git"), self.url("theirs"));
            self.at(".").git(&["clone", "-q", &source, &target]);
        }
        let theirs = self.at("theirs");
        theirs.git(&["fetch", "-q", "--prune"]);
        theirs.git(&["switch", "-q", "--detach"]);
        theirs.git(&["switch", "-qC", branch, &format!("origin/{branch}")]);
        theirs
    }
}

/// A repository of a world.
#[derive(Clone)]
pub(crate) struct Repo {
    pub(crate) top: PathBuf,
    pub(super) home: PathBuf,
    pub(super) origin: PathBuf,
    pub(super) variables: Vec<(String, String)>,
    /// Whether git reads only its usual configuration files, including the system's.
    pub(super) usual_files: bool,
    /// Whether printed commands are run.
    pub(super) is_followed: bool,
}

impl Repo {
    /// Returns the same repository without variables that set the place of git's configuration.
    pub(crate) fn with_usual_files(&self) -> Repo {
        Repo { usual_files: true, ..self.clone() }
    }

    /// Returns the same repository with one more variable for commands.
    pub(crate) fn with(&self, name: &str, value: &str) -> Repo {
        let mut repo = self.clone();
        repo.variables.push((name.to_owned(), value.to_owned()));
        repo
    }

    /// Returns the same repository, in a subfolder.
    pub(crate) fn below(&self, folder: &str) -> Repo {
        let mut repo = self.clone();
        repo.top = self.top.join(folder);
        repo
    }

    /// Returns a path in the home folder.
    pub(crate) fn home_file(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Prepares a program that is independent of the developer's environment.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.top)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", path_with_guard())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.home.join("gitconfig"))
            .env("GIT_EDITOR", "true")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            // git has this variable so that its own tests do not wait for the disk.
            .env("GIT_TEST_FSYNC", "0")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .envs(
                ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"]
                    .map(|name| (name, "2024-01-01T00:00:00Z")),
            )
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        if self.usual_files {
            command.env_remove("GIT_CONFIG_NOSYSTEM").env_remove("GIT_CONFIG_GLOBAL");
        }
        command
    }

    pub(crate) fn install(&self) {
        self.guard(&["hook", "install"]).succeeded();
    }

    /// Runs git, which must succeed, and returns its output.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("git prints text")
    }

    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("git");
        command.args(arguments).output().expect("git runs")
    }

    /// Runs the guard by hand.
    #[track_caller]
    pub(crate) fn guard(&self, arguments: &[&str]) -> Ran {
        let ran = self.guard_with_input(arguments, "");
        followed::follow(self, &ran.stdout());
        followed::follow(self, &ran.stderr());
        ran
    }

    /// Runs the guard as `git push` would, for its own exit code.
    ///
    /// A command that changes nothing runs without the cache once and with it twice; all answers must agree.
    /// `ALEMBIC_GUARD_REFERENCE` names an older program that must give the same answers. This verifies
    /// changes that should not affect the output.
    pub(crate) fn guard_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        if !asks_only(arguments) {
            return self.guard_once(arguments, input);
        }
        let without_cache = [&["--no-cache"], arguments].concat();
        let forgetful = self.guard_once(&without_cache, input);
        for _ in 0..2 {
            let remembering = self.guard_once(arguments, input);
            assert_eq!(remembering.said(), forgetful.said(), "{arguments:?} with a cache");
        }
        if let Some(reference) = env::var_os("ALEMBIC_GUARD_REFERENCE") {
            let answer = self.run_once(&reference, &without_cache, input);
            assert_eq!(forgetful.said(), answer.said(), "{arguments:?} by the reference");
        }
        forgetful
    }

    /// Runs the guard only once, because its output contains a generated name.
    pub(crate) fn guard_once(&self, arguments: &[&str], input: &str) -> Ran {
        let ran = self.run_once(GUARD.as_ref(), arguments, input);
        check_output(arguments, &ran.0);
        ran
    }

    fn run_once(&self, program: &OsStr, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(program);
        let command = command.args(arguments).stdin(Stdio::piped());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the guard runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        // The guard may ignore the rest of its input.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Ran(child.wait_with_output().expect("the guard ends"))
    }

    /// Runs the guard's pre-push hook for one branch and returns its report.
    pub(crate) fn judged_push(&self, branch: &str) -> serde_json::Value {
        let tip = self.tip(branch);
        let origin = self.try_git(&["ls-remote", "origin", &format!("refs/heads/{branch}")]);
        let there = String::from_utf8_lossy(&origin.stdout).into_owned();
        let there = there.split('\t').next().filter(|oid| !oid.is_empty());
        let there = there.unwrap_or("0000000000000000000000000000000000000000");
        let line = format!("refs/heads/{branch} {tip} refs/heads/{branch} {there}\n");
        let url = self.origin.to_str().expect("a plain path");
        let ran =
            self.guard_with_input(&["--format", "json", "hook", "pre-push", "origin", url], &line);
        serde_json::from_str(&ran.stderr()).expect("the report is JSON")
    }

    /// Runs `git push` with arguments.
    #[track_caller]
    pub(crate) fn push(&self, arguments: &[&str]) -> Outcome {
        let before = self.remote_refs();
        let output = self.try_git(&[&["push"], arguments].concat());
        let outcome = Outcome::new(&output, before, self.remote_refs()).without_remote();
        followed::follow(self, &outcome.stderr);
        outcome
    }

    /// Pushes the checked-out commit to `main`.
    #[track_caller]
    pub(crate) fn push_main(&self) -> Outcome {
        self.push(&["origin", "HEAD:refs/heads/main"])
    }

    /// Pushes the checked-out branch to `origin`.
    #[track_caller]
    pub(crate) fn push_it(&self) -> Outcome {
        self.push(&["origin", "HEAD"])
    }

    /// Runs a git command that moves HEAD unless a hook blocks it.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let before = self.head();
        let output = self.try_git(arguments);
        let outcome = Outcome::new(&output, before, self.head());
        followed::follow(self, &outcome.stderr);
        outcome
    }

    fn head(&self) -> BTreeMap<String, String> {
        let tip = self.try_git(&["rev-parse", "-q", "--verify", "HEAD"]);
        let tip = String::from_utf8_lossy(&tip.stdout).into_owned();
        BTreeMap::from([("HEAD".to_owned(), tip)])
    }

    /// Returns the refs of every bare repository in the folder of the shared one.
    fn remote_refs(&self) -> BTreeMap<String, String> {
        let world = self.origin.parent().expect("a world is around it");
        let mut refs = BTreeMap::new();
        for entry in fs::read_dir(world).expect("the world exists").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".git") {
                let there = Repo { top: entry.path(), ..self.clone() };
                refs.extend(
                    there.refs().into_iter().map(|(one, oid)| (format!("{name}:{one}"), oid)),
                );
            }
        }
        refs
    }

    /// Returns the ref of a branch at a URL.
    pub(crate) fn at_remote(&self, url: &str, branch: &str) -> String {
        self.git(&["ls-remote", url, &format!("refs/heads/{branch}")])
    }

    /// Returns every ref and its object.
    pub(crate) fn refs(&self) -> BTreeMap<String, String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pairs = listed.lines().filter_map(|line| line.split_once(' '));
        pairs.map(|(name, oid)| (name.to_owned(), oid.to_owned())).collect()
    }

    /// Returns the commit that a name resolves to.
    #[track_caller]
    pub(crate) fn tip(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", &format!("{name}^{{commit}}")]).trim().to_owned()
    }

    /// Creates an Alembic environment, without running hooks.
    pub(crate) fn scaffold(&self) -> &Repo {
        self.write(
            "alembic.ini",
            "[alembic]\nscript_location = %(here)s/migrations\n\n[loggers]\nkeys = root\n",
        );
        self.write("migrations/env.py", "from alembic import context\n\nconfig = context.config\n");
        self.write(
            "migrations/script.py.mako",
            "\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\n\
             down_revision = ${repr(down_revision)}\n",
        );
        self.write("app.py", "VERSION = 1\n\n\n\n\n\nNAME = 'app'\n");
        self.write(".gitignore", "__pycache__/\n");
        self.commit("scaffold")
    }

    /// Writes a file in the work tree.
    pub(crate) fn write(&self, path: &str, content: &str) -> &Repo {
        let path = self.top.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        fs::write(&path, content).expect("the file can be written");
        self
    }

    /// Reads a file in the work tree.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.top.join(path)).expect("the file is there")
    }

    /// Commits everything, without running hooks.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> &Repo {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "-m", message]);
        self
    }

    /// Commits a configuration.
    pub(crate) fn configure(&self, text: &str) -> &Repo {
        self.write(".alembic-guard.toml", text).commit("configure")
    }

    /// Writes a migration to the work tree.
    pub(crate) fn draft(&self, migration: &str) -> &Repo {
        let written = Written::parse(migration);
        let path = format!("{VERSIONS}/{}", written.file_name());
        self.write(&path, &written.python())
    }

    /// Writes and stages a migration.
    pub(crate) fn stage(&self, migration: &str) -> &Repo {
        self.draft(migration);
        self.git(&["add", "--", &path_of(migration)]);
        self
    }

    /// Commits a migration, or a new version of one, without running hooks.
    #[track_caller]
    pub(crate) fn add(&self, migration: &str) -> &Repo {
        self.draft(migration).commit(migration)
    }

    /// Commits several migrations in order.
    #[track_caller]
    pub(crate) fn add_all(&self, migrations: &str) -> &Repo {
        for migration in migrations.split_whitespace() {
            self.add(migration);
        }
        self
    }

    /// Commits a migration with another body.
    pub(crate) fn edit_body(&self, migration: &str) -> &Repo {
        let written = Written::parse(migration);
        let content = written.python_with("    op.execute(\"select 1\")\n");
        self.write(&path_of(migration), &content).commit("edit the body")
    }

    /// Commits the removal of a migration, without running hooks.
    pub(crate) fn remove(&self, revision: &str) -> &Repo {
        self.git(&["rm", "-q", "--", &path_of(revision)]);
        self.git(&["commit", "-q", "--no-verify", "-m", "remove"]);
        self
    }

    /// Commits a change to code other than migrations.
    pub(crate) fn add_code(&self) -> &Repo {
        let count = self.git(&["rev-list", "--count", "HEAD"]);
        self.write("code.py", &format!("COUNT = {count}")).commit("code")
    }

    /// Commits migrations and pushes them to the shared branch of the same name, without running hooks.
    #[track_caller]
    pub(crate) fn land(&self, migrations: &str) -> &Repo {
        self.add_all(migrations).publish()
    }

    /// Force-pushes the checked-out branch, without running hooks.
    #[track_caller]
    pub(crate) fn publish(&self) -> &Repo {
        self.git(&["push", "-q", "--no-verify", "--force", "origin", "HEAD"]);
        self
    }

    /// Merges, without running hooks.
    #[track_caller]
    pub(crate) fn merge(&self, other: &str) -> &Repo {
        self.git(&["merge", "-q", "--no-ff", "--no-verify", "--no-edit", other]);
        self
    }

    /// Creates a branch and checks it out.
    pub(crate) fn branch(&self, name: &str, start: &str) -> &Repo {
        self.git(&["switch", "-q", "--no-track", "-c", name, start]);
        self
    }

    pub(crate) fn switch(&self, name: &str) -> &Repo {
        self.git(&["switch", "-q", name]);
        self
    }

    pub(crate) fn fetch(&self) -> &Repo {
        self.git(&["fetch", "-q"]);
        self
    }
}

/// The result of running the guard by hand.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Ran {
        Ran(command.output().expect("the program runs"))
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Returns the output that must be the same in every run.
    fn said(&self) -> (ExitStatus, Vec<String>, Vec<String>) {
        // With the cache, the guard may not need to ask git.
        let asked = |line: &&str| !line.starts_with("alembic-guard: used git instead");
        let stderr = self.stderr().lines().filter(asked).map(without_age).collect();
        let stdout = self.stdout().lines().map(without_age).collect();
        (self.0.status, stdout, stderr)
    }

    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Ran {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Ran {
        assert_eq!(self.code(), Some(code), "\n{}{}", self.stdout(), self.stderr());
        self
    }
}

/// Removes times from a line: the age of a branch, because a minute may pass between two runs, and how long git
/// tried to connect.
pub(crate) fn without_age(line: &str) -> String {
    let without = |line: &str, begin: &str, end: char| match line.split_once(begin) {
        Some((before, rest)) => {
            let after = rest.split_once(end).map_or("", |(_, after)| after);
            format!("{before}{begin}{after}")
        }
        None => line.to_owned(),
    };
    without(&without(line, "(updated ", ')'), " after ", 's')
}

/// Writes an executable program.
pub(crate) fn write_program(path: &Path, script: &str) {
    fs::write(path, script).expect("the file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
}

/// Returns the path of a migration.
pub(crate) fn path_of(migration: &str) -> String {
    format!("{VERSIONS}/{}", Written::parse(migration).file_name())
}

/// Returns a PATH on which this program comes before any other with its name.
pub(crate) fn path_with_guard() -> OsString {
    let own = Path::new(GUARD).parent().expect("a program is in a folder").to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths([own].into_iter().chain(env::split_paths(&path))).expect("they came from PATH")
}

/// Returns whether a command of the guard changes nothing and never asks the remote.
fn asks_only(arguments: &[&str]) -> bool {
    let asks = ["check", "heads", "graph", "audit", "pre-commit", "pre-push"];
    let changes = ["--fix", "rebase", "merge", "install", "uninstall"];
    arguments.iter().any(|word| asks.contains(word))
        && !arguments.iter().any(|word| changes.contains(word))
}
