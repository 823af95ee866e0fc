//! Runs git once, for one answer.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::git::Reason;
use crate::git::backend::Place;
use crate::git::process::{self, GitOption, Target};
use crate::git::url::without_secrets;
use crate::platform::cleanup::Noted;
use crate::platform::process_groups::signal_that_ended;

/// How git is run.
#[derive(Debug, Clone)]
pub(super) struct Git {
    index: Option<PathBuf>,
    place: Option<Place>,
    /// Whether git's configuration has no ssh command of its own, so that ssh can be told not to prompt.
    usual_ssh: bool,
}

impl Git {
    /// Runs in the repository of the environment, or else the one around the current directory.
    ///
    /// `index` is the absolute path of `GIT_INDEX_FILE`, if set.
    pub(super) fn new(index: Option<&Path>) -> Git {
        Git { index: index.map(Path::to_owned), place: None, usual_ssh: false }
    }

    /// Runs at the top of a repository that was found, so that no path is relative to a folder below.
    pub(super) fn at(self, place: &Place) -> Result<Git, Reason> {
        let git = Git { place: Some(place.clone()), ..self };
        let usual_ssh = git.answer(&["config", "--get", "core.sshCommand"])?.is_none();
        Ok(Git { usual_ssh, ..git })
    }

    /// Prepares a run.
    ///
    /// Git pushes the objects themselves and not their replacements (git-replace(1)), so replacements and
    /// grafts are ignored. Passwords are never prompted for, and optional writes are turned off.
    pub(super) fn command(&self) -> Command {
        self.command_with(&[])
    }

    /// Prepares a run with more options.
    pub(super) fn command_with(&self, more: &[GitOption<'_>]) -> Command {
        let target = self.place.as_ref().map_or(Target::Environment, Place::target);
        let mut options = vec![
            GitOption::OriginalObjects,
            GitOption::NoOptionalLocks,
            GitOption::LiteralPaths,
            GitOption::NoPrompts { usual_ssh: self.usual_ssh },
        ];
        options.extend(self.index.as_deref().map(GitOption::Index));
        options.extend(more);
        process::command(target, &options)
    }

    /// Returns whether git can be run at all.
    pub(super) fn is_there(&self) -> Result<(), Reason> {
        run(self.command().arg("--version")).map(drop)
    }

    /// Returns git's output.
    pub(super) fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Vec<u8>, Reason> {
        printed(run(self.command().args(arguments))?)
    }

    /// Returns git's output; nothing for exit code 1.
    pub(super) fn answer<S: AsRef<OsStr>>(
        &self,
        arguments: &[S],
    ) -> Result<Option<Vec<u8>>, Reason> {
        let output = run(self.command().args(arguments))?;
        match output.status.code() {
            Some(1) => Ok(None),
            _ => printed(output).map(Some),
        }
    }
}

/// Starts a command with pipes for all streams except a given standard input.
pub(super) fn start(command: &mut Command) -> Result<(Child, Option<Noted>), Reason> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    process::start(command).map_err(|error| Reason::new(format!("cannot run git: {error}")))
}

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) -> Result<Output, Reason> {
    let (child, _noted) = start(command)?;
    child.wait_with_output().map_err(|error| Reason::new(error.to_string()))
}

/// Runs a command that reads its standard input to the end.
pub(super) fn fed(command: &mut Command, input: &[u8]) -> Result<Output, Reason> {
    let (mut child, _noted) = start(command.stdin(Stdio::piped()))?;
    let mut stdin = child.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        // What git does not read, it has its own words for.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().map_err(|error| Reason::new(error.to_string()))
    })
}

/// Returns git's output, or its error message if it failed.
pub(super) fn printed(output: Output) -> Result<Vec<u8>, Reason> {
    if output.status.success() { Ok(output.stdout) } else { Err(refused(&output)) }
}

/// Returns why git failed: its error message, or else how it ended.
pub(super) fn refused(output: &Output) -> Reason {
    match signal_that_ended(output.status) {
        Some(signal) => Reason::new(format!("git was killed by signal {signal}")),
        None => refusal(&output.stderr),
    }
}

/// Turns git's error message into a reason, and its advice into the remedy.
///
/// The reason follows `fatal:`; the lines after it are advice, such as the setting that lets git open a
/// repository of another user.
pub(in crate::git) fn refusal(said: &[u8]) -> Reason {
    let said = without_secrets(&String::from_utf8_lossy(said));
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(fatal) = lines.find_map(|line| line.strip_prefix("fatal:")) else {
        let last = said.lines().next_back().unwrap_or("git failed without a message");
        return Reason::new(crate::text::escape(last));
    };
    let is_advice = |line: &&str| !["fatal:", "hint:"].iter().any(|word| line.starts_with(word));
    let advice: Vec<&str> = lines.filter(is_advice).collect();
    let reason = Reason::new(crate::text::escape(fatal.trim_start()));
    if advice.is_empty() {
        reason
    } else {
        reason.with_remedy(crate::text::escape(&advice.join(" ")))
    }
}
