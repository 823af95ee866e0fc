//! `check`.

use super::arguments::{Check, Format};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::git::Side;
use crate::judge::{Against, Subject};
use crate::report::{self, Bypass};

pub(super) fn run(
    check: &Check,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let side = side(check, session)?;
    let subject = Subject { side, name: check.revision.clone(), against: against(check) };
    let report = session.judge().change(&subject)?;
    let text = match session.format {
        Format::Text => report::text::render(&report, &Bypass::default(), &terminal.output_style()),
        Format::Json => report::json::to_string(&report::json::check(&report))?,
    };
    terminal.print(&text);
    Ok(report.outcome())
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

/// Returns the work tree, or in a bare repository the commit that HEAD names.
pub(super) fn default_side(session: &Session) -> Result<Side, Failure> {
    match session.repository.work_dir() {
        Some(_) => Ok(Side::WorkTree),
        None => {
            session.repository.head().map(Side::Commit).ok_or(crate::judge::Error::Unborn.into())
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
