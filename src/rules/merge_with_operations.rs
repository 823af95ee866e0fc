//! `merge-with-operations`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::{Migration, RevisionId};
use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "merge-with-operations",
    group: Group::Heads,
    summary: "merge revision contains operations",
    level: Level::Warn,
    explain: "\
## What it checks
`upgrade` or `downgrade` of a new or changed merge revision contains operations.

## Why it matters
People expect a merge revision to be empty. When one of its branches moves on, they delete it and generate a
new one, and its operations are lost. The two branches also run in a different order on different databases.

## How to fix
Keep the merge revision empty and move the operations into a migration that builds on it:
`alembic revision -m \"...\"`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    subject.migrations().filter_map(|migration| problem(subject, migration)).collect()
}

fn problem(subject: &RuleContext<'_>, migration: &Migration) -> Option<Problem> {
    let file = &migration.file;
    let span = subject.details.get(file)?.operation.clone()?;
    let name = migration.module.revision.texts().first();
    let name = name.map(|text| format!("`{}` ", RevisionId::new(text.text.clone())));
    let message = format!("merge revision {}contains operations", name.unwrap_or_default());
    let mut problem = RULE.at(subject, Site::Span { file: file.clone(), span }, message);
    problem.label = "not a plain merge".to_owned();
    problem.advice = Advice::way(["move the operations to a new migration on top of the merge"]);
    Some(problem)
}
