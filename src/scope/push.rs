//! Checks a push: each ref according to its destination.

use crate::advice::{Advice, Command, Step};
use crate::compare::Reader;
use crate::config::{Config, Fetch};
use crate::finding::{Facts, Outcome, RefReport, Report, SkipReason};
use crate::git::{
    self, BaseChoice, Candidates, FetchFailure, FetchRequest, PushedRef, Side, Stored, TargetNames,
    Url,
};
use crate::problem::Note;
use crate::rules::{Names, NextStep, Situation};
use crate::scope::change::{self, Scope, fetched};
use crate::scope::deletion::{self, Deletion, with_replaced};
use crate::scope::destinations;
use crate::scope::equal_refs::{self, as_another};
use crate::scope::obtain::{self, Obtained};
use crate::scope::publication::{self, Touched};
use crate::scope::ref_update::{
    self, Destination, RefOutcome, RefUpdate, Replaced, destination, ref_report,
};
use crate::scope::{Context, Error, note};
use crate::tree::ObjectId;

/// The destination of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// The remote's name, or its URL if it has none.
    pub name: Url,
    /// Its URL.
    pub url: Url,
}

/// Checks every ref of a push.
pub(crate) fn push(
    context: &Context<'_>,
    remote: &Remote,
    refs: &[PushedRef],
) -> Result<Vec<RefReport>, Error> {
    let refs = with_replaced(refs);
    let obtained = obtain::obtain(context, remote, &refs)?;
    pushed_refs(context, remote, &refs, &obtained)
}

/// Checks refs once the remote's commits are known.
pub(super) fn pushed_refs(
    context: &Context<'_>,
    remote: &Remote,
    refs: &[PushedRef],
    obtained: &Obtained,
) -> Result<Vec<RefReport>, Error> {
    let name = name_of(context, remote);
    let default = name.as_deref().and_then(|name| context.repository.default_branch(name));
    let mut alike = equal_refs::alike(context, refs.len(), default)?;
    let judged = refs.iter().enumerate().map(|(place, pushed)| {
        let commit = equal_refs::only_commit(context, &mut alike, pushed, None);
        if let Some(other) = commit.as_ref().and_then(|commit| alike.judged(commit)) {
            return Ok(as_another(pushed, other));
        }
        let mut report = pushed_ref(context, remote, pushed, refs, obtained)?;
        report.report.notes.extend(deleted(context, remote, pushed, refs)?);
        commit.into_iter().for_each(|commit| alike.note(commit, place));
        Ok(report)
    });
    judged.collect()
}

/// Reports the migrations that are lost with a deleted target, using the target's own configuration.
fn deleted(
    context: &Context<'_>,
    remote: &Remote,
    pushed: &PushedRef,
    refs: &[PushedRef],
) -> Result<Option<Note>, Error> {
    let is_deletion = git::parse_id(&pushed.local_oid).is_none();
    let old = git::parse_id(&pushed.remote_oid).filter(|_| is_deletion);
    let Some(Stored::Commit(old)) = old.map(|old| context.repository.stored(old)) else {
        return Ok(None);
    };
    // A mistake in what goes away stops nobody.
    let Ok(config) = context.config(&*context.repository.commit_tree(old)?) else {
        return Ok(None);
    };
    let name = name_of(context, remote);
    let names = TargetNames { patterns: config.targets.as_deref() };
    let candidates = Candidates { remote: name.clone(), branch: None, names };
    let mut targets = destinations::targets(context, &candidates)?;
    targets.retain(|target| target.remote == name);
    deletion::deleted_target(
        context,
        Deletion {
            pushed,
            refs,
            remote: name.clone().unwrap_or_else(|| remote.url.to_string()),
            default_branch: name.as_deref().and_then(|it| context.repository.default_branch(it)),
            targets,
            config,
        },
    )
}

/// Returns the local name of a remote, if it has one.
pub(super) fn name_of(context: &Context<'_>, remote: &Remote) -> Option<String> {
    let known = context.repository.remotes().into_iter().find(|name| name == remote.name.secret());
    let by_url = |url: &Url| context.repository.remote_of_url(url);
    known.or_else(|| by_url(&remote.url)).or_else(|| by_url(&remote.name))
}

fn pushed_ref(
    context: &Context<'_>,
    remote: &Remote,
    pushed: &PushedRef,
    beside: &[PushedRef],
    obtained: &Obtained,
) -> Result<RefReport, Error> {
    let (mut update, mistake) = match resolve(context, remote, pushed, obtained)? {
        Ok(known) => known,
        Err(skipped) => return Ok(ref_report(pushed, RefOutcome::Skipped(skipped))),
    };
    update.beside = beside;
    let mut report = ref_report(pushed, judge(context, &update, mistake)?);
    if let Some(behind) = behind(context, &update) {
        if report.outcome() == Outcome::Findings {
            report.report.notes.push(may_be_rejected(context, &update, &behind));
        }
        report.behind = Some(behind);
    }
    Ok(report)
}

