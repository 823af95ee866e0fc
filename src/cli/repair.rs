//! The common part of all repairs: showing, writing and staging a plan.

use std::io::{self, IsTerminal};

use super::arguments::{Format, Writing};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::git;
use crate::repair::{self, FileChange, Place, Proposal};
use crate::report;
use crate::report::repair::{Written, json, text};
use crate::tree::RepoPath;

/// Completes a repair that was interrupted.
pub(super) fn finish_earlier(
    writing: &Writing,
    session: &Session,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if writing.dry_run {
        return Ok(());
    }
    let finished = with_place(session, repair::finish_interrupted)?;
    if !finished.is_empty() {
        if writing.stage {
            let paths: Vec<&RepoPath> = finished.iter().collect();
            session.repository.add_to_index(&paths)?;
        }
        terminal.warn(&text::finished(&finished, &terminal.error_style()));
    }
    Ok(())
}

/// Shows a proposal, writes its files and prints the next steps.
pub(super) fn carry_out(
    proposal: &Proposal,
    writing: &Writing,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let written = write_out(proposal, writing, session, terminal)?;
    if session.format == Format::Json {
        terminal.print(&report::json::to_string(&json::repair(proposal, written))?);
    }
    Ok(if proposal.is_refused() { Outcome::Findings } else { Outcome::Clean })
}

/// Shows a proposal as text, and writes its files.
pub(super) fn write_out(
    proposal: &Proposal,
    writing: &Writing,
    session: &Session,
    terminal: &Terminal,
) -> Result<Written, Failure> {
    let style = terminal.output_style();
    let is_text = session.format == Format::Text;
    if is_text {
        terminal.print(&text::plan(proposal, &style));
    }
    let written = write(proposal, writing, session)?;
    if is_text {
        terminal.print(&text::written(proposal, written, &style));
    }
    if is_text && writing.dry_run {
        if io::stdout().is_terminal() {
            terminal.print(&repair::unified_escaped(&proposal.changes))
        } else {
            terminal.print_raw(&repair::unified(&proposal.changes))
        }
    }
    Ok(written)
}

fn write(proposal: &Proposal, writing: &Writing, session: &Session) -> Result<Written, Failure> {
    if writing.dry_run || proposal.changes.is_empty() {
        return Ok(Written::Not);
    }
    let renamed = renamed(proposal, session);
    let applied = with_place(session, |place| repair::apply(place, &proposal.changes));
    let is_written =
        |failure: &Failure| matches!(failure, Failure::Repair(error) if error.is_after_writing());
    if applied.as_ref().err().is_none_or(is_written) {
        let staged = if writing.stage { proposal.paths() } else { renamed };
        if !staged.is_empty() {
            session.repository.add_to_index(&staged)?;
        }
    }
    applied?;
    Ok(if writing.stage { Written::Staged } else { Written::Files })
}

/// Returns both paths of renamed tracked files, so that git learns of the rename.
fn renamed<'p>(proposal: &'p Proposal, session: &Session) -> Vec<&'p RepoPath> {
    let gone = |change: &&FileChange| change.after.is_none();
    let is_known = proposal
        .changes
        .iter()
        .filter(gone)
        .any(|change| session.repository.is_tracked(&change.path));
    if !is_known {
        return Vec::new();
    }
    let moved = proposal.changes.iter().filter(|change| change.before.is_none() || gone(change));
    moved.map(|change| &change.path).collect()
}

fn with_place<T>(
    session: &Session,
    write: impl FnOnce(&Place<'_>) -> Result<T, repair::Error>,
) -> Result<T, Failure> {
    let top = session.repository.work_dir().ok_or(git::Error::Bare)?;
    Ok(write(&Place { top, git_dir: &session.repository.git_dir() })?)
}
