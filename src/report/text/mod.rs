//! The report for a person who is stopped in the middle of something.
//!
//! First what is wrong and how it is repaired, then one line that sums it up, what was compared with
//! what, and last the way around.

mod finding;
mod push;
mod summary;
mod trouble;

pub use push::{Push, render_refs};
pub use trouble::{Problem, broken, config_problems};

use super::{Bypass, Style, prose};
use crate::finding::{Note, Outcome, Report};
use crate::report::paint::WARNING;

/// Renders one comparison; nothing at all where `style` wants quiet and nothing is wrong.
pub fn render(report: &Report, bypass: &Bypass, style: &Style) -> String {
    let tally = summary::Tally::of([report], style);
    if style.quiet && tally.is_nothing() && report.notes.is_empty() {
        return String::new();
    }
    let parts = [
        finding::all(report, style),
        notes(&report.notes, style),
        summary::of_report(report, tally, style),
    ];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut out = said.join("\n");
    if tally.outcome() == Outcome::Findings {
        out += &way_around(bypass, style);
    }
    out
}

fn notes(notes: &[Note], style: &Style) -> String {
    let note = |note: &Note| {
        prose::title("warning", WARNING, &note.message, style) + &prose::help(&note.help, style)
    };
    notes.iter().map(note).collect()
}

fn way_around(bypass: &Bypass, style: &Style) -> String {
    let heading = format!("\nto {} anyway", crate::text::escape(&bypass.verb));
    prose::commands(&heading, &bypass.commands, style)
}
