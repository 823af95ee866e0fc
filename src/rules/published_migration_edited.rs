//! `published-migration-edited`.

use super::context::listed;
use super::{Baseline, Consequence, Edited, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::Part;
use crate::config::Level;
use crate::problem::{Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "published-migration-edited",
    group: Group::Published,
    summary: "published migration does something else",
    level: Level::Warn,
    explain: "\
## What it checks
A published migration does something else after the change: its `upgrade`, its `downgrade`, or anything in
the file that these two use. Comments, formatting, docstrings, annotations, the order of imports and unused
names make no difference. `published-identity-changed` checks `down_revision` and the other identifiers.

## Why it matters
A database that has run the old `upgrade` never runs the new one, so old and new databases differ, and nothing
compares them. If only `downgrade` differs, the new code reverts what the old `upgrade` did.

## How to fix
Restore the migration and put the difference into a new one. If the old version fails on every database, so
that none can have run it, the edit is right.
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
        [] => format!("published revision `{}` was edited", first.revision),
        [_] => format!("published revisions {} were edited", listed(ids.clone())),
        _ => format!("{} published revisions were edited", others.len() + 1),
    };
    let (consequence, way_out) = match part {
        Part::Upgrade => (
            "databases that ran the old version never run the new one",
            "if no database can have run it, keep the edit",
        ),
        Part::Downgrade => (
            "databases that ran the old version are downgraded by the new code",
            "if the new `downgrade` reverts the old version, keep the edit",
        ),
    };
    let mut problem = RULE.at(subject, first.site.clone(), format!("{which}; {consequence}"));
    problem.label = format!("differs from {base} from here on");
    problem.culprits.push(first.published.clone());
    for other in others {
        problem.culprits.extend([other.site.path().clone(), other.published.clone()]);
        let message = "differs from here on".to_owned();
        problem.related.push(Related { site: other.site.clone(), message });
    }
    problem.revisions = ids.cloned().collect();
    let leave = "restore it and put the difference into a new migration";
    problem.advice = Advice::way([leave]).or([way_out]);
    Some(problem)
}
