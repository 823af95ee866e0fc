//! `placeholder-revision-id`.

mod invented;

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::Revision;
use crate::config::Level;
use crate::problem::Problem;
use invented::is_invented;

pub(super) static RULE: Rule = Rule {
    name: "placeholder-revision-id",
    group: Group::Conventions,
    summary: "id looks hand-written",
    level: Level::Warn,
    explain: "\
## What it checks
A new revision has an id that looks hand-written: `a1b2c3d4e5f6`, `123456789abc`, `000000000000`. Running
numbers and dates such as `0042` or `20240131_1405` are fine.

## Why it matters
Alembic generates random ids so that two branches never choose the same one. People and programs that write
migrations without running Alembic choose the same ids again and again, and then two files have one id.

## How to fix
Let Alembic choose the id (`alembic revision -m \"...\"`). Or, before you merge the migration, write a random
id into `revision`, the docstring and the file name. `alembic-guard check --fix` does this, also in the
migrations that build on it.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let invented = subject.brought().filter(|revision| is_invented(revision.id.as_str()));
    invented.map(|revision| problem(subject, revision)).collect()
}

fn problem(subject: &RuleContext<'_>, revision: &Revision) -> Problem {
    let id = &revision.id;
    let message =
        format!("revision id `{id}` looks hand-written; another branch may choose it too");
    let mut problem = RULE.at(subject, revision.id_site(), message);
    problem.label = "not a random id".to_owned();
    problem.revisions = vec![id.clone()];
    let path = &revision.migration.file.path;
    problem.advice = Advice::way([
        Step::write(
            format!("write in {path}"),
            format!("revision = \"{}\"", subject.free_id(revision)),
        ),
        format!("write it everywhere instead of `{id}`: `down_revision`, docstring, file name")
            .into(),
    ]);
    problem
}
