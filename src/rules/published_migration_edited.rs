//! `published-migration-edited`.

use super::context::listed;
use super::{Baseline, Consequence, Edited, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::Part;
use crate::config::Level;
use crate::problem::{Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "published-migration-edited",
    level: Level::Warn,
    explain: "\
## What it checks
A published migration does something else after the change: its `upgrade`, its `downgrade`, or
anything in the file that these two read. Comments, formatting, docstrings, annotations, the order of
imports, and names that neither function reads make no difference; `published-identity-changed` checks
`down_revision` and the other identifiers.

## Why it matters
A database that has run the old `upgrade` will not run the new one. It keeps what the old version made,
new databases get what the new version makes, and nothing ever compares the two. If only `downgrade`
differs, the new code reverts what the old version made.

## How to fix
Leave the migration as it is and put the difference into a new one. Where the old version fails on
every database, so that none can have run it, the edit is right.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let parts = [Part::Upgrade, Part::Downgrade];
    parts.into_iter().filter_map(|part| report(subject, part)).collect()
}

fn report(subject: &RuleContext<'_>, part: Part) -> Option<Problem> {
    let edited: Vec<&Edited> = subject.edited.iter().filter(|edited| edited.part == part).collect();
    let (first, others) = edited.split_first()?;
    let base = &subject.names.base;
    let ids = edited.iter().map(|edited| &edited.revision);
    let which = match others {
        [] => format!("`{}` is in {base}", first.revision),
        [_] => format!("{} are in {base}", listed(ids.clone())),
        _ => format!("{} of the edited migrations are in {base}", others.len() + 1),
    };
    let (consequence, way_out) = match part {
        Part::Upgrade => (
            "databases that have run the old version will not run the new one",
            "or, where no database can have run it, let the edit stand",
        ),
        Part::Downgrade => (
            "databases that have run the old version will be taken back by the new code",
            "or, if the new `downgrade` reverts what the old version did, let the edit stand",
        ),
    };
    let mut problem =
        RULE.at(subject, first.site.clone(), format!("{which} already; {consequence}"));
    problem.label = format!("from here on it differs from {base}");
    problem.culprits.push(first.published.clone());
    for other in others {
        problem.culprits.extend([other.site.path().clone(), other.published.clone()]);
        let message = "this one differs from here on".to_owned();
        problem.related.push(Related { site: other.site.clone(), message });
    }
    problem.revisions = ids.cloned().collect();
    let leave = "leave it as it is and put the difference into a new migration";
    problem.advice = Advice::way([leave]).or([way_out]);
    Some(problem)
}
