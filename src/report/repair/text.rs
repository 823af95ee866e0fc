//! The text output of a repair: first the plan, then the written files and the next steps.

use super::Written;
use crate::advice::{Command, Step};
use crate::alembic::migration::RevisionId;
use crate::finding::Base;
use crate::repair::{EnvironmentRepair, Proposal, Refusal, RepairOutcome, RepairStep, Repaired};
use crate::report::color::{ERROR, GOOD, STRONG, paint};
use crate::report::layout::{self, counted};
use crate::report::text::{compared, others};
use crate::report::{Style, advice};
use crate::rules::listed;
use crate::tree::RepoPath;

const NAME: &str = "alembic-guard";

/// Describes the repair of each environment, or why it is refused.
pub fn plan(proposal: &Proposal, style: &Style) -> String {
    let several = proposal.environments.len() > 1;
    let blocks: Vec<String> = proposal
        .environments
        .iter()
        .map(|one| environment(one, several, proposal.base.as_ref(), style))
        .filter(|block| !block.is_empty())
        .collect();
    blocks.join("\n")
}

/// Lists the written files and the next steps.
pub fn written(proposal: &Proposal, written: Written, style: &Style) -> String {
    if proposal.changes.is_empty() {
        return String::new();
    }
    let files = counted(proposal.changes.len(), "file");
    let (ansi, message) = match written {
        Written::Not => (STRONG, "nothing was written".to_owned()),
        Written::Files => (GOOD, format!("wrote {files}")),
        Written::Staged => (GOOD, format!("wrote and staged {files}")),
    };
    let line = format!("{}: {}\n", paint(style, STRONG, NAME), paint(style, ansi, &message));
    match written {
        Written::Not => line,
        Written::Files | Written::Staged => line + &next(&proposal.then, style),
    }
}

/// Lists the commands that come next, then those for databases: each for one state.
fn next(steps: &[Step], style: &Style) -> String {
    let (databases, next): (Vec<&Step>, Vec<&Step>) =
        steps.iter().partition(|step| step.when.is_some() || step.command().is_none());
    let commands: Vec<Command> = next.iter().filter_map(|step| step.command().cloned()).collect();
    let mut out = layout::commands("next", &commands, style);
    if databases.iter().any(|step| step.when.is_some()) {
        // `alembic current` reads the new files, and cannot tell the states apart.
        out += "\nIf a database already ran these migrations, read its state with\n\
                `SELECT version_num FROM alembic_version`:\n";
        out += &advice::listed(&databases, style);
    } else {
        out += &layout::help(databases, style);
    }
    out
}

/// Lists the files of an interrupted repair that this run completed.
pub fn finished(paths: &[RepoPath], style: &Style) -> String {
    let lines: String = paths.iter().map(|path| layout::detail(&path.to_string(), style)).collect();
    let files = counted(paths.len(), "file");
    said(&format!("completed an interrupted repair: {files}"), style) + &lines
}

fn environment(
    one: &EnvironmentRepair,
    several: bool,
    base: Option<&Base>,
    style: &Style,
) -> String {
    let place =
        if several { format!(" in environment `{}`", one.environment) } else { String::new() };
    match &one.outcome {
        RepairOutcome::Nothing { .. } if style.quiet => String::new(),
        RepairOutcome::Nothing { heads } => {
            let line = format!("nothing to do{place}: {}", standing(heads));
            said(&line, style) + &against(base, style) + &hint(one, style)
        }
        RepairOutcome::Steps(steps) => {
            let lines: String =
                steps.iter().map(|step| layout::detail(&words(step), style)).collect();
            said(&format!("{}{place}", heading(steps)), style)
                + &lines
                + &against(base, style)
                + &hint(one, style)
        }
        RepairOutcome::Refused(refusal) => {
            let help = advice::render(&refusal.advice, style);
            refused(refusal, &place, style) + &against(base, style) + &help
        }
    }
}

fn hint(one: &EnvironmentRepair, style: &Style) -> String {
    layout::help(one.hint.as_slice(), style)
}

fn said(line: &str, style: &Style) -> String {
    layout::headed(NAME, STRONG, line, style)
}

fn against(base: Option<&Base>, style: &Style) -> String {
    match base {
        Some(_) => layout::detail(&compared(base, style), style) + &others(base, style),
        None => String::new(),
    }
}

fn refused(refusal: &Refusal, place: &str, style: &Style) -> String {
    let message = format!("not repaired{place}: {}", refusal.message);
    layout::title("error", ERROR, &message, style)
}

fn heading(steps: &[RepairStep]) -> String {
    let moved = steps.iter().filter(|step| matches!(step, RepairStep::Repoint { .. })).count();
    let joined = steps.iter().filter(|step| matches!(step, RepairStep::Join { .. })).count();
    let repaired = steps.iter().filter(|step| matches!(step, RepairStep::Repair(_))).count();
    let mut parts = Vec::new();
    if moved > 0 {
        parts.push(format!("{} to re-point", counted(moved, "migration")));
    }
    if joined > 0 {
        parts.push(format!("{} to add", counted(joined, "merge revision")));
    }
    if repaired > 0 {
        parts.push(format!("{} to fix", counted(repaired, "problem")));
    }
    parts.join(", ")
}

fn words(step: &RepairStep) -> String {
    match step {
        RepairStep::Repoint { revision, path, from, to } => format!(
            "`{revision}` will build on {} instead of {}, in {path}",
            or_nothing(to),
            or_nothing(from)
        ),
        RepairStep::Join { revision, path, heads } => {
            format!("`{revision}` will join {}, in {path}", listed(heads))
        }
        RepairStep::Repair(Repaired { rule, path, done }) => format!("{path}: {done} ({rule})"),
    }
}

fn standing(heads: &[RevisionId]) -> String {
    match heads {
        [] => "no migrations".to_owned(),
        [one] => format!("the head is `{one}`"),
        several => format!("the heads are {}", listed(several)),
    }
}

fn or_nothing(ids: &[RevisionId]) -> String {
    match ids {
        [] => "nothing".to_owned(),
        ids => listed(ids),
    }
}
