//! Pairs the environments before a change with those after it, and finds their migrations.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::losses::Sides;
use super::{Comparison, Reader, State};
use crate::alembic::environment::{BadSetting, Environment, Excess, Invocation, Listed, Lookup};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{Migration, RevisionId};
use crate::config::Config;
use crate::rules::{Fate, Loss};
use crate::tree::{Error, File, RepoPath, Tree};

/// One environment before and after a change.
#[derive(Debug)]
pub(crate) struct Pair {
    /// The environment after the change, or before it if the change removes the environment.
    pub(crate) environment: Environment,
    /// The environment before the change, if it existed.
    pub(super) was: Option<Environment>,
    /// The migrations and settings that Alembic loses through the change.
    pub(crate) loss: Loss,
    pub(crate) before: State,
    pub(crate) after: State,
}

impl Pair {
    /// Returns why neither side was read, if one exceeds a limit.
    pub(crate) fn excess(&self) -> Option<&Excess> {
        self.after.excess.as_ref().or(self.before.excess.as_ref())
    }

    /// Returns whether the environment still exists after the change.
    pub(crate) fn is_kept(&self) -> bool {
        self.loss.fate == Fate::Kept
    }

    /// Returns whether both sides are known to have the same files.
    pub(super) fn has_same_files(&self) -> bool {
        let (before, after) = (&self.before, &self.after);
        !before.is_cut
            && !after.is_cut
            && before.files == after.files
            && before.broken_links == after.broken_links
    }

    /// Drops both graphs if one side was not read, or everything would seem new or deleted.
    fn forget_half(&mut self) {
        if self.excess().is_some() {
            self.before.graph = Graph::default();
            self.after.graph = Graph::default();
        }
    }
}

/// An environment on one side.
struct Found {
    environment: Environment,
    state: State,
}

/// Finds the environments of both sides and pairs them.
pub(crate) fn pairs(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
) -> Result<(Vec<Pair>, Vec<BadSetting>), Error> {
    let after_discovery = reader.discover(after)?;
    let before_discovery = match comparison.before {
        Some(before) => reader.discover(before)?,
        None => Rc::default(),
    };
    let mut everywhere = after_discovery.environments.clone();
    everywhere.extend(before_discovery.environments.iter().cloned());
    for witness in &comparison.folder_sources {
        everywhere.extend(reader.discover(*witness)?.environments.iter().cloned());
    }
    let sides = Sides {
        before: &before_discovery,
        after: &after_discovery,
        past: comparison.before,
        tree: after,
    };
    let landed = match comparison.before {
        Some(before) => {
            Side::read(reader, before, &before_discovery.environments, &everywhere, None)?
        }
        None => Side::default(),
    };
    let environments = remaining(&sides, &reader.config())?;
    let mut here = Side::read(reader, after, &environments, &everywhere, Some(&landed))?;
    let mut landed: Vec<Option<Found>> = landed.found.into_iter().map(Some).collect();
    let mut pasts = pasts(&sides, &here.found, &mut landed);
    let mut pairs = Vec::new();
    for (found, past) in here.found.drain(..).zip(&mut pasts) {
        let (was, before) = past.take().map(|past| (past.environment, past.state)).unzip();
        pairs.push(Pair {
            environment: found.environment,
            was,
            loss: Loss::default(),
            before: before.unwrap_or_default(),
            after: found.state,
        });
    }
    let lookup = Lookup::new(after);
    let strays: HashSet<&File> = here.strays.iter().collect();
    for gone in landed.into_iter().flatten() {
        pairs.extend(lost(reader, &lookup, &strays, gone)?);
    }
    pairs.iter_mut().for_each(Pair::forget_half);
    let losses = (0..pairs.len()).map(|place| sides.loss(&pairs, place));
    let losses = losses.collect::<Result<Vec<Loss>, Error>>()?;
    pairs.iter_mut().zip(losses).for_each(|(pair, loss)| pair.loss = loss);
    Ok((pairs, after_discovery.problems.clone()))
}

