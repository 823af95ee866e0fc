//! A clone with many migrations and a branch whose push is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use crate::support::world::{GUARD, Repo, VERSIONS, World};

/// How many migrations `main` has.
const MIGRATIONS: usize = 300;

/// The clone, and what a hook is told of the push.
pub(crate) struct Stale {
    pub(crate) world: World,
    pub(crate) mine: Repo,
    pub(crate) input: String,
}

impl Stale {
    pub(crate) fn new() -> Stale {
        let world = World::empty();
        let first = world.repository("first");
        first.git(&["remote", "add", "origin", &world.url("origin.git")]);
        first.scaffold();
        for number in 0..MIGRATIONS {
            write(&first, number, number.checked_sub(1));
        }
        first.git(&["add", "--all"]);
        first.git(&["commit", "-qm", "many"]);
        first.git(&["push", "-q", "--no-verify", "origin", "main"]);
        let mine = world.clone_of("origin.git", "mine");
        mine.git(&["switch", "-qc", "feature"]);
        write(&mine, MIGRATIONS, Some(MIGRATIONS - 2));
        mine.git(&["add", "--all"]);
        mine.git(&["commit", "-qm", "stale", "--no-verify"]);
        let tip = mine.tip("feature");
        let input = format!("refs/heads/feature {tip} refs/heads/feature {}\n", "0".repeat(40));
        fs::remove_dir_all(folder(&mine)).unwrap_or_default();
        Stale { world, mine, input }
    }

    /// Prepares the hook of a push.
    pub(crate) fn hook(&self, more: &[&str]) -> Command {
        let mut hook = self.mine.command(GUARD);
        hook.args(more).args(["hook", "pre-push", "origin", &self.world.url("origin.git")]);
        hook.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        hook
    }

    /// Runs the hook, and returns what it said.
    pub(crate) fn ask(&self, more: &[&str]) -> String {
        said(&answer(self.hook(more), &self.input))
    }

    /// Returns the only file of facts.
    pub(crate) fn file(&self) -> PathBuf {
        let files = files(&folder(&self.mine));
        let [file] = files.as_slice() else { panic!("one file is kept, not {files:?}") };
        file.clone()
    }
}

/// Runs a hook to its end.
pub(crate) fn answer(mut hook: Command, input: &str) -> Output {
    use std::io::Write;
    let mut child = hook.spawn().expect("the guard runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// Returns the exit code and all that was said.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{:?}\n{}{}", output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Returns the folder that facts are kept in.
pub(crate) fn folder(repo: &Repo) -> PathBuf {
    repo.top.join(".git/alembic-guard")
}

/// Lists what the cache has in a folder; what pushes learned of remotes is kept beside it, in `seen`.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("it is listed").path());
    let mut files: Vec<_> = paths.filter(|path| !path.ends_with("seen")).collect();
    files.sort();
    files
}

/// Returns every file in and below a folder with when it was written, but for `seen`.
pub(crate) fn all_below(folder: &Path) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(folder) = ahead.pop() {
        for path in files(&folder) {
            if path.is_dir() {
                ahead.push(path);
            } else {
                let written = path.metadata().and_then(|metadata| metadata.modified());
                found.insert(path, written.ok());
            }
        }
    }
    found
}

fn write(repo: &Repo, number: usize, parent: Option<usize>) {
    let parent = parent.map_or("None".to_owned(), |parent| format!("'{parent:012x}'"));
    let text = format!(
        "\"\"\"change {number}\"\"\"\nrevision = '{number:012x}'\ndown_revision = {parent}\n\n\n\
         def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    );
    let path = repo.top.join(format!("{VERSIONS}/{number:012x}_change.py"));
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
    fs::write(path, text).expect("it can be written");
}
