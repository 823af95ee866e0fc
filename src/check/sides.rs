//! Which environment before the change is which after it, and where its migrations lie.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Comparison, Reader, State};
use crate::environment::{Environment, Excess, Listed, Problem};
use crate::graph::{Graph, Revision};
use crate::migration::Migration;
use crate::tree::{Error, File, RepoPath, Tree};

/// One environment on both sides.
#[derive(Debug)]
pub(crate) struct Pair {
    /// As it is after the change; as it was where it is lost.
    pub(crate) environment: Environment,
    /// Whether it is gone while migrations remain in its folders.
    pub(crate) lost: bool,
    pub(crate) before: State,
    pub(crate) after: State,
}

impl Pair {
    /// Returns why neither side was read, where one of them is too much.
    pub(crate) fn excess(&self) -> Option<&Excess> {
        self.after.excess.as_ref().or(self.before.excess.as_ref())
    }

    /// Tells whether both sides are known to have the same files.
    pub(super) fn has_same_files(&self) -> bool {
        let (before, after) = (&self.before, &self.after);
        !before.is_cut
            && !after.is_cut
            && before.files == after.files
            && before.broken_links == after.broken_links
    }

    /// Forgets what one side says where the other was not read: everything would seem new, or gone.
    fn forget_half(&mut self) {
        if self.excess().is_some() {
            self.before.graph = Graph::default();
            self.after.graph = Graph::default();
        }
    }
}

/// An environment as one side has it.
struct Found {
    environment: Environment,
    state: State,
}

/// Finds the environments of both sides and brings together those that are one.
pub(crate) fn pairs(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
) -> Result<(Vec<Pair>, Vec<Problem>), Error> {
    let after_discovery = reader.discover(after)?;
    let before_discovery = match comparison.before {
        Some(before) => reader.discover(before)?,
        None => Rc::default(),
    };
    let mut everywhere = after_discovery.environments.clone();
    everywhere.extend(before_discovery.environments.iter().cloned());
    for witness in &comparison.witnesses {
        everywhere.extend(reader.discover(*witness)?.environments.iter().cloned());
    }
    let mut here = Side::read(reader, after, &after_discovery.environments, &everywhere)?;
    let landed = match comparison.before {
        Some(before) => {
            Side::read(reader, before, &before_discovery.environments, &everywhere)?.found
        }
        None => Vec::new(),
    };
    let mut pairs = Vec::new();
    let mut landed: Vec<Option<Found>> = landed.into_iter().map(Some).collect();
    // Those that stayed where they were are found first, lest a copy takes another one's past.
    let mut same: Vec<Option<Found>> =
        here.found.iter().map(|found| at_the_same_place(found, &mut landed)).collect();
    for (found, same) in here.found.drain(..).zip(&mut same) {
        let before = same.take().or_else(|| most_alike(&found, &mut landed));
        pairs.push(Pair {
            environment: found.environment,
            lost: false,
            before: before.map(|before| before.state).unwrap_or_default(),
            after: found.state,
        });
    }
    for gone in landed.into_iter().flatten() {
        pairs.extend(lost(reader, after, &here.strays, gone)?);
    }
    pairs.iter_mut().for_each(Pair::forget_half);
    Ok((pairs, after_discovery.problems.clone()))
}

/// The environments of one tree, and the migrations of its version folders that belong to none.
struct Side {
    found: Vec<Found>,
    strays: Vec<File>,
}

impl Side {
    fn read(
        reader: &mut Reader,
        tree: &dyn Tree,
        environments: &[Environment],
        everywhere: &[Environment],
    ) -> Result<Side, Error> {
        let mut found = Vec::new();
        for environment in environments {
            let state = reader.state(tree, environment, &[])?;
            found.push(Found { environment: environment.clone(), state });
        }
        let mut side = Side { found, strays: Vec::new() };
        for stray in strays(reader, tree, &side.found, everywhere)? {
            side.adopt(reader, tree, stray)?;
        }
        Ok(side)
    }

    /// Gives a migration outside of every environment to the one that its parents belong to.
    fn adopt(&mut self, reader: &mut Reader, tree: &dyn Tree, stray: File) -> Result<(), Error> {
        let migration = reader.migration(tree, &stray)?;
        let home = self.found.iter_mut().find(|found| belongs(&migration, &found.state));
        match home {
            Some(home) => {
                let mut elsewhere: Vec<File> = home.state.files.clone();
                elsewhere.retain(|file| home.environment.versions_folder_of(&file.path).is_none());
                elsewhere.push(stray);
                home.state = reader.state(tree, &home.environment, &elsewhere)?;
            }
            None => self.strays.push(stray),
        }
        Ok(())
    }
}

fn belongs(migration: &Migration, state: &State) -> bool {
    let parents = migration.module.down_revision.texts().iter();
    let mut named = parents.map(|text| crate::migration::RevisionId::new(text.text.clone()));
    named.any(|parent| state.graph.contains(&parent))
}

/// Lists the migrations in folders that are version folders elsewhere and here are nobody's.
fn strays(
    reader: &Reader,
    tree: &dyn Tree,
    found: &[Found],
    everywhere: &[Environment],
) -> Result<Vec<File>, Error> {
    let here: BTreeSet<_> = found.iter().map(|found| found.environment.key()).collect();
    let is_here = |environment: &&Environment| here.contains(&environment.key());
    if everywhere.iter().all(|environment| is_here(&environment)) {
        return Ok(Vec::new());
    }
    let claimed: BTreeSet<&RepoPath> =
        found.iter().flat_map(|found| &found.state.files).map(|file| &file.path).collect();
    let mut strays = BTreeSet::new();
    for environment in everywhere.iter().filter(|environment| !is_here(environment)) {
        for listed in reader.list(tree, environment)?.files {
            if let Listed::File(file) = listed
                && !claimed.contains(&file.path)
            {
                strays.insert(file);
            }
        }
    }
    Ok(strays.into_iter().collect())
}

/// Takes the environment with the same version folders.
fn at_the_same_place(found: &Found, landed: &mut [Option<Found>]) -> Option<Found> {
    let same = |other: &Option<Found>| {
        other.as_ref().is_some_and(|other| other.environment.key() == found.environment.key())
    };
    landed.iter_mut().find(|other| same(other))?.take()
}

/// Takes the environment that shares most revisions.
fn most_alike(found: &Found, landed: &mut [Option<Found>]) -> Option<Found> {
    let shared = |other: &Option<Found>| {
        let revisions = other.as_ref()?.state.graph.revisions();
        Some(revisions.filter(|revision| has(found, revision)).count()).filter(|shared| *shared > 0)
    };
    let scored = landed.iter().enumerate();
    let scored = scored.filter_map(|(place, other)| Some((shared(other)?, Reverse(place))));
    let (_, Reverse(place)) = scored.max()?;
    landed[place].take()
}

fn has(found: &Found, revision: &Revision) -> bool {
    found.state.graph.contains(&revision.id)
}

/// Judges what remains of an environment that is gone at its old place.
fn lost(
    reader: &mut Reader,
    after: &dyn Tree,
    strays: &[File],
    gone: Found,
) -> Result<Option<Pair>, Error> {
    let remaining = reader.state(after, &gone.environment, &[])?;
    if !remaining.files.iter().any(|file| strays.contains(file)) {
        return Ok(None);
    }
    Ok(Some(Pair {
        environment: gone.environment,
        lost: true,
        before: gone.state,
        after: remaining,
    }))
}
