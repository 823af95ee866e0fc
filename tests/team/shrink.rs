//! A failure with as few actions as it takes.

use crate::support::judge::Judge;
use crate::team::action::Action;
use crate::team::play::{Failed, run};

/// Leaves out actions, many at once and then single ones, while the failure stays of its kind.
pub(crate) fn shrunk(actions: Vec<Action>, failed: Box<Failed>, judge: &mut Judge) -> Box<Failed> {
    let (mut actions, mut failed) = (actions, failed);
    let mut size = actions.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < actions.len() {
            let end = (start + size).min(actions.len());
            let fewer = [&actions[..start], &actions[end..]].concat();
            match run(&fewer, judge) {
                Err(other) if other.failure.kind == failed.failure.kind => {
                    (actions, failed) = (fewer, other);
                }
                _ => start = end,
            }
        }
        size /= 2;
    }
    failed
}
