//! Settings of the guard in git's configuration.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;

use crate::git::backend::Backend;
use crate::git::process::{self, Target};
use crate::git::{Error, Repository, default_config};
use crate::platform::path_bytes::path_from_bytes;
use crate::text::escape;

impl Repository {
    /// Returns a value of git's configuration, as git currently sees it.
    ///
    /// Only git itself knows the settings of `git -c KEY=VALUE push` in a hook, and its system-wide file;
    /// it is asked whenever that could matter.
    pub fn setting(&self, key: &str) -> Option<String> {
        if self.source.reads_settings_as_git() && default_config::is_configuration() {
            self.file_setting(key)
        } else {
            String::from_utf8(ask(&["--get", key])?).ok()
        }
    }

    /// Returns a value from the repository's own configuration file, ignoring the environment, the user and
    /// the command line: on a server these may be the pushing user's.
    pub fn own_setting(&self, key: &str) -> Option<String> {
        String::from_utf8(ask(&["--local", "--includes", "--get", key])?).ok()
    }

    /// Returns such a value as a path. `~` is the home folder as in git, and a relative path is relative to
    /// the configuration file.
    ///
    /// # Errors
    /// Fails if git fails, since a setting must not be treated as missing then.
    pub fn own_path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        let failed = |reason: String| Error::Setting { key: key.to_owned(), reason };
        let output = config(&["--local", "--includes", "--type=path", "--get", key]).output();
        let output = output.map_err(|error| failed(error.to_string()))?;
        match output.status.code() {
            Some(0) => Ok(Some(self.git_dir().join(path_from_bytes(&value(output.stdout))))),
            // The key is not set (git-config(1)).
            Some(1) => Ok(None),
            _ => Err(failed(escape(String::from_utf8_lossy(&output.stderr).trim()))),
        }
    }

    /// Returns the branches in git's configuration; nothing if git fails.
    pub fn configured_branches(&self) -> Option<HashSet<String>> {
        let output = config(&["--name-only", "-z", "--get-regexp", r"^branch\."]).output().ok()?;
        // Git exits with 1 where there are none (git-config(1)).
        matches!(output.status.code(), Some(0 | 1)).then_some(())?;
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        let branch = |key: &str| Some(key.strip_prefix("branch.")?.rsplit_once('.')?.0.to_owned());
        Some(names.split('\0').filter_map(branch).collect())
    }

    /// Returns a value of the configuration files, without asking git.
    pub(super) fn file_setting(&self, key: &str) -> Option<String> {
        self.source.setting(key).ok().flatten()
    }
}

fn ask(arguments: &[&str]) -> Option<Vec<u8>> {
    let output = config(arguments).output().ok().filter(|output| output.status.success())?;
    Some(value(output.stdout))
}

fn config(arguments: &[&str]) -> Command {
    let mut git = process::command(Target::Environment, &[]);
    git.arg("config").args(arguments);
    git
}

/// Removes the newline at the end of a value.
fn value(mut printed: Vec<u8>) -> Vec<u8> {
    printed.pop_if(|last| *last == b'\n');
    printed
}
