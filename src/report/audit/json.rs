//! The JSON output of `audit`: version 1, with the same stability as the report of `check`.
//!
//! Dates are those of the committer, in UTC. They are null outside the years 1970 to 9999.

use serde::Serialize;

use super::time;
use crate::alembic::migration::RevisionId;
use crate::history::{Audit, AuditedCommit, Evidence, How, Incident, IncidentKind, IncidentRepair};
use crate::report::json::{NoteJson, VERSION, note, path, rfc3339};

/// What went wrong in a history.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AuditJson {
    version: u32,
    range: String,
    /// Number of commits.
    commits: usize,
    /// Number of commits that changed migrations or settings.
    judged: usize,
    environments: Vec<String>,
    incidents: Vec<IncidentJson>,
    /// Number of incidents that were repaired.
    repaired: usize,
    /// Median time until the repair.
    median_seconds: Option<u64>,
    notes: Vec<NoteJson>,
}

/// A commit that added a head or broke the history.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct IncidentJson {
    commit: String,
    parent: Option<String>,
    date: Option<String>,
    author_date: Option<String>,
    subject: String,
    environment: String,
    #[cfg_attr(test, schemars(extend("enum" = ["heads", "loading", "duplicate"])))]
    kind: &'static str,
    heads_before: Vec<String>,
    heads_after: Vec<String>,
    findings: Vec<EvidenceJson>,
    repaired: Option<RepairJson>,
}

/// A problem that the commit caused.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EvidenceJson {
    rule: &'static str,
    message: String,
    path: String,
    line: Option<usize>,
}

/// The commit that repaired an incident.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RepairJson {
    commit: String,
    date: Option<String>,
    subject: String,
    #[cfg_attr(test, schemars(extend("enum" = ["joined", "renumbered", "re-pointed", "removed", "added", "edited", "dropped", "unclear"])))]
    how: &'static str,
    revisions: Vec<String>,
    /// Time from the incident to the repair.
    seconds: u64,
    /// Number of commits from the incident to the repair.
    commits: usize,
}

/// Returns the incidents of a history, in the order in which they were merged.
pub fn json(audit: &Audit) -> AuditJson {
    AuditJson {
        version: VERSION,
        range: audit.range.clone(),
        commits: audit.commits,
        judged: audit.judged,
        environments: audit.environments.clone(),
        incidents: audit.incidents.iter().map(incident).collect(),
        repaired: audit.repairs().count(),
        median_seconds: audit.median_seconds(),
        notes: audit.notes.iter().map(note).collect(),
    }
}

fn incident(incident: &Incident) -> IncidentJson {
    let landed = &incident.landed;
    IncidentJson {
        commit: landed.commit.to_string(),
        parent: landed.parent.map(|parent| parent.to_string()),
        date: date(landed),
        author_date: time(landed.description.authored).and_then(rfc3339),
        subject: landed.description.subject.clone(),
        environment: incident.environment.clone(),
        kind: match incident.kind {
            IncidentKind::Heads => "heads",
            IncidentKind::Loading => "loading",
            IncidentKind::Duplicate => "duplicate",
        },
        heads_before: ids(&incident.heads_before),
        heads_after: ids(&incident.heads_after),
        findings: incident.findings.iter().map(evidence).collect(),
        repaired: incident.repair.as_ref().map(repair),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceJson {
    EvidenceJson {
        rule: evidence.rule,
        message: evidence.message.clone(),
        path: path(&evidence.path),
        line: evidence.line,
    }
}

fn repair(repair: &IncidentRepair) -> RepairJson {
    let (how, revisions) = match &repair.how {
        How::Joined(id) => ("joined", vec![id.clone()]),
        How::Renumbered { from, to } => ("renumbered", vec![from.clone(), to.clone()]),
        How::Repointed(ids) => ("re-pointed", ids.clone()),
        How::Removed(ids) => ("removed", ids.clone()),
        How::Added(id) => ("added", vec![id.clone()]),
        How::Edited(_) => ("edited", Vec::new()),
        How::Dropped => ("dropped", Vec::new()),
        How::Unclear => ("unclear", Vec::new()),
    };
    RepairJson {
        commit: repair.landed.commit.to_string(),
        date: date(&repair.landed),
        subject: repair.landed.description.subject.clone(),
        how,
        revisions: ids(&revisions),
        seconds: repair.seconds,
        commits: repair.commits,
    }
}

fn date(landed: &AuditedCommit) -> Option<String> {
    time(landed.description.committed).and_then(rfc3339)
}

fn ids(ids: &[RevisionId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}
