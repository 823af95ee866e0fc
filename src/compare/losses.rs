//! Environments that Alembic can no longer run and revisions that it can no longer find.

use std::collections::HashSet;

use super::pairing::Pair;
use crate::alembic::environment::{BadSetting, Discovery, Effect, Environment, Invocation};
use crate::alembic::graph::{Parents, Revision};
use crate::alembic::migration::RevisionId;
use crate::rules::{Fate, Loss, Restore, Setting};
use crate::text::escape;
use crate::tree::{Error, File, Node, RepoPath, Site, Tree};

/// The environments before and after a change.
pub(super) struct Sides<'a> {
    pub(super) before: &'a Discovery,
    pub(super) after: &'a Discovery,
    pub(super) past: Option<&'a dyn Tree>,
    pub(super) tree: &'a dyn Tree,
}

impl Sides<'_> {
    /// Returns whether the configuration file of an environment now points elsewhere or nowhere.
    ///
    /// The file still exists, or another one replaces it. An unknown program may still use the folder.
    pub(super) fn is_abandoned(&self, environment: &Environment) -> Result<bool, Error> {
        let leads = |invocation: &&Invocation| {
            invocation.file.is_some() && invocation.leads_to(environment)
        };
        if self.after.invocations.iter().any(|invocation| leads(&invocation)) {
            return Ok(false);
        }
        for invocation in self.before.invocations.iter().filter(leads) {
            let is_replaced = self.after.invocations.iter().any(|later| later.is_same(invocation));
            if is_replaced || self.file_of(invocation)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the invocations of an environment before the change.
    pub(super) fn run_before(&self, was: &Environment) -> Vec<&Invocation> {
        self.before.invocations.iter().filter(|it| it.leads_to(was)).collect()
    }

    /// Returns the invocations of an environment after the change.
    pub(super) fn run_after(&self, now: &Environment) -> Vec<&Invocation> {
        self.after.invocations.iter().filter(|it| it.leads_to(now)).collect()
    }

    /// Returns the loss of one pair.
    pub(super) fn loss(&self, pairs: &[Pair], place: usize) -> Result<Loss, Error> {
        let pair = &pairs[place];
        let Some(was) = pair.was.as_ref().filter(|_| pair.excess().is_none()) else {
            return Ok(Loss::default());
        };
        let now = (pair.loss.fate == Fate::Kept).then_some(&pair.environment);
        let mut loss = Loss { fate: pair.loss.fate, stop: self.stop(was, now)?, ..Loss::default() };
        if let Some(stop) = &loss.stop {
            loss.restore = match now.and_then(|now| repointed(stop, was, now)) {
                Some(setting) => Some(setting),
                None => self.restorable(stop, was)?,
            };
        }
        let others = || pairs.iter().enumerate().filter(|(other, _)| *other != place);
        let elsewhere = |id: &RevisionId| {
            let (_, found) = others()
                .find(|(_, it)| it.loss.fate == Fate::Kept && it.after.graph.contains(id))?;
            Some(found)
        };
        let is_missing = |revision: &&Revision| {
            loss.fate != Fate::Kept || !pair.after.graph.contains(&revision.id)
        };
        if pair.has_same_files() && now.is_some() {
            return Ok(loss);
        }
        let mut all_elsewhere = true;
        let loaded: HashSet<&RepoPath> = pair.after.files.iter().map(|file| &file.path).collect();
        for revision in pair.before.graph.revisions().filter(is_missing) {
            let id = &revision.id;
            if let Some(other) = elsewhere(id) {
                if !other.before.graph.contains(id) {
                    loss.moved.insert(id.clone(), other.environment.name.clone());
                }
                continue;
            }
            all_elsewhere = false;
            if now.is_some() && self.remains(revision, &loaded)? {
                loss.unseen.insert(id.clone());
            }
        }
        if loss.fate == Fate::Lost && all_elsewhere {
            loss.fate = Fate::Removed;
        }
        if let Some(now) = now.filter(|_| !loss.unseen.is_empty() || !loss.moved.is_empty()) {
            loss.setting = self.setting(was, now);
        }
        if has_new_root(pair) {
            // A squash removes its revisions, wherever their files are.
            loss.unseen.clear();
        }
        Ok(loss)
    }

    /// Returns why an environment that worked can no longer be run.
    fn stop(
        &self,
        was: &Environment,
        now: Option<&Environment>,
    ) -> Result<Option<BadSetting>, Error> {
        let worked = self.before.invocations.iter();
        let worked: Vec<&Invocation> = worked
            .filter(|it| it.file.is_some() && it.failure.is_none() && it.leads_to(was))
            .collect();
        let Some(first) = worked.first() else {
            return Ok(None);
        };
        let mut failures = Vec::new();
        for later in &self.after.invocations {
            let earlier = worked.iter().find(|it| it.is_same(later));
            let leads = later.file.is_some() && now.is_some_and(|now| later.leads_to(now));
            if !leads && earlier.is_none() {
                continue;
            }
            let failure = match &later.failure {
                Some(failure) => Some(failure.clone()),
                None => later.broken_toml(self.tree, earlier.unwrap_or(first))?,
            };
            match failure {
                Some(failure) => failures.push(failure),
                None if leads => return Ok(None),
                None => {}
            }
        }
        for earlier in worked {
            if !self.after.invocations.iter().any(|later| later.is_same(earlier)) {
                failures.extend(self.withdrawn(earlier, now)?);
            }
        }
        // One invocation that may still work makes the result uncertain.
        failures.sort_by_key(|failure| failure.effect != Effect::Unknown);
        Ok(failures.into_iter().next())
    }

    /// Reports a file that no longer configures the environment, or that was deleted.
    fn withdrawn(
        &self,
        invocation: &Invocation,
        now: Option<&Environment>,
    ) -> Result<Option<BadSetting>, Error> {
        let problem = |site, message, effect| BadSetting {
            site,
            section: invocation.section.clone(),
            key: None,
            message,
            effect,
        };
        if let Some(file) = self.file_of(invocation)? {
            let message = "`script_location` is missing".to_owned();
            return Ok(Some(problem(Site::File(file), message, Effect::Stops)));
        }
        let file = invocation.file.as_ref().zip(now);
        Ok(file.map(|(file, now)| {
            let message = if now.script_location.is_root() {
                "the file was deleted, and nothing else leads to its folder".to_owned()
            } else {
                let folder = &now.script_location;
                format!("the file was deleted, and nothing else leads to `{folder}`")
            };
            problem(Site::Path(file.path.clone()), message, Effect::Unknown)
        }))
    }

    /// Returns the edit or deletion that made Alembic stop.
    fn restorable(&self, stop: &BadSetting, was: &Environment) -> Result<Option<Restore>, Error> {
        let Some(past) = self.past else {
            return Ok(None);
        };
        let place = stop.site.path();
        let env = was.script_location.join("env.py");
        if place.file_name() == b"env.py" && *place != env && past.node(&env)?.is_some() {
            return Ok(Some(Restore::KeepAs { path: env, to: place.clone() }));
        }
        let location = &was.script_location;
        let is_about_folder =
            stop.key == Some("script_location") || place.below(location).is_some();
        for path in std::iter::once(place).chain(is_about_folder.then_some(location)) {
            let landed = past.node(path)?;
            if landed.is_some() && landed != self.tree.node(path)? {
                return Ok(Some(Restore::Keep(path.clone())));
            }
        }
        Ok(None)
    }

    /// Returns the file of an invocation in the result.
    fn file_of(&self, invocation: &Invocation) -> Result<Option<File>, Error> {
        let Some(File { path, .. }) = &invocation.file else {
            return Ok(None);
        };
        Ok(match self.tree.node(path)? {
            Some(Node::File(id)) => Some(File { path: path.clone(), id }),
            Some(Node::Folder(_) | Node::Link(_) | Node::Submodule) | None => None,
        })
    }

    /// Returns whether the file of a revision is still in place, but not loaded by Alembic.
    fn remains(&self, revision: &Revision, loaded: &HashSet<&RepoPath>) -> Result<bool, Error> {
        let path = &revision.migration.file.path;
        let node = self.tree.node(path)?;
        Ok(matches!(node, Some(Node::File(_) | Node::Link(_))) && !loaded.contains(path))
    }

    /// Returns the setting that excludes folders of an environment.
    fn setting(&self, was: &Environment, now: &Environment) -> Option<Setting> {
        let key = if was.script_location != now.script_location {
            "script_location"
        } else if was.key() != now.key() {
            "version_locations"
        } else if was.recursive != now.recursive {
            "recursive_version_locations"
        } else {
            return None;
        };
        let mut later = self.after.invocations.iter().filter(|it| it.leads_to(now));
        let site = later.find_map(|it| it.site_of(key))?;
        let gone = was.version_locations.iter();
        let gone = gone.filter(|folder| !now.version_locations.contains(folder));
        Some(Setting { key, site, folders: gone.cloned().collect() })
    }
}

/// Returns the edit that points a broken setting at the new folder of the migrations.
///
/// Restoring the old folder would create a second one.
fn repointed(stop: &BadSetting, was: &Environment, now: &Environment) -> Option<Restore> {
    let is_lost = stop.key == Some("script_location") && stop.effect == Effect::Stops;
    if !is_lost || now.script_location == was.script_location {
        return None;
    }
    let path = stop.site.path();
    let location = now.script_location.below(&path.parent()?)?;
    // Both file formats interpolate.
    let location = str::from_utf8(location).ok()?.replace('%', "%%");
    let quote = if path.file_name().ends_with(b".toml") { "\"" } else { "" };
    if location.contains(['"', '\\']) || escape(&location) != location {
        return None;
    }
    let line = format!("script_location = {quote}%(here)s/{location}{quote}");
    Some(Restore::Write { path: path.clone(), line })
}

/// Returns whether a change starts the history of an environment anew.
fn has_new_root(pair: &Pair) -> bool {
    let is_new = |revision: &Revision| {
        revision.parents == Parents::Base && !pair.before.graph.contains(&revision.id)
    };
    pair.after.graph.revisions().any(is_new)
}
