//! Asks the `git` on PATH about hooks: it is the one that runs them.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Error;
use crate::git::process::{self, GitOption, Target};
use crate::platform::path_bytes::path_from_bytes;

/// Runs git in the repository that the environment or else `directory` names; returns its output.
pub(super) fn ask<S: AsRef<OsStr>>(directory: &Path, arguments: &[S]) -> Result<Vec<u8>, Error> {
    answer(run(command(Target::EnvironmentElse(directory), arguments))?)
}

/// Runs git in the repository of `directory`, whatever the environment names.
pub(super) fn ask_there<S: AsRef<OsStr>>(
    directory: &Path,
    arguments: &[S],
) -> Result<Vec<u8>, Error> {
    answer(run(command(Target::Around(directory), arguments))?)
}

/// Runs git on some input in the repository that the environment or else `directory` names.
pub(super) fn feed<S: AsRef<OsStr>>(
    directory: &Path,
    arguments: &[S],
    input: &[u8],
) -> Result<(), Error> {
    let failed = |source| Error::RunGit { directory: directory.to_path_buf(), source };
    let mut command = command(Target::EnvironmentElse(directory), arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // What git does not read, it has its own words for.
        let _ = stdin.write_all(input);
    }
    answer(child.wait_with_output().map_err(failed)?).map(drop)
}

/// Runs `git config`; returns nothing if the key is not set.
pub(super) fn config(directory: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, Error> {
    let arguments = [&["config"], arguments].concat();
    let output = run(command(Target::EnvironmentElse(directory), &arguments))?;
    match output.status.code() {
        Some(1) => Ok(None),
        _ => answer(output).map(Some),
    }
}

/// Reads git's output as one path, which may contain newlines.
pub(super) fn path(answer: &[u8]) -> PathBuf {
    path_from_bytes(answer.strip_suffix(b"\n").unwrap_or(answer)).to_owned()
}

fn command<S: AsRef<OsStr>>(target: Target<'_>, arguments: &[S]) -> Command {
    let mut command = process::command(target, &[GitOption::English]);
    command.args(arguments);
    command
}

fn run(mut command: Command) -> Result<Output, Error> {
    command.output().map_err(|source| {
        let directory = command.get_current_dir().map(Path::to_path_buf);
        Error::RunGit { directory: directory.unwrap_or_default(), source }
    })
}

fn answer(output: Output) -> Result<Vec<u8>, Error> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let words = words.trim_end();
    Err(Error::Git(words.strip_prefix("fatal: ").unwrap_or(words).to_string()))
}
