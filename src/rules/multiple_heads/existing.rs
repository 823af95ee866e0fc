//! Surplus heads of the base: not caused by the change, but the history is not clean either.

use super::{configured, side_by_side};
use crate::advice::{Advice, Step};
use crate::alembic::migration::RevisionId;
use crate::problem::{Note, Problem};
use crate::rules::{RuleContext, listed};
use crate::text::escape;

/// Returns notes on the surplus heads of the base, unless the checked branch is responsible for them.
pub(crate) fn notes(subject: &RuleContext<'_>) -> Vec<Note> {
    if subject.answering.is_some() {
        return Vec::new();
    }
    let note = |heads: &Vec<RevisionId>| Note {
        message: format!(
            "{} already has too many heads, so `alembic upgrade head` fails; after {}: {}",
            subject.names.base,
            subject.names.change,
            listed(heads)
        ),
        advice: ways_out(subject, heads),
        known: false,
    };
    subject.existing.iter().map(note).collect()
}

/// Returns them as problems if a branch is responsible for them.
pub(super) fn problems(subject: &RuleContext<'_>, branch: &str) -> Vec<Problem> {
    subject.existing.iter().filter_map(|heads| problem(subject, branch, heads)).collect()
}

fn problem(subject: &RuleContext<'_>, branch: &str, heads: &[RevisionId]) -> Option<Problem> {
    let branch = escape(branch);
    let message = format!("{branch} has {} heads: {}", heads.len(), listed(heads));
    let mut problem = side_by_side(subject, heads, message)?;
    problem.advice = ways_out(subject, heads);
    Some(problem)
}

/// Returns the advice to merge the heads or allow them.
fn ways_out(subject: &RuleContext<'_>, heads: &[RevisionId]) -> Advice {
    let limit = format!("heads = {}", heads.len());
    Advice::way([Step::run("join them with a merge revision", subject.merge_command(heads))]).or([Step::write(
        "if they are meant to stay separate, allow them at the top of .alembic-guard.toml, or list their \
         labels in `branches` (list every environment there: the search for others is then off)",
        configured(subject, &limit),
    )])
}
