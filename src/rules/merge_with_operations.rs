//! `merge-with-operations`.

use super::{Baseline, Consequence, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::{Migration, RevisionId};
use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "merge-with-operations",
    level: Level::Warn,
    explain: "\
## What it checks
`upgrade` or `downgrade` of a new or changed merge revision does something.

## Why it matters
A merge revision joins two lines and is taken for empty: it is thrown away and made anew when one of
the lines moves on, and its operations go with it. Which of the two lines ran before it differs from
database to database.

## How to fix
Leave the merge revision empty, and put the operations into a migration that builds on it:
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
    let message = format!("merge revision {}does something of its own", name.unwrap_or_default());
    let mut problem = RULE.at(subject, Site::Span { file: file.clone(), span }, message);
    problem.label = "runs with the merge".to_owned();
    problem.advice =
        Advice::way(["leave the merge empty, and move this to a migration that builds on it"]);
    Some(problem)
}
