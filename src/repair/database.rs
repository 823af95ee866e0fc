//! How a database that ran a history in its old order gets to stand in the new one.
//!
//! Alembic keeps the newest revisions that a database has run, and takes all that these build on or depend
//! on as run. Once a revision is put on top of another one, a database that ran it before would skip that
//! other one for good. The way out runs no `downgrade`, which loses data and may do nothing at all: the
//! database is stamped with the part of its history that both orders have in common, runs what it would
//! skip, and is stamped past what it has run already.

use std::collections::BTreeSet;

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;

/// One subcommand of Alembic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseStep {
    /// `stamp --purge`: forgets every stamp and sets this one; `base` if there is none to set.
    Purge(Option<RevisionId>),
    /// `stamp`: takes a revision and all that it needs as run.
    Stamp(RevisionId),
    /// `upgrade`: runs a revision and all that it needs, as far as that has not run.
    Upgrade(RevisionId),
}

/// The files do not tell what a database has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownState;

/// Plans how a database whose `alembic_version` holds these revisions in the old graph gets to stand at the
/// same revisions in the new one, with everything below them run exactly once; nothing if it does already.
///
/// # Errors
/// Gives [`UnknownState`] if what these revisions need is not known, such as a parent that no file defines.
pub fn database_steps(
    old: &Graph,
    new: &Graph,
    stamped: &[RevisionId],
) -> Result<Vec<DatabaseStep>, UnknownState> {
    let has_run = old.requirements_of(stamped);
    let needed = new.requirements_of(has_run.iter().copied());
    let order = new.in_order().map(|revision| &revision.id).filter(|id| needed.contains(id));
    let mut walk = Walk { graph: new, done: BTreeSet::new(), ahead: order.collect() };
    if !old.is_known(&has_run) || !new.is_known(&needed) || walk.ahead.len() < needed.len() {
        return Err(UnknownState);
    }
    let common = walk.on(|id| has_run.contains(id));
    if common.iter().copied().eq(stamped.iter().collect::<BTreeSet<_>>()) {
        return Ok(Vec::new());
    }
    let mut common = common.into_iter().cloned();
    let mut steps = vec![DatabaseStep::Purge(common.next())];
    steps.extend(common.map(DatabaseStep::Stamp));
    while !walk.ahead.is_empty() {
        let missed = walk.on(|id| !has_run.contains(id));
        steps.extend(missed.into_iter().cloned().map(DatabaseStep::Upgrade));
        let run_before = walk.on(|id| has_run.contains(id));
        steps.extend(run_before.into_iter().cloned().map(DatabaseStep::Stamp));
    }
    Ok(steps)
}

/// A way up a history.
struct Walk<'g> {
    graph: &'g Graph,
    done: BTreeSet<&'g RevisionId>,
    /// What is left, each revision behind what it needs.
    ahead: Vec<&'g RevisionId>,
}

impl<'g> Walk<'g> {
    /// Goes on as far as a condition holds, and returns the uppermost revisions that are passed, sorted.
    fn on(&mut self, holds: impl Fn(&RevisionId) -> bool) -> Vec<&'g RevisionId> {
        let mut passed = BTreeSet::new();
        self.ahead.retain(|&id| {
            let mut needed = self.graph.prerequisites(id);
            let is_passed = holds(id) && needed.all(|needed| self.done.contains(&needed.id));
            if is_passed {
                self.done.insert(id);
                passed.insert(id);
            }
            !is_passed
        });
        self.graph.uppermost(&passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::graph::tests::{graph, id};

    /// Writes the steps from one history to another for a database at some revisions.
    #[track_caller]
    fn steps(old: &str, new: &str, stamped: &str) -> String {
        let stamped: Vec<RevisionId> = stamped.split(' ').map(id).collect();
        let Ok(steps) = database_steps(&graph(old), &graph(new), &stamped) else {
            return "unknown".to_owned();
        };
        let words = steps.iter().map(|step| match step {
            DatabaseStep::Purge(Some(id)) => format!("purge {id}"),
            DatabaseStep::Purge(None) => "purge base".to_owned(),
            DatabaseStep::Stamp(id) => format!("stamp {id}"),
            DatabaseStep::Upgrade(id) => format!("upgrade {id}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_would_be_skipped_runs_and_what_has_run_is_stamped() {
        let (old, new) = ("a b(a) c(b) d(a) e(d)", "a b(a) c(b) d(c) e(d)");
        assert_eq!(steps(old, new, "e"), "purge a, upgrade c, stamp e");
        assert_eq!(steps(old, new, "d"), "purge a, upgrade c, stamp d");
        assert_eq!(steps(old, new, "b d"), "purge b, upgrade c, stamp d");
        assert_eq!(steps(old, new, "c e"), "purge e");
        assert_eq!(steps(old, new, "a"), "");
        assert_eq!(steps(old, new, "c"), "");
    }

    #[test]
    fn a_second_base_has_nothing_below_it() {
        let (old, new) = ("a b(a) d e(d)", "a b(a) d(b) e(d)");
        assert_eq!(steps(old, new, "e"), "purge base, upgrade b, stamp e");
        assert_eq!(steps(old, new, "a e"), "purge a, upgrade b, stamp e");
    }

    #[test]
    fn several_chains_are_passed_one_after_another() {
        let (old, new) = ("a b(a) d(a) e(a) f(e)", "a b(a) d(b) e(d) f(e)");
        assert_eq!(steps(old, new, "d f"), "purge a, upgrade b, stamp f");
        assert_eq!(steps(old, new, "f"), "purge a, upgrade d, stamp f");
        assert_eq!(steps(old, new, "b f"), "purge b, upgrade d, stamp f");
        assert_eq!(steps(old, "a b(a) e(b) d(e) f(d)", "d f"), "purge a, upgrade b, stamp f");
        assert_eq!(steps(old, "a e(a) b(e) f(b) d(f)", "d f"), "purge e, upgrade b, stamp d");
        assert_eq!(steps(old, "a e(a) b(e) d(b) f(d)", "f"), "purge e, upgrade d, stamp f");
    }

    #[test]
    fn other_lines_and_dependencies_keep_their_stamps() {
        let (old, new) = ("a x b(a) d(a)!x", "a x b(a) d(b)!x");
        assert_eq!(steps(old, new, "d"), "purge a, stamp x, upgrade b, stamp d");
        let (old, new) = ("a x y(x) b(a) d(a)", "a x y(x) b(a) d(b)");
        assert_eq!(steps(old, new, "d x"), "purge a, stamp x, upgrade b, stamp d");
        let (old, new) = ("a b(a) c(a) n(b,c) m(b,c) d(m)", "a b(a) c(a) n(b,c) m(n) d(m)");
        assert_eq!(steps(old, new, "d"), "purge b, stamp c, upgrade n, stamp d");
    }

    #[test]
    fn nothing_is_planned_for_a_state_that_the_files_do_not_tell() {
        assert_eq!(steps("a b(a) d(gone)", "a b(a) d(b)", "d"), "unknown");
        assert_eq!(steps("a b(a) d(a)!gone", "a b(a) d(b)!gone", "d"), "unknown");
        assert_eq!(steps("a b(a) d(a)", "a b(d) d(b)", "d"), "unknown");
        assert_eq!(
            steps("a b(a) x(gone) d(a)", "a b(a) x(gone) d(b)", "d"),
            "purge a, upgrade b, stamp d"
        );
    }
}
