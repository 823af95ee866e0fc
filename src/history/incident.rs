//! An incident: a commit, its effect on an environment, and whether that persists.

use crate::alembic::environment::Environment;
use crate::alembic::graph::Graph;
use crate::alembic::migration::{self, RevisionId};
use crate::finding::{Finding, Report};
use crate::git::Description;
use crate::heads::{HeadLimits, within_limits};
use crate::rules::{self, Baseline, Consequence};
use crate::text::position;
use crate::tree::{File, ObjectId, RepoPath, Site};

use super::files::migrations;
use super::repair::IncidentRepair;

/// A commit of the audited history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedCommit {
    /// The commit.
    pub commit: ObjectId,
    /// The commit it was compared with; `None` for the start of the history.
    pub parent: Option<ObjectId>,
    /// The number of earlier commits in the history.
    pub place: usize,
    /// Its metadata.
    pub description: Description,
}

/// The kind of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentKind {
    /// The history has too many heads.
    Heads,
    /// Alembic cannot load the history.
    Loading,
    /// Several migrations share an id, and Alembic uses one of them.
    Duplicate,
}

/// A commit that the guard would have blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The commit.
    pub landed: AuditedCommit,
    /// The environment, with its name at that time.
    pub environment: String,
    /// The kind of an incident.
    pub kind: IncidentKind,
    /// The heads before the commit, sorted.
    pub heads_before: Vec<RevisionId>,
    /// The heads after it, sorted.
    pub heads_after: Vec<RevisionId>,
    /// The problems.
    pub findings: Vec<Evidence>,
    /// The end of the incident; `None` if it persists.
    pub repair: Option<IncidentRepair>,
}

/// One problem, without its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The rule's name.
    pub rule: &'static str,
    /// The message, in one sentence.
    pub message: String,
    /// The path.
    pub path: RepoPath,
    /// The line, counted from one, if there is one.
    pub line: Option<usize>,
    /// The revisions involved.
    pub revisions: Vec<RevisionId>,
    /// The file, if it still exists.
    pub file: Option<File>,
}

/// The state of an environment after a commit.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) environment: Environment,
    pub(super) graph: Graph,
}

impl Evidence {
    fn of(finding: &Finding, report: &Report) -> Evidence {
        let line = match &finding.problem.site {
            Site::Span { file, span } => {
                report.sources.get(file).map(|source| position(source, span.start).line)
            }
            Site::File(_) | Site::Path(_) => None,
        };
        Evidence {
            rule: finding.problem.rule,
            message: finding.problem.message.clone(),
            path: finding.problem.site.path().clone(),
            line,
            revisions: finding.problem.revisions.clone(),
            file: finding.problem.site.file().cloned(),
        }
    }

    fn is_about(&self, other: &Evidence) -> bool {
        let alike = if self.revisions.is_empty() {
            self.path == other.path
        } else {
            self.revisions == other.revisions
        };
        self.rule == other.rule && alike
    }

    /// Returns whether the problem persists, given the problems of a later commit.
    ///
    /// Some problems are only checked in new files; these persist as long as their file is unchanged.
    fn stands(&self, seen: &Seen, report: &Report) -> bool {
        let same = |finding: &Finding| {
            let alike = if self.revisions.is_empty() {
                finding.problem.site.path() == &self.path || is_content(finding, &self.file)
            } else {
                finding.problem.revisions == self.revisions
            };
            finding.problem.rule == self.rule
                && finding.problem.environment == seen.environment.name
                && alike
        };
        let by_file =
            rules::find(self.rule).is_some_and(|rule| rule.baseline == Baseline::SameFile);
        report.findings.iter().any(same)
            || by_file && self.file.as_ref().is_some_and(|file| has_file(&seen.graph, file))
    }
}

fn is_python_2(finding: &Finding, report: &Report) -> bool {
    let source = finding.problem.site.file().and_then(|file| report.sources.get(file));
    finding.problem.rule == UNREADABLE
        && source
            .is_some_and(|source| migration::is_python_2(source, &migration::ReadLimits::default()))
}

