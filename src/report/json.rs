//! The JSON report: version 1. Tests derive the schema in docs/schemas from these types.
//!
//! Keys are never removed or given another meaning. New keys may be added.

mod advice;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, SystemTime};

use serde::Serialize;

pub(super) use self::advice::{PlanJson, StepJson, lines, plan, steps};
use super::{in_force, is_fixable};
use crate::advice::Step;
use crate::config::Level;
use crate::finding::RefReport;
use crate::finding::{Base, Downgrade, EnvironmentSummary, Finding, Freshness, Outcome, Report};
use crate::problem::{Doubt, Note};
use crate::text::{Lines, Position, is_unprintable};
use crate::tree::{File, RepoPath, Site};

pub(super) const VERSION: u32 = 1;

/// What `check` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Check {
    version: u32,
    #[serde(flatten)]
    comparison: Comparison,
}

/// What `check --fix` prints: the check of the repaired work tree, and the repair.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fixed {
    /// The check.
    #[serde(flatten)]
    pub checked: Check,
    /// What was repaired before the check.
    pub fixes: super::repair::json::RepairJson,
}

/// What the hooks print about a push.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refs {
    version: u32,
    /// The worst outcome of all refs.
    #[cfg_attr(test, schemars(extend("enum" = ["clean", "findings", "broken"])))]
    outcome: &'static str,
    refs: Vec<Ref>,
}

/// Printed when a command fails to run: a check that contains only an error.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Broken {
    version: u32,
    #[serde(flatten)]
    comparison: Comparison,
    error: Fault,
}

/// A pushed ref.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Ref {
    /// Full name of the ref that is pushed; empty on a server.
    local_ref: String,
    local_oid: String,
    /// Full name of the ref that is updated.
    remote_ref: String,
    remote_oid: String,
    /// Why the ref was not checked.
    skipped: Option<String>,
    /// The target branch whose newer commits this ref lacks; set if it is unknown whether the push is forced.
    behind: Option<String>,
    /// Index of an earlier ref with the same commit, whose result applies to this one too; only the worst
    /// finding is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    like: Option<usize>,
    /// Why the ref could not be checked.
    error: Option<NoteJson>,
    #[serde(flatten)]
    comparison: Comparison,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Comparison {
    /// The exit code as a word: 0, 1 or 2.
    #[cfg_attr(test, schemars(extend("enum" = ["clean", "findings", "broken"])))]
    outcome: &'static str,
    /// The commit that was compared with.
    base: Option<BaseJson>,
    environments: Vec<EnvironmentJson>,
    /// The problems.
    findings: Vec<FindingJson>,
    notes: Vec<NoteJson>,
}

/// The commit that was compared with.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct BaseJson {
    r#ref: String,
    commit: String,
    /// `now` if the remote itself reported the commit during this run; otherwise the time at which the commit was
    /// last seen there, as in RFC 3339, if it is known.
    fetched: Option<String>,
    /// Other possible bases.
    others: Vec<String>,
}

/// An Alembic environment.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentJson {
    name: String,
    script_location: String,
    version_locations: Vec<String>,
    /// Number of migrations.
    revisions: usize,
    /// Heads of the base.
    heads_before: Vec<String>,
    /// Heads of the result.
    heads_after: Vec<String>,
    /// Heads of a base that already had too many; they don't count for `outcome`.
    existing: Vec<String>,
}

/// A problem.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingJson {
    rule: &'static str,
    /// The level in force.
    level: Level,
    /// Name of the environment.
    environment: String,
    message: String,
    /// The advice as text, one step per line.
    help: Option<String>,
    /// The steps of the advice, in the order of `help`.
    advice: Vec<StepJson>,
    /// The same steps, grouped into sequences and alternatives.
    plan: PlanJson,
    path: String,
    /// Counted from 1.
    line: Option<usize>,
    /// Counted in characters from 1.
    column: Option<usize>,
    revisions: Vec<String>,
    related: Vec<RelatedJson>,
    /// Why the level is lower than that of the rule.
    lowered: Option<&'static str>,
    /// Whether `check --fix` can fix it.
    fixable: bool,
}

/// Another place that a problem involves.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RelatedJson {
    path: String,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

/// A remark that is not a problem.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NoteJson {
    message: String,
    help: Option<String>,
    advice: Vec<StepJson>,
    plan: PlanJson,
}

/// Why a command failed to run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Fault {
    message: String,
    /// The underlying errors, the direct cause first.
    causes: Vec<String>,
    help: Option<String>,
    advice: Vec<StepJson>,
}

/// Returns the result of one comparison.
pub fn check(report: &Report) -> Check {
    Check { version: VERSION, comparison: comparison(report) }
}

/// Returns the result of a push of several refs.
pub fn refs(refs: &[RefReport]) -> Refs {
    let outcomes = refs.iter().map(RefReport::outcome);
    Refs {
        version: VERSION,
        outcome: outcomes.max().unwrap_or(Outcome::Clean).name(),
        refs: refs.iter().map(one_ref).collect(),
    }
}

/// Returns the report of a command that failed to run.
pub fn broken(error: &dyn Error, help: &[Step]) -> Broken {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    Broken {
        version: VERSION,
        comparison: Comparison {
            outcome: Outcome::Broken.name(),
            base: None,
            environments: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
        },
        error: Fault {
            message: error.to_string(),
            causes: causes.map(|cause| cause.to_string()).collect(),
            help: lines(help),
            advice: steps(help),
        },
    }
}

