//! `second-base`.

use super::{Concern, Debt, Rule, Subject};
use crate::advice::Help;
use crate::finding::{Finding, Level, Related};
use crate::graph::{Parents, Revision};
use crate::migration::RevisionId;
use crate::verdict::HeadFault;

pub(super) static RULE: Rule = Rule {
    name: "second-base",
    level: Level::Warn,
    explain: "\
## What it checks
A new migration has `down_revision = None` in a history that has a first migration already. Where that
leaves a head too many it is `multiple-heads`; this is about what remains: a second base that a merge
revision joins, or that `heads` leaves room for. One that declares a branch label which the
configuration names in `branches` is meant.

## Why it matters
`None` is what a migration gets that was generated against an empty folder, or in a hurry. The new
base runs before, after or between the others as Alembic pleases, and `alembic downgrade base` has two
ends.

## How to fix
Build it on the revision that it follows. Where a history of its own is meant, say so in the
header: `# alembic-guard: allow(second-base)`.
",
    debt: Debt::Compared,
    concern: Concern::Neither,
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let is_base = |revision: &Revision| revision.parents == Parents::Base;
    let bases = || subject.after.revisions().filter(|revision| is_base(revision));
    let was_base = |revision: &Revision| subject.before.get(&revision.id).is_some_and(is_base);
    let Some(first) = bases().find(|base| was_base(base)).or_else(|| bases().next()) else {
        return Vec::new();
    };
    let new = bases().filter(|base| base.id != first.id && !was_base(base));
    let is_branch = |base: &Revision| {
        base.labels().any(|label| subject.environment.branches.iter().any(|known| known == label))
    };
    new.filter(|base| !is_branch(base) && !is_told_of(subject, &base.id, &first.id))
        .map(|base| finding(subject, base, first))
        .collect()
}

fn finding(subject: &Subject<'_>, base: &Revision, first: &Revision) -> Finding {
    let message = format!("`{}` is a second base beside `{}`", base.id, first.id);
    let mut finding = RULE.at(subject, base.parents_site(), message);
    finding.label = "builds on nothing".to_owned();
    finding.related = vec![Related {
        site: first.parents_site(),
        message: format!("the history begins with `{}`", first.id),
    }];
    finding.revisions = vec![base.id.clone(), first.id.clone()];
    let path = &base.migration.file.path;
    finding.help = vec![
        format!("write in {path}: as `down_revision`, the revision that `{}` follows", base.id)
            .into(),
        Help::write(
            "or, where it is meant to begin a history of its own, say so at the top of the file",
            "# alembic-guard: allow(second-base)",
        ),
    ];
    finding
}

/// Tells whether `multiple-heads` speaks of this base already.
fn is_told_of(subject: &Subject<'_>, base: &RevisionId, first: &RevisionId) -> bool {
    let above = |id: &RevisionId| subject.after.heads_above(id);
    subject.head_faults.iter().any(|fault| match fault {
        HeadFault::NewHistory { base: told, .. } => told == base,
        // In a history with no past, heads over different bases are a fork.
        HeadFault::Fork { heads } if subject.before.is_empty() => {
            let (own, others) = (above(base), above(first));
            heads.iter().any(|head| own.contains(&head) && !others.contains(&head))
        }
        HeadFault::Fork { .. } | HeadFault::Stale(_) | HeadFault::Returned { .. } => false,
    })
}