/// Returns the environments after the change, without those that their configuration file no longer names.
fn remaining(sides: &Sides<'_>, config: &Config) -> Result<Vec<Environment>, Error> {
    let mut environments = Vec::new();
    for environment in &sides.after.environments {
        if !config.environments.is_empty() || !sides.is_abandoned(environment)? {
            environments.push(environment.clone());
        }
    }
    Ok(environments)
}

/// Returns the past of each environment.
///
/// Environments in the same place are matched first, so that a copy does not get the past of another one.
/// Environments that share only the command that runs them are matched last.
fn pasts(sides: &Sides<'_>, here: &[Found], landed: &mut [Option<Found>]) -> Vec<Option<Found>> {
    let mut pasts: Vec<Option<Found>> =
        here.iter().map(|found| at_the_same_place(found, landed)).collect();
    for (found, past) in here.iter().zip(&mut pasts).filter(|(_, past)| past.is_none()) {
        *past = most_alike(found, landed);
    }
    let run_before = |other: &Option<Found>| {
        other.as_ref().map_or_else(Vec::new, |other| sides.run_before(&other.environment))
    };
    let run_before: Vec<_> = landed.iter().map(run_before).collect();
    for (found, past) in here.iter().zip(&mut pasts).filter(|(_, past)| past.is_none()) {
        let run_now = sides.run_after(&found.environment);
        let is_run = |one: &Invocation| run_now.iter().any(|now| now.is_same(one));
        let mut others = landed.iter_mut().zip(&run_before);
        let same = others.find(|(other, run)| other.is_some() && run.iter().any(|one| is_run(one)));
        *past = same.and_then(|(other, _)| other.take());
    }
    pasts
}

/// A migration in a folder that is a versions folder of another tree.
struct Stray {
    file: File,
    id: Option<RevisionId>,
    parents: Vec<RevisionId>,
}

fn parents(migration: &Migration) -> Vec<RevisionId> {
    let texts = migration.module.down_revision.texts().iter();
    texts.map(|parent| RevisionId::new(&*parent.text)).collect()
}

/// The environments of one tree, and the migrations of its versions folders that belong to none.
#[derive(Default)]
struct Side {
    found: Vec<Found>,
    strays: Vec<File>,
    /// For each environment, the migrations that it was given but does not load.
    adopted: Vec<Vec<File>>,
    /// For each of their revisions, the environment that got it.
    adopted_ids: HashMap<RevisionId, usize>,
}

impl Side {
    fn read(
        reader: &mut Reader,
        tree: &dyn Tree,
        environments: &[Environment],
        everywhere: &[Environment],
        landed: Option<&Side>,
    ) -> Result<Side, Error> {
        let mut side = Side::default();
        let lookup = Lookup::new(tree);
        for environment in environments {
            let state = reader.state_by(&lookup, environment, &[])?;
            side.found.push(Found { environment: environment.clone(), state });
        }
        side.adopted = side.found.iter().map(|_| Vec::new()).collect();
        let mut homeless = Vec::new();
        for stray in strays(reader, &lookup, &side.found, everywhere)? {
            let migration = reader.migration(tree, &stray)?;
            let parents = parents(&migration);
            let id = Revision::of(migration).ok().map(|revision| revision.id);
            let is_loaded =
                |id: &RevisionId| side.loads(id) || landed.is_some_and(|landed| landed.loads(id));
            if id.as_ref().is_some_and(is_loaded) {
                side.strays.push(stray);
            } else {
                homeless.push(Stray { file: stray, id, parents });
            }
        }
        side.adopt(homeless);
        for (found, elsewhere) in side.found.iter_mut().zip(&side.adopted) {
            if !elsewhere.is_empty() {
                found.state = reader.state_by(&lookup, &found.environment, elsewhere)?;
            }
        }
        Ok(side)
    }

