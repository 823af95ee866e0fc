//! `completions`.

use super::arguments::Completions;
use super::help;
use super::hook::foreign_program;
use super::terminal::Terminal;
use crate::advice::program::{PROGRAM, WHEEL_PROGRAM, file_name};
use crate::finding::Outcome;

pub(super) fn run(completions: &Completions, terminal: &Terminal) -> Outcome {
    let mut names = vec![file_name()];
    // The wheel has a script of the other name too.
    if file_name() == WHEEL_PROGRAM && foreign_program().is_none() {
        names.push(PROGRAM);
    }
    let mut script = Vec::new();
    for name in names {
        clap_complete::generate(completions.shell, &mut help::command(name), name, &mut script);
    }
    terminal.print_raw(&script);
    Outcome::Clean
}
