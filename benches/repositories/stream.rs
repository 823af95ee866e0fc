//! What `git fast-import` reads, written as it goes: nothing of a large repository is held in memory.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A running import.
pub(crate) struct Stream {
    child: Child,
    input: BufWriter<ChildStdin>,
    commits: usize,
}

/// A commit of an import, by its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(usize);

/// What a commit builds on.
pub(crate) enum On<'p> {
    /// Nothing: it is the first one.
    Nothing,
    /// Commits of this import; its files are those of the first one.
    Marks(&'p [Mark]),
    /// A commit that is there already.
    Commit(&'p str),
}

impl Stream {
    /// Starts an import into the repository that `git` works on.
    pub(crate) fn start(mut git: Command, marks: &Path) -> Stream {
        git.args(["fast-import", "--quiet", "--done", "--force"]);
        git.arg(format!("--export-marks={}", marks.display()));
        let mut child = git.stdin(Stdio::piped()).spawn().expect("git runs");
        let input = BufWriter::new(child.stdin.take().expect("it is piped"));
        Stream { child, input, commits: 0 }
    }

    /// Begins a commit; what is said of files until the next one is its own.
    pub(crate) fn commit(&mut self, branch: &str, on: On<'_>) -> Mark {
        self.commits += 1;
        let mark = self.commits;
        // What is pushed is newer than what has landed, as a rule; else git and libgit2 walk all history.
        let start = match on {
            On::Nothing | On::Marks(_) => 1_600_000_000,
            On::Commit(_) => 1_700_000_000,
        };
        let (time, message) = (start + mark * 3600, format!("Change {mark}"));
        let mut header = format!("commit refs/heads/{branch}\nmark :{mark}\n");
        header += &format!("committer A <a@example.com> {time} +0000\n");
        header += &format!("data {}\n{message}\n", message.len());
        match on {
            On::Nothing => {}
            On::Commit(id) => header += &format!("from {id}\n"),
            On::Marks(marks) => {
                for (index, mark) in marks.iter().enumerate() {
                    let verb = if index == 0 { "from" } else { "merge" };
                    header += &format!("{verb} :{}\n", mark.0);
                }
            }
        }
        self.write(&header);
        Mark(mark)
    }

    /// Says what a file holds.
    pub(crate) fn file(&mut self, path: &str, text: &str) {
        self.write(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    }

    /// Ends the import and returns the ids of the commits in the order in which they were begun.
    pub(crate) fn finish(mut self, marks: &Path) -> Vec<String> {
        self.write("done\n");
        drop(self.input);
        assert!(self.child.wait().expect("git ends").success(), "git fast-import fails");
        let exported = fs::read_to_string(marks).expect("git has written the marks");
        fs::remove_file(marks).expect("it is ours");
        let mut ids: Vec<(usize, String)> = exported.lines().map(marked).collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    fn write(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).expect("git reads it");
    }
}

/// Reads a line such as `:12 0123abcd`.
fn marked(line: &str) -> (usize, String) {
    let (mark, id) = line.split_once(' ').expect("a mark and an id");
    let mark = mark.trim_start_matches(':').parse().expect("a number");
    (mark, id.to_owned())
}
