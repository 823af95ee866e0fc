//! Checks a push on the server, before any ref is updated.
//!
//! A push cannot change the configuration it is checked with: only published or administrator-provided
//! configuration counts, and no other server is contacted.

use crate::advice::Command;
use crate::compare::Reader;
use crate::config::OtherBranches;
use crate::finding::{AllowComments, Downgrade, Facts, RefReport, Report, SkipReason};
use crate::git::{self, BaseChoice, PushedRef, Side, Stored, TargetNames};
use crate::problem::Note;
use crate::rules::{Names, NextStep, Situation};
use crate::scope::change::{self, Scope};
use crate::scope::deletion::{self, Deletion, with_replaced};
use crate::scope::destinations;
use crate::scope::equal_refs::{self, as_another};
use crate::scope::publication::{self, Touched};
use crate::scope::ref_update::{
    self, Destination, RefOutcome, RefUpdate, Replaced, destination, ref_report,
};
use crate::scope::server_policy::{self, Law};
use crate::scope::{Context, Error};

/// The name that clones usually give the server.
const ORIGIN: &str = "origin";

/// Checks every ref that a server is about to accept.
pub(crate) fn receive(context: &Context<'_>, refs: &[PushedRef]) -> Result<Vec<RefReport>, Error> {
    let law = server_policy::law(context)?;
    context.options.deadline.ask(law.time_limit());
    let behind = |pushed: &PushedRef| PushedRef {
        remote_ref: context.repository.ref_behind(&pushed.remote_ref),
        ..pushed.clone()
    };
    let refs = with_replaced(&refs.iter().map(behind).collect::<Vec<PushedRef>>());
    let mut alike = equal_refs::alike(context, refs.len(), context.repository.branch())?;
    let judged = refs.iter().enumerate().map(|(place, pushed)| {
        let commit = equal_refs::only_commit(context, &mut alike, pushed, Some(&law.config));
        if let Some(other) = commit.as_ref().and_then(|commit| alike.judged(commit)) {
            return Ok(as_another(pushed, other));
        }
        let mut report = received_ref(context, &law, pushed, &refs)?;
        report.report.notes.extend(received_deletion(context, &law, pushed, &refs)?);
        commit.into_iter().for_each(|commit| alike.note(commit, place));
        Ok(report)
    });
    judged.collect()
}

/// Reports the migrations that are lost with a deleted target.
fn received_deletion(
    context: &Context<'_>,
    law: &Law,
    pushed: &PushedRef,
    refs: &[PushedRef],
) -> Result<Option<Note>, Error> {
    if git::parse_id(&pushed.local_oid).is_some() {
        return Ok(None);
    }
    let names = TargetNames { patterns: law.config.targets.as_deref() };
    deletion::deleted_target(
        context,
        Deletion {
            pushed,
            refs,
            remote: ORIGIN.to_owned(),
            default_branch: context.repository.branch(),
            targets: context.repository.served_targets(&names)?,
            config: law.config.clone(),
        },
    )
}

fn received_ref(
    context: &Context<'_>,
    law: &Law,
    pushed: &PushedRef,
    beside: &[PushedRef],
) -> Result<RefReport, Error> {
    let judged = match received(context, law, pushed)? {
        Ok(update) => admit(context, law, &RefUpdate { beside, ..update })?,
        Err(skipped) => RefOutcome::Skipped(skipped),
    };
    Ok(ref_report(pushed, judged))
}

/// Resolves the destination of a received ref, or the reason why it is not checked.
fn received<'p>(
    context: &Context<'_>,
    law: &Law,
    pushed: &'p PushedRef,
) -> Result<Result<RefUpdate<'p>, SkipReason>, Error> {
    if pushed.local_oid.bytes().all(|digit| digit == b'0') {
        return Ok(Err(SkipReason::Deletion));
    }
    let Some(destination) = destination(pushed) else {
        return Ok(Err(SkipReason::NoBranch));
    };
    let branch = destination.branch();
    let new = git::parse_id(&pushed.local_oid);
    let new = new.ok_or_else(|| Error::Received(pushed.local_oid.clone()))?;
    let tip = context.repository.commit_of(new).unwrap_or(new);
    let config = law.config.clone();
    if config.ignores_ref(branch) {
        return Ok(Err(SkipReason::Ignored));
    }
    let names = TargetNames { patterns: config.targets.as_deref() };
    let default = context.repository.branch();
    let is_branch = destination == Destination::Branch(branch);
    let is_target = is_branch && names.accept(branch, default.as_deref());
    if is_branch && !is_target && config.other_branches == OtherBranches::Off {
        return Ok(Err(SkipReason::NoTarget));
    }
    let targets = context.repository.served_targets(&names)?;
    let branch = branch.to_owned();
    let replaced = git::parse_id(&pushed.remote_oid);
    let replaced = replaced.map_or(Replaced::Nothing, |old| match context.repository.stored(old) {
        // Git itself holds what the ref names.
        Stored::Absent => Replaced::Damaged(format!("commit {} is missing", old.short())),
        stored => Replaced::stored(stored),
    });
    let (beside, remote) = (&[], None);
    Ok(Ok(RefUpdate { tip, branch, is_target, pushed, beside, config, replaced, remote, targets }))
}

