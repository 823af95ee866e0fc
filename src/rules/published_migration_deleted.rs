//! `published-migration-deleted`.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{doubt, listed};
use super::{Baseline, Consequence, Fate, Group, Rule, RuleContext, Standing};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Parents, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::{Cause, HeadProblem};
use crate::problem::{Problem, Related, Weight};
use crate::tree::{RepoPath, Site};

pub(super) static RULE: Rule = Rule {
    name: "published-migration-deleted",
    group: Group::Published,
    summary: "published revision is deleted",
    level: Level::Error,
    explain: "\
## What it checks
The change deletes published revisions. The rule blocks

- if a new migration has the parent of a deleted one, and so replaces it;
- if all migrations of an environment are deleted but the environment stays, and no new first migration
  replaces them;
- if a force push to a target branch deletes them, even if it deletes the configuration too.

Otherwise it is one warning: for a revert, a squash, the deletion of the oldest migrations or of a whole
environment, and for a migration that moves to another environment. It is also a warning if the deletion
repairs a history that has too many heads or does not load.

## Why it matters
A database that has run the migration is stamped with its id. Every Alembic command then fails with \"Can't
locate revision identified by '...'\", until somebody stamps the database by hand.

## How to fix
Restore the file, and undo its changes in a new migration on top. If no database has run it, or all databases
have moved past it, merge the deletion on its own before you add the next migration.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let loss = subject.loss;
    if !subject.is_published() || loss.fate == Fate::Lost {
        return Vec::new();
    }
    let told = told_elsewhere(subject);
    let is_gone = |revision: &&Revision| {
        let id = &revision.id;
        !subject.after.contains(id) && !told.contains(id) && !loss.unseen.contains(id)
    };
    let (moved, gone): (Vec<&Revision>, Vec<&Revision>) = subject
        .before
        .revisions()
        .filter(is_gone)
        .partition(|revision| loss.moved.contains_key(&revision.id));
    let problem = problem(subject, &gone).or_else(|| moved_away(subject, &moved));
    // If there is an error for a missing revision, a warning about other deleted ones adds nothing.
    problem
        .into_iter()
        .filter(|problem| told.is_empty() || problem.weight == Weight::Full)
        .collect()
}

/// Returns the deleted revisions that another rule reports.
fn told_elsewhere(subject: &RuleContext<'_>) -> BTreeSet<RevisionId> {
    let removed = subject.head_problems.iter().filter_map(|fault| match fault {
        HeadProblem::Returned { cause: Cause::Removed(child), .. } => Some(child.clone()),
        HeadProblem::Returned { cause: Cause::Repointed(_), .. }
        | HeadProblem::Stale(_)
        | HeadProblem::Fork { .. }
        | HeadProblem::NewHistory { .. } => None,
    });
    let missing = subject.after.missing().iter().map(|missing| missing.id.clone());
    let depended_on = subject.after.unknown_dependencies().iter();
    let depended_on = depended_on.filter_map(|unknown| subject.before.named(&unknown.name.text));
    removed.chain(missing).chain(depended_on.map(|revision| revision.id.clone())).collect()
}

fn problem(subject: &RuleContext<'_>, gone: &[&Revision]) -> Option<Problem> {
    let takers = takers(subject, gone);
    let (taken, taker) = takers.first().copied().unzip();
    let first = taken.or_else(|| gone.first().copied())?;
    let base = &subject.names.base;
    let ids = || gone.iter().map(|revision| &revision.id);
    let what = match gone {
        [_] | [_, _] => listed(ids()),
        _ => format!("{} revisions", gone.len()),
    };
    let verb = if gone.len() == 1 { "was" } else { "were" };
    let is_all = subject.after.is_empty() && subject.after.opaque().is_empty();
    let is_kept = subject.loss.fate == Fate::Kept;
    let how = match (subject.standing, taker) {
        (Standing::Replaced, _) => format!(", since {} replaces {base}", subject.names.change),
        (Standing::Published | Standing::Local, _) if !is_kept => {
            format!(" with the Alembic environment `{}`", subject.environment.name)
        }
        (Standing::Published | Standing::Local, _) if is_all => {
            format!(", which leaves the Alembic environment `{}` empty", subject.environment.name)
        }
        (Standing::Published | Standing::Local, Some(taker)) => {
            format!(", and `{}` now has the parent of `{}`", taker.id, first.id)
        }
        (Standing::Published | Standing::Local, None) => String::new(),
    };
    let message = format!("{what} {verb} deleted from {base}{how}");
    let mut problem = RULE.at(subject, site(subject, first), message);
    problem.label = format!("databases that ran `{}` will not find it", first.id);
    problem.related = takers.iter().map(|(taken, taker)| builds_beside(taken, taker)).collect();
    problem.culprits = gone.iter().map(|revision| revision.migration.file.path.clone()).collect();
    problem.culprits.extend(subject.loss.setting.iter().map(|it| it.site.path().clone()));
    problem.culprits.extend(takers.iter().map(|(_, taker)| taker.migration.file.path.clone()));
    problem.revisions = ids().cloned().collect();
    problem.advice = match squashed_into(subject, gone) {
        Some((last, whole)) => squash_advice(subject, &last, whole),
        None => advice(subject, gone, first, taker),
    };
    let repairs = !is_all && subject.after.heads().len() < subject.before.heads().len()
        || !subject.before.is_sound() && subject.after.is_sound();
    let empties = is_all && is_kept && subject.loss.moved.is_empty();
    if (taker.is_none() || repairs) && !empties && subject.standing != Standing::Replaced {
        problem.weight = Weight::Minor;
    }
    let opaque = subject.after.opaque().iter();
    doubt(&mut problem, opaque, "may define it: its id is computed");
    Some(problem)
}

