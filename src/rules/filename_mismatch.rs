//! `filename-mismatch`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::environment::Environment;
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::Problem;
use crate::text::{Escaped, escape};
use crate::tree::RepoPath;

pub(super) static RULE: Rule = Rule {
    name: "filename-mismatch",
    group: Group::Conventions,
    summary: "file name contains another id",
    level: Level::Warn,
    explain: "\
## What it checks
The name of a new migration file contains another id than its `revision`. The rule looks at the place that
`file_template` gives to `%(rev)s`. The text there counts as an id if Alembic could have generated it (twelve
hexadecimal digits) or if another revision has it. File names without an id are fine.

## Why it matters
Alembic only reads `revision`. People who search for a revision by its file name find the wrong file. Usually
the file was copied from another migration and only partly changed.

## How to fix
Rename the file, or use the id from the file name in the migration and in the migrations that build on it.
`alembic-guard check --fix` renames the file, in the index too.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    subject.renamed().filter_map(|revision| problem(subject, revision)).collect()
}

fn problem(subject: &RuleContext<'_>, revision: &Revision) -> Option<Problem> {
    let other = other_id(subject.environment, subject.after, revision)?;
    let id = &revision.id;
    let path = &revision.migration.file.path;
    let shown = escape(other);
    let message = format!("the file name contains `{shown}`, but the revision is `{id}`");
    let mut problem = RULE.at(subject, revision.id_site(), message);
    problem.label = format!("`{}` says `{shown}`", Escaped(path.file_name()));
    problem.revisions = vec![id.clone()];
    let renamed = renamed(subject.environment, subject.after, revision)?;
    problem.advice = Advice::way([Step::run(
        "rename the file",
        Command::of("git mv").path(path).path(&renamed),
    )]);
    if !is_defined(subject.after, other) {
        problem.advice = problem.advice.or([Step::write(
            format!("use the id from the file name, everywhere instead of `{id}`"),
            format!("revision = \"{shown}\""),
        )]);
    }
    Some(problem)
}

/// Returns the path that contains the file's own id, if the present one contains another id.
pub(crate) fn renamed(
    environment: &Environment,
    graph: &Graph,
    revision: &Revision,
) -> Option<RepoPath> {
    let other = other_id(environment, graph, revision)?;
    let path = &revision.migration.file.path;
    let name = str::from_utf8(path.file_name()).ok()?;
    let folder = path.parent().unwrap_or_default();
    Some(folder.join(name.replacen(other, revision.id.as_str(), 1)))
}

/// Returns the id in the file's name, if the revision has another id.
fn other_id<'r>(
    environment: &Environment,
    graph: &Graph,
    revision: &'r Revision,
) -> Option<&'r str> {
    let id = &revision.id;
    if id.as_str().is_empty() || graph.is_duplicate(id) {
        return None;
    }
    let stem =
        str::from_utf8(revision.migration.file.path.file_name()).ok()?.strip_suffix(".py")?;
    if stem.to_lowercase().contains(&id.as_str().to_lowercase()) {
        return None;
    }
    let carried = environment.naming.revision_ids(stem);
    // A name may contain only the start of the id.
    if carried.iter().any(|part| part.len() > 3 && id.as_str().starts_with(part)) {
        return None;
    }
    carried.into_iter().find(|part| is_made(part) || is_anothers(graph, part))
}

/// Returns whether `text` looks like an id that Alembic generates (`rev_id`) rather than a date or a word.
fn is_made(text: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| text.bytes().any(|byte| wanted(&byte));
    text.len() == 12
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

/// Returns whether `text` is the id of another revision. Plain words do not count; they may be a slug.
fn is_anothers(graph: &Graph, text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && is_defined(graph, text)
}

fn is_defined(graph: &Graph, id: &str) -> bool {
    graph.contains(&RevisionId::new(id))
}
