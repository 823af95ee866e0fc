//! A pushed ref: its destination, and the comparison there.

use crate::advice::{Advice, Command, Step};
use crate::compare::{After, Comparison, Reader, check};
use crate::config::Config;
use crate::finding::{Downgrade, Facts, Freshness, RefReport, Report, SkipReason};
use crate::git::{self, BaseChoice, Candidates, PushedRef, Stored, Target, TargetNames};
use crate::problem::Note;
use crate::rules::{Situation, Standing};
use crate::scope::change::{self, MergeOutcome, Scope, alone};
use crate::scope::peers::{self, Landing};
use crate::scope::publication;
use crate::scope::{Context, Error, note};
use crate::tree::ObjectId;

/// A ref to check.
pub(super) struct RefUpdate<'a> {
    pub(super) tip: ObjectId,
    pub(super) branch: String,
    pub(super) is_target: bool,
    pub(super) pushed: &'a PushedRef,
    /// All refs of the push.
    pub(super) beside: &'a [PushedRef],
    pub(super) config: Config,
    /// The remote's current commit of the ref.
    pub(super) replaced: Replaced,
    /// The local name of the remote, if it has one.
    pub(super) remote: Option<String>,
    pub(super) targets: Vec<Target>,
}

/// The remote's commit of a ref before the push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replaced {
    /// Nothing: the ref is new.
    Nothing,
    /// This commit. Git lists it only if the push builds on it or is forced.
    Known(ObjectId),
    /// This commit, which was missing here when git wrote its list. Git lists such a ref whether the push
    /// is forced or not, and rejects it later with "fetch first" (`run_pre_push_hook` in transport.c).
    Obtained(ObjectId),
    /// A missing object, with the reason why it could not be fetched, if that was tried.
    Absent(Option<Unobtained>),
    /// A damaged object, with the reason.
    Damaged(String),
}

/// A commit of the remote that could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unobtained {
    pub(super) commit: ObjectId,
    pub(super) reason: String,
    /// The command that fetches it.
    pub(super) fetch: Command,
}

impl Replaced {
    /// Returns the commit if it is here.
    pub(super) fn commit(&self) -> Option<ObjectId> {
        match self {
            Replaced::Known(commit) | Replaced::Obtained(commit) => Some(*commit),
            Replaced::Nothing | Replaced::Absent(_) | Replaced::Damaged(_) => None,
        }
    }

    /// Returns an object as it is stored here.
    pub(super) fn stored(stored: Stored) -> Replaced {
        match stored {
            Stored::Commit(commit) => Replaced::Known(commit),
            Stored::Absent => Replaced::Absent(None),
            Stored::Damaged(reason) => Replaced::Damaged(reason),
        }
    }
}

impl RefUpdate<'_> {
    pub(crate) fn candidates(&self) -> Candidates<'_> {
        Candidates {
            remote: self.remote.clone(),
            branch: Some(&self.branch),
            names: TargetNames { patterns: self.config.targets.as_deref() },
        }
    }

    /// Returns the name of the branch as last seen at the remote.
    pub(super) fn name(&self) -> String {
        match &self.remote {
            Some(remote) => format!("{remote}/{}", self.branch),
            None => self.branch.clone(),
        }
    }

    /// Returns the target that the ref updates, as last seen by this repository.
    pub(super) fn last_known(&self) -> Option<&Target> {
        let is_own =
            |target: &&Target| target.branch == self.branch && target.remote == self.remote;
        self.targets.iter().find(is_own)
    }

    /// Returns a note if the replaced commit cannot be compared with.
    pub(super) fn unknown(&self) -> Option<Note> {
        let name = self.name();
        match &self.replaced {
            Replaced::Absent(Some(Unobtained { commit, reason, fetch })) => Some(note(
                format!(
                    "cannot check what this push replaces: {name} is now at {}, which could not \
                     be fetched: {reason}",
                    commit.short()
                ),
                Advice::way([Step::run("fetch it, then push again", fetch.clone())]),
            )),
            Replaced::Damaged(reason) => Some(note(
                format!("cannot read the commit that this push replaces on {name}: {reason}"),
                Advice::way([Step::run("list the damaged objects", Command::of("git fsck"))]),
            )),
            Replaced::Absent(None)
            | Replaced::Nothing
            | Replaced::Known(_)
            | Replaced::Obtained(_) => None,
        }
    }

    /// Returns the advice for a branch that may be a target with an unusual name.
    ///
    /// Returns nothing if the base is the only possible target.
    pub(super) fn doubt(&self, base: &BaseChoice) -> Option<Step> {
        let is_branch = matches!(destination(self.pushed), Some(Destination::Branch(_)));
        if !is_branch || base.others.is_empty() {
            return None;
        }
        let branch = crate::text::escape(&self.branch);
        let mut targets: Vec<String> = match &self.config.targets {
            Some(targets) => targets.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            None => git::usual_targets(&self.targets),
        };
        targets.push(self.branch.clone());
        let quoted: Vec<String> =
            targets.iter().map(|name| format!("\"{}\"", crate::text::escape(name))).collect();
        let list = format!("targets = [{}]", quoted.join(", "));
        let write = Step::write("list it in `targets` of .alembic-guard.toml", list);
        Some(write.when(format!("`{branch}` never merges into {}", base.name)))
    }
}

