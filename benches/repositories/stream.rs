//! Streams input to `git fast-import`, so that large repositories are never held in memory.

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

/// A commit of an import, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(usize);

/// The parents of a commit.
pub(crate) enum On<'p> {
    /// None: it is the first commit.
    Nothing,
    /// Commits of this import. The new commit starts with the files of the first one.
    Marks(&'p [Mark]),
    /// An existing commit.
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

    /// Starts a commit. All files until the next call belong to it.
    pub(crate) fn commit(&mut self, branch: &str, on: On<'_>) -> Mark {
        self.commits += 1;
        let mark = self.commits;
        // Pushed commits are usually newer than those of the base. Otherwise git and libgit2 walk all
        // history.
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

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &str, text: &str) {
        self.write(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    }

    /// Ends the import and returns the ids of the commits in the order in which they were started.
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

/// Parses a line such as `:12 0123abcd`.
fn marked(line: &str) -> (usize, String) {
    let (mark, id) = line.split_once(' ').expect("a mark and an id");
    let mark = mark.trim_start_matches(':').parse().expect("a number");
    (mark, id.to_owned())
}
