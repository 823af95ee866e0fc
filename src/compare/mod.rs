//! Turns two trees into a [`Report`]. All commands use this path.

mod attributes;
mod checkout;
mod diverged;
mod published_edits;
mod losses;
mod case_collisions;
mod parallel;
mod reader;
mod pairing;
mod witness;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::advice::Advice;
use crate::alembic::environment::BadSetting;
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::{Details, RevisionId};
use crate::finding::{EnvironmentSummary, Facts, Finding, Report, Shared, blame, only_either_way};
use crate::heads::{HeadLimits, analyze_heads, existing_heads};
use crate::problem::{Note, Problem, ProblemIdentity};
use crate::rules::{
    self, Baseline, Fate, MoveDirection, Names, Rule, RuleContext, Situation, Standing, Unread,
};
use crate::tree::{self, File, RepoPath, Tree};

pub(crate) use attributes::ATTRIBUTES;
pub(crate) use checkout::{COMPILED, compiled_source};
pub(crate) use pairing::{Pair, pairs};
pub use reader::{Reader, State};
use witness::OtherBranches;

/// Two states of a repository, and the facts that decide which problems block.
pub struct Comparison<'a> {
    /// The base; `None` if the result is checked on its own.
    pub before: Option<&'a dyn Tree>,
    /// Who has the base.
    pub standing: Standing,
    /// The result.
    pub after: After<'a>,
    /// Further trees whose versions folders count. A migration that is added to a folder that the other side
    /// has moved is still a migration.
    pub folder_sources: Vec<&'a dyn Tree>,
    /// The names of the two sides.
    pub names: Names,
    /// Other facts that advice depends on.
    pub situation: Situation,
    /// Facts that decide which problems block.
    pub facts: Facts,
    /// The branch that is responsible for existing surplus heads, if any: a target branch that is checked
    /// itself.
    pub answering: Option<String>,
    /// Returns other target branches. Their heads are not problems here. Called only if needed.
    pub other_targets: &'a dyn Fn() -> Vec<NamedTree<'a>>,
    /// Returns the other target branches if databases move between them and the one of the change.
    ///
    /// Called only if the change adds revisions or gives them other parents.
    pub peers: &'a dyn Fn() -> Vec<Peer<'a>>,
    /// Returns a remote branch that has the same version of a file. Called only if needed.
    pub shared: &'a dyn Fn(&RepoPath) -> Option<Shared>,
}

impl<'a> Comparison<'a> {
    /// Creates a comparison without a base.
    pub fn alone(after: &'a dyn Tree) -> Comparison<'a> {
        Comparison {
            before: None,
            standing: Standing::Local,
            after: After::Tree(after),
            folder_sources: Vec::new(),
            names: Names::alone(),
            situation: Situation::default(),
            facts: Facts::default(),
            answering: None,
            other_targets: &Vec::new,
            peers: &Vec::new,
            shared: &unshared,
        }
    }
}

/// Returns `None`, for comparisons without remote branches.
pub fn unshared(_: &RepoPath) -> Option<Shared> {
    None
}

/// The name and the tree of a branch.
pub type NamedTree<'a> = (String, Box<dyn Tree + 'a>);

/// A target branch other than that of the change.
pub struct Peer<'a> {
    /// Its name in this repository: `origin/main`, for example.
    pub name: String,
    /// Its tree.
    pub tree: Box<dyn Tree + 'a>,
    /// The direction in which databases usually move; `None` if it may be either.
    pub usual: Option<MoveDirection>,
}

/// The result of a change.
#[derive(Clone, Copy)]
pub enum After<'a> {
    /// A single tree.
    Tree(&'a dyn Tree),
    /// One of two trees, depending on how conflicts in some paths are resolved.
    Conflicted {
        /// With the base's versions of the paths.
        as_base: &'a dyn Tree,
        /// With the change's versions.
        as_ours: &'a dyn Tree,
        /// The paths with conflicts.
        paths: &'a [RepoPath],
    },
}

/// Compares two states and reports the problems of the change.
pub fn check(reader: &mut Reader, comparison: &Comparison<'_>) -> Result<Report, tree::Error> {
    match comparison.after {
        After::Tree(after) => check_against(reader, comparison, after),
        After::Conflicted { as_base, as_ours, paths } => {
            let as_base = check_against(reader, comparison, as_base)?;
            let mut report = check_against(reader, comparison, as_ours)?;
            only_either_way(&mut report.findings, &as_base.findings);
            report.notes.push(conflict_note(paths, &comparison.names));
            Ok(report)
        }
    }
}

