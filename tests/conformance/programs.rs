//! `alembic`, `flask` and `python -c`, which start in no time: one process has imported what they import.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use crate::support::prerequisites::source;
use crate::support::scratch;

/// The processes by their Python; each ends when its standard input is closed, as this process ends.
static FORKED: LazyLock<Mutex<BTreeMap<PathBuf, Forked>>> = LazyLock::new(Mutex::default);

/// What programs have of their environment, and the process too: with other variables Python runs anew.
pub(crate) const VARIABLES: [(&str, &str); 2] = [
    ("LC_ALL", "C"),
    // A cached module of the same size and second hides an edit: Python would load the old one.
    ("PYTHONDONTWRITEBYTECODE", "1"),
];

struct Forked {
    folder: PathBuf,
    _process: Child,
    _stdin: ChildStdin,
}

/// Returns a folder with the programs, to be put in front of the one with this Python.
pub(crate) fn programs(python: &Path) -> PathBuf {
    let mut all = FORKED.lock().expect("nothing fails while it is locked");
    let forked = all.entry(python.to_owned()).or_insert_with(|| Forked::new(python));
    forked.folder.clone()
}

impl Forked {
    fn new(python: &Path) -> Forked {
        let folder = scratch::folder().keep();
        let mut process = Command::new(python)
            .arg(source("forked.py"))
            .arg(&folder)
            .env_clear()
            .envs(VARIABLES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let stdin = process.stdin.take().expect("it is piped");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it prints a line");
        assert_eq!(line, "ready\n", "the programs are not there");
        Forked { folder, _process: process, _stdin: stdin }
    }
}
