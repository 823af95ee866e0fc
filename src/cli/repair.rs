//! What every repair does once it is planned: it is shown, written, staged.

use super::arguments::{Format, Writing};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::fix::{self, Place, Proposal};
use crate::git;
use crate::report;
use crate::report::repair::{Written, json, text};

/// Completes what an earlier run began and was kept from finishing.
pub(super) fn finish_earlier(session: &Session, terminal: &Terminal) -> Result<(), Failure> {
    let finished = with_place(session, fix::finish_interrupted)?;
    if !finished.is_empty() {
        terminal.warn(&text::finished(&finished, &terminal.error_style()));
    }
    Ok(())
}

/// Shows a proposal, writes its files and says what comes next.
pub(super) fn carry_out(
    proposal: &Proposal,
    writing: &Writing,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let style = terminal.output_style();
    let is_text = session.format == Format::Text;
    if is_text {
        terminal.print(&text::plan(proposal, &style));
    }
    let written = write(proposal, writing, session)?;
    terminal.print(&match is_text {
        true => text::written(proposal, written, &style),
        false => report::json::to_string(&json::repair(proposal, written))?,
    });
    Ok(match proposal.is_refused() {
        true => Outcome::Findings,
        false => Outcome::Clean,
    })
}

fn write(proposal: &Proposal, writing: &Writing, session: &Session) -> Result<Written, Failure> {
    if writing.dry_run || proposal.changes.is_empty() {
        return Ok(Written::Not);
    }
    with_place(session, |place| fix::apply(place, &proposal.changes))?;
    if !writing.stage {
        return Ok(Written::Files);
    }
    session.repository.add_to_index(&proposal.paths())?;
    Ok(Written::Staged)
}

fn with_place<T>(
    session: &Session,
    write: impl FnOnce(&Place<'_>) -> Result<T, fix::Error>,
) -> Result<T, Failure> {
    let top = session.repository.work_dir().ok_or(git::Error::Bare)?;
    Ok(write(&Place { top, git_dir: &session.repository.git_dir() })?)
}
