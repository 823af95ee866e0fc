//! The output when a command fails.

use std::error::Error;

use crate::advice::Step;
use crate::config::Level;
use crate::report::color::ERROR;
use crate::report::snippet::{Marked, marked};
use crate::report::{Style, layout};
use crate::text::Span;

/// The maximum number of configuration errors; a file can have one in every line.
const MOST_PROBLEMS: usize = 20;

/// One error in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistakeText {
    /// The message.
    pub message: String,
    /// The invalid bytes.
    pub span: Span,
    /// The repair.
    pub help: Option<Step>,
}

/// Renders an error that prevented the check, its causes and the help.
pub fn broken(error: &dyn Error, help: &[Step], style: &Style) -> String {
    failure(&format!("cannot check: {error}"), error, help, style)
}

/// Renders an error of another command.
pub fn failed(error: &dyn Error, help: &[Step], style: &Style) -> String {
    failure(&error.to_string(), error, help, style)
}

fn failure(message: &str, error: &dyn Error, help: &[Step], style: &Style) -> String {
    let mut out = several_lines(message, style);
    let mut cause = error.source();
    while let Some(error) = cause {
        for (index, line) in error.to_string().lines().enumerate() {
            out += &match index {
                0 => layout::detail(&format!("caused by: {line}"), style),
                _ => layout::more(line, style),
            };
        }
        cause = error.source();
    }
    out + &layout::help(help, style)
}

fn several_lines(message: &str, style: &Style) -> String {
    let mut lines = message.lines();
    let mut out = layout::title("error", ERROR, lines.next().unwrap_or_default(), style);
    for line in lines {
        out += &layout::more(line, style);
    }
    out
}

/// Renders the errors in a configuration file at their places, and counts the rest.
pub fn config_problems(
    path: &str,
    source: &[u8],
    problems: &[MistakeText],
    style: &Style,
) -> String {
    let shown = problems.iter().take(MOST_PROBLEMS);
    let blocks: Vec<String> =
        shown.map(|problem| config_problem(path, source, problem, style)).collect();
    let mut out = blocks.join("\n");
    if let Some(others) = problems.len().checked_sub(MOST_PROBLEMS).filter(|others| *others > 0) {
        let more = format!("{path} has {} more", layout::counted(others, "mistake"));
        out += "\n";
        out += &layout::title("error", ERROR, &more, style);
    }
    out
}

fn config_problem(path: &str, source: &[u8], problem: &MistakeText, style: &Style) -> String {
    let mark = Marked { span: problem.span.clone(), label: "", primary: true, is_needed: false };
    let mut out = layout::title("error", ERROR, &problem.message, style);
    out += &marked(Level::Error, path, source, &[mark], style);
    if let Some(help) = &problem.help {
        out += &layout::help(std::slice::from_ref(help), style);
    }
    out
}
