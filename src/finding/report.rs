//! The result of one comparison, or of one ref of a push.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use super::Finding;
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::Note;
use crate::tree::{File, RepoPath};

/// The base of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The ref as a user would write it: `origin/main`.
    pub name: String,
    /// The full commit id.
    pub commit: String,
    /// How recent the ref is.
    pub freshness: Freshness,
    /// Other possible bases.
    pub others: Vec<String>,
}

/// How certain it is that the remote still has this base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Fetched by this run.
    FetchedNow,
    /// Reported by git during this push.
    ToldByGit,
    /// Learned from an earlier push at this time, while git's own ref still names another commit.
    SeenByPush(SystemTime),
    /// As of git's last update of the ref, if recorded.
    Updated(Option<SystemTime>),
    /// A local branch or a commit, which cannot be outdated.
    Local,
}

/// The summary of one Alembic environment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EnvironmentSummary {
    /// Its name: a section of an ini file, a folder, or a name from the configuration.
    pub name: String,
    /// The folder of `env.py`.
    pub script_location: RepoPath,
    /// The versions folders.
    pub version_locations: Vec<RepoPath>,
    /// The number of revisions in the result.
    pub revisions: usize,
    /// The heads of the base; sorted.
    pub heads_before: Vec<RevisionId>,
    /// The heads of the result; sorted.
    pub heads_after: Vec<RevisionId>,
    /// The heads of the result that exceed the limit in the base too, no matter who added them; sorted.
    pub existing: Vec<RevisionId>,
}

/// The result of one comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The base; `None` if the change was checked on its own.
    pub base: Option<Base>,
    /// The environments, by name.
    pub environments: Vec<EnvironmentSummary>,
    /// The findings by level, errors first, then by path.
    pub findings: Vec<Finding>,
    /// Notes that are not findings.
    pub notes: Vec<Note>,
    /// The content of every file that a finding points into.
    pub sources: BTreeMap<File, Vec<u8>>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing blocks.
    Clean,
    /// Something blocks.
    Findings,
    /// The check failed to run.
    Broken,
}

impl Outcome {
    /// Returns the exit code for this outcome.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Broken => 2,
        }
    }

    /// Returns the word that JSON uses.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Clean => "clean",
            Outcome::Findings => "findings",
            Outcome::Broken => "broken",
        }
    }
}

impl Report {
    /// Returns whether anything blocks.
    pub fn outcome(&self) -> Outcome {
        if self.findings.iter().any(|finding| finding.level() == Level::Error) {
            Outcome::Findings
        } else {
            Outcome::Clean
        }
    }
}

/// One ref of a push and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefReport {
    /// The local ref: `refs/heads/feature` or `HEAD`.
    pub local_ref: String,
    /// The pushed commit.
    pub local_oid: String,
    /// The ref to update.
    pub remote_ref: String,
    /// The commit that the remote ref has now.
    pub remote_oid: String,
    /// The result of the comparison.
    pub report: Report,
    /// Why the ref was not checked, if it was skipped.
    pub skipped: Option<SkipReason>,
    /// Why the ref could not be checked, if that failed.
    pub unknown: Option<Note>,
    /// The target branch with commits that this ref lacks, if it is unknown whether the push is forced.
    pub behind: Option<String>,
    /// The index of another ref of the push with the same commit, if its result applies to this ref too. Then
    /// the report holds only the parts that [`RefReport::settle`] copies.
    pub like: Option<usize>,
}

/// Why a ref is not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// The ref is deleted.
    Deletion,
    /// The ref is a tag or otherwise not a branch.
    NoBranch,
    /// The object is not a commit.
    NoCommit,
    /// `ignore_refs` covers it.
    Ignored,
    /// A server checks only target branches.
    NoTarget,
    /// Neither the pushed commit nor the one it replaces uses Alembic.
    NoEnvironment,
    /// This target branch already has the commit.
    AlreadyOn(String),
}

impl fmt::Display for SkipReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Deletion => out.write_str("deleted"),
            SkipReason::NoBranch => out.write_str("not a branch"),
            SkipReason::NoCommit => out.write_str("not a commit"),
            SkipReason::Ignored => out.write_str("ignored by `ignore_refs`"),
            SkipReason::NoTarget => {
                out.write_str("not a target branch, and `other_branches` is off")
            }
            SkipReason::NoEnvironment => out.write_str("no Alembic environment"),
            SkipReason::AlreadyOn(target) => write!(out, "already on {target}"),
        }
    }
}

impl RefReport {
    /// Copies the base and the most severe finding of a ref to the refs that share its result.
    pub fn settle(reports: &mut [RefReport]) {
        for place in 0..reports.len() {
            let Some(other) = reports[place].like.and_then(|other| reports.get(other)) else {
                continue;
            };
            let heaviest = other.report.findings.iter().max_by_key(|finding| finding.level());
            let brief = heaviest.cloned().map(|mut finding| {
                finding.problem = finding.problem.brief();
                finding
            });
            let (base, skipped) = (other.report.base.clone(), other.skipped.clone());
            let unknown = other.unknown.clone();
            let findings = brief.into_iter().collect();
            let report = Report { base, findings, ..Report::default() };
            let one = &mut reports[place];
            (one.report, one.skipped, one.unknown) = (report, skipped, unknown);
        }
    }

    /// Returns whether anything blocks this ref.
    pub fn outcome(&self) -> Outcome {
        match &self.unknown {
            Some(_) => Outcome::Broken,
            None => self.report.outcome(),
        }
    }
}
