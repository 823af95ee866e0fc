//! Checks a commit before it is made: the index against its parent.

use std::collections::BTreeSet;

use crate::advice::{Advice, Command, Step};
use crate::compare::{Comparison, Reader, check, check_against};
use crate::config::{Config, Level};
use crate::finding::{Downgrade, Facts, Finding, Freshness, Report};
use crate::git::{BaseChoice, Side, Target, TargetNames, Unsettled};
use crate::rules::{Names, NextStep, Standing};
use crate::scope::change::{self, Scope, alone, plain_situation};
use crate::scope::destinations;
use crate::scope::publication;
use crate::scope::relevance::{Relevance, may_matter};
use crate::scope::{Context, Error};
use crate::tree::{ObjectId, RepoPath, Tree};

/// Checks the index for `pre-commit` and `pre-merge-commit`; returns an empty report if nothing relevant
/// has changed.
pub(crate) fn commit(context: &Context<'_>) -> Result<Report, Error> {
    let changes = context.repository.changes(context.repository.head(), Side::Index, &|_| true)?;
    if !changes.paths().any(may_matter) {
        return Ok(Report::default());
    }
    let index = context.repository.index_tree()?;
    let (config, mistake) = match context.config_in_force(&*index) {
        Ok(config) => (config, None),
        Err(mistake) => (Config::default(), Some(mistake)),
    };
    let mut reader = context.reader(config);
    let Some(head) = context.repository.head() else {
        let facts = Facts { unless_loading: Some(Downgrade::NoBase), ..Facts::default() };
        return mistake.map_or_else(|| alone(&mut reader, &*index, facts), Err);
    };
    let committed = context.repository.commit_tree(head)?;
    let relevance = Relevance::of(&mut reader, &[&*index, &*committed])?;
    let changed: BTreeSet<RepoPath> =
        changes.only(|path| relevance.covers(path)).paths().cloned().collect();
    if changed.is_empty() || relevance.is_empty() {
        return Ok(Report::default());
    }
    // A mistake in the configuration stops only what it would have a say in.
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    let targets = known_targets(context, &reader.config())?;
    let before = landed_side(context, head, &targets, &*index, &changed)?;
    let is_merge = !context.repository.merge_heads().is_empty();
    // What is restored was there first, and what has landed since is for the push to judge.
    let is_behind =
        before.target.as_ref().is_some_and(|target| target.commit != before.commit) && !is_merge;
    let mut report = if is_behind {
        Report { base: Some(before.summary()), ..Report::default() }
    } else {
        staged(context, &mut reader, (&*index, &*committed), &before, &targets)?
    };
    if is_behind || before.commit == head && !is_merge {
        let ahead = ahead(context, &mut reader)?;
        add_ahead(&mut report, ahead, &changed);
    }
    Ok(report)
}

fn staged(
    context: &Context<'_>,
    reader: &mut Reader,
    (index, committed): (&dyn Tree, &dyn Tree),
    before: &BaseChoice,
    targets: &[Target],
) -> Result<Report, Error> {
    let landed = context.repository.commit_tree(before.commit)?;
    let branch = context.repository.branch();
    let shared = publication::shared(context, index, branch.as_deref(), before.commit);
    let comparison = Comparison {
        before: Some(&*landed),
        standing: standing_of_commit(context, before, targets),
        folder_sources: vec![committed],
        names: Names::new(&before.name, "this commit"),
        situation: plain_situation(before, NextStep::Stage),
        shared: &shared,
        ..Comparison::alone(index)
    };
    let mut report = check(reader, &comparison)?;
    told_to_stage(context, reader, &comparison, &mut report)?;
    report.base = Some(before.summary());
    Ok(report)
}

