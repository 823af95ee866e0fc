//! Fetches the current commits of the remote's targets before any ref is checked.
//!
//! This is done for all refs of a push first, so that no verdict depends on the order of the refs.

use std::collections::BTreeMap;

use crate::advice::{Advice, Command};
use crate::config::Fetch;
use crate::finding::RefReport;
use crate::git::{self, FetchFailure, FetchRequest, PushedRef, Stored, Url};
use crate::scope::push::{self, Remote};
use crate::scope::ref_update::{self, RefUpdate, Replaced, Unobtained};
use crate::scope::{Context, Error, note};
use crate::tree::ObjectId;

/// The result of fetching commits that only the remote had, by the id that git reports.
pub(super) type Obtained = BTreeMap<ObjectId, Replaced>;

/// Records what git reports about the remote's branches, and fetches the commits of targets that are
/// missing here.
pub(super) fn obtain(
    context: &Context<'_>,
    remote: &Remote,
    refs: &[PushedRef],
) -> Result<Obtained, Error> {
    let name = push::name_of(context, remote);
    let mut absent = Vec::new();
    for pushed in refs {
        let branch = pushed.remote_ref.strip_prefix("refs/heads/");
        let (Some(old), Some(branch)) = (git::parse_id(&pushed.remote_oid), branch) else {
            continue;
        };
        match (context.repository.stored(old), &name) {
            (Stored::Commit(commit), Some(name)) => {
                context.repository.note_reported(name, branch, commit);
            }
            (Stored::Absent, _) => absent.push((pushed, old)),
            (Stored::Commit(_), None) | (Stored::Damaged(_), _) => {}
        }
    }
    // One fetch may bring what another ref is at as well, of which git still does not say whether it is forced.
    let mut obtained = Obtained::new();
    for (pushed, old) in absent {
        if let Some(found) = obtain_target(context, remote, pushed, old)? {
            obtained.insert(old, found);
        }
    }
    Ok(obtained)
}

/// Fetches a target from where git pushes to; returns nothing unless it is a target with Alembic.
fn obtain_target(
    context: &Context<'_>,
    remote: &Remote,
    pushed: &PushedRef,
    old: ObjectId,
) -> Result<Option<Replaced>, Error> {
    let Ok((update, _)) = push::resolve(context, remote, pushed, &Obtained::new())? else {
        return Ok(None);
    };
    if !update.is_target || !ref_update::concerns_alembic(context, &update)? {
        return Ok(None);
    }
    let from = place_of(context, remote, &update);
    let fetched = fetch_target(context, &from, remote, &update);
    Ok(Some(match (context.repository.stored(old), fetched) {
        (Stored::Commit(commit), _) => Replaced::Obtained(commit),
        (Stored::Damaged(reason), _) => Replaced::Damaged(reason),
        (Stored::Absent, fetched) => Replaced::Absent(Some(Unobtained {
            commit: old,
            reason: fetched
                .err()
                .map_or_else(|| "the branch has moved since".to_owned(), |why| why.to_string()),
            fetch: Command::of("git fetch").arg(from.to_string()).arg(&pushed.remote_ref),
        })),
    }))
}

/// Returns the name or URL that git fetches from to reach the place it pushes to.
fn place_of(context: &Context<'_>, remote: &Remote, update: &RefUpdate<'_>) -> Url {
    let known = update.remote.as_deref();
    let named = known.filter(|name| context.repository.is_fetched_from(name, &remote.url));
    named.map_or_else(|| remote.url.clone(), Url::new)
}

/// Fetches a target and returns its commit.
fn fetch_target(
    context: &Context<'_>,
    from: &Url,
    remote: &Remote,
    update: &RefUpdate<'_>,
) -> Result<ObjectId, FetchFailure> {
    if update.config.fetch == Fetch::Never {
        return Err(FetchFailure::Forbidden);
    }
    let name = update.remote.clone().unwrap_or_else(|| remote.url.to_string());
    let request = FetchRequest {
        from,
        remote: &name,
        branch: &update.branch,
        timeout: update.config.fetch_timeout,
    };
    context.repository.fetch(&request)
}

/// Checks the only ref of a push that a hook manager passes on.
///
/// The reported old commit may not be the remote's: if that one is not in this repository, pre-commit
/// passes the last pushed commit that it believes is known to the remote (`_pre_push_ns` in its
/// `hook_impl.py`). So targets are fetched.
///
/// # Errors
/// Fails as [`super::push()`] does.
pub(crate) fn hosted_push(
    context: &Context<'_>,
    remote: &Remote,
    pushed: &PushedRef,
) -> Result<Vec<RefReport>, Error> {
    let (mut pushed, mut obtained, mut failed) = (pushed.clone(), Obtained::new(), None);
    let asked = match push::resolve(context, remote, &pushed, &obtained)? {
        Ok((update, _)) if update.is_target && ref_update::concerns_alembic(context, &update)? => {
            let from = place_of(context, remote, &update);
            Some((update.name(), fetch_target(context, &from, remote, &update)))
        }
        Ok(_) | Err(_) => None,
    };
    match asked {
        Some((_, Ok(commit))) => {
            if git::parse_id(&pushed.remote_oid) != Some(commit) {
                obtained.insert(commit, Replaced::Obtained(commit));
            }
            pushed.remote_oid = commit.to_string();
        }
        Some((_, Err(FetchFailure::NoSuchBranch(_)))) => {
            pushed.remote_oid = "0".repeat(pushed.local_oid.len());
        }
        Some((name, Err(why))) => {
            let message = format!("cannot fetch {name}: {why}");
            failed = Some(note(
                message,
                Advice::default().caution(
                    "the check used the old commit that \
                                                              the hook manager passed",
                ),
            ));
        }
        None => {}
    }
    let mut reports = push::pushed_refs(context, remote, &[pushed], &obtained)?;
    if let Some(first) = reports.first_mut() {
        first.report.notes.extend(failed);
    }
    Ok(reports)
}