/// Reports revisions that moved to another environment. Its databases have not run them.
fn moved_away(subject: &RuleContext<'_>, moved: &[&Revision]) -> Option<Problem> {
    let first = moved.first()?;
    let other = &subject.loss.moved[&first.id];
    let ids = || moved.iter().map(|revision| &revision.id);
    let what = match moved {
        [_] | [_, _] => listed(ids()),
        _ => format!("{} revisions", moved.len()),
    };
    let verb = if moved.len() == 1 { "is" } else { "are" };
    let message =
        format!("{what} of {} {verb} now in the Alembic environment `{other}`", subject.names.base);
    let mut problem = RULE.at(subject, Site::Path(first.migration.file.path.clone()), message);
    problem.label = format!(
        "databases of `{}` that ran `{}` will not find it",
        subject.environment.name, first.id
    );
    problem.culprits = moved.iter().map(|revision| revision.migration.file.path.clone()).collect();
    problem.culprits.extend(subject.loss.setting.iter().map(|it| it.site.path().clone()));
    problem.revisions = ids().cloned().collect();
    problem.weight = Weight::Minor;
    Some(problem)
}

/// Pairs new revisions with the deleted ones that had the same parent.
///
/// Revisions without a parent are excluded: if the first revisions are gone and a new one starts
/// the history, the history was squashed.
fn takers<'a>(
    subject: &'a RuleContext<'_>,
    gone: &[&'a Revision],
) -> Vec<(&'a Revision, &'a Revision)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, revision) in gone.iter().enumerate() {
        for parent in revision.parents.texts() {
            places.entry(&parent.text).or_insert(place);
        }
    }
    let new = subject.after.revisions().filter(|revision| subject.is_new(&revision.id));
    let taken_by = |taker: &'a Revision| {
        let parents = taker.parents.texts().iter();
        let taken = parents.filter_map(|parent| places.get(parent.text.as_str())).min()?;
        Some((gone[*taken], taker))
    };
    new.filter_map(taken_by).collect()
}

fn builds_beside(taken: &Revision, taker: &Revision) -> Related {
    let message = format!("`{}` has the parent of `{}`", taker.id, taken.id);
    Related { site: taker.parents_site(), message }
}

/// Returns the revision that the file of a deleted one now defines.
fn renamed<'a>(subject: &'a RuleContext<'_>, gone: &Revision) -> Option<&'a Revision> {
    let path = &gone.migration.file.path;
    subject.after.revisions().find(|revision| &revision.migration.file.path == path)
}

/// Returns the path of the file, or the site of the id that the file now defines.
fn site(subject: &RuleContext<'_>, gone: &Revision) -> Site {
    let path = &gone.migration.file.path;
    renamed(subject, gone).map_or_else(|| Site::Path(path.clone()), Revision::id_site)
}

/// Returns the last of the squashed revisions and the new start of the history: a new revision that
/// replaces them, or the oldest one that is kept.
fn squashed_into<'a>(
    subject: &'a RuleContext<'_>,
    gone: &[&Revision],
) -> Option<(RevisionId, &'a RevisionId)> {
    let ids: BTreeSet<&RevisionId> = gone.iter().map(|revision| &revision.id).collect();
    let begins = gone.iter().any(|revision| revision.parents == Parents::Base);
    let was_base = |id: &RevisionId| {
        subject.before.get(id).is_some_and(|landed| landed.parents == Parents::Base)
    };
    let whole = subject.after.bases().into_iter().find(|base| !was_base(base))?;
    let goes_on =
        |id: &RevisionId| subject.before.children(id).any(|child| ids.contains(&child.id));
    let mut last = gone.iter().map(|revision| &revision.id).filter(|id| !goes_on(id));
    match (begins, last.next(), last.next()) {
        (true, Some(last), None) => Some((last.clone(), whole)),
        _ => None,
    }
}

