//! How many incidents were repaired, and what came out.

use std::fmt;

use crate::replay::exceptions::Disagreement;
use crate::replay::figures::Share;
use crate::replay::repaired::Repaired;

/// The figures of the incidents of some histories.
#[derive(Default)]
pub(crate) struct RepairFigures {
    pub(crate) incidents: usize,
    /// Those whose new heads nobody else has: `rebase`.
    pub(crate) rebased: Share,
    /// How many rebases were made on a head that had to be chosen.
    pub(crate) onto_a_chosen_head: usize,
    /// The same incidents, by `merge`.
    pub(crate) merged_too: Share,
    /// Those by which something that has landed is a head again: `merge`.
    pub(crate) merged: Share,
    /// How many merges were made of heads that had to be named.
    pub(crate) of_named_heads: usize,
    /// Those of them that `rebase` refuses.
    pub(crate) not_rebased: Share,
    /// Those over a parent that is missing, which both refuse at first.
    pub(crate) gaps: Share,
    /// Those of them that `rebase` repairs once it is told the head.
    pub(crate) bridged: usize,
    /// Repaired trees at which Alembic finds the heads that the guard finds.
    pub(crate) alembic: Share,
    /// Repaired trees that Alembic does not load, as it did not load the incident.
    pub(crate) unloadable: usize,
    /// Files that had landed, compared after each repair.
    pub(crate) compared: usize,
    pub(crate) changed: usize,
    pub(crate) disagreements: Vec<Disagreement>,
}

impl RepairFigures {
    /// Counts what a repair has left.
    pub(crate) fn count(&mut self, repaired: &Repaired) {
        self.compared += repaired.compared;
        self.changed += repaired.changed.len();
        match repaired.alembic_agrees {
            Some(agrees) => self.alembic.count(agrees),
            None => self.unloadable += 1,
        }
    }

    /// Adds the figures of other histories.
    pub(crate) fn add(&mut self, other: RepairFigures) {
        self.incidents += other.incidents;
        self.rebased.add(&other.rebased);
        self.onto_a_chosen_head += other.onto_a_chosen_head;
        self.merged_too.add(&other.merged_too);
        self.merged.add(&other.merged);
        self.of_named_heads += other.of_named_heads;
        self.not_rebased.add(&other.not_rebased);
        self.gaps.add(&other.gaps);
        self.bridged += other.bridged;
        self.alembic.add(&other.alembic);
        self.unloadable += other.unloadable;
        self.compared += other.compared;
        self.changed += other.changed;
        self.disagreements.extend(other.disagreements);
    }
}

impl fmt::Display for RepairFigures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} incidents: where only unpublished heads came, rebase repairs {} and merge {}; \
             where a published one came back, merge repairs {} and rebase refuses {}; \
             over a parent that is missing both refuse {}, {} of which rebase repairs with the head it names; \
             {} rebases went onto a head that was to be chosen, {} merges were of heads that were to be named; \
             Alembic agrees on the heads of {} repaired trees, {} more load neither before nor after; \
             published files changed: {} of {} compared",
            self.incidents,
            self.rebased,
            self.merged_too,
            self.merged,
            self.not_rebased,
            self.gaps,
            self.bridged,
            self.onto_a_chosen_head,
            self.of_named_heads,
            self.alembic,
            self.unloadable,
            self.changed,
            self.compared,
        )
    }
}
