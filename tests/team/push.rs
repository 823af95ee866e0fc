//! A push, what became of it, and what the guard said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::team::clone::{Clone, Ran};

/// What a push was asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    /// What stands behind `git push`.
    pub(crate) arguments: Vec<String>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Everything that was asked for is there, and perhaps nothing had to move.
    Accepted(Accepted),
    /// The guard refused; nothing moved.
    Refused(Report),
    /// Git, or the remote, rejected something for reasons of its own.
    Rejected(Accepted),
    /// Git had nothing to push, or could not begin.
    Failed,
}

/// The refs that moved.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// What each was and is; empty for a ref that is not there.
    pub(crate) moved: BTreeMap<String, (String, String)>,
    pub(crate) said: String,
}

/// The guard's report as JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) refs: Vec<PushedRef>,
}

/// What the guard says of one ref.
#[derive(Debug, Deserialize)]
pub(crate) struct PushedRef {
    pub(crate) local_oid: String,
    pub(crate) remote_ref: String,
    pub(crate) outcome: String,
    pub(crate) findings: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) level: String,
    pub(crate) message: String,
    pub(crate) plan: Plan,
}

/// What the help advises.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Plan {
    /// What comes before any of the ways.
    pub(crate) first: Vec<Step>,
    pub(crate) ways: Vec<Vec<Step>>,
}

/// A step of the help.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Step {
    pub(crate) text: String,
    /// The state that it holds for.
    pub(crate) when: Option<String>,
    /// The words of each command.
    pub(crate) commands: Vec<Vec<String>>,
    pub(crate) folder: Option<String>,
    /// A line to be written into a file.
    pub(crate) line: Option<String>,
    /// What the reader must fill in.
    #[serde(default)]
    pub(crate) placeholders: Vec<String>,
}

impl Push {
    pub(crate) fn new(arguments: &[&str]) -> Push {
        Push { arguments: arguments.iter().map(|&word| word.to_owned()).collect() }
    }

    /// Whether the hook is left out.
    pub(crate) fn is_past_the_hook(&self) -> bool {
        self.arguments.iter().any(|argument| argument == "--no-verify")
    }

    /// Runs it.
    pub(crate) fn run(&self, clone: &Clone) -> Outcome {
        let origin = clone.top().join("../origin.git");
        let before = refs(&origin);
        let _ = fs::remove_file(told(clone));
        let ran = clone.git(&self.words(&["push"]));
        let moved = moved(before, refs(&origin));
        if ran.success {
            return Outcome::Accepted(Accepted { moved, said: ran.said() });
        }
        if !moved.is_empty()
            || ran.stderr.contains("[rejected]")
            || ran.stderr.contains("[remote rejected]")
        {
            return Outcome::Rejected(Accepted { moved, said: ran.said() });
        }
        self.refusal(clone, &ran)
    }

    /// Asks the hook once more for what it said, as JSON.
    fn refusal(&self, clone: &Clone, ran: &Ran) -> Outcome {
        let Ok(refs) = fs::read_to_string(told(clone)) else {
            return Outcome::Failed;
        };
        let hook = ["--format", "json", "hook", "pre-push", "origin", "../origin.git"];
        let (code, report) = clone.guard(&hook, &refs);
        let said = if report.stderr.trim().is_empty() { &report.stdout } else { &report.stderr };
        let report: Report = serde_json::from_str(said).unwrap_or_else(|error| {
            panic!("no report ({error}, code {code:?}): {said}\nafter {}", ran.said())
        });
        clone.remark(&format!("refused:\n{}", ran.stderr.trim_end()));
        Outcome::Refused(report)
    }

    fn words<'a>(&'a self, before: &[&'a str]) -> Vec<&'a str> {
        before.iter().copied().chain(self.arguments.iter().map(String::as_str)).collect()
    }
}

/// Where the team's own hook keeps what git told it.
fn told(clone: &Clone) -> PathBuf {
    clone.top().join(".git/told")
}

/// Reads the branches of a bare repository, which writes each to a file.
pub(crate) fn refs(repository: &Path) -> BTreeMap<String, String> {
    let mut refs = BTreeMap::new();
    let heads = repository.join("refs/heads");
    for entry in fs::read_dir(heads).expect("a repository has refs").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let commit = fs::read_to_string(entry.path()).expect("a ref is a file");
        refs.insert(format!("refs/heads/{name}"), commit.trim().to_owned());
    }
    refs
}

fn moved(
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
) -> BTreeMap<String, (String, String)> {
    let mut moved = BTreeMap::new();
    for name in before.keys().chain(after.keys()) {
        let one = |refs: &BTreeMap<String, String>| refs.get(name).cloned().unwrap_or_default();
        if before.get(name) != after.get(name) {
            moved.insert(name.clone(), (one(&before), one(&after)));
        }
    }
    moved
}
