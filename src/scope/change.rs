//! Checks a change against its base, on the merge that git would make of the two.

use crate::advice::{Advice, Command, Step};
use crate::compare::{After, Comparison, NamedTree, Reader, check};
use crate::finding::{Downgrade, Facts, Freshness, Report};
use crate::git::{self, BaseChoice, Candidates, MergeFilter, Merged, Side, Target};
use crate::problem::Note;
use crate::rules::{Names, NextStep, Situation, Standing};
use crate::scope::destinations;
use crate::scope::peers::{self, Landing};
use crate::scope::publication;
use crate::scope::relevance::Relevance;
use crate::scope::result_cache;
use crate::scope::unloaded;
use crate::scope::{Context, Error, get_base_command, note};
use crate::tree::{ObjectId, Tree};

/// A check that a user asked for, and what to compare with.
#[derive(Debug, Clone)]
pub(crate) struct CheckRequest {
    /// The state to check.
    pub side: Side,
    /// The name that the user gave for a commit, if any.
    pub name: Option<String>,
    /// What to compare it with.
    pub against: Against,
}

/// What a change is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Against {
    /// The nearest target branch.
    Nearest,
    /// A revision that the user named.
    Named(String),
    /// Nothing: everything counts as new.
    Nothing,
}

/// A change, its base, and what can be blamed on the change.
pub(crate) struct Scope<'a> {
    pub(crate) side: Side,
    pub(crate) base: &'a BaseChoice,
    pub(crate) facts: Facts,
    /// The branch that is responsible for existing extra heads, if any.
    pub(crate) answering: Option<String>,
    pub(crate) names: Names,
    pub(crate) situation: Situation,
    pub(crate) candidates: &'a Candidates<'a>,
}

/// The outcome of merging a change with its base.
pub(crate) enum MergeOutcome<T> {
    /// The merge succeeded, with this result.
    Merged(T),
    /// The two have no common history.
    Unrelated,
    /// The merge base is not in this shallow clone.
    Shallow,
}

/// Checks a commit, the index or the work tree against its base.
pub(crate) fn change(context: &Context<'_>, subject: &CheckRequest) -> Result<Report, Error> {
    let tree = context.repository.side_tree(subject.side)?;
    let mut reader = context.reader(context.config_in_force(&*tree)?);
    let config = reader.config();
    let branch = match destinations::branch_of(context, subject) {
        Some(branch) => Some(branch),
        None => destinations::proposed_branch(context, subject, &config)?,
    };
    let candidates = destinations::candidates(context, &config, branch.as_deref());
    let base = match &subject.against {
        Against::Named(name) => Some(context.repository.named_base(name)?),
        Against::Nothing => None,
        Against::Nearest => destinations::base(context, subject.side, &config, &candidates)?,
    };
    let had_alembic = match &base {
        Some(base) => has_alembic(context, &mut reader, base)?,
        None => false,
    };
    let report = match base {
        Some(base) => {
            let tip = context.repository.tip(subject.side);
            let situation = situation(context, &base, tip, NextStep::Nothing);
            let base_option = base_option(&subject.against);
            let named = subject.name.as_deref().zip(tip);
            let checkout = named.and_then(|(name, tip)| checkout(context, name, tip));
            let situation = Situation { checkout, base_option, ..situation };
            let scope = Scope {
                answering: destinations::target_at_head(context, subject, &candidates)?,
                side: subject.side,
                base: &base,
                facts: Facts::default(),
                names: Names::new(&base.name, "this change"),
                situation,
                candidates: &candidates,
            };
            compare_with_base(context, &mut reader, &scope)?
        }
        None if subject.against == Against::Nothing => {
            alone(&mut reader, &*tree, Facts::default())?
        }
        None if context.options.in_ci => {
            return Err(Error::NoBase { fetch: fetch_command(context, None) });
        }
        None => without_base(&mut reader, &*tree)?,
    };
    let overlooked = unloaded::overlooked(&mut reader, &*tree)?;
    if !report.environments.is_empty() || had_alembic || !overlooked.is_empty() {
        let notes = [report.notes, overlooked].concat();
        return Ok(seen_from_here(context, Report { notes, ..report }));
    }
    let problems = reader.discover(&*tree)?.problems.clone();
    Err(if problems.is_empty() {
        Error::NoEnvironment(tree.describe())
    } else {
        Error::Misconfigured { tree: tree.describe(), problems }
    })
}

/// Makes the paths in all advice relative to the current directory.
fn seen_from_here(context: &Context<'_>, mut report: Report) -> Report {
    let up = &context.options.up;
    if !up.is_empty() {
        let findings = report.findings.iter_mut().map(|finding| &mut finding.problem.advice);
        for advice in findings.chain(report.notes.iter_mut().map(|note| &mut note.advice)) {
            *advice = std::mem::take(advice).seen_from(up);
        }
    }
    report
}

fn has_alembic(
    context: &Context<'_>,
    reader: &mut Reader,
    base: &BaseChoice,
) -> Result<bool, Error> {
    let landed = context.repository.commit_tree(base.commit)?;
    Ok(!reader.discover(&*landed)?.environments.is_empty())
}

