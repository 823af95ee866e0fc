//! What is said when nothing could be judged.

use std::error::Error;

use crate::advice::Step;
use crate::config::Level;
use crate::report::color::ERROR;
use crate::report::snippet::{Marked, marked};
use crate::report::{Style, layout};
use crate::text::Span;

/// Nobody repairs more mistakes at once, and a file can hold a mistake in each of its lines.
const MOST_PROBLEMS: usize = 20;

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistakeText {
    /// What is wrong.
    pub message: String,
    /// The bytes that are wrong.
    pub span: Span,
    /// What to do.
    pub help: Option<Step>,
}

/// Renders why nothing could be judged, what caused it, and what can be done.
pub fn broken(error: &dyn Error, help: &[Step], style: &Style) -> String {
    failure(&format!("cannot check: {error}"), error, help, style)
}

/// Renders why something else than judging failed.
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

/// Renders the mistakes in a configuration file, each at its place, and how many there are besides.
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
    let mark = Marked { span: problem.span.clone(), label: "", primary: true };
    let mut out = layout::title("error", ERROR, &problem.message, style);
    out += &marked(Level::Error, path, source, &[mark], style);
    if let Some(help) = &problem.help {
        out += &layout::help(std::slice::from_ref(help), style);
    }
    out
}
