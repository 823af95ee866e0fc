//! Revisions that differ between target branches although databases move between them.
//!
//! A database at `x` has run the ancestors of `x` on the branch that it comes from. On another branch,
//! Alembic assumes that it has run the ancestors of `x` there. It skips the ancestors that only that branch
//! has, and runs again those that are not ancestors there.

use std::collections::{BTreeMap, BTreeSet};

use super::pairing::Pair;
use super::{Comparison, Peer, Reader, State};
use crate::alembic::environment::Environment;
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::rules::{self, DatabaseEffect, Difference, Diverged, Move, MoveDirection};
use crate::tree::{Error, File, Tree};

/// The maximum number of differing revisions to compare. Each may need a walk over the whole history.
const MOST_COMPARED: usize = 500;

/// The maximum number of named migrations that a database skips or runs again.
const MOST_NAMED: usize = 4;

/// Compares the revisions that the change adds or moves with those of every other target branch.
///
/// For each revision, only the worst difference is returned.
pub(super) fn find(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
    changed: &[&Revision],
) -> Result<Vec<Diverged>, Error> {
    let rule = rules::diverged_targets();
    if reader.config().level(rule.name, rule.level) == Level::Off {
        return Ok(Vec::new());
    }
    let (before, graph) = (&pair.before.graph, &pair.after.graph);
    let is_placed_anew =
        |now: &&Revision| !before.get(&now.id).is_some_and(|landed| landed.is_linked_as(now));
    let placed = changed.iter().copied().filter(is_placed_anew);
    let placed: Vec<&Revision> = placed.filter(|now| !graph.is_duplicate(&now.id)).collect();
    if placed.is_empty() {
        return Ok(Vec::new());
    }
    let mut worst: BTreeMap<RevisionId, Diverged> = BTreeMap::new();
    for peer in (comparison.peers)() {
        // A target branch that cannot be read is ignored.
        let Ok(found) = compare(reader, &peer, after, pair, &placed) else {
            reader.miss();
            continue;
        };
        for one in found {
            let weight = one.difference.weight();
            if worst.get(&one.revision).is_none_or(|known| known.difference.weight() < weight) {
                worst.insert(one.revision.clone(), one);
            }
        }
    }
    Ok(worst.into_values().collect())
}

/// Compares some revisions with those of another target branch.
fn compare(
    reader: &mut Reader,
    peer: &Peer<'_>,
    after: &dyn Tree,
    pair: &Pair,
    placed: &[&Revision],
) -> Result<Vec<Diverged>, Error> {
    let Some(state) = counterpart(reader, peer, after, pair)? else {
        return Ok(Vec::new());
    };
    let graph = &state.graph;
    let differs = |revision: &Revision| {
        let other = graph.get(&revision.id).filter(|other| !graph.is_duplicate(&other.id));
        other.filter(|other| other.migration.file.id != revision.migration.file.id)
    };
    let pairs = placed.iter().filter_map(|&revision| Some((revision, differs(revision)?)));
    let mut found = Vec::new();
    for (revision, other) in pairs.take(MOST_COMPARED) {
        let here = Version { tree: after, graph: &pair.after.graph, revision };
        let there = Version { tree: &*peer.tree, graph, revision: other };
        let question = Question { before: &pair.before.graph, here, there, usual: peer.usual };
        if let Some(difference) = question.difference(reader)? {
            found.push(Diverged {
                revision: revision.id.clone(),
                target: peer.name.clone(),
                path: other.migration.file.path.clone(),
                parents: other.parents.ids(),
                difference,
            });
        }
    }
    Ok(found)
}

/// Reads the matching environment of another target branch.
///
/// It has the same versions folders. Otherwise it is the one that shares most revisions, if no environment
/// here is in its place.
fn counterpart(
    reader: &mut Reader,
    peer: &Peer<'_>,
    after: &dyn Tree,
    pair: &Pair,
) -> Result<Option<State>, Error> {
    let there = reader.discover(&*peer.tree)?;
    let is_same = |other: &&Environment| other.key() == pair.environment.key();
    if let Some(same) = there.environments.iter().find(is_same) {
        return reader.state(&*peer.tree, same, &[]).map(Some);
    }
    let here = reader.discover(after)?;
    let is_taken =
        |other: &Environment| here.environments.iter().any(|one| one.key() == other.key());
    let mut best: Option<(usize, State)> = None;
    for other in there.environments.iter().filter(|other| !is_taken(other)) {
        let state = reader.state(&*peer.tree, other, &[])?;
        let revisions = state.graph.revisions();
        let shared = revisions.filter(|one| pair.after.graph.contains(&one.id)).count();
        if shared > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((shared, state));
        }
    }
    Ok(best.map(|(_, state)| state))
}

/// A revision on one target branch.
#[derive(Clone, Copy)]
struct Version<'a> {
    tree: &'a dyn Tree,
    graph: &'a Graph,
    revision: &'a Revision,
}

impl Version<'_> {
    fn file(&self) -> &File {
        &self.revision.migration.file
    }

    /// Returns the additional ancestors of the revision here, down to the common ones.
    ///
    /// Differences further down are found at those revisions.
    fn more_than(&self, needed_there: &BTreeSet<&RevisionId>) -> BTreeSet<RevisionId> {
        let mut more = BTreeSet::new();
        let mut waiting = vec![&self.revision.id];
        while let Some(id) = waiting.pop() {
            let below = self.graph.prerequisites(id).map(|below| &below.id);
            for below in below.filter(|below| !needed_there.contains(below)) {
                if more.insert(below.clone()) {
                    waiting.push(below);
                }
            }
        }
        more
    }
}

