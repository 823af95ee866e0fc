//! Alembic in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::prerequisites::source;

/// What Alembic makes of some files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) revisions: BTreeMap<String, Revision>,
    pub(crate) heads: Vec<String>,
    pub(crate) real_heads: Vec<String>,
    pub(crate) bases: Vec<String>,
    /// Why it loads nothing, where it does not.
    pub(crate) error: Option<String>,
    /// Why it could not plan an upgrade, where it loads.
    pub(crate) upgrade_error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Revision {
    pub(crate) down_revision: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) labels: Vec<String>,
}

/// The process, which answers for many folders.
pub(crate) struct Judge {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    pub(crate) fn new(python: &Path) -> Judge {
        let mut process = Command::new(python)
            .arg(source("alembic_judge.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        Judge {
            questions: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().expect("it is piped")),
            process,
        }
    }

    /// Asks what Alembic makes of a version folder.
    pub(crate) fn ask(&mut self, files: &BTreeMap<String, String>) -> Verdict {
        let question = serde_json::to_string(files).expect("text is JSON");
        let questions = self.questions.as_mut().expect("it is open");
        writeln!(questions, "{question}").expect("the judge listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the judge answers");
        serde_json::from_str(&answer).expect("the judge writes JSON")
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // Its input ends, and so does the process.
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
