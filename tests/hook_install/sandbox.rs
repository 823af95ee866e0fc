//! A world of its own for each test: no configuration, no variables and no programs of the developer.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use alembic_guard::hook::{self, Error, InstallOptions, Installed};

use crate::support::scratch;

/// Runs a test in a process whose environment knows only the sandbox.
pub(crate) fn hermetic(body: impl FnOnce(&Sandbox)) {
    hermetic_with(&[], body);
}

/// Does the same with more variables; `@` in a value stands for the sandbox.
pub(crate) fn hermetic_with(variables: &[(&str, &str)], body: impl FnOnce(&Sandbox)) {
    if let Some(root) = env::var_os("SANDBOX") {
        return body(&Sandbox { root: root.into() });
    }
    let folder = scratch::folder();
    let root = folder.path().canonicalize().expect("the folder exists");
    fs::create_dir_all(root.join("home")).expect("a home");
    fs::create_dir_all(root.join("tmp")).expect("a folder for temporary files");
    fs::create_dir_all(root.join("record")).expect("a folder for records");
    let test = thread::current();
    let output = Command::new(env::current_exe().expect("a test is a program"))
        .args(["--exact", test.name().expect("tests have names"), "--nocapture"])
        .env_clear()
        .env("SANDBOX", &root)
        .env("PATH", path_without_guard())
        .env("HOME", root.join("home"))
        .env("TMPDIR", root.join("tmp"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", root.join("home/gitconfig"))
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        // git itself has it so that its own tests need not wait for the disk.
        .env("GIT_TEST_FSYNC", "0")
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
        .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")))
        .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2024-01-01T00:00:00Z")))
        .envs(
            variables
                .iter()
                .map(|(name, value)| (name, value.replace('@', &root.to_string_lossy()))),
        )
        .output()
        .expect("the test runs itself");
    let ran = output.status.success() && text(&output).contains("1 passed");
    assert!(ran, "{}", text(&output));
}

fn path_without_guard() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).filter(|folder| !folder.join("alembic-guard").exists());
    env::join_paths(folders).expect("the folders came from PATH")
}

/// Returns all that a program said.
pub(crate) fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}

/// The folder in which a test lives.
pub(crate) struct Sandbox {
    pub(crate) root: PathBuf,
}

impl Sandbox {
    /// Creates a repository with one commit on `main`.
    pub(crate) fn repository(&self, name: &str) -> Repository {
        let repository = self.init(&[], name);
        repository.git(&["commit", "-qm", "first", "--allow-empty"]);
        repository
    }

    /// Runs `git init` with more arguments.
    pub(crate) fn init(&self, arguments: &[&str], name: &str) -> Repository {
        let top = self.root.join(name);
        let init = ["init", "-q", "-b", "main"];
        run(Command::new("git").current_dir(&self.root).args(init).args(arguments).arg(&top));
        Repository { top, guard: self.recorder("guard") }
    }

    /// Writes a program that records what it is given, and returns its path.
    pub(crate) fn recorder(&self, name: &str) -> PathBuf {
        let path = self.root.join("bin").join(name);
        self.recorder_at(&path, name);
        path
    }

    /// Writes a program at `path` that records what it is given under `name`.
    pub(crate) fn recorder_at(&self, path: &Path, name: &str) {
        let record = self.root.join("record").join(name);
        let record = record.to_str().expect("the sandbox has a plain path");
        let script = format!(
            "#!/bin/sh\necho {name} >>'{}/order'\nprintf '%s\\0' \"$@\" >'{record}.args'\n\
             cat >'{record}.stdin'\nenv >'{record}.env'\nexit $(cat '{record}.exit' 2>/dev/null || echo 0)\n",
            self.root.join("record").display()
        );
        write(path, script.as_bytes(), 0o755);
    }

    /// Makes a recorder exit with `status` from now on.
    pub(crate) fn exits(&self, name: &str, status: i32) {
        let path = self.root.join("record").join(format!("{name}.exit"));
        fs::write(path, status.to_string()).expect("the record folder is writable");
    }

    /// Returns the names of the recorders that ran since the last call, in order.
    pub(crate) fn ran(&self) -> Vec<String> {
        let path = self.root.join("record/order");
        let order = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        order.lines().map(str::to_string).collect()
    }

    /// Returns the arguments of the last run of a recorder.
    pub(crate) fn arguments(&self, name: &str) -> Vec<String> {
        let bytes = self.recorded(&format!("{name}.args"));
        let text = String::from_utf8(bytes).expect("arguments are text");
        text.split_terminator('\0').map(str::to_string).collect()
    }

    /// Returns the standard input of the last run of a recorder.
    pub(crate) fn stdin(&self, name: &str) -> Vec<u8> {
        self.recorded(&format!("{name}.stdin"))
    }

    /// Returns a file of the record folder.
    pub(crate) fn recorded(&self, file: &str) -> Vec<u8> {
        fs::read(self.root.join("record").join(file)).expect("the recorder ran")
    }

    /// Tells whether every temporary file is gone.
    pub(crate) fn left_nothing_behind(&self) -> bool {
        listing(&self.root.join("tmp")).is_empty()
    }
}

/// A repository, and the fake guard that its hooks call.
pub(crate) struct Repository {
    pub(crate) top: PathBuf,
    pub(crate) guard: PathBuf,
}

impl Repository {
    pub(crate) fn hooks(&self) -> PathBuf {
        self.top.join(".git/hooks")
    }

    pub(crate) fn hook(&self, name: &str) -> PathBuf {
        self.hooks().join(name)
    }

    pub(crate) fn options(&self) -> InstallOptions {
        InstallOptions { directory: self.top.clone(), binary: self.guard.clone(), force: false }
    }

    pub(crate) fn install(&self) -> Vec<Installed> {
        hook::install(&self.options()).expect("nothing speaks against it")
    }

    pub(crate) fn force(&self) -> Vec<Installed> {
        let options = InstallOptions { force: true, ..self.options() };
        hook::install(&options).expect("nothing can speak against it")
    }

    pub(crate) fn refusal(&self) -> Error {
        hook::install(&self.options()).expect_err("something speaks against it")
    }

    /// Runs git, which must succeed, and returns what it said.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        text(&run(self.command().args(arguments)))
    }

    /// Runs git and returns whatever comes of it.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("git runs")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.top).stdin(Stdio::null());
        command
    }

    /// Writes a file of the work tree and commits it, past all hooks.
    pub(crate) fn commit_file(&self, path: &str) {
        write(&self.top.join(path), b"content\n", 0o644);
        self.git(&["add", "-f", "--", path]);
        self.git(&["commit", "-qm", path, "--no-verify"]);
    }
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program exists");
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    output
}

/// Writes a file with a mode, and the folders above it.
pub(crate) fn write(path: &Path, bytes: &[u8], mode: u32) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
    fs::write(path, bytes).expect("the file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

/// Returns each file of a folder with its mode and bytes, or where it leads.
pub(crate) fn listing(folder: &Path) -> BTreeMap<OsString, (u32, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder exists");
    let entries = entries.map(|entry| entry.expect("the folder can be read"));
    entries
        .map(|entry| {
            let metadata = entry.path().symlink_metadata().expect("the file exists");
            let bytes = match fs::read_link(entry.path()) {
                Ok(target) => target.into_os_string().into_encoded_bytes(),
                Err(_) => fs::read(entry.path()).unwrap_or_default(),
            };
            (entry.file_name(), (metadata.permissions().mode(), bytes))
        })
        .collect()
}