/// The ancestors that only one of two versions of a revision has.
#[derive(PartialEq, Eq)]
struct Gap {
    only_here: BTreeSet<RevisionId>,
    only_there: BTreeSet<RevisionId>,
}

/// A comparison of two versions of a revision.
struct Question<'a> {
    before: &'a Graph,
    here: Version<'a>,
    there: Version<'a>,
    usual: Option<MoveDirection>,
}

impl Question<'_> {
    fn difference(&self, reader: &Reader) -> Result<Option<Difference>, Error> {
        let Question { before, here, there, .. } = self;
        // `published-migration-edited` covers changes to a published file.
        let content = if before.contains(&here.revision.id) { None } else { self.content(reader)? };
        if content == Some(Difference::OtherMigration) {
            return Ok(content);
        }
        let was = before.get(&here.revision.id);
        let was =
            was.and_then(|was| gap(&Version { graph: before, revision: was, ..*here }, there));
        let gap = gap(here, there).filter(|now| Some(now) != was.as_ref());
        // A squash replaces the revisions that it removes, which is reported elsewhere.
        let is_squashed = |id: &RevisionId| before.contains(id) && !here.graph.contains(id);
        let gap = gap.filter(|gap| !gap.only_there.iter().any(is_squashed));
        let harm = gap.map(|gap| self.harm(reader, &gap)).transpose()?.flatten();
        Ok(match harm {
            Some(harm) if harm.is_usual || content.is_none() => Some(Difference::Order(harm)),
            Some(_) | None => content,
        })
    }

    /// Compares the operations of `upgrade`.
    fn content(&self, reader: &Reader) -> Result<Option<Difference>, Error> {
        let Question { here, there, .. } = self;
        if !reader.upgrades_differ((there.tree, there.file()), (here.tree, here.file()))? {
            return Ok(None);
        }
        let has_same_name = here.file().path.file_name() == there.file().path.file_name();
        let title = |version: &Version<'_>| {
            let titles = reader.titles(version.tree, std::slice::from_ref(version.file()))?;
            let title = titles.into_values().next();
            // Alembic writes this if there is no message (`ScriptDirectory.generate_revision`).
            Ok::<_, Error>(title.filter(|title| title != "empty message"))
        };
        let has_same_title = match (title(here)?, title(there)?) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => false,
        };
        Ok(Some(if has_same_name || has_same_title {
            Difference::EditedBackport
        } else {
            Difference::OtherMigration
        }))
    }

    /// Returns the damage to a database that moves. The usual direction is checked first.
    fn harm(&self, reader: &Reader, gap: &Gap) -> Result<Option<Move>, Error> {
        let Question { here, there, usual, .. } = self;
        let known = |ids: &BTreeSet<RevisionId>, graph: &Graph| -> Vec<RevisionId> {
            ids.iter().filter(|id| graph.contains(id)).cloned().collect()
        };
        let cases = [
            (MoveDirection::There, DatabaseEffect::Skips, known(&gap.only_there, there.graph)),
            (MoveDirection::Here, DatabaseEffect::Skips, known(&gap.only_here, here.graph)),
            (MoveDirection::There, DatabaseEffect::Repeats, known(&gap.only_here, there.graph)),
            (MoveDirection::Here, DatabaseEffect::Repeats, known(&gap.only_there, here.graph)),
        ];
        let mut unusual = None;
        for (way, effect, ids) in cases {
            let is_usual = usual.is_none_or(|usual| usual == way);
            if !is_usual && unusual.is_some() {
                continue;
            }
            let end = match way {
                MoveDirection::There => there,
                MoveDirection::Here => here,
            };
            let ids = effective(reader, end, ids)?;
            if ids.is_empty() {
                continue;
            }
            let harm = Move { way, effect, ids, is_usual };
            if is_usual {
                return Ok(Some(harm));
            }
            unusual = Some(harm);
        }
        Ok(unusual)
    }
}

/// Compares the ancestors of two versions.
///
/// Returns `None` if they are unknown, or if the histories below the revision have nothing in common. Then
/// one is a squash of the other, or they are unrelated.
fn gap(here: &Version<'_>, there: &Version<'_>) -> Option<Gap> {
    if here.revision.is_linked_as(there.revision) {
        return None;
    }
    let needed_here = here.graph.requirements(&here.revision.id);
    let needed_there = there.graph.requirements(&there.revision.id);
    let is_known = here.graph.is_known(&needed_here) && there.graph.is_known(&needed_there);
    let has_nothing_below = needed_here.len() == 1 || needed_there.len() == 1;
    let is_related = has_nothing_below || needed_here.intersection(&needed_there).nth(1).is_some();
    if !is_known || !is_related {
        return None;
    }
    Some(Gap {
        only_here: here.more_than(&needed_there),
        only_there: there.more_than(&needed_here),
    })
}

/// Returns the revisions with a non-empty `upgrade`, up to the number that is named.
///
/// Skipping or repeating an empty migration, such as a merge revision, does no harm.
fn effective(
    reader: &Reader,
    version: &Version<'_>,
    ids: Vec<RevisionId>,
) -> Result<Vec<RevisionId>, Error> {
    let mut effective = Vec::new();
    for id in ids {
        let Some(revision) = version.graph.get(&id) else { continue };
        if reader.does_something(version.tree, &revision.migration.file)? {
            effective.push(id);
        }
        if effective.len() == MOST_NAMED {
            break;
        }
    }
    Ok(effective)
}