/// Returns the target that has commits which the push lacks, if git does not report whether the push is
/// forced.
fn behind(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<String> {
    match update.replaced {
        Replaced::Obtained(commit) if !context.repository.contains(update.tip, commit) => {
            Some(update.name())
        }
        _ => None,
    }
}

fn may_be_rejected(context: &Context<'_>, update: &RefUpdate<'_>, behind: &str) -> Note {
    let branch = update.pushed.local_ref.strip_prefix("refs/heads/");
    let elsewhere = branch.filter(|branch| context.repository.branch().as_deref() != Some(branch));
    let checkout = elsewhere
        .map(|branch| Step::run("switch to the branch", Command::of("git switch").arg(branch)));
    let pull = Step::run("pull first, since git rejects this ref", Command::of("git pull"))
        .when("you did not force the push");
    let advice = Advice::way(checkout.into_iter().chain([pull]));
    note(format!("{behind} has commits that this push lacks"), advice)
}

/// Resolves the destination of a pushed ref, or the reason why it is not checked.
///
/// If the pushed configuration is invalid, its error is returned along with an update that has the default
/// configuration.
pub(super) fn resolve<'p>(
    context: &Context<'_>,
    remote: &Remote,
    pushed: &'p PushedRef,
    obtained: &Obtained,
) -> Result<Result<(RefUpdate<'p>, Option<Error>), SkipReason>, Error> {
    let Some(local) = git::parse_id(&pushed.local_oid) else {
        return Ok(Err(SkipReason::Deletion));
    };
    let Some(destination) = destination(pushed) else {
        return Ok(Err(SkipReason::NoBranch));
    };
    let branch = destination.branch();
    let Some(tip) = context.repository.commit_behind(local)? else {
        return Ok(Err(SkipReason::NoCommit));
    };
    let (config, mistake) = match context.config_in_force(&*context.repository.commit_tree(tip)?) {
        Ok(config) => (config, None),
        Err(mistake @ Error::Config(_)) => (Config::default(), Some(mistake)),
        Err(error) => return Err(error),
    };
    if config.ignores_ref(branch) {
        return Ok(Err(SkipReason::Ignored));
    }
    let remote = name_of(context, remote);
    let names = TargetNames { patterns: config.targets.as_deref() };
    let default = remote.as_deref().and_then(|remote| context.repository.default_branch(remote));
    let is_target =
        destination == Destination::Branch(branch) && names.accept(branch, default.as_deref());
    let mut update = RefUpdate {
        tip,
        branch: branch.to_owned(),
        is_target,
        pushed,
        beside: &[],
        config,
        replaced: replaced(context, pushed, obtained),
        remote,
        targets: Vec::new(),
    };
    update.targets = destinations::targets(context, &update.candidates())?;
    Ok(Ok((update, mistake)))
}

fn replaced(context: &Context<'_>, pushed: &PushedRef, obtained: &Obtained) -> Replaced {
    let Some(old) = git::parse_id(&pushed.remote_oid) else {
        return Replaced::Nothing;
    };
    let known = obtained.get(&old).cloned();
    known.unwrap_or_else(|| Replaced::stored(context.repository.stored(old)))
}

fn judge(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    mistake: Option<Error>,
) -> Result<RefOutcome, Error> {
    if let Some(target) = ref_update::already_on(context, update) {
        return Ok(RefOutcome::Skipped(SkipReason::AlreadyOn(target)));
    }
    if let Some(judged) = ref_update::without_old_tip(context, update)? {
        return Ok(judged);
    }
    let mut reader = context.reader(update.config.clone());
    let base = if update.is_target {
        ref_update::old_tip(context, update)
    } else {
        destinations::base(context, Side::Commit(update.tip), &update.config, &update.candidates())?
    };
    if let Some(base) = &base
        && !publication::parts_matter(context, &mut reader, base, update)?
    {
        return Ok(RefOutcome::Report(Report { base: Some(base.summary()), ..Report::default() }));
    }
    // A mistake in the configuration stops only what it would have a say in.
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    let report = match base {
        None => without_base(context, &mut reader, update)?,
        Some(base) if update.is_target => {
            let scope = Scope {
                side: Side::Commit(update.tip),
                base: &base,
                facts: Facts::default(),
                answering: None,
                names: Names::new(&base.name, "this push"),
                situation: push_situation(context, update, &base),
                candidates: &update.candidates(),
            };
            ref_update::onto_target(context, &mut reader, update, &scope)?
        }
        Some(base) => onto_branch(context, &mut reader, update, base)?,
    };
    context.keep(reader);
    Ok(RefOutcome::Report(report))
}

