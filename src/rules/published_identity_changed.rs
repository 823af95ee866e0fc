//! `published-identity-changed`.

use std::collections::BTreeSet;

use super::context::listed;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{RevisionId, Value};
use crate::config::Level;
use crate::heads::{Cause, HeadProblem};
use crate::problem::{Problem, Related, Weight};

pub(super) static RULE: Rule = Rule {
    name: "published-identity-changed",
    group: Group::Published,
    summary: "published revision gets other ancestors",
    level: Level::Error,
    explain: "\
## What it checks
The change gives a published revision other parents, dependencies or branch labels. The rule compares
everything that must run before the revision, through `down_revision` and `depends_on`. It blocks if the
revision gains such an ancestor: somebody inserted a migration below it, or put it on top of another one. It
also blocks if the revision loses an ancestor that stays in the history. It is a warning if the change turns
two heads into one, if the new ancestors replace deleted ones (a squash), and for labels.

## Why it matters
Alembic assumes that a database at a revision has run everything below it. Databases that are already at this
revision never run the new ancestor, and nothing tells you. A database that is at both of two heads fails with
\"overlaps with other requested revisions\". A database at a revision that lost an ancestor runs that ancestor
again: \"table already exists\".

## How to fix
Restore the old value. Build the new migration on the newest head. To join two heads, use a merge revision
(`alembic-guard merge`), which is safe for every database. If the change undoes an earlier mistake and no
database has run the revision at its current place, allow it in that file:
`# alembic-guard: allow(published-identity-changed)`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    if !subject.is_published() {
        return Vec::new();
    }
    let told = repointed_to_a_head(subject);
    let changed: Vec<(&Revision, &Revision)> =
        changed(subject).filter(|(_, now)| !told.contains(&now.id)).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let (before, after) = (without_a_place(subject.before), without_a_place(subject.after));
    let placed = |id: &RevisionId| !before.contains(id) && !after.contains(id);
    let placed = changed.into_iter().filter(|(_, now)| placed(&now.id));
    placed.filter_map(|(landed, now)| problem(subject, landed, now)).collect()
}

/// Pairs each published revision with its version in the result, if its links or labels differ.
/// Values that cannot be read do not count.
fn changed<'s>(subject: &'s RuleContext<'_>) -> impl Iterator<Item = (&'s Revision, &'s Revision)> {
    let edited = subject.changed.iter().copied();
    let moved =
        if subject.changed.is_empty() { Vec::new() } else { with_moved_dependencies(subject) };
    let published = edited.chain(moved);
    let published = published.filter_map(|now| Some((subject.before.get(&now.id)?, now)));
    published.filter(|(landed, now)| {
        let (was, is) = (linked(subject.before, landed), linked(subject.after, now));
        is_known(landed) && is_known(now) && (was != is || label_set(landed) != label_set(now))
    })
}

/// Returns revisions of unchanged files with a label in `depends_on` that the change may have moved.
fn with_moved_dependencies<'s>(subject: &'s RuleContext<'_>) -> Vec<&'s Revision> {
    let is_label = |name: &str| !subject.after.contains(&RevisionId::new(name));
    let edited: BTreeSet<&RevisionId> = subject.changed.iter().map(|now| &now.id).collect();
    let dependent = subject.after.revisions().filter(|now| now.dependencies().any(is_label));
    dependent.filter(|now| !edited.contains(&now.id)).collect()
}

/// Returns the names of a revision's parents and dependencies. A label counts as the revision that
/// declares it.
fn linked<'g>(graph: &'g Graph, revision: &'g Revision) -> BTreeSet<&'g str> {
    let parents = revision.parents.texts().iter().map(|parent| parent.text.as_str());
    let dependencies = revision.dependencies();
    let dependencies =
        dependencies.map(|name| graph.named(name).map_or(name, |named| named.id.as_str()));
    parents.chain(dependencies).collect()
}

fn label_set(revision: &Revision) -> BTreeSet<&str> {
    revision.labels().collect()
}

/// Returns the revisions that Alembic cannot place.
///
/// If Alembic could not place them in the base, a repair harms no database. If it can no longer
/// place them, other rules report that.
fn without_a_place(graph: &Graph) -> BTreeSet<&RevisionId> {
    let missing = graph.missing().iter().map(|missing| &missing.child);
    let unknown = graph.unknown_dependencies().iter().map(|unknown| &unknown.dependent);
    let duplicates = graph.duplicates().map(|(id, _)| id);
    let cyclic = graph.cycles().into_iter().flatten();
    missing.chain(unknown).chain(duplicates).chain(cyclic).collect()
}

