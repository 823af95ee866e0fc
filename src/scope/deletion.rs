//! Target branches that a push deletes, or deletes and recreates.

use std::collections::{BTreeSet, HashMap};

use crate::advice::{Advice, Command, Step};
use crate::alembic::migration::RevisionId;
use crate::compare::Reader;
use crate::config::Config;
use crate::git::{self, PushedRef, Stored, Target, TargetNames};
use crate::problem::Note;
use crate::rules::listed;
use crate::scope::{Context, Error, note};
use crate::tree::ObjectId;

/// How many revisions are listed.
const SHOWN: usize = 5;

/// Sets the replaced commit of a ref that a push deletes and recreates.
///
/// `git push` refuses this, but git's protocol allows it.
pub(super) fn with_replaced(refs: &[PushedRef]) -> Vec<PushedRef> {
    let mut deleted: HashMap<&str, &PushedRef> = HashMap::new();
    for deletion in refs.iter().filter(|one| is_deletion(one)) {
        deleted.entry(&deletion.remote_ref).or_insert(deletion);
    }
    let replacing = |one: &PushedRef| match deleted.get(one.remote_ref.as_str()) {
        Some(deletion) if !is_deletion(one) && git::parse_id(&one.remote_oid).is_none() => {
            PushedRef { remote_oid: deletion.remote_oid.clone(), ..one.clone() }
        }
        Some(_) | None => one.clone(),
    };
    refs.iter().map(replacing).collect()
}

fn is_deletion(pushed: &PushedRef) -> bool {
    !pushed.local_oid.is_empty() && pushed.local_oid.bytes().all(|digit| digit == b'0')
}

/// A target that a push deletes.
pub(super) struct Deletion<'a> {
    pub(super) pushed: &'a PushedRef,
    /// All refs of the push.
    pub(super) refs: &'a [PushedRef],
    /// The name of the remote in the pushing clone.
    pub(super) remote: String,
    pub(super) default_branch: Option<String>,
    /// The known targets of the remote.
    pub(super) targets: Vec<Target>,
    pub(super) config: Config,
}

/// Reports the migrations that are lost with a deleted target; returns nothing if other targets have all of
/// them.
pub(super) fn deleted_target(
    context: &Context<'_>,
    deletion: Deletion<'_>,
) -> Result<Option<Note>, Error> {
    let Deletion { pushed, refs, remote, default_branch, targets, config } = deletion;
    let names = TargetNames { patterns: config.targets.as_deref() };
    let branch_of = |one: &'_ PushedRef| -> Option<String> {
        one.remote_ref.strip_prefix("refs/heads/").map(str::to_owned)
    };
    let (Some(branch), Some(old)) = (branch_of(pushed), git::parse_id(&pushed.remote_oid)) else {
        return Ok(None);
    };
    let is_target = |branch: &str| names.accept(branch, default_branch.as_deref());
    if !is_target(&branch) || config.ignores_ref(&branch) {
        return Ok(None);
    }
    let is_recreated =
        refs.iter().any(|one| !is_deletion(one) && one.remote_ref == pushed.remote_ref);
    let Stored::Commit(old) = context.repository.stored(old) else {
        return Ok(None);
    };
    if is_recreated {
        return Ok(None);
    }
    let touched: BTreeSet<String> = refs.iter().filter_map(branch_of).collect();
    let kept = targets.iter().filter(|target| !touched.contains(&target.branch));
    let mut remaining: Vec<ObjectId> = kept.map(|target| target.commit).collect();
    for one in refs.iter().filter(|one| branch_of(one).is_some_and(|name| is_target(&name))) {
        let pushed = git::parse_id(&one.local_oid).map(|id| context.repository.stored(id));
        if let Some(Stored::Commit(commit)) = pushed {
            remaining.push(commit);
        }
    }
    if remaining.iter().any(|commit| context.repository.contains(*commit, old)) {
        return Ok(None);
    }
    let mut reader = context.reader(config);
    let mut lost = revisions_of(context, &mut reader, old)?;
    for commit in remaining {
        if !lost.is_empty() {
            let there = revisions_of(context, &mut reader, commit)?;
            lost.retain(|id| !there.contains(id));
        }
    }
    context.keep(reader);
    if lost.is_empty() {
        return Ok(None);
    }
    let what = if lost.len() > SHOWN { format!("{} revisions", lost.len()) } else { listed(&lost) };
    let restore = Command::of("git push")
        .arg(remote)
        .arg(format!("{}:{}", pushed.remote_oid, pushed.remote_ref));
    let message =
        format!("this push deletes {branch} and with it {what}, which no other target branch has");
    let help = Step::run("restore the branch", restore).when("a database still needs them");
    Ok(Some(note(message, Advice::way([help]))))
}

/// Returns the ids of all revisions of a commit.
fn revisions_of(
    context: &Context<'_>,
    reader: &mut Reader,
    commit: ObjectId,
) -> Result<BTreeSet<RevisionId>, Error> {
    let tree = context.repository.commit_tree(commit)?;
    let discovery = reader.discover(&*tree)?;
    let mut ids = BTreeSet::new();
    for environment in &discovery.environments {
        let state = reader.state(&*tree, environment, &[])?;
        ids.extend(state.graph.revisions().map(|revision| revision.id.clone()));
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(new: &str, old: &str, name: &str) -> PushedRef {
        PushedRef {
            local_ref: String::new(),
            local_oid: new.repeat(40),
            remote_ref: name.to_owned(),
            remote_oid: old.repeat(40),
        }
    }

    #[test]
    fn what_is_created_again_replaces_what_was_deleted() {
        let refs = [
            pushed("0", "1", "refs/heads/main"),
            pushed("2", "0", "refs/heads/other"),
            pushed("3", "0", "refs/heads/main"),
        ];
        let old: Vec<String> = with_replaced(&refs).into_iter().map(|one| one.remote_oid).collect();
        assert_eq!(old, ["1".repeat(40), "0".repeat(40), "1".repeat(40)]);
    }
}
