//! What a rebase means for databases that have run the old order already: the author's own.
//!
//! A database stamped with a revision that now stands higher would skip what was put below it. Nobody
//! but its owner can know of it, so the way back is told with every rebase.

use std::collections::BTreeMap;

use crate::advice::{Command, Help};
use crate::environment::Environment;
use crate::fix::Repointed;
use crate::graph::Graph;
use crate::migration::RevisionId;

/// So many of the migrations that a database would skip are named.
const MOST_SHOWN: usize = 3;

/// Says how a database that has run the migrations in their old order gets into the new one.
pub(super) fn own_databases(
    environment: &Environment,
    graph: &Graph,
    repointed: &[Repointed],
) -> Vec<Help> {
    if let [one] = repointed
        && let Some(way_back) = way_back(environment, graph, one)
    {
        let skipped = skipped(graph, one);
        let (shown, more) = skipped.split_at(skipped.len().min(MOST_SHOWN));
        let mut shown: Vec<String> = shown.iter().map(|id| format!("`{id}`")).collect();
        shown.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
        let they = if skipped.len() == 1 { "it" } else { "them" };
        let lower = format!(
            "a database that has run `{}` but not {} would skip {they}; there, run",
            one.revision,
            shown.join(", "),
        );
        let lower = Help::run(lower, way_back);
        return std::iter::once(lower).chain(has_run_both(environment, graph, one)).collect();
    }
    let moved: Vec<String> = repointed.iter().map(|one| format!("`{}`", one.revision)).collect();
    let they = if moved.len() == 1 { "it" } else { "them" };
    let begins = |one: &Repointed| parents(graph, one).is_empty();
    let down = if repointed.iter().any(begins) { "base" } else { "REVISION" };
    vec![Help::note(format!(
        "a database that has run {} in the old order would skip what lies below {they} now: make it \
         anew, or take {they} back there with the files as they were (`{}`)",
        moved.join(", "),
        environment.command("downgrade", &[down])
    ))]
}

/// Says how a database is told that it has run all there is, where nothing is above the revision: Alembic
/// stops at two stamps of which one is below the other.
fn has_run_both(environment: &Environment, graph: &Graph, one: &Repointed) -> Option<Help> {
    let heads = moved(graph, one).heads().into_iter().cloned().collect::<Vec<_>>();
    let stamp = environment.command("stamp", &["--purge", one.revision.as_str()]);
    (heads == [one.revision.clone()])
        .then(|| Help::run("one that has run all of them needs no more than", stamp))
}

fn moved(graph: &Graph, one: &Repointed) -> Graph {
    graph.with_parents(&BTreeMap::from([(one.revision.clone(), one.parents.clone())]))
}

/// Returns what lies below a revision now and did not before: its new parents, then what these bring.
fn skipped(graph: &Graph, one: &Repointed) -> Vec<RevisionId> {
    let known = graph.ancestors(&one.revision);
    let mut skipped: Vec<RevisionId> =
        one.parents.iter().filter(|id| !known.contains(id)).cloned().collect();
    for below in one.parents.iter().flat_map(|parent| graph.ancestors(parent)) {
        if !known.contains(below) && !skipped.contains(below) {
            skipped.push(below.clone());
        }
    }
    skipped
}

/// Takes a database to where it was before the revision, by the new files, and up again; nothing where
/// no commands do that.
///
/// What `stamp --purge` would forget is where the database stands in other lines, and old releases of
/// Flask-Migrate lack it; a plain `stamp` moves down the line of the revision and leaves the others.
fn way_back(environment: &Environment, graph: &Graph, one: &Repointed) -> Option<Command> {
    let old = parents(graph, one);
    // Below what began with nothing the database may have run something or not, and `stamp base` takes
    // the stamps of all lines away.
    if old.is_empty() {
        return None;
    }
    // Of the parents of a merge revision any will do: the others are where the database stands then.
    let below = one.parents.iter().find(|id| !old.contains(id))?;
    let left = old.iter().filter(|id| !one.parents.contains(id));
    let up = match moved(graph, one).heads().len() {
        ..=1 => "head",
        _ => "heads",
    };
    let down = environment.command("downgrade", &[below.as_str()]);
    let stamped =
        left.fold(down, |command, id| command.and(environment.command("stamp", &[id.as_str()])));
    Some(stamped.and(environment.command("upgrade", &[up])))
}

fn parents(graph: &Graph, one: &Repointed) -> Vec<RevisionId> {
    graph.get(&one.revision).map(|revision| revision.parents.ids()).unwrap_or_default()
}
