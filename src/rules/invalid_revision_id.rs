//! `invalid-revision-id`.

use super::{Baseline, Consequence, Rule, RuleContext};
use crate::advice::Advice;
use crate::alembic::graph::Revision;
use crate::alembic::migration::{Migration, Shape, Value};
use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "invalid-revision-id",
    level: Level::Error,
    explain: "\
## What it checks
A revision id is empty, is one of Alembic's own words (`head`, `heads`, `base`), holds one of the
characters `@ - + :` or is longer than the column that stores it: `alembic_version.version_num` is
a `VARCHAR(32)`. The length is `max_revision_id_length` in `.alembic-guard.toml`, and is not judged
where a longer id has landed already.

## Why it matters
Alembic reads `@`, `-`, `+` and `:` as branch, steps and range, so such a revision cannot be named.
An id that is too long passes on SQLite and stops an upgrade on PostgreSQL halfway, after the
migration itself has run.

## How to fix
Give the migration another id, in `revision`, in the docstring and in the file's name, before it
lands. `alembic-guard check --fix` does so, with all that builds on it.
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
        return Some("an empty `revision` names nothing".to_owned());
    }
    if matches!(id, "head" | "heads" | "base") {
        return Some(format!("`{id}` is a word of Alembic's own, no revision id"));
    }
    if let Some(character) = id.chars().find(|character| "@-+:".contains(*character)) {
        return Some(format!(
            "revision id `{}` holds `{character}`, which Alembic reads as part of a range or branch",
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
    problem.label = "not usable as an id".to_owned();
    problem.revisions = vec![revision.id.clone()];
    problem.advice = Advice::way(["give the migration another id before it lands"]);
    if revision.id.as_str().chars().count() > subject.max_revision_id_length {
        let key = "max_revision_id_length";
        let wider = format!("or, where your column is wider, set `{key}` in .alembic-guard.toml");
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
    let mut problem = RULE.at(subject, site, "`revision` is no string".to_owned());
    problem.label = "must be one string".to_owned();
    problem.advice = Advice::way(["write the id of this migration as one string"]);
    Some(problem)
}
