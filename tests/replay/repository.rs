//! A history as a real repository, with a remote beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::scratch;

const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");

/// A developer's clone and the bare repository that it pushes to.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    /// The commits of the stream that made it, by number.
    commits: BTreeMap<usize, String>,
}

impl Repository {
    /// Makes a repository of a stream; the remote has its objects too and none of its branches.
    pub(crate) fn import(stream: &str) -> Repository {
        let folder = scratch::folder();
        let mut repository = Repository { folder, commits: BTreeMap::new() };
        fs::create_dir(repository.path("clone")).expect("the folder is new");
        repository.git(&["init", "-q", "-b", "main", "."]);
        let marks = repository.path("marks");
        let export = format!("--export-marks={}", marks.display());
        let mut import = repository.command("git");
        import.args(["fast-import", "--quiet", "--done", &export]);
        feed(import, stream);
        let marks = fs::read_to_string(marks).expect("git wrote the marks");
        repository.commits = marks.lines().map(mark).collect();
        repository.make_remote();
        repository
    }

    /// Returns the id of a commit of the stream.
    pub(crate) fn commit(&self, number: usize) -> &str {
        &self.commits[&number]
    }

    /// Lets a branch of the remote be at a commit.
    pub(crate) fn set_remote(&self, branch: &str, commit: usize) {
        let reference = format!("refs/heads/{branch}");
        self.git(&["--git-dir=../remote.git", "update-ref", &reference, self.commit(commit)]);
    }

    /// Lets the clone have seen a branch of the remote at a commit.
    pub(crate) fn set_seen(&self, branch: &str, commit: usize) {
        let reference = format!("refs/remotes/origin/{branch}");
        self.git(&["update-ref", &reference, self.commit(commit)]);
    }

    /// Tells whether the remote has a branch.
    pub(crate) fn remote_has(&self, branch: &str) -> bool {
        let reference = format!("refs/heads/{branch}");
        let arguments = ["--git-dir=../remote.git", "show-ref", "-q", "--verify", &reference];
        self.try_git(&arguments).status.success()
    }

    /// Pushes a branch with the hook in place.
    pub(crate) fn push(&self, branch: &str) -> Output {
        self.try_git(&["push", "-q", "origin", branch])
    }

    /// Asks the guard, by hand, for JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        self.try_ask(arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    /// Brings a branch into the work tree, then main as it was seen, without committing.
    ///
    /// What git asks about in that merge is left for [`Repository::fill`] to answer.
    pub(crate) fn begin_merge(&self, branch: &str) {
        self.git(&["checkout", "-q", "-f", branch]);
        let merge = self.try_git(&["merge", "--no-commit", "--no-ff", "origin/main"]);
        assert!(self.path("clone/.git/MERGE_HEAD").exists(), "{branch}: {merge:?}");
    }

    /// Brings a branch into the work tree.
    pub(crate) fn check_out(&self, branch: &str) {
        self.git(&["checkout", "-q", "-f", branch]);
    }

    /// Lets the index and the work tree hold what a commit holds; what is under way goes on.
    pub(crate) fn fill(&self, commit: usize) {
        self.git(&["read-tree", "--reset", "-u", self.commit(commit)]);
        self.git(&["clean", "-q", "-f", "-d", "-x"]);
    }

    /// Lists what the work tree has otherwise than the index.
    pub(crate) fn changed(&self) -> String {
        let listed = self.try_git(&["ls-files", "--modified", "--others"]);
        String::from_utf8_lossy(&listed.stdout).into_owned()
    }

    /// Returns where the work tree is.
    pub(crate) fn work_tree(&self) -> PathBuf {
        self.path("clone")
    }

    /// Asks the guard, by hand, for JSON; or returns why it gives none.
    pub(crate) fn try_ask(&self, arguments: &[&str]) -> Result<Value, String> {
        let mut guard = self.command(GUARD);
        let output = guard.args(["--format", "json"]).args(arguments).output();
        let output = output.expect("the guard runs");
        serde_json::from_slice(&output.stdout)
            .map_err(|_| String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    fn make_remote(&self) {
        self.git(&["init", "-q", "--bare", "-b", "main", "../remote.git"]);
        fs::write(self.path("remote.git/objects/info/alternates"), "../../clone/.git/objects\n")
            .expect("the remote is ours");
        self.git(&["config", "remote.origin.url", "../remote.git"]);
        // To merge takes a name even if nothing is committed.
        self.git(&["config", "user.name", "Replay"]);
        self.git(&["config", "user.email", "replay@example.com"]);
        // What one push leaves there is not to be seen by the next.
        let only_main = "+refs/heads/main:refs/remotes/origin/main";
        self.git(&["config", "remote.origin.fetch", only_main]);
        let installed = self.command(GUARD).args(["hook", "install"]).output();
        assert!(installed.expect("the guard runs").status.success());
    }

    fn git(&self, arguments: &[&str]) {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    }

    fn try_git(&self, arguments: &[&str]) -> Output {
        self.command("git").args(arguments).output().expect("git runs")
    }

    /// Prepares a program that knows nothing of the developer's environment.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path("clone"))
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", crate::support::world::path_with_guard())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C")
            .env("TZ", "UTC");
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn feed(mut command: Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("git runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("git reads it");
    drop(stdin);
    assert!(child.wait().expect("git ends").success());
}

/// Reads `:1 0123...`.
fn mark(line: &str) -> (usize, String) {
    let (number, commit) = line.split_once(' ').expect("a mark and a commit");
    let number = number.trim_start_matches(':').parse().expect("marks are numbers");
    (number, commit.to_owned())
}
