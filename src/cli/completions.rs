//! `completions`.

use std::path::PathBuf;

use clap::CommandFactory;

use super::arguments::{Arguments, Completions};
use super::terminal::Terminal;
use crate::finding::Outcome;

/// The commands that are completed: in Python packages the program has the second name, and a script the first.
const NAMES: [&str; 2] = ["alembic-guard", "alembic-head-guard"];

pub(super) fn run(completions: &Completions, terminal: &Terminal) -> Outcome {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let names = if called.ends_with(NAMES[1]) { &NAMES[..] } else { &NAMES[..1] };
    let mut script = Vec::new();
    for name in names {
        clap_complete::generate(completions.shell, &mut Arguments::command(), *name, &mut script);
    }
    terminal.print_raw(&script);
    Outcome::Clean
}
