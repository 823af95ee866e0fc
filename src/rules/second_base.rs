//! `second-base`.

use std::collections::{BTreeSet, HashSet};

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Parents, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::HeadProblem;
use crate::problem::{Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "second-base",
    group: Group::Heads,
    summary: "starts a second history",
    level: Level::Warn,
    explain: "\
## What it checks
A new migration has `down_revision = None`, but the history already has a first migration. If this leaves too
many heads, `multiple-heads` reports it. This rule covers the rest: a second base that a merge revision joins,
or that `heads` permits. It ignores a base with a branch label that the configuration lists in `branches`, and
a base that replaces a deleted one, as in a squash.

## Why it matters
A migration gets `None` if it was generated against an empty folder or written in a hurry. Alembic may run
the new base before, after or between the other migrations, and `alembic downgrade base` has two ends.

## How to fix
Build it on the revision that it follows. If you want a separate history, add this comment to the header:
`# alembic-guard: allow(second-base)`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let bases = || subject.after.revisions().filter(is_base);
    let was_base =
        |revision: &Revision| subject.before.get(&revision.id).is_some_and(|it| is_base(&it));
    let Some(first) = bases().find(|base| was_base(base)).or_else(|| bases().next()) else {
        return Vec::new();
    };
    let branches: HashSet<&str> = subject.environment.branches.iter().map(String::as_str).collect();
    let is_branch = |base: &Revision| base.labels().any(|label| branches.contains(label));
    let told = told(subject, &first.id);
    let counted: Vec<&Revision> =
        bases().filter(|base| !is_branch(base) && !told.contains(&base.id)).collect();
    let new: Vec<&Revision> =
        counted.iter().copied().filter(|base| base.id != first.id && !was_base(base)).collect();
    // The base of a squash replaces one that is gone.
    let before = subject.before.revisions().filter(is_base).filter(|base| !is_branch(base)).count();
    let added = counted.len().saturating_sub(before);
    let replacing = new.len().saturating_sub(added);
    new.into_iter().skip(replacing).map(|base| problem(subject, base, first)).collect()
}

fn is_base(revision: &&Revision) -> bool {
    revision.parents == Parents::Base
}

fn problem(subject: &RuleContext<'_>, base: &Revision, first: &Revision) -> Problem {
    let message = format!("`{}` is a second base beside `{}`", base.id, first.id);
    let mut problem = RULE.at(subject, base.parents_site(), message);
    problem.label = "no parent".to_owned();
    problem.related = vec![Related {
        site: first.parents_site(),
        message: format!("the history starts with `{}`", first.id),
    }];
    problem.revisions = vec![base.id.clone(), first.id.clone()];
    let path = &base.migration.file.path;
    problem.advice = Advice::way([format!(
        "set `down_revision` in {path} to the revision that `{}` follows",
        base.id
    )])
    .or([Step::write(
        "if you want a separate history, add at the top of the file",
        "# alembic-guard: allow(second-base)",
    )]);
    problem
}

/// Returns the bases that `multiple-heads` already reports.
fn told<'a>(subject: &'a RuleContext<'_>, first: &RevisionId) -> BTreeSet<&'a RevisionId> {
    let mut told = BTreeSet::new();
    let mut heads: Vec<&RevisionId> = Vec::new();
    for fault in subject.head_problems {
        match fault {
            HeadProblem::NewHistory { base, .. } => {
                told.insert(base);
            }
            // Without a base history, heads above different bases are a fork.
            HeadProblem::Fork { heads: forked } if subject.before.is_empty() => {
                heads.extend(forked)
            }
            HeadProblem::Fork { .. } | HeadProblem::Stale(_) | HeadProblem::Returned { .. } => {}
        }
    }
    if !heads.is_empty() {
        let above_first = subject.after.descendants(first);
        heads.retain(|head| !above_first.contains(head));
        told.extend(subject.after.ancestors_of_all(heads));
    }
    told
}