/// If revisions above the squash remain, they need nothing new. Otherwise databases must be stamped.
fn squash_advice(subject: &RuleContext<'_>, last: &RevisionId, whole: &RevisionId) -> Advice {
    let mut above = subject.before.children(last).filter(|child| subject.after.contains(&child.id));
    let reach = above.next().map(|child| &child.id);
    let environment = subject.environment;
    if let Some(first) = reach {
        return Advice::way([Step::run(
            format!("before you merge this, upgrade every database to `{first}` or later"),
            environment.command("upgrade", &[first.as_str()]),
        )]);
    }
    // `stamp --purge` also forgets the position of a database on other branches.
    let others = subject.before.heads().into_iter();
    let others: Vec<&RevisionId> = others.filter(|head| subject.after.contains(head)).collect();
    let bring = if others.is_empty() {
        Step::run(
            format!("before you merge this, upgrade every database to `{last}` or later"),
            environment.command("upgrade", &[last.as_str()]),
        )
    } else {
        Step::run(
            "before you merge this, upgrade every database to all heads",
            environment.command("upgrade", &["heads"]),
        )
    };
    let stamp = environment.command("stamp", &["--purge", whole.as_str()]);
    let stamp = others
        .into_iter()
        .fold(stamp, |command, head| command.and(environment.command("stamp", &[head.as_str()])));
    Advice::way([bring, Step::run("after you merge this, stamp every database", stamp)])
}

fn advice(
    subject: &RuleContext<'_>,
    gone: &[&Revision],
    first: &Revision,
    taker: Option<&Revision>,
) -> Advice {
    let path = &first.migration.file.path;
    if renamed(subject, first).is_some() {
        return Advice::way([Step::write(
            format!("write in {path}"),
            format!("revision = \"{}\"", first.id),
        )]);
    }
    if subject.standing == Standing::Replaced && subject.situation.get_base.is_some() {
        // Files that a push drops are restored together, regardless of their present folder.
        let get_base = subject.bring_in_base().into_iter();
        return Advice::way(get_base.chain(subject.situation.finish_staged()));
    }
    if let Some(setting) = &subject.loss.setting {
        return Advice::way([format!("include their folders in `{}` again", setting.key)]);
    }
    let location = &subject.environment.script_location;
    if subject.loss.fate == Fate::Removed && !location.is_root() {
        return subject.situation.keep_and_commit(&[location]);
    }
    keep(subject, gone, first, taker)
}

/// Returns the advice to restore deleted files and to undo their operations in a new migration.
fn keep(
    subject: &RuleContext<'_>,
    gone: &[&Revision],
    first: &Revision,
    taker: Option<&Revision>,
) -> Advice {
    let checkout = subject.situation.go_to_branch();
    let paths: Vec<&RepoPath> = gone.iter().map(|one| &one.migration.file.path).collect();
    let mut way = vec![subject.keep(&paths)];
    way.extend(put_back(subject, gone));
    if subject.after.is_empty() && subject.loss.fate == Fate::Kept {
        let begin = subject.environment.command("revision", &[]);
        let begin = Step::run("start a new history in the same change", begin);
        return Advice::way(way).or([begin]).after(checkout);
    }
    way.push(match gone {
        [_] => "undo its changes in a new migration on top".into(),
        _ => "undo their changes in a new migration on top".into(),
    });
    if let Some(taker) = taker {
        let heads = subject.before.heads_above(&first.id).into_iter().cloned();
        let heads: Vec<RevisionId> = heads.collect();
        way.extend(subject.write_parents("build on it: ", taker, &heads));
    }
    let edited = children_that_stay(subject, gone);
    let edited = edited.iter().copied().chain(taker).map(|one| &one.migration.file.path);
    let edited: BTreeSet<&RepoPath> = edited.collect();
    way.extend(subject.situation.finish_kept(&edited.into_iter().collect::<Vec<_>>()));
    Advice::way(way).after(checkout)
}

/// Returns the children of the deleted revisions that still exist.
fn children_that_stay<'a>(subject: &'a RuleContext<'_>, gone: &[&Revision]) -> Vec<&'a Revision> {
    let children = gone.iter().flat_map(|one| subject.before.children(&one.id));
    let ids: BTreeSet<&RevisionId> = children.map(|child| &child.id).collect();
    ids.into_iter().filter_map(|id| subject.after.get(id)).collect()
}

/// Returns the steps that give the remaining children their old parents once these are restored.
fn put_back(subject: &RuleContext<'_>, gone: &[&Revision]) -> Vec<Step> {
    let put_back = children_that_stay(subject, gone).into_iter().flat_map(|now| {
        let id = &now.id;
        let landed = subject.before.get(id)?;
        let parents = landed.parents.texts().iter();
        let parents: Vec<RevisionId> =
            parents.map(|parent| RevisionId::new(parent.text.clone())).collect();
        let why = format!("build `{id}` on its old parent: ");
        Some(subject.write_parents(&why, now, &parents))
    });
    put_back.flatten().collect()
}
