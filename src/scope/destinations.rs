//! The destination of a change: its branch, the possible targets, and the base.

use crate::config::Config;
use crate::git::{self, BaseChoice, Candidates, Side, Target, TargetNames};
use crate::scope::publication::{self, PushedBranch};
use crate::scope::receive;
use crate::scope::{CheckRequest, Context, Error, Role};

/// The destination of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destinations {
    /// The base; `None` if there is none in this repository.
    pub base: Option<String>,
    /// The possible targets, in order of preference.
    pub targets: Vec<String>,
}

/// Returns the target whose name HEAD has, if HEAD, the index or the work tree is checked. A branch that
/// was just created from a target does not count.
pub(super) fn target_at_head(
    context: &Context<'_>,
    subject: &CheckRequest,
    candidates: &Candidates<'_>,
) -> Result<Option<String>, Error> {
    let is_head = subject.name.as_ref().is_none_or(|name| name == "HEAD");
    let pushed = || context.options.pushed_branch.clone();
    let Some(branch) = context.repository.branch().or_else(pushed) else {
        return Ok(None);
    };
    if !is_head || subject.side == Side::Index {
        return Ok(None);
    }
    let targets = targets(context, candidates)?;
    Ok(targets.iter().any(|target| target.branch == branch).then_some(branch))
}

/// Returns the checked branch, which need not be the current one.
pub(super) fn branch_of(context: &Context<'_>, subject: &CheckRequest) -> Option<String> {
    match &subject.name {
        None => context.repository.working_branch(),
        Some(name) if name == "HEAD" => context.repository.branch(),
        Some(name) => {
            let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
            let known = context.repository.ref_commit(&format!("refs/heads/{branch}"));
            known.map(|_| branch.to_owned())
        }
    }
}

/// Returns the branch of the pull request that CI runs for, if the checked commit is that branch or its
/// merge into a target.
///
/// The branch of a fork may share its name with a target or an unrelated branch, so its tip must be in the
/// checked commit.
pub(super) fn proposed_branch(
    context: &Context<'_>,
    subject: &CheckRequest,
    config: &Config,
) -> Result<Option<String>, Error> {
    let Some(branch) = &context.options.proposed_branch else {
        return Ok(None);
    };
    let Some(tip) = context.repository.tip(subject.side) else {
        return Ok(None);
    };
    let targets = targets(context, &candidates(context, config, None))?;
    if targets.iter().any(|target| target.branch == *branch) {
        return Ok(None);
    }
    let made_of = [context.repository.parents(tip)?, vec![tip]].concat();
    let pushed = publication::pushed_branches(context)?;
    let is_it =
        |pushed: &PushedBranch| pushed.branch == *branch && made_of.contains(&pushed.commit);
    Ok(pushed.iter().any(is_it).then(|| branch.clone()))
}

/// Returns the destination of a change that is not pushed yet, based on its branch.
pub(crate) fn candidates<'c>(
    context: &Context<'_>,
    config: &'c Config,
    branch: Option<&'c str>,
) -> Candidates<'c> {
    let remote = context.repository.usual_remote(branch);
    let names = TargetNames { patterns: config.targets.as_deref() };
    Candidates { remote, branch, names }
}

/// Returns the configured base, or else the nearest target.
pub(crate) fn base(
    context: &Context<'_>,
    side: Side,
    config: &Config,
    candidates: &Candidates<'_>,
) -> Result<Option<BaseChoice>, Error> {
    if let Some(base) = configured_base(context, config)? {
        return Ok(Some(base));
    }
    let Some(tip) = context.repository.tip(side) else {
        return Ok(None);
    };
    let mut targets = targets(context, candidates)?;
    // A target goes to itself alone, whatever else is near.
    if targets.iter().any(|target| Some(target.branch.as_str()) == candidates.branch) {
        targets.retain(|target| Some(target.branch.as_str()) == candidates.branch);
    }
    let upstream = candidates.branch.and_then(|branch| context.repository.upstream_branch(branch));
    let upstream = upstream.filter(|upstream| Some(upstream.as_str()) != candidates.branch);
    Ok(context.repository.choose_base(tip, &targets, upstream.as_deref()))
}

/// Returns the base that the configuration names.
fn configured_base(context: &Context<'_>, config: &Config) -> Result<Option<BaseChoice>, Error> {
    let Some(name) = &config.base else {
        return Ok(None);
    };
    match context.options.role {
        Role::Clone => match context.repository.named_base(name) {
            Err(git::Error::UnknownRevision(name)) => Err(Error::UnknownBase(name)),
            base => Ok(Some(base?)),
        },
        Role::Server => Ok(receive::served_base(context, name)),
    }
}

/// Returns the destination of the current change, with local names for the targets.
///
/// # Errors
/// Fails if refs cannot be read, or if the configured base does not exist here.
pub(crate) fn destinations(
    context: &Context<'_>,
    side: Side,
    config: &Config,
) -> Result<Destinations, Error> {
    let branch = context.repository.branch();
    let candidates = candidates(context, config, branch.as_deref());
    let targets = targets(context, &candidates)?.iter().map(Target::name).collect();
    let base = base(context, side, config, &candidates)?.map(|base| base.name);
    Ok(Destinations { base, targets })
}

/// Returns the possible targets of a change, in order of preference.
pub(super) fn targets(
    context: &Context<'_>,
    candidates: &Candidates<'_>,
) -> Result<Vec<Target>, git::Error> {
    match context.options.role {
        Role::Clone => context.repository.targets(candidates),
        Role::Server => context.repository.served_targets(&candidates.names),
    }
}
