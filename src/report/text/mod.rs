//! The text report.
//!
//! Problems and repairs come first, then a one-line summary with the base, and last the bypass.

mod finding;
mod push;
mod summary;
mod errors;

pub use errors::{MistakeText, broken, config_problems, failed};
pub use push::{Push, render_refs};
pub(super) use summary::{compared, others};

use super::{Bypass, Style, layout};
use crate::finding::{Outcome, Report};
use crate::problem::Note;
use crate::report::color::WARNING;

/// Renders one comparison; empty if `style` is quiet and there are no problems.
pub fn render(report: &Report, bypass: &Bypass, style: &Style) -> String {
    let tally = summary::Tally::of([report], style);
    let said: Vec<Note> = worth_saying(&report.notes, style).cloned().collect();
    if style.quiet && tally.is_nothing() && said.is_empty() {
        return String::new();
    }
    let parts = [
        finding::all(report, style),
        notes(&said, style),
        summary::of_report(report, tally, bypass, style),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut out = parts.join("\n");
    if tally.outcome() == Outcome::Findings {
        out += &way_around(bypass, style);
    }
    out
}

/// In quiet mode, drops the notes that a hook would repeat on every run.
fn worth_saying<'n>(notes: &'n [Note], style: &Style) -> impl Iterator<Item = &'n Note> {
    let quiet = style.quiet;
    notes.iter().filter(move |note| !(quiet && note.known))
}

/// Renders notes that are not problems of a file.
pub fn notes(notes: &[Note], style: &Style) -> String {
    let note = |note: &Note| {
        layout::title("warning", WARNING, &note.message, style)
            + &layout::help(&note.advice.steps(), style)
    };
    notes.iter().map(note).collect()
}

fn way_around(bypass: &Bypass, style: &Style) -> String {
    let shown = if style.verbose { bypass.commands.len() } else { bypass.commands.len().min(1) };
    let place = bypass.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
    let heading = format!("to {} anyway{place}", crate::text::escape(&bypass.verb));
    layout::commands(&heading, &bypass.commands[..shown], style)
}
