//! Text and JSON output.
//!
//! Everything here is pure: a report goes in, text comes out. Callers pass color, width and time in
//! [`Style`]. Text from a repository is always escaped, and only a few lines of a file are quoted.

mod advice;
pub mod audit;
mod drawing;
pub mod graph;
pub mod installation;
pub mod json;
mod lanes;
mod order;
mod color;
mod layout;
mod excerpt;
pub mod explanation;
pub mod post_checkout;
pub mod repair;
mod snippet;
pub mod text;

use std::time::SystemTime;

use crate::advice::Command;
use crate::config::Level;
use crate::finding::{Downgrade, Finding, Report};
use crate::rules;

/// The style of text output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write escape sequences for color.
    pub color: bool,
    /// Whether to draw with box characters rather than ASCII.
    pub unicode: bool,
    /// The number of columns; `usize::MAX` if lines may have any length, as in a log file.
    pub width: usize,
    /// Whether to print everything, including each existing problem.
    pub verbose: bool,
    /// Whether to print only problems. Existing problems do not count.
    pub quiet: bool,
    /// The current time, for "3 hours ago".
    pub now: SystemTime,
}

/// The blocked operation, and the ways to bypass the block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bypass {
    /// The blocked operation, to follow "to": "push", "commit". Empty if nothing is blocked.
    pub verb: String,
    /// Whether a server rejects the operation rather than a hook blocking it.
    pub is_server: bool,
    /// The commands that bypass the block; empty if there are none.
    pub commands: Vec<Command>,
    /// Where and by whom they can be run, if not here.
    pub place: Option<String>,
}

impl Bypass {
    /// Returns the verdict if there are errors: "push blocked".
    fn blocked(&self) -> String {
        match (self.verb.as_str(), self.is_server) {
            ("", _) => "failed".to_owned(),
            (verb, false) => format!("{verb} blocked"),
            (verb, true) => format!("{verb} rejected"),
        }
    }
}

/// Returns the findings that are not off.
fn in_force(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.level() != Level::Off)
}

/// Returns whether `check --fix` may repair a finding. It leaves existing problems alone.
fn is_fixable(finding: &Finding) -> bool {
    finding.downgrade() != Some(&Downgrade::Existing) && rules::is_fixable(finding.problem.rule)
}
