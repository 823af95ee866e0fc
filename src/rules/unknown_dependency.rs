//! `unknown-dependency`.

use super::context::{Explained, doubt};
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Revision, UnknownDependency};
use crate::alembic::migration::{Migration, RevisionId, Value};
use crate::config::Level;
use crate::problem::{Doubt, Problem, Related};
use crate::python;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "unknown-dependency",
    group: Group::Loading,
    summary: "depends on an unknown revision or label",
    level: Level::Error,
    explain: "\
## What it checks
A `depends_on` names neither a revision nor a branch label. It is a warning if a file with a computed id or
label could define the name; the warning names the file. It is also a warning if the history already had
missing revisions, as in an application whose plugins are in other repositories.

## Why it matters
Alembic resolves dependencies when it loads the history, so every command fails with `KeyError: '...'`.

## How to fix
Write the full id or the label of an existing revision; Alembic does not accept a prefix here. If the revision
was deleted, remove it from `depends_on`. If it is on another branch, merge that branch first.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let unknown = subject.after.unknown_dependencies();
    let is_incomplete = !unknown.is_empty() && subject.is_incomplete();
    let mut explained = Explained::default();
    let unnamed: Vec<&Migration> = match unknown {
        [] => Vec::new(),
        _ => subject.migrations().filter(|migration| may_bear_any_name(migration)).collect(),
    };
    let found = unknown.iter().filter_map(|unknown| {
        let mut problem = problem(subject, unknown, &mut explained)?;
        let unnamed = unnamed.iter().copied();
        doubt(&mut problem, unnamed, "may define it: its names are computed");
        if is_incomplete && subject.before.named(&unknown.name.text).is_none() {
            problem.doubt.get_or_insert(Doubt::Incomplete);
        }
        Some(problem)
    });
    found.collect()
}

fn problem(
    subject: &RuleContext<'_>,
    unknown: &UnknownDependency,
    explained: &mut Explained,
) -> Option<Problem> {
    let dependent = subject.after.get(&unknown.dependent)?;
    let name = RevisionId::new(unknown.name.text.clone());
    let named = dependent.site_at(unknown.name.span.clone());
    let mut problem = match subject.before.named(name.as_str()) {
        Some(removed) => gone(subject, dependent, &name, removed),
        None => {
            let what = "which is not a revision or branch label";
            let message = format!("`{}` depends on `{name}`, {what}", dependent.id);
            let mut problem = RULE.at(subject, named.clone(), message);
            problem.label = "not found".to_owned();
            if explained.takes(subject.is_new(&dependent.id)) {
                problem.advice = advice(subject, &name);
            }
            problem
        }
    };
    if problem.site != named {
        let message = format!("needs `{name}`");
        problem.related.push(Related { site: named, message });
    }
    problem.revisions = vec![dependent.id.clone(), name.clone()];
    Some(problem)
}

/// Reports a dependency that the change removes, at the file or the label in it.
fn gone(
    subject: &RuleContext<'_>,
    dependent: &Revision,
    name: &RevisionId,
    removed: &Revision,
) -> Problem {
    let path = removed.migration.file.path.clone();
    let change = &subject.names.change;
    let message = format!("`{}` depends on `{name}`, which {change} deletes", dependent.id);
    let site = match subject.after.get(&removed.id) {
        Some(kept) => kept.labels_site(),
        None => Site::Path(path.clone()),
    };
    let mut problem = RULE.at(subject, site, message);
    problem.label = format!("`{name}` was defined here");
    let keep = if subject.after.contains(&removed.id) {
        Advice::way([format!("restore the label in {path}")])
    } else {
        subject.keep_landed(&path)
    };
    problem.advice = keep.or([format!("remove `{name}` from `depends_on`")]);
    problem
}

fn advice(subject: &RuleContext<'_>, name: &RevisionId) -> Advice {
    let ids = || subject.after.revisions().map(|revision| revision.id.as_str());
    let mut longer = ids().filter(|id| !name.as_str().is_empty() && id.starts_with(name.as_str()));
    if let (Some(full), None) = (longer.next(), longer.next()) {
        let full = RevisionId::new(full);
        return Advice::way([Step::write(
            "write the full id; `depends_on` does not accept a prefix",
            python::literal([full.as_str()]),
        )]);
    }
    Advice::way([
        "if it is on another branch, merge that branch first; if it was deleted, remove it from \
         `depends_on`",
    ])
    .or([Step::write(
        "if it is in another repository, add to the header",
        format!("# alembic-guard: allow({})", RULE.name),
    )])
}

/// Returns whether only running the file would show all names that it defines.
fn may_bear_any_name(migration: &Migration) -> bool {
    let module = &migration.module;
    let computed = |value: &Value| matches!(value, Value::Computed { .. });
    module.fault.is_some() || computed(&module.revision) || computed(&module.branch_labels)
}
