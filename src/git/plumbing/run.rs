//! Running git once, for one answer.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::git::Reason;
use crate::git::source::Place;

/// How git is run.
#[derive(Debug, Clone)]
pub(super) struct Git {
    index: Option<PathBuf>,
    place: Option<Place>,
}

impl Git {
    /// Runs in the repository that the environment names, else the one around the current directory.
    ///
    /// `index` is the absolute path of `GIT_INDEX_FILE`, where that was given.
    pub(super) fn new(index: Option<&Path>) -> Git {
        Git { index: index.map(Path::to_owned), place: None }
    }

    /// Runs at the top of a repository that was found, so that no path is relative to a folder below.
    pub(super) fn at(self, place: &Place) -> Git {
        Git { place: Some(place.clone()), ..self }
    }

    /// Prepares a run.
    ///
    /// What is pushed is the object itself and not what replaces it here (git-replace(1)), so neither
    /// that nor a graft counts. Nobody is asked for a password, and nothing is written that git may
    /// leave unwritten.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_GRAFT_FILE", "/dev/null");
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_LITERAL_PATHSPECS", "1");
        crate::git::fetch::ask_nobody(&mut command);
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        if let Some(place) = &self.place {
            command.env("GIT_DIR", &place.git_dir);
            command.current_dir(place.work_dir.as_ref().unwrap_or(&place.git_dir));
        }
        if let Some(top) = self.place.as_ref().and_then(|place| place.work_dir.as_ref()) {
            command.env("GIT_WORK_TREE", top);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Tells whether git can be run at all.
    pub(super) fn is_there(&self) -> Result<(), Reason> {
        run(self.command().arg("--version")).map(drop)
    }

    /// Returns what git prints.
    pub(super) fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Vec<u8>, Reason> {
        printed(run(self.command().args(arguments))?)
    }

    /// Returns what git prints; nothing where it answers no by exit code 1.
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

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) -> Result<Output, Reason> {
    command.output().map_err(|error| Reason::new(format!("cannot run git: {error}")))
}

/// Runs a command that reads its standard input to the end.
pub(super) fn fed(command: &mut Command, input: &[u8]) -> Result<Output, Reason> {
    let failed = |error: std::io::Error| Reason::new(format!("cannot run git: {error}"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        // What git does not read, it has its own words for.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().map_err(failed)
    })
}

/// Returns what git printed, or its words where it failed.
pub(super) fn printed(output: Output) -> Result<Vec<u8>, Reason> {
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(refusal(&output.stderr)),
    }
}

/// Takes git's last words for a reason.
pub(super) fn refusal(said: &[u8]) -> Reason {
    let said = String::from_utf8_lossy(said);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.skip_while(|line| !line.starts_with("fatal:")).collect();
    let words = match lines.is_empty() {
        true => said.lines().next_back().unwrap_or("git failed without a word").to_owned(),
        false => lines.join(" ").trim_start_matches("fatal:").trim_start().to_owned(),
    };
    Reason::new(crate::text::escape(&words))
}