/// Does the same as [`check`] for a given result: one resolution of a conflict, or a repair.
pub(crate) fn check_against(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
) -> Result<Report, tree::Error> {
    let (pairs, bad_settings) = pairs(reader, comparison, after)?;
    let mut report = Report::default();
    let past = comparison.before.map(|before| reader.discover(before)).transpose()?;
    let known: HashSet<&BadSetting> = past.iter().flat_map(|past| &past.problems).collect();
    // `environment-lost` reports settings that stop Alembic.
    let stops: Vec<&BadSetting> = pairs.iter().filter_map(|pair| pair.loss.stop.as_ref()).collect();
    let is_found = |setting: &&BadSetting| stops.iter().any(|stop| stop.is(setting));
    let noted = bad_settings.iter().filter(|setting| !is_found(setting));
    let has_left_out = !reader.discover(after)?.left_out.is_empty();
    let is_known = |setting: &BadSetting| !has_left_out && known.contains(setting);
    report.notes.extend(setting_notes(noted, is_known));
    for pair in &pairs {
        report.notes.extend(case_collisions::notes(pair, &comparison.facts));
        let compared = compare_environment(reader, comparison, after, pair)?;
        if pair.loss.fate != Fate::Removed {
            report.environments.push(summary(pair, &compared.existing));
        }
        report.findings.extend(compared.findings);
        report.notes.extend(compared.notes);
    }
    report.findings.sort_by(|one, other| order(one).cmp(&order(other)));
    read_sources(&mut report, comparison, after);
    Ok(report)
}

/// The result for one environment.
struct Compared {
    findings: Vec<Finding>,
    notes: Vec<Note>,
    /// The surplus heads of the base, by group.
    existing: Vec<Vec<RevisionId>>,
}

/// Applies every rule to one environment and decides which problems block.
fn compare_environment(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
) -> Result<Compared, tree::Error> {
    let environment = &pair.environment;
    let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
    let head_problems = analyze_heads(&pair.before.graph, &pair.after.graph, limits);
    let existing = existing_heads(&pair.before.graph, &pair.after.graph, limits, &head_problems);
    let details = details(reader, after, pair)?;
    let config = reader.config();
    let changed = changed(&pair.before.graph, &pair.after.graph);
    let edited = published_edits::find(reader, comparison, after, pair, &changed)?;
    let altered = checkout::find(reader, comparison, after, pair)?;
    let diverged = diverged::find(reader, comparison, after, pair, &changed)?;
    let subject = RuleContext {
        environment,
        loss: &pair.loss,
        before: &pair.before.graph,
        standing: comparison.standing,
        after: &pair.after.graph,
        changed: &changed,
        head_problems: &head_problems,
        existing: &existing,
        answering: comparison.answering.as_deref(),
        details: &details,
        edited: &edited,
        altered: &altered,
        diverged: &diverged,
        broken_links: &pair.after.broken_links,
        unread: pair.excess().map(|excess| Unread { excess, is_same: pair.has_same_files() }),
        max_revision_id_length: config.max_revision_id_length,
        filename_pattern: config.filename_pattern.as_ref(),
        names: &comparison.names,
        situation: &comparison.situation,
    };
    let mut problems = Vec::new();
    for rule in rules::RULES {
        let found = rule.check(&subject);
        if !found.is_empty() {
            let past = existing_problems(rule, &subject, &pair.before);
            let past: BTreeSet<_> = past.iter().map(|problem| identity(rule, problem)).collect();
            problems.extend(found.into_iter().map(|problem| Problem {
                existing: past.contains(&identity(rule, &problem)),
                allowed: is_allowed(reader, &problem),
                ..problem
            }));
        }
    }
    // Pushes that touch no migration do not repeat these notes.
    let known = comparison.facts.touched.as_ref().is_some_and(BTreeSet::is_empty);
    let notes = rules::existing_heads_notes(&subject).into_iter();
    let notes = notes.map(|note| Note { known, ..note }).collect();
    let mut witness = OtherBranches::of(reader, comparison, pair);
    let findings = blame(problems, &comparison.facts, &config, &mut witness);
    Ok(Compared { findings, notes, existing })
}

fn is_allowed(reader: &Reader, problem: &Problem) -> bool {
    problem.site.file().is_some_and(|file| reader.allows(file, problem.rule))
}

