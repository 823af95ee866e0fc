//! Finds the files that a push changes: whether they are relevant, and which problems it can have caused.

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::{Advice, Command, Step};
use crate::alembic::environment::{Listed, Lookup};
use crate::compare::Reader;
use crate::finding::Shared;
use crate::git::{self, BaseChoice, Side};
use crate::problem::Note;
use crate::scope::change;
use crate::scope::ref_update::{RefUpdate, Replaced};
use crate::scope::relevance::{Relevance, may_matter};
use crate::scope::{Context, Error, Role, note};
use crate::tree::{File, Node, ObjectId, RepoPath, Tree};

/// The relevant files that a push changes.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The files that it adds, changes or removes.
    pub(super) paths: BTreeSet<RepoPath>,
    /// The other remote branches that contain the other files of the branch.
    pub(super) elsewhere: BTreeMap<RepoPath, String>,
    /// The reason why the remote's commit could not be read, if any.
    pub(super) unread: Option<Note>,
}

/// Returns whether a push changes anything between two commits that could change a verdict.
fn matters(
    context: &Context<'_>,
    reader: &mut Reader,
    from: ObjectId,
    to: ObjectId,
) -> Result<bool, Error> {
    let changes = context.repository.changes(Some(from), Side::Commit(to), &may_matter)?;
    if changes.is_empty() {
        return Ok(false);
    }
    let before = context.repository.commit_tree(from)?;
    let after = context.repository.commit_tree(to)?;
    let relevance = Relevance::of(reader, &[&*before, &*after])?;
    Ok(changes.paths().any(|path| relevance.covers(path)))
}

