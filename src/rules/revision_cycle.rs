//! `revision-cycle`.

use super::{Debt, Rule, Subject};
use crate::finding::{Finding, Level, Related};
use crate::graph::Revision;
use crate::migration::RevisionId;

pub(super) static RULE: Rule = Rule {
    name: "revision-cycle",
    level: Level::Error,
    explain: "\
## What it checks
A revision is its own ancestor, through `down_revision` or `depends_on`.

## Why it matters
No order could apply the migrations. Every Alembic command that reads the history stops with
\"Cycle is detected in revisions\".

## How to fix
Find the value that was written last; it names a revision that builds on it. Let it name the one
that it was generated on.
",
    debt: Debt::SameFault,
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let cycles = subject.after.cycles();
    cycles.iter().filter_map(|cycle| finding(subject, cycle)).collect()
}

fn finding(subject: &Subject<'_>, cycle: &[&RevisionId]) -> Option<Finding> {
    let start = cycle.iter().position(|id| is_changed(subject, id)).unwrap_or(0);
    let mut around: Vec<&Revision> = cycle.iter().filter_map(|id| subject.after.get(id)).collect();
    around.rotate_left(start);
    let (first, others) = around.split_first()?;
    let mut names: Vec<String> =
        around.iter().map(|revision| format!("`{}`", revision.id)).collect();
    names.push(format!("`{}`", first.id));
    let message = match others {
        [] => format!("`{}` builds on itself", first.id),
        _ => format!("revisions build on each other in a circle: {}", names.join(" on ")),
    };
    let mut finding = RULE.at(subject, first.parents_site(), message);
    finding.label = "closes the circle".to_owned();
    finding.related = others
        .iter()
        .map(|other| Related { site: other.parents_site(), message: "and this".to_owned() })
        .collect();
    finding.culprits.extend(others.iter().map(|other| other.migration.file.path.clone()));
    finding.revisions = around.iter().map(|revision| revision.id.clone()).collect();
    finding.revisions.sort();
    finding.help = vec![format!("let `{}` build on the revision it was generated on", first.id)];
    Some(finding)
}

/// Tells whether the change brings the revision or moved it.
fn is_changed(subject: &Subject<'_>, id: &RevisionId) -> bool {
    let parents = |revision: &Revision| -> Vec<String> {
        revision.parents.texts().iter().map(|text| text.text.clone()).collect()
    };
    let before = subject.before.get(id).map(parents);
    before != subject.after.get(id).map(parents)
}