/// Replaces the advice of an error that is already fixed in the work tree: stage the fix.
fn told_to_stage(
    context: &Context<'_>,
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let unstaged = |finding: &Finding| -> BTreeSet<RepoPath> {
        let is_unstaged =
            |path: &&RepoPath| context.repository.unsettled(path) == Some(Unsettled::Modified);
        let is_error = finding.level() == Level::Error;
        finding.problem.culprits.iter().filter(|_| is_error).filter(is_unstaged).cloned().collect()
    };
    if report.findings.iter().all(|finding| unstaged(finding).is_empty()) {
        return Ok(());
    }
    let work = context.repository.side_tree(Side::WorkTree)?;
    let left = check_against(reader, comparison, &*work)?.findings;
    let is_left = |finding: &Finding| {
        left.iter().any(|it| {
            it.problem.rule == finding.problem.rule
                && it.problem.revisions == finding.problem.revisions
        })
    };
    for finding in report.findings.iter_mut().filter(|finding| !is_left(finding)) {
        let paths = unstaged(finding);
        if !paths.is_empty() {
            let add = Command::of("git add").paths(&paths).and(Command::of("git commit"));
            let stage = Step::run("stage the fix from the work tree", add);
            finding.problem.advice = Advice::way([stage]);
        }
    }
    Ok(())
}

/// Returns the standing of the parent commit: published if it is on a target other than the current branch.
fn standing_of_commit(context: &Context<'_>, before: &BaseChoice, targets: &[Target]) -> Standing {
    let branch = context.repository.branch();
    let mut others = targets.iter().filter(|target| {
        target.remote.is_some() || Some(target.branch.as_str()) != branch.as_deref()
    });
    let landed = before.target.is_some()
        || others.any(|target| context.repository.contains(target.commit, before.commit));
    if landed { Standing::Published } else { Standing::Local }
}

/// Returns the targets of the remotes, which are published. If no remote has a target, returns the local
/// ones, since nobody else can have run migrations that exist only here.
pub(crate) fn known_targets(context: &Context<'_>, config: &Config) -> Result<Vec<Target>, Error> {
    let names = TargetNames { patterns: config.targets.as_deref() };
    let branch = context.repository.branch();
    let remote = context.repository.usual_remote(branch.as_deref());
    let mut targets = Vec::new();
    for remote in remote.into_iter().chain(["upstream".to_owned()]) {
        targets.extend(context.repository.targets_on(&remote, &names)?);
    }
    if targets.is_empty() {
        targets = context.repository.local_targets(&names)?;
    }
    Ok(targets)
}

/// Finds the published side of this commit.
///
/// In a merge, that is the side on a target. If the index has migrations exactly as a target has them
/// (`merge --squash`, `cherry-pick -n`, `checkout main -- migrations`), it is that target: its migrations
/// were there first, and HEAD's own migrations are the ones to repair. If the index only restores
/// migrations that HEAD removed, it is the merge base with that target. Otherwise it is HEAD.
fn landed_side(
    context: &Context<'_>,
    head: ObjectId,
    targets: &[Target],
    index: &dyn Tree,
    changed: &BTreeSet<RepoPath>,
) -> Result<BaseChoice, Error> {
    if let Some(landed) = landed_in_merge(context, head, targets) {
        return Ok(landed);
    }
    if let Some(pushed) = pushed_in_merge(context, head)? {
        return Ok(pushed);
    }
    if context.repository.merge_heads().is_empty() {
        // A target itself takes from others as it likes; what it has is what has landed.
        let branch = context.repository.branch();
        let on_target = targets.iter().any(|target| Some(&target.branch) == branch.as_ref());
        let may_have_landed =
            |target: &&Target| !on_target || Some(&target.branch) == branch.as_ref();
        for target in targets.iter().filter(may_have_landed) {
            let found = brought(context, target.commit, index, changed)?;
            if !found.is_empty() {
                let parted = context.repository.merge_bases(head, target.commit)?;
                let landed = match parted.as_slice() {
                    [one] if brought(context, *one, index, &found)? == found => *one,
                    _ => target.commit,
                };
                return Ok(landed_as(context, target, landed));
            }
        }
    }
    Ok(last_commit(head))
}

/// Finds which side of an unfinished merge is on a target.
pub(crate) fn landed_in_merge(
    context: &Context<'_>,
    head: ObjectId,
    targets: &[Target],
) -> Option<BaseChoice> {
    let merged = context.repository.merge_heads();
    if merged.is_empty() {
        return None;
    }
    targets.iter().find_map(|target| {
        let sides = std::iter::once(&head).chain(&merged);
        let landed = sides.copied().find(|side| context.repository.contains(target.commit, *side));
        landed.map(|commit| landed_as(context, target, commit))
    })
}

