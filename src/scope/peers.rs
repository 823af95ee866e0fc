//! The other targets of the remote that a change goes to, and the direction in which databases move between
//! two targets.

use std::collections::BTreeMap;

use crate::compare::Peer;
use crate::config::Config;
use crate::git::{self, Candidates, PushedRef, Stored, is_earlier_release};
use crate::rules::MoveDirection;
use crate::scope::destinations;
use crate::scope::{Context, Role};
use crate::text::escape;
use crate::tree::ObjectId;

/// The target that a change goes to, and the other refs of its push.
pub(super) struct Landing<'a> {
    pub(super) remote: Option<&'a str>,
    pub(super) branch: &'a str,
    pub(super) config: &'a Config,
    pub(super) candidates: &'a Candidates<'a>,
    /// All refs of the push.
    pub(super) pushed: &'a [PushedRef],
}

/// Returns the other targets as they will be after the push, without those that the configuration leaves
/// out. A target that cannot be read is ignored.
pub(super) fn peers<'c>(context: &'c Context<'_>, landing: &Landing<'_>) -> Vec<Peer<'c>> {
    let is_independent = |branch: &str| landing.config.is_independent(branch);
    if is_independent(landing.branch) {
        return Vec::new();
    }
    let mut tips = tips(context, landing);
    tips.retain(|branch, _| branch != landing.branch && !is_independent(branch));
    let peers = tips.into_iter().filter_map(|(branch, commit)| {
        let tree = context.repository.commit_tree(commit);
        context.has_missed.set(context.has_missed.get() || tree.is_err());
        let name = match landing.remote {
            Some(remote) => format!("{remote}/{branch}"),
            None => branch.clone(),
        };
        let usual = usual_way(landing.branch, &branch);
        Some(Peer { name: escape(&name), tree: tree.ok()?, usual })
    });
    peers.collect()
}

/// Returns the tips of a remote's targets, by branch.
fn tips(context: &Context<'_>, landing: &Landing<'_>) -> BTreeMap<String, ObjectId> {
    let targets = destinations::targets(context, landing.candidates);
    context.has_missed.set(context.has_missed.get() || targets.is_err());
    let mut targets = targets.unwrap_or_default();
    targets.retain(|target| target.remote.as_deref() == landing.remote);
    let mut tips: BTreeMap<String, ObjectId> =
        targets.into_iter().map(|target| (target.branch, target.commit)).collect();
    let default = match context.options.role {
        Role::Clone => landing.remote.and_then(|it| context.repository.default_branch(it)),
        Role::Server => context.repository.branch(),
    };
    for pushed in landing.pushed {
        let branch = pushed.remote_ref.strip_prefix("refs/heads/");
        let is_target = |branch: &&str| landing.candidates.names.accept(branch, default.as_deref());
        let Some(branch) = branch.filter(is_target) else { continue };
        match git::parse_id(&pushed.local_oid).map(|tip| context.repository.stored(tip)) {
            None => drop(tips.remove(branch)),
            Some(Stored::Commit(tip)) => drop(tips.insert(branch.to_owned(), tip)),
            Some(Stored::Absent | Stored::Damaged(_)) => {}
        }
    }
    tips
}

/// Returns the direction in which databases move between the change's target and another one: to the later
/// release, as far as the names show it.
fn usual_way(landing: &str, other: &str) -> Option<MoveDirection> {
    if is_earlier_release(landing, other) {
        Some(MoveDirection::There)
    } else if is_earlier_release(other, landing) {
        Some(MoveDirection::Here)
    } else {
        None
    }
}
