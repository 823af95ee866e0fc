//! `merge`.

use std::time::SystemTime;

use super::arguments::Merge;
use super::repair;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::alembic::migration::RevisionId;
use crate::finding::Outcome;
use crate::repair::{MergeRequest, propose_merge};

pub(super) fn run(
    merge: &Merge,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    repair::finish_earlier(&merge.writing, session, terminal)?;
    let request = MergeRequest {
        heads: merge.heads.clone(),
        message: merge.message.clone(),
        base: merge.base.clone(),
        id: merge.rev_id.as_ref().map(RevisionId::new),
        new_id: &new_id,
        now: SystemTime::now(),
        stage: merge.writing.stage,
    };
    let proposal = propose_merge(&session.context(), &request)?;
    repair::carry_out(&proposal, &merge.writing, session, terminal)
}

/// Creates a random id of twelve hexadecimal digits, as Alembic does (`alembic.util.rev_id`).
fn new_id() -> RevisionId {
    RevisionId::new(format!("{:012x}", fastrand::u64(..) >> 16))
}