/// Returns how to get the base into the work tree; `tip` is the commit that should be there.
pub(crate) fn situation(
    context: &Context<'_>,
    base: &BaseChoice,
    tip: Option<ObjectId>,
    next: NextStep,
) -> Situation {
    let under_way = match next {
        NextStep::Nothing | NextStep::Stage => context.repository.merge_heads(),
        NextStep::Commit => Vec::new(),
    };
    let mut sides = tip.into_iter().chain(under_way);
    let here = sides.any(|side| context.repository.contains(side, base.commit));
    let get_base = (!here).then(|| get_base_command(context.repository, base));
    Situation { get_base, ..plain_situation(base, next) }
}

/// Returns the command that checks out the checked commit, called `name`, unless it is checked out already.
pub(super) fn checkout(context: &Context<'_>, name: &str, commit: ObjectId) -> Option<Command> {
    let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
    if context.repository.ref_commit(&format!("refs/heads/{branch}")) == Some(commit) {
        let is_here = context.repository.branch().as_deref() == Some(branch);
        return (!is_here).then(|| Command::of("git switch").arg(branch));
    }
    let is_here = context.repository.head() == Some(commit);
    (!is_here).then(|| Command::of("git switch --detach").arg(commit.short()))
}

/// Checks the merge of a change into its base.
pub(super) fn compare_with_base(
    context: &Context<'_>,
    reader: &mut Reader,
    scope: &Scope<'_>,
) -> Result<Report, Error> {
    let base = scope.base;
    let compare = |reader: &mut Reader, comparison: &Comparison<'_>| {
        result_cache::remembered(context, reader, comparison, scope)
    };
    let tree = || context.repository.side_tree(scope.side);
    match merge_and_compare(context, reader, scope, compare)? {
        MergeOutcome::Merged(report) => Ok(Report { base: Some(base.summary()), ..report }),
        MergeOutcome::Unrelated => unrelated(reader, &*tree()?, base),
        MergeOutcome::Shallow => {
            shallow(reader, &*tree()?, base, fetch_command(context, base.target.as_ref()))
        }
    }
}

/// Returns the command that fetches a target with its full history, into a clone that may be shallow or
/// know only one branch.
fn fetch_command(context: &Context<'_>, target: Option<&Target>) -> Command {
    let named = target.and_then(|target| target.remote.clone());
    let usual = || context.repository.usual_remote(context.repository.branch().as_deref());
    let remote = named.or_else(usual).unwrap_or_else(|| "origin".to_owned());
    let branch = target.map(|target| target.branch.clone());
    let branch = branch.or_else(|| context.repository.default_branch(&remote));
    let branch = branch.unwrap_or_else(|| "main".to_owned());
    let unshallow = context.repository.is_shallow().then_some("--unshallow");
    Command::of("git fetch")
        .args(unshallow)
        .arg(&remote)
        .arg(format!("+refs/heads/{branch}:refs/remotes/{remote}/{branch}"))
}

/// Calls `compare` with the merge that git would make of a change and its base.
pub(crate) fn merge_and_compare<T>(
    context: &Context<'_>,
    reader: &mut Reader,
    scope: &Scope<'_>,
    compare: impl FnOnce(&mut Reader, &Comparison<'_>) -> Result<T, Error>,
) -> Result<MergeOutcome<T>, Error> {
    let Scope { side, base, .. } = *scope;
    let tree = context.repository.side_tree(side)?;
    let landed = context.repository.commit_tree(base.commit)?;
    let parted = match merge_base_trees(context, side, base) {
        Ok(parted) => parted,
        Err(git::Error::Shallow { .. }) if !context.options.in_ci => {
            return Ok(MergeOutcome::Shallow);
        }
        Err(git::Error::Shallow { ours, theirs }) => {
            let fetch = fetch_command(context, base.target.as_ref());
            return Err(Error::Shallow { ours, theirs, fetch });
        }
        Err(error) => return Err(error.into()),
    };
    let mut folder_sources: Vec<&dyn Tree> = parted.iter().map(|tree| &**tree).collect();
    folder_sources.push(&*tree);
    let mut trees = folder_sources.clone();
    trees.push(&*landed);
    let relevance = Relevance::of(reader, &trees)?;
    let filter = MergeFilter {
        covers: &|path| relevance.covers(path),
        largest: reader.config().max_file_size,
    };
    let merged = context.repository.merge(base.commit, side, &filter)?;
    let after = match &merged {
        Merged::Unrelated => return Ok(MergeOutcome::Unrelated),
        Merged::Clean(tree) => After::Tree(&**tree),
        Merged::Conflicted(conflicted) => After::Conflicted {
            as_base: &*conflicted.as_base,
            as_ours: &*conflicted.as_ours,
            paths: &conflicted.paths,
        },
    };
    let is_conflicted = matches!(after, After::Conflicted { .. });
    let mut facts = scope.facts.clone();
    if let (Some(touched), After::Tree(after)) = (&mut facts.touched, &after) {
        publication::follow_renames(reader, touched, (&*landed, &*tree), *after)?;
    }
    let other_targets = || other_targets(context, scope);
    let config = reader.config();
    let landing = scope.base.target.as_ref().map(|target| Landing {
        remote: target.remote.as_deref(),
        branch: &target.branch,
        config: &config,
        candidates: scope.candidates,
        pushed: &[],
    });
    let peers = || landing.as_ref().map_or_else(Vec::new, |landing| peers::peers(context, landing));
    let shared = publication::shared(context, &*tree, scope.candidates.branch, base.commit);
    let comparison = Comparison {
        before: Some(&*landed),
        standing: Standing::Published,
        after,
        folder_sources,
        names: scope.names.clone(),
        situation: Situation { is_conflicted, ..scope.situation.clone() },
        facts,
        answering: scope.answering.clone(),
        other_targets: &other_targets,
        peers: &peers,
        shared: &shared,
    };
    compare(reader, &comparison).map(MergeOutcome::Merged)
}

/// Returns the merge bases of a change and its base.
pub(super) fn merge_base_trees<'c>(
    context: &'c Context<'_>,
    side: Side,
    base: &BaseChoice,
) -> Result<Vec<Box<dyn Tree + 'c>>, git::Error> {
    let Some(tip) = context.repository.tip(side) else {
        return Ok(Vec::new());
    };
    let parted = context.repository.merge_bases(base.commit, tip)?;
    parted.into_iter().map(|commit| context.repository.commit_tree(commit)).collect()
}

