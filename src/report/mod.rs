//! What a person sees, and what a program reads.
//!
//! Everything here is pure: a report goes in, text comes out. Whether a terminal wants colour, how wide
//! it is and what time it is are told by the caller in [`Style`]. Nothing that came out of a repository
//! reaches the output unescaped, and no file is quoted beyond the few lines that matter.

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

/// How text is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write escape sequences for colour.
    pub color: bool,
    /// Whether to draw with box characters rather than ASCII.
    pub unicode: bool,
    /// How many columns there are; `usize::MAX` where nothing ends a line, in a log file for one.
    pub width: usize,
    /// Whether to say everything, such as each finding that was there before.
    pub verbose: bool,
    /// Whether to print nothing if nothing is wrong; findings that were there before count as nothing.
    pub quiet: bool,
    /// What the time is, for "3 hours ago".
    pub now: SystemTime,
}

/// What was blocked, and how to go on in spite of that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bypass {
    /// What was blocked, to follow "to": "push", "commit"; nothing if it was only checked.
    pub verb: String,
    /// Whether a server did that, which rejects what a hook blocks.
    pub is_server: bool,
    /// The commands that get around it; none where there is no way.
    pub commands: Vec<Command>,
    /// Where and by whom they can be run, where that is not here.
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

/// Keeps the findings that are to be shown at all.
fn in_force(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.level() != Level::Off)
}

/// Tells whether `check --fix` may repair a finding: what was there before is not touched.
fn is_fixable(finding: &Finding) -> bool {
    finding.downgrade() != Some(&Downgrade::Existing) && rules::is_fixable(finding.problem.rule)
}