fn admit(context: &Context<'_>, law: &Law, update: &RefUpdate<'_>) -> Result<RefOutcome, Error> {
    if let Some(target) = ref_update::already_on(context, update) {
        return Ok(RefOutcome::Skipped(SkipReason::AlreadyOn(target)));
    }
    if let Some(judged) = ref_update::without_old_tip(context, update)? {
        return Ok(judged);
    }
    let mut reader = context.reader(update.config.clone());
    let side = Side::Commit(update.tip);
    let base = if update.is_target {
        ref_update::old_tip(context, update)
    } else {
        destinations::base(context, side, &update.config, &update.candidates())?
    };
    if let Some(base) = &base
        && !publication::parts_matter(context, &mut reader, base, update)?
    {
        return Ok(RefOutcome::Report(Report { base: Some(base.summary()), ..Report::default() }));
    }
    let notes = server_policy::trust_notes(context, &mut reader, law, update, base.as_ref())?;
    let mut report = match &base {
        None => ref_update::first_push(context, &mut reader, update, facts(update))?,
        Some(base) => onto(context, &mut reader, update, base)?,
    };
    report.notes.extend(notes);
    context.keep(reader);
    Ok(RefOutcome::Report(report))
}

/// Checks a push against its base.
fn onto(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    base: &BaseChoice,
) -> Result<Report, Error> {
    let mut scope = Scope {
        side: Side::Commit(update.tip),
        base,
        facts: facts(update),
        answering: None,
        names: Names::new(&base.name, "this push"),
        situation: received_situation(context, update, base),
        candidates: &update.candidates(),
    };
    if update.is_target {
        return ref_update::onto_target(context, reader, update, &scope);
    }
    let Touched { paths, elsewhere, unread } =
        publication::touched(context, reader, update, Some(base))?;
    scope.facts = Facts { touched: Some(paths), elsewhere, ..scope.facts };
    scope.situation.doubt = update.doubt(base);
    let mut report = change::compare_with_base(context, reader, &scope)?;
    report.notes.extend(unread);
    Ok(report)
}

/// Returns the situation of the pushing clone, of which only the pushed commits are known.
fn received_situation(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    base: &BaseChoice,
) -> Situation {
    let situation = change::situation(context, base, Some(update.tip), NextStep::Commit);
    let there = format!("{ORIGIN}/{}", base.name);
    let merge = Command::of("git merge --no-ff --no-commit").arg(&there);
    let get_base = Command::of("git fetch").arg(ORIGIN).and(merge);
    let get_base = situation.get_base.map(|_| get_base);
    let served = context.repository.served_branch();
    let is_served = served.is_some_and(|served| served.branch == base.name);
    let base_option = (!is_served).then_some(there);
    Situation { get_base, base_option, ..situation }
}

/// Finds the configured base, which has the name that clones use: `origin/main` is `main` here.
pub(super) fn served_base(context: &Context<'_>, name: &str) -> Option<BaseChoice> {
    let short = name.split_once('/').map(|(_, branch)| branch);
    let mut branches = [Some(name), short].into_iter().flatten();
    let is_here =
        |branch: &&str| context.repository.ref_commit(&format!("refs/heads/{branch}")).is_some();
    let branch = branches.find(is_here)?;
    // By its full name, which no tag shares.
    let base = context.repository.named_base(&format!("refs/heads/{branch}")).ok()?;
    Some(BaseChoice { name: crate::text::escape(branch), ..base })
}

/// Returns the facts for a received ref: on branches other than targets, problems have the configured level
/// and nothing is excused.
fn facts(update: &RefUpdate<'_>) -> Facts {
    let is_branch = matches!(destination(update.pushed), Some(Destination::Branch(_)));
    let warns = update.config.other_branches != OtherBranches::Error;
    let cap = (is_branch && !update.is_target && warns).then_some(Downgrade::NoTarget);
    Facts { cap, allow: AllowComments::Warnings, ..Facts::default() }
}
