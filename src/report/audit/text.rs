//! The text output of `audit`: a block per incident, in the order in which they were merged, and a summary.
//!
//! The newest incident comes last, next to the summary at the end of the terminal.

use super::time;
use crate::alembic::migration::RevisionId;
use crate::history::{Audit, AuditedCommit, Evidence, How, Incident, IncidentKind, IncidentRepair};
use crate::report::color::{ERROR, FAINT, GOOD, STRONG, WARNING, paint};
use crate::report::json::rfc3339;
use crate::report::layout::{counted, lasting};
use crate::report::text::notes;
use crate::report::{Style, layout};
use crate::text::escape;

/// The maximum number of heads that are named.
const SHOWN_HEADS: usize = 4;

/// The maximum number of findings per incident.
const SHOWN_FINDINGS: usize = 4;

/// Renders the incidents of a history; empty if `style` is quiet and there are none.
pub fn text(audit: &Audit, style: &Style) -> String {
    let said: Vec<_> =
        audit.notes.iter().filter(|note| !(style.quiet && note.known)).cloned().collect();
    if style.quiet && audit.incidents.is_empty() && said.is_empty() {
        return String::new();
    }
    let blocks = audit.incidents.iter().map(|incident| block(incident, audit, style));
    let mut parts: Vec<String> = blocks.collect();
    parts.push(notes(&said, style));
    parts.push(sum(audit, style));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn block(incident: &Incident, audit: &Audit, style: &Style) -> String {
    let mut out = commit(&incident.landed, ERROR, style);
    let place = match audit.environments.len() {
        0 | 1 => String::new(),
        _ => format!(" in environment `{}`", incident.environment),
    };
    out += &layout::detail(&format!("{}{place}", what(incident)), style);
    let limit = if style.verbose { usize::MAX } else { SHOWN_FINDINGS };
    let shown = incident.findings.iter().take(limit);
    out += &shown.map(|evidence| line(evidence, style)).collect::<String>();
    if incident.findings.len() > limit {
        let more = incident.findings.len() - limit;
        out += &layout::detail(&format!("and {more} more, which `--verbose` shows"), style);
    }
    out + &outcome(incident.repair.as_ref(), style)
}

/// Writes a commit as `git log --oneline` does, with its date.
fn commit(landed: &AuditedCommit, ansi: anstyle::Style, style: &Style) -> String {
    let id = paint(style, ansi, &landed.commit.short());
    let subject = paint(style, STRONG, &escape(&landed.description.subject));
    let day = day(landed).map(|day| format!(" {}", paint(style, FAINT, &day))).unwrap_or_default();
    format!("{id}{day} {subject}\n")
}

fn day(landed: &AuditedCommit) -> Option<String> {
    let date = time(landed.description.committed).and_then(rfc3339)?;
    date.split('T').next().map(str::to_owned)
}

fn what(incident: &Incident) -> String {
    match incident.kind {
        IncidentKind::Heads => format!(
            "{} before, {} after: {}",
            counted(incident.heads_before.len(), "head"),
            incident.heads_after.len(),
            heads(&incident.heads_after)
        ),
        IncidentKind::Loading => "Alembic does not load the history any more".to_owned(),
        IncidentKind::Duplicate => "one id means two migrations".to_owned(),
    }
}

fn heads(heads: &[RevisionId]) -> String {
    match heads.len().saturating_sub(SHOWN_HEADS) {
        0 => listed(heads),
        more => format!("{} and {more} more", listed(&heads[..SHOWN_HEADS])),
    }
}

fn listed(ids: &[RevisionId]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn line(evidence: &Evidence, style: &Style) -> String {
    let line = evidence.line.map(|line| format!(":{line}")).unwrap_or_default();
    layout::detail(&format!("{}: {}", evidence.rule, evidence.message), style)
        + &layout::more(&format!("{}{line}", evidence.path), style)
}

fn outcome(repair: Option<&IncidentRepair>, style: &Style) -> String {
    let Some(repair) = repair else {
        return format!("  {}\n", paint(style, WARNING, "open still"));
    };
    let after = duration(repair.seconds);
    let repaired = paint(style, GOOD, "repaired");
    let commits = counted(repair.commits, "commit");
    let how = escape(&way(&repair.how));
    format!("  {repaired} after {after} and {commits}: {how}\n    ")
        + &commit(&repair.landed, GOOD, style)
}

fn way(how: &How) -> String {
    match how {
        How::Joined(id) => format!("`{id}` joins the heads"),
        How::Renumbered { from, to } => format!("`{from}` became `{to}`"),
        How::Repointed(ids) => format!("{} re-pointed", heads(ids)),
        How::Removed(ids) => format!("{} removed", heads(ids)),
        How::Added(id) => format!("`{id}` added"),
        How::Edited(path) => format!("{path} fixed"),
        How::Dropped => "the environment is gone".to_owned(),
        How::Unclear => "it is not clear how".to_owned(),
    }
}

/// Writes the summary in one or two lines.
fn sum(audit: &Audit, style: &Style) -> String {
    let commits = counted(audit.commits, "commit");
    let count = audit.incidents.len();
    let incidents = match count {
        0 => paint(style, GOOD, "no incident"),
        _ => paint(style, ERROR, &counted(count, "incident")),
    };
    let name = paint(style, STRONG, "alembic-guard");
    let judged = format!("{} of which changed migrations", audit.judged);
    let mut out = format!("{name}: {incidents} in {commits}, {judged}\n");
    if count > 0 {
        out += &layout::detail(&repaired(audit), style);
    }
    out
}

/// Reports how many incidents were repaired, and how soon.
fn repaired(audit: &Audit) -> String {
    let repaired = audit.repairs().count();
    let mut said = format!("{repaired} repaired");
    if let Some(seconds) = audit.median_seconds().filter(|_| repaired > 1) {
        said += &format!(", in the median after {}", duration(seconds));
    }
    match audit.incidents.len() - repaired {
        0 => said,
        open => format!("{said}; {open} open still"),
    }
}

fn duration(seconds: u64) -> String {
    lasting(seconds).unwrap_or_else(|| "less than a minute".to_owned())
}