    /// Returns whether Alembic loads a revision here. Adopted revisions do not count.
    fn loads(&self, id: &RevisionId) -> bool {
        let is_adopted = self.adopted_ids.contains_key(id);
        !is_adopted && self.found.iter().any(|found| found.state.graph.contains(id))
    }

    /// Assigns each stray migration to the first environment that has one of its parents, and then its
    /// descendants too.
    fn adopt(&mut self, homeless: Vec<Stray>) {
        let mut children: HashMap<RevisionId, Vec<usize>> = HashMap::new();
        for (place, stray) in homeless.iter().enumerate() {
            for parent in &stray.parents {
                children.entry(parent.clone()).or_default().push(place);
            }
        }
        let mut homes = vec![None; homeless.len()];
        let mut waiting: VecDeque<usize> = (0..homeless.len()).collect();
        while let Some(place) = waiting.pop_front() {
            // A migration waits once for each adopted parent.
            if homes[place].is_some() {
                continue;
            }
            let stray = &homeless[place];
            let Some(home) = self.home_for(stray) else { continue };
            homes[place] = Some(home);
            if let Some(id) = &stray.id {
                let first = self.adopted_ids.entry(id.clone()).or_insert(home);
                *first = home.min(*first);
                waiting.extend(children.get(id).into_iter().flatten());
            }
        }
        for (stray, home) in homeless.into_iter().zip(homes) {
            let files = home.map_or(&mut self.strays, |home| &mut self.adopted[home]);
            files.push(stray.file);
        }
    }

    /// Returns the environment for a stray migration. A merge of revisions that Alembic loads has no effect
    /// there, so it gets none.
    fn home_for(&self, stray: &Stray) -> Option<usize> {
        let joins_loaded = stray.parents.len() > 1 && stray.parents.iter().all(|id| self.loads(id));
        let homes = stray.parents.iter().filter_map(|parent| self.home_of(parent));
        homes.min().filter(|_| !joins_loaded)
    }

    /// Returns the first environment that has a revision or was given it.
    fn home_of(&self, id: &RevisionId) -> Option<usize> {
        let loading = self.found.iter().position(|found| found.state.graph.contains(id));
        let given = self.adopted_ids.get(id).copied();
        loading.into_iter().chain(given).min()
    }
}

/// Lists the migrations in folders that are versions folders elsewhere but not here.
fn strays(
    reader: &Reader,
    lookup: &Lookup<'_>,
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
        for listed in reader.list_by(lookup, environment)?.files {
            if let Listed::File(file) = listed
                && !claimed.contains(&file.path)
            {
                strays.insert(file);
            }
        }
    }
    Ok(strays.into_iter().collect())
}

/// Takes the environment with the same versions folders.
fn at_the_same_place(found: &Found, landed: &mut [Option<Found>]) -> Option<Found> {
    let same = |other: &Option<Found>| {
        other.as_ref().is_some_and(|other| other.environment.key() == found.environment.key())
    };
    landed.iter_mut().find(|other| same(other))?.take()
}

/// Takes the environment that shares the most revisions.
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

/// Creates the pair of an environment that is gone; `None` if it was empty.
fn lost(
    reader: &mut Reader,
    after: &Lookup<'_>,
    strays: &HashSet<&File>,
    gone: Found,
) -> Result<Option<Pair>, Error> {
    let remaining = reader.state_by(after, &gone.environment, &[])?;
    let (fate, after) = if remaining.files.iter().any(|file| strays.contains(file)) {
        (Fate::Lost, remaining)
    } else if gone.state.graph.is_empty() {
        return Ok(None);
    } else {
        (Fate::Removed, State::default())
    };
    Ok(Some(Pair {
        was: Some(gone.environment.clone()),
        environment: gone.environment,
        loss: Loss { fate, ..Loss::default() },
        before: gone.state,
        after,
    }))
}
