//! A ref on its way to where it is pushed: what it goes to, and what is compared there.

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

/// A ref that is to be judged.
pub(super) struct RefUpdate<'a> {
    pub(super) tip: ObjectId,
    pub(super) branch: String,
    pub(super) is_target: bool,
    pub(super) pushed: &'a PushedRef,
    /// All refs of the push.
    pub(super) beside: &'a [PushedRef],
    pub(super) config: Config,
    /// What the remote has there now.
    pub(super) replaced: Replaced,
    /// The remote that it goes to, where that has a name here.
    pub(super) remote: Option<String>,
    pub(super) targets: Vec<Target>,
}

/// What a ref names at the remote before the push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replaced {
    /// Nothing: the ref is new.
    Nothing,
    /// This commit. Git lists it only if the push builds on it or is forced.
    Known(ObjectId),
    /// This commit, which was not here when git wrote its list. Git lists such a ref whether the push is
    /// forced or not, and refuses it afterwards with "fetch first" (`run_pre_push_hook` in transport.c).
    Obtained(ObjectId),
    /// An object that is not here; where it was asked for, why it could not be had.
    Absent(Option<Unobtained>),
    /// An object that is here and cannot be read, for this reason.
    Damaged(String),
}

/// A commit of the remote that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unobtained {
    pub(super) commit: ObjectId,
    pub(super) reason: String,
    /// The command that gets it.
    pub(super) fetch: Command,
}

impl Replaced {
    /// Returns the commit, where it is here.
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

    /// Returns the target that this is, as this repository last saw it.
    pub(super) fn last_known(&self) -> Option<&Target> {
        let is_own =
            |target: &&Target| target.branch == self.branch && target.remote == self.remote;
        self.targets.iter().find(is_own)
    }

    /// Says why nothing can be compared with what is replaced, where that is so.
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

    /// Says what to do where the branch is a target of its own that goes by an unusual name.
    ///
    /// Nothing is said where the base is the only one that the branch can go to.
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

/// Returns what the ref of a branch or of a review is about; nothing for tags, notes and their kin.
pub(super) fn destination(pushed: &PushedRef) -> Option<Destination<'_>> {
    let name = pushed.remote_ref.as_str();
    let branch = name.strip_prefix("refs/heads/").map(Destination::Branch);
    branch.or_else(|| name.strip_prefix("refs/for/").map(Destination::Review))
}

/// What a ref is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    /// A branch.
    Branch(&'a str),
    /// A change that is to be reviewed before it goes to a branch.
    Review(&'a str),
}

impl<'a> Destination<'a> {
    pub(super) fn branch(self) -> &'a str {
        match self {
            Destination::Branch(branch) | Destination::Review(branch) => branch,
        }
    }
}

/// What became of a ref.
pub(super) enum RefOutcome {
    /// It was judged.
    Report(Report),
    /// It was not to be judged, for this reason.
    Skipped(SkipReason),
    /// It could not be judged.
    Unknown(Note),
}

/// Sums up what became of a ref.
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

/// Returns what a target has, as git reports it; for a new one the nearest target.
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

/// Says what becomes of a push to a target that cannot be compared with what it would replace.
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

/// Tells whether Alembic is used in what is pushed to a target, or in that target as last known.
///
/// What cannot be read may hold anything.
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

/// Names the target that has the tip already, so nothing is left to check.
///
/// A target that is there is judged by what it has itself: that another one has the commit excuses no
/// head too many, and nothing that is taken back. But a fork that follows its upstream only gets what has
/// landed there.
pub(super) fn already_on(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<String> {
    let is_upstream =
        |target: &Target| target.branch == update.branch && target.remote != update.remote;
    let is_new = !update.is_target || update.replaced == Replaced::Nothing;
    let mut excusing = update.targets.iter().filter(|target| is_new || is_upstream(target));
    let holding = excusing.find(|target| context.repository.contains(target.commit, update.tip))?;
    Some(holding.name())
}

/// Returns where a new target begins: the commit at which it left the nearest one. What that has got
/// since is nothing that the new one takes away.
fn starting_point(context: &Context<'_>, update: &RefUpdate<'_>) -> Option<BaseChoice> {
    let nearest = context.repository.choose_base(update.tip, &update.targets, None)?;
    match context.repository.merge_bases(nearest.commit, update.tip).ok()?.as_slice() {
        [parted] => Some(BaseChoice { commit: *parted, ..nearest }),
        _ => Some(nearest),
    }
}

/// Judges a push to a target against what that target has.
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

/// Tells whether git would ask how to merge what a push would replace, as each repair does first.
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

/// Tells whether a push to a target builds on what is there or, by force, takes its place.
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

/// Judges a ref for which nothing is known to have landed.
pub(super) fn first_push(
    context: &Context<'_>,
    reader: &mut Reader,
    update: &RefUpdate<'_>,
    facts: Facts,
) -> Result<Report, Error> {
    let tree = context.repository.commit_tree(update.tip)?;
    alone(reader, &*tree, Facts { unless_loading: Some(Downgrade::NoBase), ..facts })
}
