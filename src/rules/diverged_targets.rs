//! `diverged-targets`.

use super::context::listed;
use super::{
    Baseline, Consequence, DatabaseEffect, Difference, Diverged, Group, Move, MoveDirection, Rule,
    RuleContext,
};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::Revision;
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::{Problem, Weight};

/// The maximum number of revisions that a message names.
const SHOWN: usize = 3;

pub(super) static RULE: Rule = Rule {
    name: "diverged-targets",
    group: Group::Published,
    summary: "target branches disagree about a revision",
    level: Level::Error,
    explain: "\
## What it checks
The change adds a revision to a target branch, or gives it another parent, and another target branch has a
different version of the same revision. The rule blocks if different migrations lie below the two versions,
through `down_revision` or `depends_on`, or if `upgrade` does something else and the file has another name
and message. It is a warning if the name or the message is the same (an edited backport), or if only a
database that moves back to an earlier release is affected. Equal migrations pass, whatever their files are
called. Migrations that do nothing, such as merge revisions, make no difference.

## Why it matters
A database records the ids of its heads and nothing else. If it is at revision `x` and moves to another
branch, Alembic assumes that it has run everything below `x` on that branch. Migrations that only the new
branch has below `x` are skipped silently. Migrations that it has above `x` are run a second time: \"table
already exists\".

## How to fix
Build the revision on the same revisions as on the other branch, and join the heads with a merge revision
(`alembic-guard merge`). To backport a migration without its ancestors, give the backport its own id, merge
it into the other branch, and make both migrations skip changes that already exist. If databases never move
between the two branches, list one of them in `independent_targets` in `.alembic-guard.toml`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    subject.diverged.iter().filter_map(|diverged| problem(subject, diverged)).collect()
}

fn problem(subject: &RuleContext<'_>, diverged: &Diverged) -> Option<Problem> {
    let now = subject.after.get(&diverged.revision)?;
    // If a published revision builds on something else for another reason,
    // `published-identity-changed` already reports it.
    if !subject.is_new(&now.id) && !subject.joins_heads() {
        return None;
    }
    let mut problem = match &diverged.difference {
        Difference::Order(order) => out_of_order(subject, diverged, now, order),
        Difference::OtherMigration => other_migration(subject, diverged, now),
        Difference::EditedBackport => edited_backport(subject, diverged, now),
    };
    problem.revisions = vec![now.id.clone()];
    problem.advice = problem.advice.or([format!(
        "if databases never move between {} and this branch, list one of them in \
         `independent_targets` of .alembic-guard.toml",
        diverged.target
    )]);
    Some(problem)
}

fn out_of_order(
    subject: &RuleContext<'_>,
    diverged: &Diverged,
    now: &Revision,
    order: &Move,
) -> Problem {
    let (id, target, change) = (&now.id, &diverged.target, &subject.names.change);
    let ids = in_brief(&order.ids);
    let is_below_there =
        (order.way == MoveDirection::There) == (order.effect == DatabaseEffect::Skips);
    let message = if is_below_there {
        format!("`{id}` builds on {ids} on {target}, but not in {change}")
    } else {
        format!("`{id}` builds on {ids} in {change}, but not on {target}")
    };
    let database = match order.way {
        MoveDirection::There => format!("a database at `{id}` that moves to {target}"),
        MoveDirection::Here => format!("a database at `{id}` that comes from {target}"),
    };
    let mut problem = RULE.at(subject, now.parents_site(), message);
    problem.label = match order.effect {
        DatabaseEffect::Skips => format!("{database} skips {ids}"),
        DatabaseEffect::Repeats => format!("{database} runs {ids} again"),
    };
    problem.advice = build_as_there(subject, diverged, now);
    if !order.is_usual {
        problem.weight = Weight::Minor;
    } else if order.way == MoveDirection::There && subject.is_new(id) {
        let mut way = own_id("give it", subject, now);
        way.push(Step::note(format!(
            "merge it into {target}, and make `upgrade` of both skip changes that already exist: databases \
             that move run both"
        )));
        problem.advice = problem.advice.or(way);
    }
    problem
}

/// Returns the advice to give the revision the same parents as on the other target branch.
fn build_as_there(subject: &RuleContext<'_>, diverged: &Diverged, now: &Revision) -> Advice {
    let (parents, target) = (&diverged.parents, &diverged.target);
    if parents.iter().any(|parent| !subject.after.contains(parent)) {
        return Advice::way([format!(
            "bring all its ancestors on {target} to this branch too, and leave its `down_revision` \
             as it is there"
        )]);
    }
    if now.parents.ids() == *parents {
        return Advice::way([format!("copy its `depends_on` from {target}")]);
    }
    let path = &now.migration.file.path;
    let join = Command::of("git add").path(path).and(subject.merge_all_command());
    let why = format!("give it the same parents as on {target}: ");
    let mut way = subject.write_parents(&why, now, parents);
    way.push(Step::run("if this leaves two heads, join them", join));
    way.extend(subject.situation.finish_staged());
    Advice::way(way).after(subject.bring_in_base())
}

fn other_migration(subject: &RuleContext<'_>, diverged: &Diverged, now: &Revision) -> Problem {
    let Diverged { target, path, .. } = diverged;
    let message = format!("`{}` is a different migration on {target}: {path}", now.id);
    let mut problem = RULE.at(subject, now.id_site(), message);
    problem.label =
        format!("a database that moves between {target} and this branch runs only one of them");
    problem.advice = Advice::way(own_id("give it", subject, now));
    problem
}

fn edited_backport(subject: &RuleContext<'_>, diverged: &Diverged, now: &Revision) -> Problem {
    let Diverged { target, path, .. } = diverged;
    let message = format!("`upgrade` of `{}` does something else on {target}", now.id);
    let mut problem = RULE.at(subject, now.id_site(), message);
    problem.weight = Weight::Minor;
    problem.label = format!(
        "a database that moves between {target} and this branch keeps the version it ran first"
    );
    problem.advice = Advice::way([Step::note(format!(
        "make sure that both versions create the same schema: {path} on {target}"
    ))]);
    problem
}

/// Returns the steps that give the revision an id of its own.
fn own_id(give_it: &str, subject: &RuleContext<'_>, now: &Revision) -> Vec<Step> {
    let path = &now.migration.file.path;
    let children = subject.after.children(&now.id).next().is_some();
    let id = Step::write(
        format!("{give_it} its own id: write in {path}"),
        format!("revision = \"{}\"", subject.free_id(now)),
    );
    let follow =
        format!("use the new id in the `down_revision` of migrations that build on {path}");
    std::iter::once(id).chain(children.then(|| Step::note(follow))).collect()
}

fn in_brief(ids: &[RevisionId]) -> String {
    match ids.get(..SHOWN) {
        Some(shown) if ids.len() > SHOWN => {
            let shown: Vec<String> = shown.iter().map(|id| format!("`{id}`")).collect();
            format!("{} and others", shown.join(", "))
        }
        Some(_) | None => listed(ids),
    }
}
