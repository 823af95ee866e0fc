//! What the guard says about one comparison, or one ref of a push.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use super::Finding;
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::Note;
use crate::tree::{File, RepoPath};

/// What a comparison took as `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The ref as a person would write it, `origin/main`.
    pub name: String,
    /// The commit, in full.
    pub commit: String,
    /// When the ref was last brought up to date, where that is known.
    pub freshness: Freshness,
    /// Other refs that would have served as well.
    pub others: Vec<String>,
}

/// How sure it is that a base is what the remote has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Asked for by this very run.
    FetchedNow,
    /// Told by git during this push.
    ToldByGit,
    /// Learned by an earlier push, at this time; git's own ref still names another commit.
    SeenByPush(SystemTime),
    /// As of the last time that git updated the ref, where that is recorded.
    Updated(Option<SystemTime>),
    /// A local branch or a commit: there is nothing to be stale against.
    Local,
}

/// One Alembic environment as the report sums it up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EnvironmentSummary {
    /// Its name: a section of an ini file, a folder, or what the configuration calls it.
    pub name: String,
    /// Where `env.py` is.
    pub script_location: RepoPath,
    /// Where the migrations are.
    pub version_locations: Vec<RepoPath>,
    /// How many revisions it has after the change.
    pub revisions: usize,
    /// Its heads before; sorted.
    pub heads_before: Vec<RevisionId>,
    /// Its heads after; sorted.
    pub heads_after: Vec<RevisionId>,
    /// Those of the heads after that are too many as they were before, no matter who added them; sorted.
    pub existing: Vec<RevisionId>,
}

/// Everything there is to say about one comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What the change was compared with; nothing where it was judged alone.
    pub base: Option<Base>,
    /// The environments, by name.
    pub environments: Vec<EnvironmentSummary>,
    /// The findings, the heaviest first, then by path.
    pub findings: Vec<Finding>,
    /// What else must be said.
    pub notes: Vec<Note>,
    /// The content of every file that a finding points into.
    pub sources: BTreeMap<File, Vec<u8>>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing blocks.
    Clean,
    /// Something blocks.
    Findings,
    /// It could not be judged.
    Broken,
}

impl Outcome {
    /// Returns the exit code of a process that came to this.
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
    /// Tells whether anything blocks.
    pub fn outcome(&self) -> Outcome {
        if self.findings.iter().any(|finding| finding.level() == Level::Error) {
            Outcome::Findings
        } else {
            Outcome::Clean
        }
    }
}

/// One ref of a push and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefReport {
    /// The ref that is pushed, `refs/heads/feature` or `HEAD`.
    pub local_ref: String,
    /// The commit that is pushed.
    pub local_oid: String,
    /// The ref that it is pushed to.
    pub remote_ref: String,
    /// The commit that the remote has there.
    pub remote_oid: String,
    /// What was found.
    pub report: Report,
    /// Why it was not to be judged, where it was not.
    pub skipped: Option<SkipReason>,
    /// Why it could not be judged, where it could not.
    pub unknown: Option<Note>,
    /// The target that has commits which this ref lacks, where git does not say whether it is forced.
    pub behind: Option<String>,
    /// The place of another ref of the push that brings the same commit, where this one is judged as that is;
    /// then the report holds no more than [`RefReport::settle`] has put there.
    pub like: Option<usize>,
}

/// Why a ref is not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// It is deleted.
    Deletion,
    /// It is a tag or another ref that is no branch.
    NoBranch,
    /// It names an object that is no commit.
    NoCommit,
    /// `ignore_refs` covers it.
    Ignored,
    /// A server judges targets alone.
    NoTarget,
    /// Neither what is pushed nor what it replaces uses Alembic.
    NoEnvironment,
    /// This target has the commit.
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
    /// Gives each ref that is judged as another one is that one's base and heaviest finding.
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

    /// Tells whether anything blocks this ref.
    pub fn outcome(&self) -> Outcome {
        match &self.unknown {
            Some(_) => Outcome::Broken,
            None => self.report.outcome(),
        }
    }
}