/// Returns the destination of a branch or of a change for review; nothing for other refs such as tags and
/// notes.
pub(super) fn destination(pushed: &PushedRef) -> Option<Destination<'_>> {
    let name = pushed.remote_ref.as_str();
    let branch = name.strip_prefix("refs/heads/").map(Destination::Branch);
    branch.or_else(|| name.strip_prefix("refs/for/").map(Destination::Review))
}

/// The kind of a ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    /// A branch.
    Branch(&'a str),
    /// A change for review, before it goes to a branch.
    Review(&'a str),
}

impl<'a> Destination<'a> {
    pub(super) fn branch(self) -> &'a str {
        match self {
            Destination::Branch(branch) | Destination::Review(branch) => branch,
        }
    }
}

/// The outcome for a ref.
pub(super) enum RefOutcome {
    /// It was checked.
    Report(Report),
    /// It was skipped for this reason.
    Skipped(SkipReason),
    /// It could not be checked.
    Unknown(Note),
}

/// Builds the report of a ref.
pub(super) fn ref_report(pushed: &PushedRef, judged: RefOutcome) -> RefReport {
    let (report, skipped, unknown) = match judged {
        RefOutcome::Report(report) => (report, None, None),
        RefOutcome::Skipped(reason) => (Report::default(), Some(reason), None),
        RefOutcome::Unknown(note) => (Report::default(), None, Some(note)),
    };
    RefReport {
        local_ref: pushed.local_ref.clone(),
        local_oid: pushed.local_oid.clone(),
        remote_ref: pushed.remote_ref.clone(),
        remote_oid: pushed.remote_oid.clone(),
        report,
        skipped,
        unknown,
        behind: None,
        like: None,
    }
}