/// Serializes JSON without control characters that could affect a terminal, and adds a newline.
pub fn to_string(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let written = serde_json::to_string_pretty(value)?;
    let mut out = String::with_capacity(written.len() + 1);
    for character in written.chars() {
        if character != '\n' && is_unprintable(character) {
            escape_into(&mut out, character)
        } else {
            out.push(character)
        }
    }
    out.push('\n');
    Ok(out)
}

/// Escapes a character. Unprintable characters occur only in strings, which allow this notation.
fn escape_into(out: &mut String, character: char) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        *out += &format!("\\u{unit:04x}");
    }
}

fn one_ref(one: &RefReport) -> Ref {
    Ref {
        local_ref: one.local_ref.clone(),
        local_oid: one.local_oid.clone(),
        remote_ref: one.remote_ref.clone(),
        remote_oid: one.remote_oid.clone(),
        skipped: one.skipped.as_ref().map(ToString::to_string),
        behind: one.behind.clone(),
        like: one.like,
        error: one.unknown.as_ref().map(note),
        comparison: Comparison { outcome: one.outcome().name(), ..comparison(&one.report) },
    }
}

fn comparison(report: &Report) -> Comparison {
    let places = Places { report, lines: RefCell::default() };
    Comparison {
        outcome: report.outcome().name(),
        base: report.base.as_ref().map(base),
        environments: report.environments.iter().map(environment).collect(),
        findings: in_force(report).map(|finding| self::finding(finding, &places)).collect(),
        notes: report.notes.iter().map(note).collect(),
    }
}

pub(super) fn base(base: &Base) -> BaseJson {
    BaseJson {
        r#ref: base.name.clone(),
        commit: base.commit.clone(),
        fetched: match &base.freshness {
            Freshness::FetchedNow | Freshness::ToldByGit => Some("now".to_owned()),
            Freshness::SeenByPush(when) => rfc3339(*when),
            Freshness::Updated(when) => when.and_then(rfc3339),
            Freshness::Local => None,
        },
        others: base.others.clone(),
    }
}

/// Formats a time in the years 1970 to 9999; `humantime` does not support others.
pub(super) fn rfc3339(when: SystemTime) -> Option<String> {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    let since = when.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since < YEAR_10000).then(|| humantime::format_rfc3339_seconds(when).to_string())
}

fn environment(environment: &EnvironmentSummary) -> EnvironmentJson {
    let ids = |ids: &[crate::alembic::migration::RevisionId]| -> Vec<String> {
        ids.iter().map(|id| id.as_str().to_owned()).collect()
    };
    EnvironmentJson {
        name: environment.name.clone(),
        script_location: path(&environment.script_location),
        version_locations: environment.version_locations.iter().map(path).collect(),
        revisions: environment.revisions,
        heads_before: ids(&environment.heads_before),
        heads_after: ids(&environment.heads_after),
        existing: ids(&environment.existing),
    }
}

fn finding(finding: &Finding, places: &Places<'_>) -> FindingJson {
    let place = places.of(&finding.problem.site);
    let revisions = finding.problem.revisions.iter();
    FindingJson {
        rule: finding.problem.rule,
        level: finding.level(),
        environment: finding.problem.environment.clone(),
        message: finding.problem.message.clone(),
        help: lines(&finding.problem.advice.steps()),
        advice: steps(&finding.problem.advice.steps()),
        plan: plan(&finding.problem.advice),
        path: path(finding.problem.site.path()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        revisions: revisions.map(|id| id.as_str().to_owned()).collect(),
        related: finding
            .problem
            .related
            .iter()
            .map(|related| related_json(related, places))
            .collect(),
        lowered: finding.downgrade().map(lowered),
        fixable: is_fixable(finding),
    }
}

fn related_json(related: &crate::problem::Related, places: &Places<'_>) -> RelatedJson {
    let place = places.of(&related.site);
    RelatedJson {
        path: path(related.site.path()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: related.message.clone(),
    }
}

fn lowered(lowered: &Downgrade) -> &'static str {
    match lowered {
        Downgrade::Existing => "debt",
        Downgrade::Untouched => "untouched",
        Downgrade::Elsewhere(_) => "elsewhere",
        Downgrade::Ahead => "ahead",
        Downgrade::Doubt(Doubt::CannotTell | Doubt::OutsideRepository) => "cannot-tell",
        Downgrade::Doubt(Doubt::Incomplete) => "incomplete",
        Downgrade::Doubt(Doubt::Unfinished) => "unfinished",
        Downgrade::NoTarget => "no-target",
        Downgrade::NoBase => "no-base",
        Downgrade::Conflict => "conflict",
        Downgrade::Asked(_) => "asked",
    }
}

pub(super) fn note(note: &Note) -> NoteJson {
    NoteJson {
        message: note.message.clone(),
        help: lines(&note.advice.steps()),
        advice: steps(&note.advice.steps()),
        plan: plan(&note.advice),
    }
}

/// Resolves sites to lines and columns. Each file is split into lines only once.
struct Places<'r> {
    report: &'r Report,
    lines: RefCell<BTreeMap<&'r File, Lines>>,
}

impl Places<'_> {
    fn of(&self, site: &Site) -> Option<Position> {
        let Site::Span { file, span } = site else { return None };
        let (file, source) = self.report.sources.get_key_value(file)?;
        let mut lines = self.lines.borrow_mut();
        let lines = lines.entry(file).or_insert_with(|| Lines::of(source));
        Some(lines.position(source, span.start))
    }
}

/// Returns a path as git stores it, or escaped if it is not UTF-8.
pub(super) fn path(path: &RepoPath) -> String {
    String::from_utf8(path.as_bytes().to_vec()).unwrap_or_else(|_| path.to_string())
}
