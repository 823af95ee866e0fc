//! Commits as `git fast-import` reads them: the same bytes in every run.

use std::rc::Rc;

use crate::replay::state::State;

const AUTHOR: &str = "Replay <replay@example.com>";
const FIRST_COMMIT: usize = 1_600_000_000;

/// A stream of commits, which are numbered from 1.
#[derive(Default)]
pub(crate) struct Stream {
    text: String,
    commits: usize,
}

/// One commit to be made.
pub(crate) struct Commit<'s, 'f> {
    pub(crate) reference: &'s str,
    pub(crate) message: &'s str,
    /// The number of the commit that it stands on, and what that holds.
    pub(crate) parent: Option<(usize, &'s State<'f>)>,
    pub(crate) state: &'s State<'f>,
}

impl Stream {
    /// Adds a commit and returns its number.
    pub(crate) fn add(&mut self, commit: &Commit<'_, '_>) -> usize {
        self.commits += 1;
        let mark = self.commits;
        let time = FIRST_COMMIT + mark * 3600;
        let Commit { reference, message, .. } = commit;
        self.text +=
            &format!("commit {reference}\nmark :{mark}\ncommitter {AUTHOR} {time} +0000\n");
        self.data(message);
        if let Some((parent, _)) = commit.parent {
            self.text += &format!("from :{parent}\n");
        }
        let empty = State::default();
        self.changes(commit.parent.map_or(&empty, |(_, state)| state), commit.state);
        self.text.push('\n');
        mark
    }

    /// Returns all of it.
    pub(crate) fn finish(self) -> String {
        self.text + "done\n"
    }

    fn changes(&mut self, before: &State<'_>, after: &State<'_>) {
        for path in before.files.keys().filter(|path| !after.files.contains_key(*path)) {
            self.text += &format!("D {path}\n");
        }
        for (path, text) in &after.files {
            let same =
                before.files.get(path).is_some_and(|old| Rc::ptr_eq(old, text) || old == text);
            if !same {
                self.text += &format!("M 100644 inline {path}\n");
                self.data(text);
            }
        }
    }

    fn data(&mut self, text: &str) {
        self.text += &format!("data {}\n{text}\n", text.len());
    }
}