/// Returns the revisions with a different path or content in the base.
fn changed<'g>(before: &Graph, after: &'g Graph) -> Vec<&'g Revision> {
    let is_same = |now: &Revision| {
        before.get(&now.id).is_some_and(|landed| landed.migration.file == now.migration.file)
    };
    after.revisions().filter(|now| !is_same(now)).collect()
}

/// Returns the problems that a rule finds in the base.
fn existing_problems(rule: &Rule, subject: &RuleContext<'_>, before: &State) -> Vec<Problem> {
    if rule.baseline == Baseline::Compared
        || before.graph.is_empty() && before.broken_links.is_empty()
    {
        return Vec::new();
    }
    let past = RuleContext {
        after: subject.before,
        changed: &[],
        head_problems: &[],
        existing: &[],
        details: &BTreeMap::new(),
        edited: &[],
        altered: &[],
        diverged: &[],
        broken_links: &before.broken_links,
        unread: None,
        ..*subject
    };
    rule.check(&past)
}

/// Returns the key that identifies a problem before and after a change.
fn identity<'p>(rule: &Rule, problem: &'p Problem) -> ProblemIdentity<'p> {
    match rule.baseline {
        Baseline::SameFile => problem.identity().in_file(problem.site.file()),
        Baseline::SameFault | Baseline::Compared => problem.identity(),
    }
}

/// Reads the details of each file that the change adds or edits.
fn details(
    reader: &Reader,
    after: &dyn Tree,
    pair: &Pair,
) -> Result<BTreeMap<File, Details>, tree::Error> {
    if pair.excess().is_some() {
        return Ok(BTreeMap::new());
    }
    let known: HashSet<_> = pair.before.files.iter().map(|file| file.id).collect();
    let new: Vec<&File> =
        pair.after.files.iter().filter(|file| !known.contains(&file.id)).collect();
    reader.details(after, &new)
}

fn summary(pair: &Pair, existing: &[Vec<RevisionId>]) -> EnvironmentSummary {
    let mut existing: Vec<RevisionId> = existing.iter().flatten().cloned().collect();
    existing.sort();
    let owned = |heads: Vec<&RevisionId>| heads.into_iter().cloned().collect();
    EnvironmentSummary {
        name: pair.environment.name.clone(),
        script_location: pair.environment.script_location.clone(),
        version_locations: pair.environment.version_locations.clone(),
        revisions: pair.after.graph.len(),
        heads_before: owned(pair.before.graph.heads()),
        heads_after: owned(pair.after.graph.heads()),
        existing,
    }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    let problem = &finding.problem;
    (std::cmp::Reverse(finding.level()), &problem.environment, problem.site.path(), problem.rule)
}

/// Reads every file that a finding points into.
pub(crate) fn read_sources(report: &mut Report, comparison: &Comparison<'_>, after: &dyn Tree) {
    let related = |finding: &Finding| -> Vec<File> {
        let problem = &finding.problem;
        let sites = problem.related.iter().map(|related| &related.site);
        sites.chain([&problem.site]).filter_map(|site| site.file().cloned()).collect()
    };
    let files: BTreeSet<File> = report.findings.iter().flat_map(related).collect();
    for file in files {
        let read = after.read_setting(&file).ok();
        let read =
            read.or_else(|| comparison.before.and_then(|before| before.read_setting(&file).ok()));
        report.sources.extend(read.map(|content| (file, content)));
    }
}

/// The maximum number of reported bad settings, for existing and new ones each.
const MOST_SETTINGS: usize = 20;

fn setting_notes<'p>(
    settings: impl Iterator<Item = &'p BadSetting>,
    is_known: impl Fn(&BadSetting) -> bool,
) -> Vec<Note> {
    let note = |message, known| Note { message, advice: Advice::default(), known };
    let mut notes = Vec::new();
    let mut counts = [0; 2];
    for setting in settings {
        let known = is_known(setting);
        let count = &mut counts[usize::from(known)];
        *count += 1;
        if *count <= MOST_SETTINGS {
            notes.push(note(setting.to_string(), known));
        }
    }
    for (count, known) in counts.into_iter().zip([false, true]) {
        if count > MOST_SETTINGS {
            let more = count - MOST_SETTINGS;
            notes.push(note(format!("{more} more problems of this kind are not listed"), known));
        }
    }
    notes
}

fn conflict_note(paths: &[RepoPath], names: &Names) -> Note {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    Note {
        message: format!(
            "merging {} with {} causes conflicts; only problems of both sides block",
            paths.join(", "),
            names.base
        ),
        advice: Advice::default(),
        known: false,
    }
}
