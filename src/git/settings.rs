//! What git's own configuration says about the guard.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::git::Repository;

impl Repository {
    /// Returns a value of git's configuration, as git sees it now.
    ///
    /// Git itself is asked, since only it knows what `git -c KEY=VALUE push` hands to a hook.
    pub fn setting(&self, key: &str) -> Option<String> {
        String::from_utf8(ask(&["--get", key])?).ok()
    }

    /// Returns a value that the repository's own configuration file sets, whatever the environment, the
    /// user or a command line say: on a server these may be those of whoever pushes.
    pub fn own_setting(&self, key: &str) -> Option<String> {
        String::from_utf8(ask(&["--local", "--includes", "--get", key])?).ok()
    }

    /// Returns such a value as a path. `~` is a home as for git, and a relative path begins where the
    /// configuration file is.
    pub fn own_path(&self, key: &str) -> Option<PathBuf> {
        let path = ask(&["--local", "--includes", "--type=path", "--get", key])?;
        Some(self.git_dir().join(OsString::from_vec(path)))
    }

    /// Returns a value of the configuration files, without asking git.
    pub(super) fn file_setting(&self, key: &str) -> Option<String> {
        self.inner.config().ok()?.get_string(key).ok()
    }
}

fn ask(arguments: &[&str]) -> Option<Vec<u8>> {
    let mut git = Command::new("git");
    git.arg("config").args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    let mut value = git.output().ok().filter(|output| output.status.success())?.stdout;
    value.pop_if(|last| *last == b'\n');
    Some(value)
}