fn is_content(finding: &Finding, file: &Option<File>) -> bool {
    let found = finding.problem.site.file().map(|file| file.id);
    found.is_some() && found == file.as_ref().map(|file| file.id)
}

fn has_file(graph: &Graph, file: &File) -> bool {
    migrations(graph).any(|migration| migration.file == *file)
}

impl Incident {
    /// Collects the incidents that a commit caused in one environment, one per kind.
    ///
    /// Lowered problems do not count: they were there before, or are uncertain. Python 2 files, which
    /// loaded at their time, and forks that leave the number of heads unchanged, do not count either.
    pub(super) fn of(landed: &AuditedCommit, report: &Report, environment: &str) -> Vec<Incident> {
        let summary = report.environments.iter().find(|summary| summary.name == environment);
        let mut incidents: Vec<Incident> = Vec::new();
        for finding in &report.findings {
            let is_fault =
                finding.problem.environment == environment && finding.downgrade().is_none();
            let Some(kind) = kind(finding).filter(|_| is_fault && !is_python_2(finding, report))
            else {
                continue;
            };
            let evidence = Evidence::of(finding, report);
            match incidents.iter_mut().find(|incident| incident.kind == kind) {
                Some(incident) => incident.findings.push(evidence),
                None => incidents.push(Incident {
                    landed: landed.clone(),
                    environment: environment.to_owned(),
                    kind,
                    heads_before: summary.map(|it| it.heads_before.clone()).unwrap_or_default(),
                    heads_after: summary.map(|it| it.heads_after.clone()).unwrap_or_default(),
                    findings: vec![evidence],
                    repair: None,
                }),
            }
        }
        incidents.retain(|incident| incident.kind != IncidentKind::Heads || incident.adds_head());
        incidents.sort_by_key(|incident| incident.kind);
        incidents
    }

    /// Returns whether the incident persists after a later commit.
    ///
    /// A history that could not be loaded may also have been forked since; then both must be over.
    pub(super) fn stands(&self, seen: &Seen, report: &Report) -> bool {
        let forked = !self.is_joined(seen);
        match self.kind {
            IncidentKind::Heads => forked,
            IncidentKind::Loading | IncidentKind::Duplicate => {
                forked && self.adds_head()
                    || self.findings.iter().any(|evidence| evidence.stands(seen, report))
            }
        }
    }

    fn adds_head(&self) -> bool {
        self.heads_after.len() > self.heads_before.len()
    }

    /// Returns whether another commit only repeated this incident.
    pub(super) fn covers(&self, later: &Incident) -> bool {
        let is_same =
            |evidence: &Evidence| self.findings.iter().any(|mine| mine.is_about(evidence));
        self.kind == later.kind && later.findings.iter().all(is_same)
    }

    /// Returns whether there are no more heads than allowed, or than without the commit: it does not have
    /// to fix an older fork.
    fn is_joined(&self, seen: &Seen) -> bool {
        let Seen { environment, graph } = seen;
        let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
        let without = self.heads_before.len().min(self.heads_after.len().saturating_sub(1));
        within_limits(graph, limits) || graph.opaque().is_empty() && graph.heads().len() <= without
    }
}

/// A duplicate does not stop Alembic, and adds no head either; it only loses a migration.
fn kind(finding: &Finding) -> Option<IncidentKind> {
    let rule = rules::find(finding.problem.rule)?;
    match rule.consequence {
        Consequence::Heads => Some(IncidentKind::Heads),
        Consequence::Loading => Some(IncidentKind::Loading),
        Consequence::Judging => None,
        Consequence::Neither => (rule.name == DUPLICATE).then_some(IncidentKind::Duplicate),
    }
}

const DUPLICATE: &str = "duplicate-revision";
const UNREADABLE: &str = "unreadable-migration";
