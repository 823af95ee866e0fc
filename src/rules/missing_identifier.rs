//! `missing-identifier`.

use super::context::whole;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::migration::{Migration, Value, legacy_id};
use crate::config::Level;
use crate::problem::Problem;

pub(super) static RULE: Rule = Rule {
    name: "missing-identifier",
    group: Group::Loading,
    summary: "no `revision` or no `down_revision`",
    level: Level::Error,
    explain: "\
## What it checks
A Python file in a versions folder does not define `revision` or `down_revision`.

## Why it matters
Alembic loads every Python file in a versions folder. Without `revision` it fails with \"Could not determine
revision id from filename\", without `down_revision` with an `AttributeError`. Every Alembic command fails.

## How to fix
Define both, with `down_revision = None` in the first migration of a history. Move files that are not
migrations to another folder: Alembic only skips names that start with `__init__` or `.#`.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let migrations = subject.migrations();
    migrations.filter_map(|migration| problem(subject, migration)).collect()
}

fn problem(subject: &RuleContext<'_>, migration: &Migration) -> Option<Problem> {
    let missing = missing(migration);
    if missing.is_empty() || migration.module.fault.is_some() {
        return None;
    }
    let message =
        format!("this file in a versions folder does not define {}", missing.join(" or "));
    let mut problem = RULE.at(subject, whole(migration), message);
    problem.label = "Alembic loads every Python file here".to_owned();
    problem.advice = Advice::way([format!(
        "define {}, or move the file out of the versions folder",
        missing.join(" and ")
    )]);
    Some(problem)
}

/// Returns the identifiers that are neither assigned nor misspelled.
fn missing(migration: &Migration) -> Vec<&'static str> {
    let module = &migration.module;
    let slipped = |name: &str| module.misspellings.iter().any(|slip| slip.meant == name);
    let legacy = legacy_id(migration.file.path.file_name()).is_some();
    let mut missing = Vec::new();
    if module.revision == Value::Missing && !legacy && !slipped("revision") {
        missing.push("`revision`");
    }
    if module.down_revision == Value::Missing && !slipped("down_revision") {
        missing.push("`down_revision`");
    }
    missing
}