/// Returns the target's commit as reported by git; for a new target, the nearest other one.
pub(super) fn old_tip(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<BaseChoice> {
    if update.replaced == Replaced::Nothing {
        return starting_point(context, update);
    }
    Some(BaseChoice {
        target: update.last_known().cloned(),
        commit: update.replaced.commit()?,
        name: update.name(),
        freshness: Freshness::ToldByGit,
        others: Vec::new(),
    })
}

/// Returns the outcome of a push to a target whose current commit cannot be compared with.
pub(super) fn without_old_tip(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
) -> Result<Option<RefOutcome>, Error> {
    let is_readable = update.replaced == Replaced::Nothing || update.replaced.commit().is_some();
    if !update.is_target || is_readable {
        return Ok(None);
    }
    Ok(Some(match update.unknown() {
        Some(note) if concerns_alembic(context, update)? => RefOutcome::Unknown(note),
        Some(_) | None => RefOutcome::Skipped(SkipReason::NoEnvironment),
    }))
}

/// Returns whether the pushed commit or the last known target uses Alembic.
///
/// Returns true if one of them cannot be read.
pub(super) fn concerns_alembic(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
) -> Result<bool, Error> {
    let mut reader = context.reader(update.config.clone());
    let last_known = update.last_known().map(|target| target.commit);
    for commit in [Some(update.tip), last_known].into_iter().flatten() {
        let tree = context.repository.commit_tree(commit);
        let Ok(tree) = tree else {
            return Ok(true);
        };
        let found = reader.discover(&*tree);
        if !found.is_ok_and(|it| it.environments.is_empty() && it.problems.is_empty()) {
            return Ok(true);
        }
    }
    context.keep(reader);
    Ok(false)
}

/// Returns the target that already contains the tip, which leaves nothing to check.
///
/// An existing target is checked against its own commit: that another target has the tip does not excuse
/// extra heads or reverted migrations. But a fork that follows its upstream only receives published
/// commits.
pub(super) fn already_on(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<String> {
    let is_upstream =
        |target: &Target| target.branch == update.branch && target.remote != update.remote;
    let is_new = !update.is_target || update.replaced == Replaced::Nothing;
    let mut excusing = update.targets.iter().filter(|target| is_new || is_upstream(target));
    let holding = excusing.find(|target| context.repository.contains(target.commit, update.tip))?;
    Some(holding.name())
}

/// Returns the merge base of a new target and the nearest one. The later commits of that one are not
/// removed by the new target.
fn starting_point(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<BaseChoice> {
    let nearest = context.repository.choose_base(update.tip, &update.targets, None)?;
    match context.repository.merge_bases(nearest.commit, update.tip).ok()?.as_slice() {
        [parted] => Some(BaseChoice { commit: *parted, ..nearest }),
        _ => Some(nearest),
    }
}

/// Checks a push to a target against the target's current commit.
pub(super) fn onto_target(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    scope: &Scope<'_>,
) -> Result<Report, Error> {
    let base = scope.base;
    let tree = context.repository.commit_tree(update.tip)?;
    let landed = context.repository.commit_tree(base.commit)?;
    let standing = standing_of_target(context, update, base);
    let is_conflicted = standing == Standing::Replaced && is_conflicted(context, reader, scope)?;
    let landing = Landing {
        remote: update.remote.as_deref(),
        branch: &update.branch,
        config: &update.config,
        candidates: scope.candidates,
        pushed: update.beside,
    };
    let comparison = Comparison {
        before: Some(&*landed),
        standing,
        names: scope.names.clone(),
        situation: Situation { is_conflicted, ..scope.situation.clone() },
        facts: scope.facts.clone(),
        peers: &|| peers::peers(context, &landing),
        shared: &publication::shared(context, &*tree, Some(&update.branch), base.commit),
        ..Comparison::alone(&*tree)
    };
    let mut report = check(reader, &comparison)?;
    report.base = Some(base.summary());
    Ok(report)
}

/// Returns whether merging the pushed and the replaced commit, the first step of every repair, would
/// conflict.
fn is_conflicted(
    context: &Context<'_>,
    reader: &mut Reader,
    scope: &Scope<'_>,
) -> Result<bool, Error> {
    let met = change::merge_and_compare(context, reader, scope, |_, comparison| {
        Ok(matches!(comparison.after, After::Conflicted { .. }))
    })?;
    Ok(matches!(met, MergeOutcome::Merged(true)))
}

/// Returns whether a push to a target builds on it or replaces it by force.
fn standing_of_target(
    context: &Context<'_>,
    update: &RefUpdate<'_>,
    base: &BaseChoice,
) -> Standing {
    let is_update = update.replaced != Replaced::Nothing;
    if is_update && !context.repository.contains(update.tip, base.commit) {
        Standing::Replaced
    } else {
        Standing::Published
    }
}

/// Checks a ref without any known target.
pub(super) fn first_push(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    facts: Facts,
) -> Result<Report, Error> {
    let tree = context.repository.commit_tree(update.tip)?;
    alone(reader, &*tree, Facts { unless_loading: Some(Downgrade::NoBase), ..facts })
}
