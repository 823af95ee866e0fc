//! `computed-identifier`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::{Migration, Value};
use crate::config::Level;
use crate::problem::{Doubt, Problem};
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "computed-identifier",
    group: Group::Checking,
    summary: "identifier is not a literal",
    level: Level::Error,
    explain: "\
## What it checks
In a new or changed migration, `revision` or `down_revision` is not a literal: for example a call, a value
imported from another module, or an assignment inside an `if`. A computed `depends_on` is a warning, and
so are computed `branch_labels` if the configuration counts heads by label.

## Why it matters
alembic-guard never runs a migration, so it cannot tell which revision this one builds on. People and other
tools that read the file cannot tell either.

## How to fix
Write the value as a plain string, a tuple of strings or `None`, as `alembic revision` does.
",
    baseline: Baseline::SameFile,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    subject.migrations().flat_map(|migration| problems(subject, migration)).collect()
}

fn problems(subject: &RuleContext<'_>, migration: &Migration) -> Vec<Problem> {
    let module = &migration.module;
    let counted = !subject.environment.branches.is_empty();
    let mut problems = Vec::new();
    problems.extend(problem(subject, migration, "revision", &module.revision));
    problems.extend(problem(subject, migration, "down_revision", &module.down_revision));
    let mut lesser = problem(subject, migration, "depends_on", &module.depends_on)
        .into_iter()
        .chain(
            problem(subject, migration, "branch_labels", &module.branch_labels).filter(|_| counted),
        )
        .collect::<Vec<_>>();
    for problem in &mut lesser {
        problem.doubt = Some(Doubt::CannotTell);
    }
    problems.append(&mut lesser);
    problems
}

fn problem(
    subject: &RuleContext<'_>,
    migration: &Migration,
    name: &str,
    value: &Value,
) -> Option<Problem> {
    let Value::Computed { span, reason } = value else {
        return None;
    };
    let site = Site::Span { file: migration.file.clone(), span: span.clone() };
    let reason = crate::text::escape(reason);
    let message = format!("`{name}` is not a literal: {reason}");
    let mut problem = RULE.at(subject, site, message);
    problem.label = "computed".to_owned();
    problem.advice = Advice::way([format!("write `{name}` as a literal")]);
    Some(problem)
}