/// Returns the re-pointed revisions that leave a head behind. `multiple-heads` reports these.
fn repointed_to_a_head<'a>(subject: &'a RuleContext<'_>) -> BTreeSet<&'a RevisionId> {
    let repointed = subject.head_problems.iter().filter_map(|fault| match fault {
        HeadProblem::Returned { cause: Cause::Repointed(child), .. } => Some(child),
        HeadProblem::Returned { cause: Cause::Removed(_), .. }
        | HeadProblem::Stale(_)
        | HeadProblem::Fork { .. }
        | HeadProblem::NewHistory { .. } => None,
    });
    repointed.collect()
}

fn problem(subject: &RuleContext<'_>, landed: &Revision, now: &Revision) -> Option<Problem> {
    if linked(subject.before, landed) == linked(subject.after, now) {
        return labels(subject, landed, now);
    }
    let links = Links::of(subject, now);
    if !links.lost.is_empty() {
        return Some(lost(subject, landed, now, &links));
    }
    (!links.gained.is_empty()).then(|| gained(subject, landed, now, &links))
}

/// Returns whether all values that determine a revision's position are literals.
fn is_known(revision: &Revision) -> bool {
    let module = &revision.migration.module;
    let values = [&module.down_revision, &module.depends_on, &module.branch_labels];
    !values.iter().any(|value| matches!(value, Value::Computed { .. }))
}

/// The ancestors that a published revision gains and loses.
struct Links<'g> {
    gained: BTreeSet<&'g RevisionId>,
    /// Lost ancestors that still exist in the result.
    lost: BTreeSet<&'g RevisionId>,
    /// Whether the result no longer has some of the others.
    some_gone: bool,
}

impl<'g> Links<'g> {
    fn of(subject: &'g RuleContext<'_>, now: &Revision) -> Links<'g> {
        let needed = subject.before.requirements(&now.id);
        let needs = subject.after.requirements(&now.id);
        let lost = needed.difference(&needs).copied();
        let (lost, gone): (BTreeSet<_>, BTreeSet<_>) =
            lost.partition(|id| subject.after.contains(id));
        Links {
            gained: needs.difference(&needed).copied().collect(),
            lost,
            some_gone: !gone.is_empty(),
        }
    }
}

fn gained(
    subject: &RuleContext<'_>,
    landed: &Revision,
    now: &Revision,
    links: &Links<'_>,
) -> Problem {
    let all_new = links.gained.iter().all(|id| subject.is_new(id));
    let (what, shown) = in_brief(&links.gained);
    let message = format!("published revision `{}` gains a new ancestor, {what}", now.id);
    let mut problem = begun(subject, landed, now, message);
    let never = format!("databases at `{}` never run this", now.id);
    let gained = shown.iter().filter_map(|id| subject.after.get(id));
    problem.related =
        gained.map(|one| Related { site: one.id_site(), message: never.clone() }).collect();
    let new = links.gained.iter().filter(|id| subject.is_new(id));
    let new = new.filter_map(|id| subject.after.get(id));
    problem.culprits.extend(new.map(|one| one.migration.file.path.clone()));
    let mut way = put_back(subject, landed, now);
    if subject.joins_heads() {
        problem.weight = Weight::Minor;
        let heads: Vec<RevisionId> = subject.before.heads().into_iter().cloned().collect();
        way.push(Step::run(
            "join the heads instead, which is safe for every database",
            subject.merge_command(&heads),
        ));
    } else if all_new && links.some_gone {
        problem.weight = Weight::Minor;
        way =
            vec![format!("keep this only if {what} does the same as the deleted revisions").into()];
    } else {
        way.extend(build_on_top(subject, now, &links.gained));
    }
    problem.advice = Advice::way(way);
    problem
}

/// Returns the steps that move the lowest of the new ancestors to another parent.
fn build_on_top(
    subject: &RuleContext<'_>,
    now: &Revision,
    gained: &BTreeSet<&RevisionId>,
) -> Vec<Step> {
    let is_lowest = |id: &RevisionId| {
        subject.is_new(id) && !subject.after.parents(id).any(|parent| gained.contains(&parent.id))
    };
    let mut lowest = gained.iter().copied().filter(|id| is_lowest(id));
    let (Some(lowest), None) = (lowest.next(), lowest.next()) else {
        return Vec::new();
    };
    let heads: Vec<RevisionId> = subject.before.heads_above(&now.id).into_iter().cloned().collect();
    let lowest = subject.after.get(lowest).into_iter();
    let on_top = lowest.flat_map(|lowest| {
        subject.write_parents(&format!("build `{}` on top: ", lowest.id), lowest, &heads)
    });
    on_top.collect()
}

