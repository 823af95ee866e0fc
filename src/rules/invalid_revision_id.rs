//! `invalid-revision-id`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::graph::Revision;
use crate::alembic::migration::{Migration, Shape, Value};
use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "invalid-revision-id",
    group: Group::Loading,
    summary: "reserved, too long, or contains `@ - + :`",
    level: Level::Error,
    explain: "\
## What it checks
A revision id is empty, is reserved by Alembic (`head`, `heads`, `base`), contains one of the characters
`@ - + :`, or is longer than the column that stores it. `alembic_version.version_num` is a `VARCHAR(32)`.
You can set another length with `max_revision_id_length` in `.alembic-guard.toml`. The length is not checked
if a published id is already longer.

## Why it matters
Alembic reads `@`, `-`, `+` and `:` as parts of a branch, a step or a range, so nobody can name such a
revision on the command line. An id that is too long works on SQLite. On PostgreSQL the upgrade fails halfway,
after the migration itself has run.

## How to fix
Before you merge the migration, give it another id: in `revision`, in the docstring and in the file name.
`alembic-guard check --fix` does this, also in the migrations that build on it.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let losers = subject.after.duplicates().flat_map(|(_, earlier)| earlier);
    let revisions = subject.after.revisions().chain(losers);
    let bad = revisions
        .filter_map(|revision| Some(problem(subject, revision, reason(subject, revision)?)));
    bad.chain(subject.after.opaque().iter().filter_map(|file| no_string(subject, file))).collect()
}

fn reason(subject: &RuleContext<'_>, revision: &Revision) -> Option<String> {
    let id = revision.id.as_str();
    if id.is_empty() {
        return Some("`revision` is empty".to_owned());
    }
    if matches!(id, "head" | "heads" | "base") {
        return Some(format!("`{id}` is reserved by Alembic"));
    }
    if let Some(character) = id.chars().find(|character| "@-+:".contains(*character)) {
        return Some(format!(
            "revision id `{}` contains `{character}`, which Alembic reads as part of a range or branch",
            revision.id
        ));
    }
    let most = subject.max_revision_id_length;
    let length = id.chars().count();
    (length > most && !longer_has_landed(subject)).then(|| {
        let id = &revision.id;
        format!(
            "revision id `{id}` has {length} characters; the column that stores it takes {most}"
        )
    })
}

fn longer_has_landed(subject: &RuleContext<'_>) -> bool {
    let mut landed = subject.before.revisions().map(|revision| revision.id.as_str());
    landed.any(|id| id.chars().count() > subject.max_revision_id_length)
}

fn problem(subject: &RuleContext<'_>, revision: &Revision, message: String) -> Problem {
    let mut problem = RULE.at(subject, revision.id_site(), message);
    problem.label = "not a valid id".to_owned();
    problem.revisions = vec![revision.id.clone()];
    problem.advice = Advice::way(["give the migration another id before you merge it"]);
    if revision.id.as_str().chars().count() > subject.max_revision_id_length {
        let key = "max_revision_id_length";
        let wider = format!("if your column is wider, set `{key}` in .alembic-guard.toml");
        problem.advice = problem.advice.or([wider]);
    }
    problem
}

fn no_string(subject: &RuleContext<'_>, migration: &Migration) -> Option<Problem> {
    let Value::Known { shape: Shape::None | Shape::Sequence, span, .. } =
        &migration.module.revision
    else {
        return None;
    };
    let site = Site::Span { file: migration.file.clone(), span: span.clone() };
    let mut problem = RULE.at(subject, site, "`revision` must be a string".to_owned());
    problem.label = "not a string".to_owned();
    problem.advice = Advice::way(["write the id as a string"]);
    Some(problem)
}
