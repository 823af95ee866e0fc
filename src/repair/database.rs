//! Moves a database from the old order of a history to the new one.
//!
//! Alembic stores the newest revisions that a database has run, and assumes that it has run all of their
//! ancestors and dependencies. After a revision is put on top of another one, a database that ran it before
//! would skip the other one forever. The solution runs no `downgrade`, which loses data and may do nothing
//! at all: the database is stamped with the part of its history that both orders share, runs the revisions
//! that it would skip, and is stamped past those that it has already run.

use std::collections::BTreeSet;

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;

/// One subcommand of Alembic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseStep {
    /// `stamp --purge`: replaces all stamps with this one; `base` if there is none to set.
    Purge(Option<RevisionId>),
    /// `stamp`: marks a revision and everything that it needs as run.
    Stamp(RevisionId),
    /// `upgrade`: runs a revision and everything that it needs, unless it has run.
    Upgrade(RevisionId),
}

/// The files do not show which revisions a database has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownState;

/// Plans how a database whose `alembic_version` contains these revisions in the old graph gets to the same
/// revisions in the new one, with every ancestor run exactly once; nothing if that is already so.
///
/// # Errors
/// Returns [`UnknownState`] if the ancestors of these revisions are not known, such as a parent that no
/// file defines.
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

/// A path up a history.
struct Walk<'g> {
    graph: &'g Graph,
    done: BTreeSet<&'g RevisionId>,
    /// The remaining revisions, each after its requirements.
    ahead: Vec<&'g RevisionId>,
}

impl<'g> Walk<'g> {
    /// Advances while a condition holds, and returns the uppermost passed revisions, sorted.
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

    /// Formats the steps from one history to another for a database at some revisions.
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
