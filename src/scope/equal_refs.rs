//! Refs of a push that nothing tells apart but their names: new ones of the same commit.
//!
//! A push can bring any number of refs, and each is judged as thoroughly as the first.

use std::collections::{HashMap, HashSet};

use crate::config::Config;
use crate::finding::{RefReport, Report};
use crate::git::{self, PushedRef, TargetNames};
use crate::scope::publication;
use crate::scope::ref_update::{Destination, RefOutcome, destination, ref_report};
use crate::scope::{Context, Error};

/// So many of them are judged each by itself.
const MOST_JUDGED: usize = 20;

/// The refs of a push that were judged so far.
pub(super) struct Alike {
    /// The branches that are known of any remote, and those that git's configuration names; nothing where no
    /// ref is like another one.
    special: Option<HashSet<String>>,
    default_branch: Option<String>,
    configs: HashMap<String, Option<Config>>,
    /// For each commit, how many new branches were judged and which was the last of them.
    judged: HashMap<String, (usize, usize)>,
}

impl Alike {
    /// Takes note of the ref that was judged for a commit.
    pub(super) fn note(&mut self, commit: String, place: usize) {
        let (count, last) = self.judged.entry(commit).or_default();
        (*count, *last) = (*count + 1, place);
    }

    /// Finds a ref that was judged for the commit, once enough were.
    pub(super) fn judged(&self, commit: &str) -> Option<usize> {
        self.judged.get(commit).filter(|(count, _)| *count >= MOST_JUDGED).map(|(_, last)| *last)
    }
}

/// Says that a ref is judged as another one of the push is.
pub(super) fn as_another(pushed: &PushedRef, place: usize) -> RefReport {
    let nothing = RefOutcome::Report(Report::default());
    RefReport { like: Some(place), ..ref_report(pushed, nothing) }
}

/// Begins with nothing judged of so many refs; `default_branch` is that of the remote.
pub(super) fn alike(
    context: &Context<'_>,
    refs: usize,
    default_branch: Option<String>,
) -> Result<Alike, Error> {
    let configured = (refs > MOST_JUDGED).then(|| context.repository.configured_branches());
    let mut special = configured.flatten();
    if let Some(special) = &mut special {
        special
            .extend(publication::pushed_branches(context)?.into_iter().map(|pushed| pushed.branch));
    }
    let (configs, judged) = Default::default();
    Ok(Alike { special, default_branch, configs, judged })
}

/// Returns the commit of a ref where the verdict depends on nothing else: a new branch that is no target,
/// that nobody has seen before and that git's configuration does not name.
pub(super) fn only_commit(
    context: &Context<'_>,
    alike: &mut Alike,
    pushed: &PushedRef,
    law: Option<&Config>,
) -> Option<String> {
    let Some(Destination::Branch(branch)) = destination(pushed) else {
        return None;
    };
    let commit = git::parse_id(&pushed.local_oid)?;
    let local = pushed.local_ref.strip_prefix("refs/heads/").unwrap_or(branch);
    let special = alike.special.as_ref()?;
    let is_plain = |name: &str| !special.contains(name);
    let is_new = git::parse_id(&pushed.remote_oid).is_none();
    if !is_new || !is_plain(branch) || !is_plain(local) {
        return None;
    }
    let config = match law {
        Some(law) => law,
        None => {
            let read = || {
                let tip = context.repository.commit_of(commit)?;
                context.config(&*context.repository.commit_tree(tip).ok()?).ok()
            };
            let known = alike.configs.entry(pushed.local_oid.clone()).or_insert_with(read);
            known.as_ref()?
        }
    };
    let names = TargetNames { patterns: config.targets.as_deref() };
    let is_target = names.accept(branch, alike.default_branch.as_deref());
    (!is_target && !config.ignores_ref(branch)).then(|| pushed.local_oid.clone())
}
