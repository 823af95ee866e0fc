//! `misspelled-identifier`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::{Migration, Misspelling};
use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "misspelled-identifier",
    group: Group::Loading,
    summary: "`down_revisions` and the like",
    level: Level::Error,
    explain: "\
## What it checks
A migration assigns to a name that Alembic does not read and that is almost the same as one that it reads:
`down_revisions` for `down_revision`, `depend_on` for `depends_on`.

## Why it matters
Alembic reads four names from the module: `revision`, `down_revision`, `branch_labels` and `depends_on`.
Without `revision` or `down_revision` it fails. Misspelled `branch_labels` and `depends_on` are ignored
silently.

## How to fix
Correct the name. A merge revision also uses `down_revision`, with a tuple of ids. `alembic-guard check
--fix` corrects unpublished migrations.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let migrations = subject.migrations();
    let slips = migrations.flat_map(|migration| {
        migration.module.misspellings.iter().map(move |slip| (migration, slip))
    });
    slips.map(|(migration, slip)| problem(subject, migration, slip)).collect()
}

fn problem(subject: &RuleContext<'_>, migration: &Migration, slip: &Misspelling) -> Problem {
    let site = Site::Span { file: migration.file.clone(), span: slip.span.clone() };
    let found = crate::text::escape(&slip.found);
    let message = format!("Alembic does not read `{found}`");
    let mut problem = RULE.at(subject, site, message);
    problem.label = format!("did you mean `{}`?", slip.meant);
    problem.advice = Advice::way([format!("write `{}` instead of `{found}`", slip.meant)]);
    problem
}