/// Reports an ancestor that is still in the history but no longer required by the revision.
fn lost(
    subject: &RuleContext<'_>,
    landed: &Revision,
    now: &Revision,
    links: &Links<'_>,
) -> Problem {
    let (what, shown) = in_brief(&links.lost);
    let (ancestor, stay) = match links.lost.len() {
        1 => ("its ancestor", "which stays"),
        _ => ("its ancestors", "which stay"),
    };
    let gains = if links.gained.is_empty() {
        String::new()
    } else {
        format!(", and gains {}", in_brief(&links.gained).0)
    };
    let message = format!(
        "published revision `{}` loses {ancestor} {what}, {stay} in the history{gains}",
        now.id
    );
    let mut problem = begun(subject, landed, now, message);
    let again = format!("databases at `{}` run this again", now.id);
    let lost = shown.iter().filter_map(|id| subject.after.get(id));
    problem.related =
        lost.map(|one| Related { site: one.id_site(), message: again.clone() }).collect();
    let put_back = put_back(subject, landed, now);
    problem.advice = Advice::way(put_back).or([Step::write(
        format!(
            "if this undoes an earlier mistake and no database has run `{}` at its current place, add to \
             the header of {}",
            now.id, now.migration.file.path
        ),
        format!("# alembic-guard: allow({})", RULE.name),
    )]);
    problem
}

/// Lists some revisions, and returns those that the list names.
fn in_brief<'g>(ids: &BTreeSet<&'g RevisionId>) -> (String, Vec<&'g RevisionId>) {
    let shown: Vec<&RevisionId> = ids.iter().copied().take(3).collect();
    let listed = listed(shown.iter().copied());
    match ids.len() - shown.len() {
        0 => (listed, shown),
        more => (format!("{listed} and {more} more"), shown),
    }
}

fn labels(subject: &RuleContext<'_>, landed: &Revision, now: &Revision) -> Option<Problem> {
    let (before, after) = (label_set(landed), label_set(now));
    let mut missed = subject.after.unknown_dependencies().iter();
    let is_missed = missed.any(|unknown| before.contains(unknown.name.text.as_str()));
    if is_missed {
        return None;
    }
    let names = |labels: &BTreeSet<&str>| {
        if labels.is_empty() {
            "none".to_owned()
        } else {
            listed(&labels.iter().map(|label| RevisionId::new(*label)).collect::<Vec<_>>())
        }
    };
    let message = format!(
        "published revision `{}` changes its branch labels from {} to {}",
        now.id,
        names(&before),
        names(&after)
    );
    let mut problem = RULE.at(subject, now.labels_site(), message);
    problem.weight = Weight::Minor;
    problem.culprits.push(landed.migration.file.path.clone());
    problem.label = "commands and settings with the old label fail".to_owned();
    problem.revisions = vec![now.id.clone()];
    problem.advice = Advice::way(["restore the label, or change everything that uses it"]);
    Some(problem)
}

/// Creates a problem at the value that differs.
fn begun(subject: &RuleContext<'_>, landed: &Revision, now: &Revision, message: String) -> Problem {
    let parents = parent_ids(landed);
    let base = &subject.names.base;
    let (site, label) = if parents == parent_ids(now) {
        (now.dependencies_site(), format!("different on {base}"))
    } else if parents.is_empty() {
        (now.parents_site(), format!("no parent on {base}"))
    } else {
        (now.parents_site(), format!("builds on {} on {base}", listed(&parents)))
    };
    let mut problem = RULE.at(subject, site, message);
    problem.label = label;
    // If the file was renamed, the change may list it under its other name.
    problem.culprits.push(landed.migration.file.path.clone());
    if landed.migration.file == now.migration.file {
        let declaring = [subject.before, subject.after]
            .into_iter()
            .flat_map(|graph| now.dependencies().filter_map(|name| graph.named(name)));
        problem.culprits.extend(declaring.map(|one| one.migration.file.path.clone()));
    }
    problem.revisions = vec![now.id.clone()];
    problem
}

fn put_back(subject: &RuleContext<'_>, landed: &Revision, now: &Revision) -> Vec<Step> {
    let parents = parent_ids(landed);
    if landed.migration.file == now.migration.file {
        vec!["restore the branch label in its `depends_on`".into()]
    } else if parents == parent_ids(now) {
        vec![format!("restore `depends_on` in {}", now.migration.file.path).into()]
    } else {
        subject.write_parents("restore the parent: ", now, &parents)
    }
}

fn parent_ids(revision: &Revision) -> Vec<RevisionId> {
    let parents = revision.parents.texts().iter();
    parents.map(|parent| RevisionId::new(parent.text.clone())).collect()
}
