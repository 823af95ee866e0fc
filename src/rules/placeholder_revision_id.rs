//! `placeholder-revision-id`.

mod invented;

use super::{Baseline, Consequence, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::Revision;
use crate::config::Level;
use crate::problem::Problem;
use invented::is_invented;

pub(super) static RULE: Rule = Rule {
    name: "placeholder-revision-id",
    level: Level::Warn,
    explain: "\
## What it checks
A new revision has an id that somebody made up: `a1b2c3d4e5f6`, `123456789abc`, `000000000000`. Numbers
and dates by which a history is counted, such as `0042` or `20240131_1405`, are fine.

## Why it matters
Alembic's ids are random so that two branches never choose the same. Someone who makes one up chooses what
the next one would: programs that write migrations without running Alembic do so again and again, and
then two files have one id.

## How to fix
Let Alembic choose (`alembic revision -m \"...\"`), or write the id below into `revision`, the
docstring and the name of the file, before the migration lands.
`alembic-guard check --fix` does so with another id, and with all that builds on it.
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
    let message = format!("revision id `{id}` is made up, so another branch may come to it too");
    let mut problem = RULE.at(subject, revision.id_site(), message);
    problem.label = "not a random id".to_owned();
    problem.revisions = vec![id.clone()];
    let path = &revision.migration.file.path;
    problem.advice = Advice::way([
        Step::write(
            format!("write in {path}"),
            format!("revision = \"{}\"", subject.free_id(revision)),
        ),
        format!("and the same wherever `{id}` is meant: `down_revision`, docstring, file name")
            .into(),
    ]);
    problem
}
