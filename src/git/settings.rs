//! What git's own configuration says about the guard.

use std::process::{Command, Stdio};

use crate::git::Repository;
use crate::git::source::Source;

impl Repository {
    /// Returns a value of git's configuration, as git sees it now.
    ///
    /// Git itself is asked, since only it knows what `git -c KEY=VALUE push` hands to a hook.
    pub fn setting(&self, key: &str) -> Option<String> {
        let mut git = Command::new("git");
        git.args(["config", "--get", key]).stdin(Stdio::null()).stderr(Stdio::null());
        let output = git.output().ok().filter(|output| output.status.success())?;
        let value = String::from_utf8(output.stdout).ok()?;
        Some(value.trim_end_matches('\n').to_owned())
    }

    /// Returns a value of the configuration files, without asking git.
    pub(super) fn file_setting(&self, key: &str) -> Option<String> {
        self.source.setting(key).ok().flatten()
    }
}