/// Checks a push on its own if no target is known, with a note if it contains migrations. The first push to
/// an empty remote gets no note.
fn without_base(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
) -> Result<Report, Error> {
    let mut report = ref_update::first_push(context, reader, update, Facts::default())?;
    let is_first = update.is_target && context.repository.remote_branches()?.is_empty();
    if !is_first && !publication::touched(context, reader, update, None)?.paths.is_empty() {
        let message = "no target branch is known, so the migrations in this push were not \
                       compared with anything; set `base` in .alembic-guard.toml";
        report.notes.push(note(message, Advice::default()));
    }
    Ok(report)
}

/// Returns how to get both sides of a push into the work tree; the pushed commit need not be checked out.
fn push_situation(context: &Context<'_>, update: &RefUpdate<'_>, base: &BaseChoice) -> Situation {
    let pushed = update.pushed.local_ref.as_str();
    let local = pushed.strip_prefix("refs/heads/");
    let checkout = change::checkout(context, pushed, update.tip);
    let situation = change::situation(context, base, Some(update.tip), NextStep::Commit);
    // What goes to a target of another name need not be nearest to it.
    let named = update.is_target && local != Some(update.branch.as_str());
    let base_option = named.then(|| base.name.clone());
    let pruned = situation.get_base.as_ref().and_then(|_| pruned(context, update, base));
    let get_base = pruned
        .or(situation.get_base)
        .filter(|_| !update.is_target || have_common_history(context, update.tip, base.commit));
    Situation { checkout, get_base, base_option, ..situation }
}

/// Returns whether git would merge two commits. If that is unknown, returns true and leaves the answer to
/// git.
fn have_common_history(context: &Context<'_>, tip: ObjectId, base: ObjectId) -> bool {
    !context.repository.merge_bases(tip, base).is_ok_and(|bases| bases.is_empty())
}

/// Returns the command that merges the base and prunes a branch that the remote no longer has: a repair
/// would treat its leftovers as the work of another user.
fn pruned(context: &Context<'_>, update: &RefUpdate<'_>, base: &BaseChoice) -> Option<Command> {
    let remote = update.remote.as_deref()?;
    let left_over = format!("refs/remotes/{}", update.name());
    context.repository.ref_commit(&left_over).filter(|_| update.replaced == Replaced::Nothing)?;
    let merge = Command::of("git merge --no-ff --no-commit").arg(&base.name);
    Some(Command::of("git fetch --prune").arg(remote).and(merge))
}

/// Checks a push to a branch that will be merged into a target later.
fn onto_branch(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    base: BaseChoice,
) -> Result<Report, Error> {
    let side = Side::Commit(update.tip);
    let Touched { paths, elsewhere, unread } =
        publication::touched(context, reader, update, Some(&base))?;
    let (base, failed) = freshened(context, update, base, !paths.is_empty());
    let doubt = update.doubt(&base);
    let situation = Situation { doubt, ..push_situation(context, update, &base) };
    let mut report = change::compare_with_base(
        context,
        reader,
        &Scope {
            side,
            base: &base,
            facts: Facts { touched: Some(paths), elsewhere, ..Facts::default() },
            answering: None,
            names: Names::new(&base.name, "this push"),
            situation,
            candidates: &update.candidates(),
        },
    )?;
    report.notes.extend(unread.into_iter().chain(failed));
    Ok(report)
}

/// Fetches the base if the push contains migrations.
fn freshened(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    base: BaseChoice,
    brings_migrations: bool,
) -> (BaseChoice, Option<Note>) {
    let remote = base.target.as_ref().and_then(|target| target.remote.clone());
    let (Some(remote), Some(target)) = (remote, &base.target) else {
        return (base, None);
    };
    if update.config.fetch == Fetch::Never || !brings_migrations {
        return (base, None);
    }
    let request = FetchRequest {
        from: &Url::new(&remote),
        remote: &remote,
        branch: &target.branch,
        timeout: update.config.fetch_timeout,
    };
    let asked = (remote.clone(), target.branch.clone());
    let known = context.fetches.borrow().get(&asked).cloned();
    let answer = known.unwrap_or_else(|| {
        let answer = context.repository.fetch(&request);
        context.fetches.borrow_mut().insert(asked, answer.clone());
        answer
    });
    match answer {
        Ok(commit) => (fetched(&base, commit), None),
        Err(failure) => {
            let message = format!("cannot fetch {} from {remote}: {failure}", target.branch);
            let seen = format!("the check used {} as last fetched", base.name);
            let mut advice = Advice::default().caution(seen);
            if matches!(failure, FetchFailure::NoSuchBranch(_)) {
                let set_head = Command::of("git remote set-head").arg(&remote).arg("--auto");
                let command = Command::of("git fetch").arg(&remote).and(set_head);
                let update = Step::run("update the name of the default branch", command);
                advice = advice.or([update.when("that branch was renamed")]);
            }
            (base, Some(note(message, advice)))
        }
    }
}
