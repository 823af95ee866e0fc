//! `revision-cycle`.

use std::collections::BTreeSet;

use super::context::MOST_RELATED;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::graph::Revision;
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::{Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "revision-cycle",
    group: Group::Loading,
    summary: "revision is its own ancestor",
    level: Level::Error,
    explain: "\
## What it checks
A revision is its own ancestor, through `down_revision` or `depends_on`.

## Why it matters
No order can apply the migrations. Alembic fails with \"Cycle is detected in revisions\". For some cycles
through `depends_on` it applies a revision before its dependency.

## How to fix
Find the value that was changed last: it names a descendant. Restore the revision that the migration was
generated on.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let twice: BTreeSet<&RevisionId> = subject.after.duplicates().map(|(id, _)| id).collect();
    let cycles = subject.after.cycles();
    // A cycle through an id that two files define disappears once one of them has its own id.
    let real = cycles.iter().filter(|cycle| !cycle.iter().any(|id| twice.contains(id)));
    real.filter_map(|cycle| problem(subject, cycle)).collect()
}

fn problem(subject: &RuleContext<'_>, cycle: &[&RevisionId]) -> Option<Problem> {
    let start = cycle.iter().position(|id| is_changed(subject, id)).unwrap_or(0);
    let mut around: Vec<&Revision> = cycle.iter().filter_map(|id| subject.after.get(id)).collect();
    around.rotate_left(start);
    let (first, others) = around.split_first()?;
    let next = |place: usize| &around[(place + 1) % around.len()].id;
    let message = match others {
        [] => format!("`{}` builds on itself", first.id),
        [other] => format!("`{}` and `{}` build on each other", first.id, other.id),
        _ => {
            let mut names: Vec<String> =
                around.iter().take(MOST_RELATED).map(|one| format!("`{}`", one.id)).collect();
            let more = around.len().checked_sub(names.len()).filter(|more| *more > 0);
            names.extend(more.map(|more| format!("{more} more")));
            format!("{} build on each other in a cycle", names.join(", "))
        }
    };
    let mut problem = RULE.at(subject, first.parents_site(), message);
    problem.label = format!("builds on `{}`", next(0));
    problem.related = others
        .iter()
        .enumerate()
        .take(MOST_RELATED)
        .map(|(place, other)| Related {
            site: other.parents_site(),
            message: format!("builds on `{}`", next(place + 1)),
        })
        .collect();
    problem.culprits.extend(others.iter().map(|other| other.migration.file.path.clone()));
    problem.revisions = around.iter().map(|revision| revision.id.clone()).collect();
    problem.revisions.sort();
    problem.advice = Advice::way([format!(
        "one of them must build on something else: write in {} the revision that `{}` was generated \
         on",
        first.migration.file.path, first.id
    )]);
    Some(problem)
}

/// Returns whether the change adds the revision or changes its parents.
fn is_changed(subject: &RuleContext<'_>, id: &RevisionId) -> bool {
    let parents = |revision: &Revision| -> Vec<String> {
        revision.parents.texts().iter().map(|text| text.text.clone()).collect()
    };
    let before = subject.before.get(id).map(parents);
    before != subject.after.get(id).map(parents)
}
