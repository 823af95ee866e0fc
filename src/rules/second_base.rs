//! `second-base`.

use std::collections::{BTreeSet, HashSet};

use super::{Baseline, Consequence, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Parents, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::HeadProblem;
use crate::problem::{Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "second-base",
    level: Level::Warn,
    explain: "\
## What it checks
A new migration has `down_revision = None` in a history that has a first migration already. Where that
leaves a head too many it is `multiple-heads`; this is about what remains: a second base that a merge
revision joins, or that `heads` leaves room for. One that declares a branch label which the
configuration names in `branches` is meant, and one that takes the place of a base that is gone, as a
squash does, is no further base.

## Why it matters
`None` is what a migration gets that was generated against an empty folder, or in a hurry. The new
base runs before, after or between the others as Alembic pleases, and `alembic downgrade base` has two
ends.

## How to fix
Build it on the revision that it follows. Where a history of its own is meant, say so in the
header: `# alembic-guard: allow(second-base)`.
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
    // The base of a squash takes the place of one that is gone.
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
    problem.label = "builds on nothing".to_owned();
    problem.related = vec![Related {
        site: first.parents_site(),
        message: format!("the history begins with `{}`", first.id),
    }];
    problem.revisions = vec![base.id.clone(), first.id.clone()];
    let path = &base.migration.file.path;
    problem.advice = Advice::way([format!(
        "write in {path}: as `down_revision`, the revision that `{}` follows",
        base.id
    )])
    .or([Step::write(
        "or, where it is meant to begin a history of its own, say so at the top of the file",
        "# alembic-guard: allow(second-base)",
    )]);
    problem
}

/// Finds the bases that `multiple-heads` speaks of already.
fn told<'a>(subject: &'a RuleContext<'_>, first: &RevisionId) -> BTreeSet<&'a RevisionId> {
    let mut told = BTreeSet::new();
    let mut heads: Vec<&RevisionId> = Vec::new();
    for fault in subject.head_problems {
        match fault {
            HeadProblem::NewHistory { base, .. } => {
                told.insert(base);
            }
            // In a history with no past, heads over different bases are a fork.
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