/// Returns the targets that the base does not contain. A target that cannot be read excuses nothing.
fn other_targets<'c>(context: &'c Context<'_>, scope: &Scope<'_>) -> Vec<NamedTree<'c>> {
    let targets = destinations::targets(context, scope.candidates);
    context.has_missed.set(context.has_missed.get() || targets.is_err());
    let targets = targets.unwrap_or_default();
    let base = scope.base.commit;
    let tip = context.repository.tip(scope.side);
    // The base's own history tells nothing, nor does a branch that has the change already.
    let is_other = |target: &Target| {
        !context.repository.contains(base, target.commit)
            && !tip.is_some_and(|tip| context.repository.contains(target.commit, tip))
    };
    let others = targets.into_iter().filter(is_other);
    let named = others.filter_map(|target| {
        let tree = context.repository.commit_tree(target.commit);
        context.has_missed.set(context.has_missed.get() || tree.is_err());
        Some((target.name(), tree.ok()?))
    });
    named.collect()
}

/// Returns the `--base` value for a repair if the user named a base.
fn base_option(against: &Against) -> Option<String> {
    match against {
        Against::Named(name) => Some(name.clone()),
        Against::Nearest | Against::Nothing => None,
    }
}

fn without_base(reader: &mut Reader, tree: &dyn Tree) -> Result<Report, Error> {
    let facts = Facts { unless_loading: Some(Downgrade::NoBase), ..Facts::default() };
    let mut report = alone(reader, tree, facts)?;
    let name =
        Step::run("choose a base", Command::of("alembic-guard check --base").placeholder("REV"));
    let all = Step::run("check everything", Command::of("alembic-guard check --all"));
    report.notes.push(note(
        "there is no branch to compare with, so heads were only counted",
        Advice::way([name]).or([all]),
    ));
    Ok(report)
}

/// Checks a state on its own.
pub(super) fn alone(reader: &mut Reader, tree: &dyn Tree, facts: Facts) -> Result<Report, Error> {
    Ok(check(reader, &Comparison { facts, ..Comparison::alone(tree) })?)
}

/// Returns the situation in which the base is already in the work tree.
pub(super) fn plain_situation(base: &BaseChoice, next: NextStep) -> Situation {
    Situation { base_commit: Some(base.commit.short()), next, ..Situation::default() }
}

fn unrelated(reader: &mut Reader, tree: &dyn Tree, base: &BaseChoice) -> Result<Report, Error> {
    let message =
        format!("this branch and {} have no common history; it was checked on its own", base.name);
    only_warned(reader, tree, note(message, Advice::default()))
}

fn shallow(
    reader: &mut Reader,
    tree: &dyn Tree,
    base: &BaseChoice,
    fetch: Command,
) -> Result<Report, Error> {
    let message = format!(
        "this clone is shallow and does not include the merge base with {}; the branch was \
         checked on its own",
        base.name
    );
    let advice = Advice::way([Step::run("fetch the full history", fetch)]);
    only_warned(reader, tree, note(message, advice))
}

fn only_warned(reader: &mut Reader, tree: &dyn Tree, note: Note) -> Result<Report, Error> {
    let facts = Facts { cap: Some(Downgrade::NoBase), ..Facts::default() };
    let mut report = alone(reader, tree, facts)?;
    report.notes.push(note);
    Ok(report)
}

/// Marks a base as fetched from the remote during this run.
pub(super) fn fetched(base: &BaseChoice, commit: ObjectId) -> BaseChoice {
    BaseChoice { commit, freshness: Freshness::FetchedNow, ..base.clone() }
}
