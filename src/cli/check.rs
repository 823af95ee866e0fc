//! `check`.

use super::arguments::{Check, Format, Writing};
use super::repair;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::git::Side;
use crate::repair::propose_fixes;
use crate::report::repair::json;
use crate::report::{self, Bypass};
use crate::scope::{self, Against, CheckRequest};

pub(super) fn run(
    check: &Check,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let fixed = check.fix.then(|| fix(check, session, terminal)).transpose()?;
    let side = side(check, session)?;
    let subject = CheckRequest { side, name: check.revision.clone(), against: against(check) };
    let report = scope::change(&session.context(), &subject)?;
    let text = match session.format {
        Format::Text => report::text::render(&report, &Bypass::default(), &terminal.output_style()),
        Format::Json => {
            let checked = report::json::check(&report);
            match fixed {
                Some(fixes) => report::json::to_string(&report::json::Fixed { checked, fixes })?,
                None => report::json::to_string(&checked)?,
            }
        }
    };
    terminal.print(&text);
    Ok(report.outcome())
}

/// Fixes what can be fixed; with `--format json`, returns what was fixed.
fn fix(check: &Check, session: &Session, terminal: &Terminal) -> Result<json::RepairJson, Failure> {
    let writing = Writing { dry_run: check.dry_run, stage: check.stage };
    repair::finish_earlier(&writing, session, terminal)?;
    let proposal = propose_fixes(&session.context(), check.base.as_deref())?;
    let written = repair::write_out(&proposal, &writing, session, terminal)?;
    Ok(json::repair(&proposal, written))
}

fn side(check: &Check, session: &Session) -> Result<Side, Failure> {
    let side = match &check.revision {
        Some(name) => Side::Commit(session.repository.resolve(name)?),
        None if check.staged => Side::Index,
        None if check.worktree => Side::WorkTree,
        None => default_side(session)?,
    };
    Ok(side)
}

/// Returns the work tree or, in a bare repository, the commit of HEAD.
pub(super) fn default_side(session: &Session) -> Result<Side, Failure> {
    match session.repository.work_dir() {
        Some(_) => Ok(Side::WorkTree),
        None => {
            session.repository.head().map(Side::Commit).ok_or(crate::scope::Error::Unborn.into())
        }
    }
}

fn against(check: &Check) -> Against {
    match &check.base {
        Some(base) => Against::Named(base.clone()),
        None if check.all => Against::Nothing,
        None => Against::Nearest,
    }
}
