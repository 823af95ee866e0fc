//! `stale-down-revision`.

mod repair;

use std::collections::BTreeSet;

use self::repair::repointed;
use super::context::{Explained, MOST_RELATED, listed, whole};
use super::{Baseline, Consequence, Group, Rule, RuleContext, Standing};
use crate::advice::{Advice, Step};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::{HeadProblem, Stale, StaleEdge};
use crate::problem::{Doubt, Problem, Related};

pub(super) static RULE: Rule = Rule {
    name: "stale-down-revision",
    group: Group::Heads,
    summary: "builds on a former head",
    level: Level::Error,
    explain: "\
## What it checks
A new migration builds on a revision that is no longer a head of the target branch: since you created the
migration, another one with the same parent was merged.

## Why it matters
Git merges the two files without a conflict, because they have different names. The history then has two
heads, and `alembic upgrade head` or `flask db upgrade` fails with \"Multiple head revisions are present\",
usually during a deployment.

## How to fix
Merge the target branch, then set the `down_revision` of your migration (the lowest one, if you have several)
to the head of the target branch. `alembic-guard rebase` edits the file and prints the commands for databases
that already ran your migration. If you don't know which databases did, join the two heads with a merge
revision instead: `alembic-guard merge`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Heads,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let stale = subject.head_problems.iter().filter_map(|fault| match fault {
        HeadProblem::Stale(stale) => Some(stale),
        HeadProblem::Fork { .. }
        | HeadProblem::NewHistory { .. }
        | HeadProblem::Returned { .. } => None,
    });
    let mut explained = Explained::default();
    stale.filter_map(|stale| problem(subject, stale, explained.takes(true))).collect()
}

fn problem(subject: &RuleContext<'_>, stale: &Stale, is_explained: bool) -> Option<Problem> {
    let (edge, others) = stale.edges.split_first()?;
    let revision = subject.after.get(&edge.revision)?;
    let base = &subject.names.base;
    let merge = if revision.parents.texts().len() > 1 { "merge revision " } else { "" };
    let message = match subject.standing {
        Standing::Local => {
            format!("{merge}`{}` is stale: `{}` already has a child", edge.revision, edge.parent)
        }
        Standing::Published | Standing::Replaced => {
            format!("{merge}`{}` is stale: {base} has moved on", edge.revision)
        }
    };
    let mut problem = RULE.at(subject, revision.parent_site(&edge.parent), message);
    problem.label = match &*edge.base_heads {
        [] => "no longer a head".to_owned(),
        heads => place(subject, heads),
    };
    for other in others {
        problem.culprits.extend(path_of(subject, &other.revision));
    }
    problem.revisions = vec![edge.revision.clone(), edge.parent.clone()];
    problem.revisions.extend(edge.base_heads.iter().cloned());
    problem.doubt = stale.unfinished.then_some(Doubt::Unfinished);
    if is_explained {
        explain(subject, stale, &mut problem);
    }
    Some(problem)
}

/// Adds the successors of the old parent, the drawing and the advice to a problem.
fn explain(subject: &RuleContext<'_>, stale: &Stale, problem: &mut Problem) {
    let Some((edge, others)) = stale.edges.split_first() else { return };
    problem.related = successors(subject, edge);
    problem.related.extend(others.iter().filter_map(|other| also_stale(subject, other)));
    problem.related.truncate(MOST_RELATED);
    let heads = standing_heads(subject, stale, edge);
    problem.drawing = Some(subject.draw(&heads));
    problem.advice = advice(subject, stale, &heads);
    problem.if_shared = Some(subject.join_unedited(&heads));
}

/// Returns the competing heads: those of the base with the revisions that the change adds to them,
/// and those of the stale chain.
fn standing_heads(subject: &RuleContext<'_>, stale: &Stale, edge: &StaleEdge) -> Vec<RevisionId> {
    let mut heads = subject.tops(&edge.base_heads);
    heads.extend(stale.heads.iter().cloned());
    heads
}

