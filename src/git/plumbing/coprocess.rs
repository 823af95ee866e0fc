//! A long-running git that answers one question after another.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::run::{refusal, start};
use crate::git::Reason;
use crate::platform::cleanup::Noted;

/// How much of git's error output is kept.
const KEPT: usize = 16 * 1024;

/// A running git.
pub(super) struct Conversation {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    complaints: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
    _noted: Option<Noted>,
}

impl Conversation {
    /// Starts it.
    pub(super) fn start(command: &mut Command) -> Result<Conversation, Reason> {
        let (mut child, noted) = start(command.stdin(Stdio::piped()))?;
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&complaints);
        // The process that fills this pipe waits until somebody reads it.
        let listener = std::thread::spawn(move || {
            let mut part = [0; 1024];
            while let Ok(length @ 1..) = stderr.read(&mut part) {
                if let Ok(mut kept) = kept.lock()
                    && kept.len() < KEPT
                {
                    kept.extend_from_slice(&part[..length]);
                }
            }
        });
        let listener = Some(listener);
        Ok(Conversation { child, stdin, stdout, complaints, listener, _noted: noted })
    }

    /// Writes to its standard input, which takes some kilobytes before its output must be read.
    pub(super) fn say(&mut self, words: &[u8]) -> Result<(), Reason> {
        let said =
            self.stdin.as_mut().map(|stdin| stdin.write_all(words).and_then(|()| stdin.flush()));
        match said {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(self.end()),
        }
    }

    /// Reads a line, without its line ending.
    pub(super) fn line(&mut self, end: u8) -> Result<Vec<u8>, Reason> {
        let mut line = Vec::new();
        match self.stdout.read_until(end, &mut line) {
            Ok(_) if line.pop() == Some(end) => Ok(line),
            Ok(_) | Err(_) => Err(self.end()),
        }
    }

    /// Reads a number of bytes.
    pub(super) fn bytes(&mut self, length: u64) -> Result<Vec<u8>, Reason> {
        let mut bytes = Vec::new();
        match (&mut self.stdout).take(length).read_to_end(&mut bytes) {
            Ok(heard) if heard as u64 == length => Ok(bytes),
            Ok(_) | Err(_) => Err(self.end()),
        }
    }

    /// Skips a number of bytes.
    pub(super) fn skip(&mut self, length: u64) -> Result<(), Reason> {
        match io::copy(&mut (&mut self.stdout).take(length), &mut io::sink()) {
            Ok(skipped) if skipped == length => Ok(()),
            Ok(_) | Err(_) => Err(self.end()),
        }
    }

    /// Ends it and returns its error output.
    fn end(&mut self) -> Reason {
        self.stdin = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        let complaints = self.complaints.lock().map(|kept| kept.clone()).unwrap_or_default();
        refusal(&complaints)
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It ends by itself when nobody can ask any more.
        self.stdin = None;
        let _ = self.child.wait();
    }
}
