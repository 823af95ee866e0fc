//! `rebase`.

use super::arguments::Rebase;
use super::terminal::Terminal;
use super::{Failure, Session, repair};
use crate::finding::Outcome;
use crate::repair::{RebaseRequest, propose_rebase};

pub(super) fn run(
    rebase: &Rebase,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    repair::finish_earlier(&rebase.writing, session, terminal)?;
    let request = RebaseRequest {
        onto: rebase.onto.clone(),
        base: rebase.base.clone(),
        stage: rebase.writing.stage,
    };
    let proposal = propose_rebase(&session.context(), &request)?;
    repair::carry_out(&proposal, &rebase.writing, session, terminal)
}