fn successors(subject: &RuleContext<'_>, edge: &StaleEdge) -> Vec<Related> {
    let unnamed = subject.before.opaque_children(&edge.parent).map(|migration| Related {
        site: whole(migration),
        message: "has the same parent; its id is computed".to_owned(),
    });
    let landed = |id| subject.after.get(id).or_else(|| subject.before.get(id));
    let successors = edge.successors.iter().take(MOST_RELATED).filter_map(landed);
    let related = successors.map(|successor| Related {
        site: successor.parent_site(&edge.parent),
        message: format!("{} has `{}` on this parent", subject.names.base, successor.id),
    });
    related.chain(unnamed).take(MOST_RELATED).collect()
}

fn also_stale(subject: &RuleContext<'_>, edge: &StaleEdge) -> Option<Related> {
    let site = subject.after.get(&edge.revision)?.parent_site(&edge.parent);
    Some(Related { site, message: format!("also stale: {}", place(subject, &edge.base_heads)) })
}

/// Describes the position of the base, or what is left above it if the change removes its head.
fn place(subject: &RuleContext<'_>, heads: &[RevisionId]) -> String {
    if heads.iter().all(|head| subject.before.is_head(head)) {
        format!("{} is now at {}", subject.names.base, listed(heads))
    } else {
        format!("{} is now above it", listed(heads))
    }
}

fn path_of(subject: &RuleContext<'_>, id: &RevisionId) -> Option<crate::tree::RepoPath> {
    subject.after.get(id).map(|revision| revision.migration.file.path.clone())
}

fn advice(subject: &RuleContext<'_>, stale: &Stale, heads: &[RevisionId]) -> Advice {
    if stale.unfinished && subject.returned().is_some() {
        return Advice::way(subject.rebase("finish the repair"));
    }
    let advice = ways(subject, stale, heads).after(subject.bring_in_base());
    subject.situation.doubt.iter().cloned().fold(advice, Advice::caution)
}

/// Returns the ways to get a single head.
fn ways(subject: &RuleContext<'_>, stale: &Stale, heads: &[RevisionId]) -> Advice {
    let join = "join both heads with a merge revision";
    if stale.unfinished {
        return Advice::way([Step::run("finish the repair", subject.join_command(heads))]);
    }
    if stale.edges.iter().any(|edge| edge.base_heads.is_empty()) {
        return Advice::way(["build on the head that `alembic heads` prints"]);
    }
    if let Some(tops) = single_tops(subject, stale) {
        let moved: BTreeSet<&RevisionId> = stale.edges.iter().map(|edge| &edge.revision).collect();
        let text = format!("put {} on top of {}", listed(moved), listed(&tops));
        return subject.rebase_or_join((text, join), heads);
    }
    let repointed = repointed(subject, stale);
    let write = |one: &repair::Repointed<'_>| subject.write_parents("", one.revision, &one.parents);
    let mut way: Vec<Step> = repointed.iter().flat_map(write).collect();
    let files = repointed.iter().map(|one| &one.revision.migration.file.path);
    let finish = subject.situation.finish_edited(files);
    way.extend(finish.clone());
    let join = subject.join_instead(join, heads).into_iter();
    Advice::way(way)
        .or(join.flat_map(|join| [Some(join), subject.situation.finish_staged()]).flatten())
}

/// Returns the revisions that the chain should build on, if there is no choice.
fn single_tops(subject: &RuleContext<'_>, stale: &Stale) -> Option<Vec<RevisionId>> {
    let mut tops = Vec::new();
    let base_heads: BTreeSet<&[RevisionId]> =
        stale.edges.iter().map(|edge| &*edge.base_heads).collect();
    let moved: BTreeSet<&RevisionId> = stale.edges.iter().map(|edge| &edge.revision).collect();
    // Revisions that need the chain go above it.
    let needs_it = |top: &RevisionId| !subject.after.requirements(top).is_disjoint(&moved);
    for base_heads in base_heads {
        let mut found = subject.tops(base_heads);
        if found.iter().any(needs_it) {
            found = base_heads.to_vec();
        }
        match found.as_slice() {
            [one] if tops.contains(one) => {}
            [one] => tops.push(one.clone()),
            _ => return None,
        }
    }
    Some(tops)
}
