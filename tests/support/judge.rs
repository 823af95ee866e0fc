//! Alembic in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::support::prerequisites::source;

/// The process. It answers many questions, each a line of JSON.
pub(crate) struct Judge {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    /// Starts a Python program of `tests/conformance`.
    pub(crate) fn new(python: &Path, program: &str) -> Judge {
        let mut process = Command::new(python)
            .arg(source(program))
            .env("PYTHONUTF8", "1")
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

    pub(crate) fn ask<A: DeserializeOwned>(&mut self, question: &impl Serialize) -> A {
        let question = serde_json::to_string(question).expect("it is JSON");
        let questions = self.questions.as_mut().expect("it is open");
        writeln!(questions, "{question}").expect("the judge listens");
        self.hear()
    }

    /// Reads the next answer of the program.
    pub(crate) fn hear<A: DeserializeOwned>(&mut self) -> A {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the judge answers");
        serde_json::from_str(&answer).expect("the judge writes JSON")
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // The process ends with its input.
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