/// Returns whether a push has relevant differences from its target, or from the merge base with its base.
pub(super) fn parts_matter(
    context: &Context<'_>,
    reader: &mut Reader,
    base: &BaseChoice,
    update: &RefUpdate<'_>,
) -> Result<bool, Error> {
    let from = if update.is_target {
        Ok(vec![base.commit])
    } else {
        context.repository.merge_bases(base.commit, update.tip)
    };
    match from {
        Ok(from) if !from.is_empty() => {
            for commit in from {
                if matters(context, reader, commit, update.tip)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        // Nobody knows what a branch without a common history changes, so all of it does.
        Ok(_) => {
            let tree = context.repository.commit_tree(update.tip)?;
            Ok(!reader.discover(&*tree)?.environments.is_empty())
        }
        Err(git::Error::Shallow { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Finds the migrations that this push adds, changes or removes, and the branches that contain the others.
///
/// An update is compared with the remote's commit, and a new ref with every known branch of every remote.
pub(super) fn touched(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    base: Option<&BaseChoice>,
) -> Result<Touched, Error> {
    let tree = context.repository.commit_tree(update.tip)?;
    let landed = base.map(|base| context.repository.commit_tree(base.commit)).transpose()?;
    let side = Side::Commit(update.tip);
    // Where both sides moved a folder or gave it up, only the state at which they parted tells of it.
    let parted =
        base.map(|base| change::merge_base_trees(context, side, base)).and_then(Result::ok);
    let parted = parted.unwrap_or_default();
    let trees = parted.iter().chain(&landed).map(|tree| &**tree);
    let trees: Vec<&dyn Tree> = std::iter::once(&*tree).chain(trees).collect();
    let relevance = Relevance::of(reader, &trees)?;
    let covers = |path: &RepoPath| relevance.covers(path);
    let mut unread = update.unknown();
    // What has landed is no longer the branch's own, so it excuses nothing.
    let has_landed =
        |old: &ObjectId| base.is_some_and(|base| context.repository.contains(base.commit, *old));
    if let Some(old) = update.replaced.commit().filter(|old| !has_landed(old)) {
        match context.repository.changes(Some(old), side, &covers) {
            Ok(changes) => {
                let paths = changes.paths().cloned().collect();
                return Ok(Touched { paths, ..Touched::default() });
            }
            Err(error @ git::Error::TooMany(_)) => return Err(error.into()),
            Err(error) => {
                let message = format!("cannot read the commit that this push replaces: {error}");
                let list = Step::run("list the damaged objects", Command::of("git fsck"));
                unread = Some(note(message, Advice::way([list])));
            }
        }
    }
    let mut paths = since_parting(context, base, update.tip, &relevance)?;
    let elsewhere = seen_elsewhere(context, update, base, &paths)?;
    paths.retain(|path| !elsewhere.contains_key(path));
    Ok(Touched { paths, elsewhere, unread })
}

/// Adds the names that files have in the merge, if a push touches them and the base has renamed them: git
/// follows renames on both sides (gitdiffcore(7)).
pub(super) fn follow_renames(
    reader: &mut Reader,
    touched: &mut BTreeSet<RepoPath>,
    (landed, pushed): (&dyn Tree, &dyn Tree),
    merged: &dyn Tree,
) -> Result<(), Error> {
    let mut is_renamed = false;
    for path in touched.iter() {
        is_renamed |= merged.node(path)?.is_none() && pushed.node(path)?.is_some();
    }
    if !is_renamed {
        return Ok(());
    }
    let lookup = Lookup::new(merged);
    for environment in &reader.discover(merged)?.environments {
        for listed in reader.list_by(&lookup, environment)?.files {
            let Listed::File(File { path, id }) = listed else { continue };
            // It is not as it has landed, and the push has it under another name.
            if pushed.node(&path)?.is_none() && landed.node(&path)? != Some(Node::File(id)) {
                touched.insert(path);
            }
        }
    }
    Ok(())
}

fn since_parting(
    context: &Context<'_>,
    base: Option<&BaseChoice>,
    tip: ObjectId,
    relevance: &Relevance,
) -> Result<BTreeSet<RepoPath>, Error> {
    let parted = base.map(|base| context.repository.merge_bases(base.commit, tip));
    let parted = parted.and_then(Result::ok).unwrap_or_default();
    let (from, covers) = (parted.first().copied(), |path: &RepoPath| relevance.covers(path));
    let changes = context.repository.changes(from, Side::Commit(tip), &covers)?;
    Ok(changes.paths().cloned().collect())
}

/// Finds the paths whose content is the same on a remote branch.
///
/// A branch that the base contains does not count: its changes are published, and files that are missing
/// there were reverted. Branches that are never checked, and the leftovers of a deleted branch that is
/// pushed again, don't count either.
fn seen_elsewhere(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    base: Option<&BaseChoice>,
    paths: &BTreeSet<RepoPath>,
) -> Result<BTreeMap<RepoPath, String>, Error> {
    let ours = context.repository.commit_tree(update.tip)?;
    let mut elsewhere = BTreeMap::new();
    for pushed in pushed_branches(context)? {
        if update.config.ignores_ref(&pushed.branch) || is_left_of(context, &pushed, update) {
            continue;
        }
        let PushedBranch { name, commit, .. } = pushed;
        let mut found = Vec::new();
        for path in paths.iter().filter(|path| !elsewhere.contains_key(*path)) {
            let node = ours.node(path)?;
            let is_file = matches!(node, Some(Node::File(_) | Node::Link(_)));
            // A branch that cannot be read excuses nothing.
            let theirs = || context.repository.commit_tree(commit).ok()?.node(path).ok()?;
            if is_file && theirs() == node {
                found.push(path);
            }
        }
        // Asked last, since walking a history costs more than looking paths up.
        let has_landed =
            || base.is_some_and(|base| context.repository.contains(base.commit, commit));
        if !found.is_empty() && !has_landed() {
            elsewhere.extend(found.into_iter().map(|path| (path.clone(), name.clone())));
        }
    }
    Ok(elsewhere)
}

/// Returns whether a tracking ref is left over from an earlier push of a branch that the remote no longer
/// has.
///
/// The branch may have been pushed under its own name or its upstream's. A colleague's branch may have the
/// same name, so it must have been pushed from here.
fn is_left_of(context: &Context<'_>, pushed: &PushedBranch, update: &RefUpdate<'_>) -> bool {
    if update.replaced != Replaced::Nothing {
        return false;
    }
    let Some(local) = update.pushed.local_ref.strip_prefix("refs/heads/") else {
        return pushed.branch == update.branch;
    };
    let upstream = || context.repository.upstream_branch(local);
    let is_local = || pushed.branch == local || Some(&pushed.branch) == upstream().as_ref();
    pushed.branch == update.branch
        || is_local() && context.repository.was_pushed_from_here(&pushed.name)
}

/// Returns the remote branch on which a file of `tree` has the same content, except branches that the base
/// contains.
///
/// The branch of another user takes precedence over the checked one, unless it was built on that one:
/// a branch that builds on another accepts its changes.
pub(super) fn shared<'j>(
    context: &'j Context<'_>,
    tree: &'j dyn Tree,
    branch: Option<&'j str>,
    base: ObjectId,
) -> impl Fn(&RepoPath) -> Option<Shared> + 'j {
    let is_own = move |pushed: &PushedBranch| Some(pushed.branch.as_str()) == branch;
    move |path| {
        let ours = tree.node(path).ok()??;
        let branches = pushed_branches(context).ok()?;
        let own_tip = branches.iter().find(|pushed| is_own(pushed)).map(|own| own.commit);
        let is_built_on_own = |commit: ObjectId| {
            own_tip.is_some_and(|own| own != commit && context.repository.contains(commit, own))
        };
        let holds = |pushed: &&PushedBranch| {
            let theirs = context.repository.commit_tree(pushed.commit);
            let same = theirs.and_then(|theirs| Ok(theirs.node(path)? == Some(ours)));
            context.has_missed.set(context.has_missed.get() || same.is_err());
            same.unwrap_or(false)
                && !context.repository.contains(base, pushed.commit)
                && (is_own(pushed) || !is_built_on_own(pushed.commit))
        };
        let mut holding: Vec<_> = branches.iter().filter(holds).collect();
        holding.sort_by_key(|pushed| is_own(pushed));
        let first = holding.first()?;
        Some(Shared { branch: first.name.clone(), own: is_own(first) })
    }
}

/// Returns every pushed branch that this repository knows.
pub(super) fn pushed_branches(context: &Context<'_>) -> Result<Vec<PushedBranch>, git::Error> {
    let branches = match context.options.role {
        Role::Clone => {
            let seen = context.repository.remote_branches()?.into_iter();
            seen.map(|(name, commit)| {
                let branch = name.split_once('/').map_or(name.as_str(), |(_, branch)| branch);
                PushedBranch { branch: branch.to_owned(), name, commit }
            })
            .collect()
        }
        Role::Server => {
            let own = context.repository.own_branches()?.into_iter();
            own.map(|own| PushedBranch { name: own.name(), branch: own.branch, commit: own.commit })
                .collect()
        }
    };
    Ok(branches)
}

/// A pushed branch.
#[derive(Debug, serde::Serialize)]
pub(super) struct PushedBranch {
    /// Its local name: `origin/topic`.
    name: String,
    /// The branch, without `refs/heads/`.
    pub(super) branch: String,
    pub(super) commit: ObjectId,
}
