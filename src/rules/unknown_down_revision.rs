//! `unknown-down-revision`.

use super::context::{Explained, doubt};
use super::{Baseline, Consequence, Group, NextStep, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::{MissingParent, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::new_gaps;
use crate::problem::{Problem, Related};
use crate::python;
use crate::tree::{RepoPath, Site};

pub(super) static RULE: Rule = Rule {
    name: "unknown-down-revision",
    group: Group::Loading,
    summary: "builds on a revision that no file defines",
    level: Level::Error,
    explain: "\
## What it checks
A `down_revision` names a revision that no migration defines: it is misspelled, shortened, deleted, or on a
branch that is not merged yet. It is a warning if a file with a computed id could define the revision; the
warning names the file.

## Why it matters
Every Alembic command that loads the history fails with `KeyError: '...'`.

## How to fix
Write the full id of an existing revision; Alembic does not accept a prefix here. If the parent was deleted,
restore it, or build the migration on another revision. If it is on another branch, merge that branch first.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let mut explained = Explained::default();
    let missing = subject.after.missing().iter();
    missing.filter_map(|missing| problem(subject, missing, &mut explained)).collect()
}

fn problem(
    subject: &RuleContext<'_>,
    missing: &MissingParent,
    explained: &mut Explained,
) -> Option<Problem> {
    let child = subject.after.get(&missing.child)?;
    let parent = missing.id.clone();
    let named = child.site_at(missing.parent.span.clone());
    let mut problem = match subject.before.get(&parent) {
        Some(removed) => {
            let path = removed.migration.file.path.clone();
            let message = format!(
                "`{}` builds on `{parent}`, which {} deletes",
                child.id, subject.names.change
            );
            let mut problem = RULE.at(subject, Site::Path(path.clone()), message);
            problem.label = format!("`{parent}` was defined here");
            problem.related = vec![Related { site: named, message: format!("needs `{parent}`") }];
            let removed = removed_with(subject, removed);
            let keep = subject.situation.around_keep(subject.keep(&removed));
            let stays = format!("build `{}` on another revision", child.id);
            problem.advice = keep.or([stays]);
            problem
        }
        None => {
            let message =
                format!("`{}` builds on `{parent}`, which no migration defines", child.id);
            let mut problem = RULE.at(subject, named, message);
            problem.label = "no such revision".to_owned();
            if explained.takes(subject.is_new(&child.id)) {
                problem.advice = advice(subject, &child.id, &parent);
                let elsewhere = "merge the branch that has its parent";
                let elsewhere = format!("{elsewhere}; if `{parent}` was deleted, restore it");
                problem.if_shared = Some(Advice::way([elsewhere]));
            }
            problem
        }
    };
    problem.revisions = vec![child.id.clone(), parent];
    let opaque = subject.after.opaque().iter();
    doubt(&mut problem, opaque, "may define it: its id is computed");
    Some(problem)
}

/// Returns the files of a removed revision and of its removed ancestors.
fn removed_with<'g>(subject: &RuleContext<'g>, revision: &'g Revision) -> Vec<&'g RepoPath> {
    let below = subject.before.ancestors(&revision.id);
    let gone = below.into_iter().filter(|id| !subject.after.contains(id));
    let gone = gone.filter(|id| **id != revision.id).filter_map(|id| subject.before.get(id));
    std::iter::once(revision).chain(gone).map(|gone| &gone.migration.file.path).collect()
}

fn advice(subject: &RuleContext<'_>, child: &RevisionId, parent: &RevisionId) -> Advice {
    // A revision cannot build on itself or on its descendants.
    let above = subject.after.descendants(child);
    let known = || {
        let ids = subject.after.revisions().map(|revision| &revision.id);
        ids.filter(|id| !above.contains(id))
    };
    let mut longer = known()
        .filter(|id| !parent.as_str().is_empty() && id.as_str().starts_with(parent.as_str()));
    if let (Some(full), None) = (longer.next(), longer.next()) {
        return Advice::way([Step::write(
            "write the full id; `down_revision` does not accept a prefix",
            python::literal([full.as_str()]),
        )]);
    }
    let distance = |id: &RevisionId| strsim::damerau_levenshtein(id.as_str(), parent.as_str());
    let nearest = known().map(|id| (distance(id), id)).min();
    // Short ids are all similar to each other.
    let nearest = nearest.filter(|(distance, _)| *distance <= parent.as_str().chars().count() / 4);
    let advice = match nearest {
        Some((_, near)) => Advice::way([Step::write(
            "write the nearest id, if you meant that",
            python::literal([near.as_str()]),
        )]),
        None => Advice::way([format!(
            "if `{parent}` is on another branch, merge that branch; if it was deleted, restore it"
        )])
        .or(put_on_the_head(subject, child)),
    };
    if subject.situation.next != NextStep::Stage {
        return advice;
    }
    let stage = format!("if the file of `{parent}` is not staged yet, find and stage it");
    advice.or([Step::run(stage, Command::of("git status"))])
}

/// Returns the steps that move a migration onto the only head, because its parent may be a guess or
/// deleted on purpose.
fn put_on_the_head(subject: &RuleContext<'_>, child: &RevisionId) -> Vec<Step> {
    let (before, after) = (subject.before, subject.after);
    // Migrations of the base are not moved, and a file with an unknown id may define the parent.
    if before.is_empty() || before.contains(child) || !after.opaque().is_empty() {
        return Vec::new();
    }
    // The change removes a revision, and nothing may be put in its place.
    if subject.is_lost() || before.heads().into_iter().any(|landed| !after.contains(landed)) {
        return Vec::new();
    }
    let over_gaps = after.descendants_of_all(new_gaps(before, after).iter().map(|gap| gap.child));
    let mut heads = after.heads().into_iter().filter(|head| !over_gaps.contains(head));
    let (Some(head), None) = (heads.next(), heads.next()) else {
        return Vec::new();
    };
    let rebase = subject.rebase_command().args(["--onto", head.as_str()]);
    let put = Step::run(
        format!("if the parent is a mistake, put `{child}` on the head, `{head}`"),
        rebase,
    );
    let needs_base = before.contains(head) || subject.situation.is_conflicted;
    let situation =
        if needs_base { subject.situation.clone() } else { subject.situation.in_place() };
    let get_base = situation.bring_in(&subject.names.base);
    get_base.into_iter().chain([put]).chain(situation.finish_staged()).collect()
}
