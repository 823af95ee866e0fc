//! What is asked of every kind of repository, and its answers in words that two kinds can share.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::repositories::story::LINKED;
use crate::support::world::{Ran, Repo, VERSIONS, without_age};

/// What a question needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Commits,
    /// A work tree with its index.
    WorkTree,
    /// The whole history.
    History,
}

/// A command line, given to the guard with `--format json`.
pub(crate) struct Question {
    pub(crate) words: &'static [&'static str],
    pub(crate) needs: Needs,
}

const fn ask(needs: Needs, words: &'static [&'static str]) -> Question {
    Question { words, needs }
}

/// All questions; `check crossed` meets a conflict and `check renamed` a rename, so both need git's own merge.
pub(crate) const QUESTIONS: &[Question] = &[
    ask(Needs::Commits, &["check", "feature"]),
    ask(Needs::Commits, &["check", "crossed"]),
    ask(Needs::Commits, &["check", "renamed"]),
    ask(Needs::Commits, &["check", "main"]),
    ask(Needs::Commits, &["check", "feature", "--all"]),
    ask(Needs::Commits, &["hook", "pre-push", "origin"]),
    ask(Needs::Commits, &["heads", "feature"]),
    ask(Needs::Commits, &["graph", "crossed"]),
    ask(Needs::History, &["audit", "crossed"]),
    ask(Needs::WorkTree, &["check"]),
    ask(Needs::WorkTree, &["check", "--staged"]),
    ask(Needs::WorkTree, &["hook", "pre-commit"]),
    ask(Needs::WorkTree, &["heads"]),
    ask(Needs::WorkTree, &["rebase", "--dry-run"]),
    ask(Needs::WorkTree, &["merge", "--dry-run", "--rev-id", "zz"]),
];

/// What came of a question: the exit code and what was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
}

/// Asks a repository a question.
pub(crate) fn answer(repo: &Repo, question: &Question) -> Answer {
    let arguments = [&["--format", "json"], question.words].concat();
    let ran = match question.words {
        ["hook", "pre-push", ..] => {
            let zero = "0".repeat(repo.tip("feature").len());
            let tips = ["feature", "crossed"].map(|branch| {
                let name = format!("refs/heads/{branch}");
                format!("{name} {} {name} {zero}\n", repo.tip(branch))
            });
            repo.guard_with_input(&arguments, &tips.concat())
        }
        _ => repo.guard(&arguments),
    };
    Answer { code: ran.code(), printed: printed(repo, &ran) }
}

/// Writes what was printed without what differs by nature: ids of objects, times, the way through a link
/// and the way up to the top.
fn printed(repo: &Repo, ran: &Ran) -> String {
    let plain = |text: String| {
        let value = serde_json::from_str(&text).map(without_times);
        value.map_or(text, |value| format!("{value:#}"))
    };
    let said = plain(ran.stdout()) + "\n" + &plain(ran.stderr());
    let mut text = said.lines().map(without_age).collect::<Vec<_>>().join("\n");
    for (id, subject) in names(repo) {
        text = text.replace(&id, &subject).replace(&id[..10], &subject);
    }
    text.replace(LINKED, VERSIONS).replace(&"0".repeat(64), &"0".repeat(40)).replace("../", "")
}

/// Returns what to call each commit and each file's content.
fn names(repo: &Repo) -> BTreeMap<String, String> {
    let log = repo.git(&["log", "--branches", "--format=%H %s"]);
    let pairs = log.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(id, subject)| (id.to_owned(), format!("<{subject}>"))).collect()
}

fn without_times(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                *field = match name.as_str() {
                    "fetched" | "diff" => Value::Null,
                    _ => without_times(field.take()),
                };
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = without_times(item.take());
            }
        }
        _ => {}
    }
    value
}
