//! New refs of a push that point to the same commit and differ only in their names.
//!
//! A push can bring any number of refs, and each one is checked as thoroughly as the first.

use std::collections::{HashMap, HashSet};

use crate::config::Config;
use crate::finding::{RefReport, Report};
use crate::git::{self, PushedRef, TargetNames};
use crate::scope::publication;
use crate::scope::ref_update::{Destination, RefOutcome, destination, ref_report};
use crate::scope::{Context, Error};

/// How many of them are checked individually.
const MOST_JUDGED: usize = 20;

/// The refs of a push that were checked so far.
pub(super) struct Alike {
    /// The known branches of all remotes, and the branches in git's configuration; `None` if no two refs
    /// are alike.
    special: Option<HashSet<String>>,
    default_branch: Option<String>,
    configs: HashMap<String, Option<Config>>,
    /// The number of checked new branches for each commit, and the last of them.
    judged: HashMap<String, (usize, usize)>,
}

impl Alike {
    /// Records the ref that was checked for a commit.
    pub(super) fn note(&mut self, commit: String, place: usize) {
        let (count, last) = self.judged.entry(commit).or_default();
        (*count, *last) = (*count + 1, place);
    }

    /// Returns a ref that was checked for the commit, once enough of them were.
    pub(super) fn judged(&self, commit: &str) -> Option<usize> {
        self.judged.get(commit).filter(|(count, _)| *count >= MOST_JUDGED).map(|(_, last)| *last)
    }
}

/// Reports that a ref has the same result as another one of the push.
pub(super) fn as_another(pushed: &PushedRef, place: usize) -> RefReport {
    let nothing = RefOutcome::Report(Report::default());
    RefReport { like: Some(place), ..ref_report(pushed, nothing) }
}

/// Starts without any checked refs; `default_branch` is that of the remote.
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

/// Returns the commit of a ref if the verdict depends only on it: for a new branch that is not a target, is
/// not known from any remote, and is not in git's configuration.
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
