//! A real repository that may hold anything.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::scratch;

pub(crate) const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");

/// What makes `migrations` an environment.
const SCAFFOLD: [(&str, &str); 3] = [
    ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
    ("migrations/env.py", ""),
    ("migrations/script.py.mako", ""),
];

pub(crate) struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// A repository that holds nothing.
    pub(crate) fn empty() -> Repository {
        Repository::of(&[])
    }

    /// A repository that holds nothing and is of some kind, as options of `git init` say.
    pub(crate) fn of(options: &[&str]) -> Repository {
        let folder = scratch::folder();
        let repository = Repository { folder };
        fs::create_dir_all(repository.top()).expect("folders can be made");
        repository.git(&[&["init", "-q", "-b", "main"], options].concat());
        repository
    }

    /// A repository with an environment and one migration, committed.
    pub(crate) fn with_alembic() -> Repository {
        let repository = Repository::empty();
        repository.scaffold();
        repository.commit("a");
        repository
    }

    /// Writes an environment and one migration.
    pub(crate) fn scaffold(&self) {
        for (path, content) in SCAFFOLD {
            self.write(path, content);
        }
        self.write("migrations/versions/a.py", migration("a", None));
    }

    pub(crate) fn top(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let path = self.top().join(OsStr::from_bytes(path.as_ref()));
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, content).expect("a file can be written");
    }

    /// Puts a link into the work tree.
    pub(crate) fn link(&self, path: &str, target: &str) {
        let path = self.top().join(path);
        fs::create_dir_all(path.parent().expect("a link is in a folder")).expect("it can be made");
        std::os::unix::fs::symlink(target, path).expect("a link can be made");
    }

    /// Commits all there is.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    }

    /// Runs a git that must succeed, and returns what it says without the last line feed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, b"")
    }

    /// Runs git on some input.
    pub(crate) fn git_with(&self, arguments: &[&str], input: &[u8]) -> String {
        let output = fed(self.command("git").args(arguments), input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs the guard.
    pub(crate) fn guard(&self, arguments: &[&str]) -> Output {
        self.guard_with(arguments, b"")
    }

    /// Runs the guard on some input.
    pub(crate) fn guard_with(&self, arguments: &[&str], input: &[u8]) -> Output {
        fed(self.command(GUARD).args(arguments), input)
    }

    /// Prepares a program that knows nothing of the developer's environment.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command
            .current_dir(self.top())
            .env_clear()
            .env("PATH", crate::support::world::path_with_guard())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
            .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "1704067200 +0000")));
        command
    }
}

/// Writes a migration as Alembic does, roughly.
pub(crate) fn migration(id: &str, parent: Option<&str>) -> String {
    let parents = parent.map_or("None".to_owned(), |parent| format!("{parent:?}"));
    format!("revision = {id:?}\ndown_revision = {parents}\n")
}

/// Returns what a program said on both streams, and its exit code.
#[track_caller]
pub(crate) fn said(output: &Output) -> (String, i32) {
    let text = [&output.stdout[..], &output.stderr].concat();
    let code = output.status.code().expect("the program ended by itself");
    (String::from_utf8_lossy(&text).into_owned(), code)
}

/// Asserts that a program refused, in words that hold some, or passed where none are expected.
#[track_caller]
pub(crate) fn refuses(output: &Output, words: &str) {
    let (text, code) = said(output);
    assert!(matches!(code, 1 | 2), "it exits with {code}: {text}");
    assert!(text.contains(words), "{words:?} is not in: {text}");
    assert!(!text.contains("panicked"), "{text}");
}

/// Runs a program on some input.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program is there");
    let mut stdin = child.stdin.take().expect("it is piped");
    let writer = std::thread::scope(|scope| {
        // A process that does not read is told nothing.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output()
    });
    writer.expect("the program can be waited for")
}
