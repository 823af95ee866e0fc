//! Fetches the newest commit of a branch without changing the user's refs.

use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::git::plumbing::refusal;
use crate::git::process::{self, GitOption, Target};
use crate::git::{Repository, Url};
use crate::platform::cleanup::Noted;
use crate::platform::process_groups::ProcessGroup;
use crate::tree::ObjectId;

/// What to fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// The source: the remote or a URL.
    pub from: &'a Url,
    /// The name of the remote; its URL without secrets if it has no name.
    pub remote: &'a str,
    /// The branch on the remote, without `refs/heads/`.
    pub branch: &'a str,
    /// The time limit.
    pub timeout: Duration,
}

/// A reason why a fetch failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchFailure {
    /// Git could not be started.
    #[error("cannot run git")]
    Start(#[source] Arc<std::io::Error>),
    /// It took too long.
    #[error("the remote did not answer within {}", humantime::format_duration(*.0))]
    Timeout(Duration),
    /// The remote has no such branch; with git's message.
    #[error("{0}")]
    NoSuchBranch(String),
    /// Git failed; with its message.
    #[error("{0}")]
    Refused(String),
    /// The configuration forbids fetching.
    #[error("`fetch` is \"never\"")]
    Forbidden,
}

/// Git's message for a branch that the remote does not have (`get_fetch_map` in remote.c).
const NO_SUCH_BRANCH: &str = "couldn't find remote ref";

/// The prefix of the guard's own refs.
pub(crate) const KEPT_REFS: &str = "refs/alembic-guard/";

/// The interval for polling a running fetch.
const PAUSE: Duration = Duration::from_millis(5);

impl FetchFailure {
    fn start(source: std::io::Error) -> FetchFailure {
        FetchFailure::Start(Arc::new(source))
    }

    fn of(words: String) -> FetchFailure {
        if words.contains(NO_SUCH_BRANCH) {
            FetchFailure::NoSuchBranch(words)
        } else {
            FetchFailure::Refused(words)
        }
    }
}

impl Repository {
    /// Fetches a branch into one of the guard's own refs and returns its tip.
    ///
    /// Never fetches into `refs/remotes`, since that would change what `--force-with-lease` compares with.
    /// Never asks for a password.
    pub fn fetch(&self, request: &FetchRequest<'_>) -> Result<ObjectId, FetchFailure> {
        let FetchRequest { from, remote, branch, timeout } = *request;
        let (kept, known) = (kept_ref(remote, branch), self.known(remote, branch));
        let usual_ssh = self.file_setting("core.sshCommand").is_none();
        let options = [GitOption::NoPrompts { usual_ssh }, GitOption::English];
        let mut git = process::command(Target::Environment, &options);
        git.args(["-c", "credential.interactive=false", "fetch", "--quiet", "--no-tags"]);
        git.args(["--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head"]);
        // Without a refmap git would move the tracking ref too (git-fetch(1)).
        git.args(["--refmap=", "--", from.secret(), &format!("+refs/heads/{branch}:{kept}")]);
        git.stdout(Stdio::null()).stderr(Stdio::piped());
        let finished = finish(process::start(&mut git).map_err(FetchFailure::start)?, timeout);
        self.source.forget_refs();
        finished?;
        let missing = || FetchFailure::NoSuchBranch(format!("the remote has no branch {branch}"));
        let commit = self.ref_commit(&kept).ok_or_else(missing)?;
        self.note_seen(remote, branch, commit, known);
        Ok(commit)
    }
}

/// Returns the ref that stores the fetched commit of a remote branch.
fn kept_ref(remote: &str, branch: &str) -> String {
    format!("{KEPT_REFS}base/{}/{branch}", ref_component(remote))
}

fn finish(
    (mut child, _noted): (Child, Option<Noted>),
    timeout: Duration,
) -> Result<(), FetchFailure> {
    let started = Instant::now();
    loop {
        match child.try_wait().map_err(FetchFailure::start)? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => return Err(FetchFailure::of(last_words(&mut child))),
            None if started.elapsed() > timeout => {
                stop(&mut child);
                return Err(FetchFailure::Timeout(timeout));
            }
            None => std::thread::sleep(PAUSE),
        }
    }
}

/// Kills a fetch and all of its child processes.
fn stop(child: &mut Child) {
    if let Some(group) = ProcessGroup::of(child) {
        group.kill();
    }
    let _ = child.wait();
}

fn last_words(child: &mut Child) -> String {
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.as_mut() {
        let _ = stderr.take(64 * 1024).read_to_end(&mut said);
    }
    refusal(&said).to_string()
}

/// Encodes a remote name or URL as one part of a ref name.
fn ref_component(remote: &str) -> String {
    remote
        .chars()
        .map(
            |character| {
                if character.is_ascii_alphanumeric() || character == '-' { character } else { '_' }
            },
        )
        .collect()
}