/// Finds the side of an unfinished merge that is on the branch's own remote branch: other users of the
/// branch may have run its migrations.
fn pushed_in_merge(context: &Context<'_>, head: ObjectId) -> Result<Option<BaseChoice>, Error> {
    let merged = context.repository.merge_heads();
    let (Some(branch), false) = (context.repository.branch(), merged.is_empty()) else {
        return Ok(None);
    };
    let remote = context.repository.usual_remote(Some(&branch));
    let own = remote.map(|remote| format!("{remote}/{branch}"));
    let branches = context.repository.remote_branches()?.into_iter();
    let mut own = branches.filter(|(name, _)| Some(name) == own.as_ref());
    let Some((name, tip)) = own.next() else { return Ok(None) };
    let mut sides = std::iter::once(head).chain(merged);
    let pushed = sides.find(|side| context.repository.contains(tip, *side));
    Ok(pushed.map(|commit| BaseChoice {
        target: None,
        commit,
        freshness: context.repository.freshness(&format!("refs/remotes/{name}")),
        name,
        others: Vec::new(),
    }))
}

pub(crate) fn landed_as(context: &Context<'_>, target: &Target, commit: ObjectId) -> BaseChoice {
    BaseChoice {
        target: Some(target.clone()),
        commit,
        name: target.name(),
        freshness: context.repository.freshness_of(target),
        others: Vec::new(),
    }
}

/// Returns the changed migrations whose content in the index is the same as in a commit.
fn brought(
    context: &Context<'_>,
    commit: ObjectId,
    index: &dyn Tree,
    changed: &BTreeSet<RepoPath>,
) -> Result<BTreeSet<RepoPath>, Error> {
    let landed = context.repository.commit_tree(commit)?;
    let mut brought = BTreeSet::new();
    for path in changed.iter().filter(|path| path.file_name().ends_with(b".py")) {
        let node = index.node(path)?;
        if node.is_some() && landed.node(path)? == node {
            brought.insert(path.clone());
        }
    }
    Ok(brought)
}

/// Checks the future merge of the index into its base.
fn ahead(context: &Context<'_>, reader: &mut Reader) -> Result<Option<Report>, Error> {
    let config = reader.config();
    let branch = context.repository.branch();
    let candidates = destinations::candidates(context, &config, branch.as_deref());
    let Some(base) = destinations::base(context, Side::Index, &config, &candidates)? else {
        return Ok(None);
    };
    let report = change::compare_with_base(
        context,
        reader,
        &Scope {
            side: Side::Index,
            base: &base,
            facts: Facts { cap: Some(Downgrade::Ahead), ..Facts::default() },
            answering: None,
            names: Names::new(&base.name, "this commit"),
            situation: change::situation(
                context,
                &base,
                context.repository.head(),
                NextStep::Stage,
            ),
            candidates: &candidates,
        },
    )?;
    Ok(Some(report))
}

/// Returns HEAD as the published side.
pub(crate) fn last_commit(head: ObjectId) -> BaseChoice {
    BaseChoice {
        target: None,
        commit: head,
        name: "the last commit".to_owned(),
        freshness: Freshness::Local,
        others: Vec::new(),
    }
}

/// Adds the problems that only the future merge has: those that will block, and warnings about files of
/// this commit. Problems that already block are not repeated.
fn add_ahead(report: &mut Report, ahead: Option<Report>, changed: &BTreeSet<RepoPath>) {
    let Some(ahead) = ahead else { return };
    let same = |known: &Finding, other: &Finding| {
        (known.problem.rule == other.problem.rule || known.level() == Level::Error)
            && known.problem.culprits.iter().any(|path| other.problem.culprits.contains(path))
    };
    let is_new = |finding: &Finding| {
        let will_block = finding.downgrade() == Some(&Downgrade::Ahead);
        let is_of_commit = || finding.problem.culprits.iter().any(|path| changed.contains(path));
        finding.level() == Level::Warn
            && (will_block || finding.downgrade().is_none() && is_of_commit())
            && !report.findings.iter().any(|known| same(known, finding))
    };
    let (findings, _): (Vec<Finding>, Vec<Finding>) = ahead.findings.into_iter().partition(is_new);
    if report.findings.is_empty() && !findings.is_empty() {
        report.base = ahead.base;
    }
    report.findings.extend(findings);
    for (file, content) in ahead.sources {
        report.sources.entry(file).or_insert(content);
    }
}
