//! Revisions that are their own ancestors, through `down_revision` or `depends_on`.

use super::links::Links;
use super::{Graph, Index};
use crate::migration::RevisionId;

impl Graph {
    /// Returns cycles that share no revision, each revision followed by one that it needs; none
    /// where some order could apply the whole history.
    ///
    /// Alembic refuses a history that has one with `CycleDetected` or `DependencyCycleDetected`.
    pub fn cycles(&self) -> Vec<Vec<&RevisionId>> {
        let needs = self.needs();
        let needed_by = needs.reversed();
        let mut left = vec![true; needs.len()];
        let mut cycles = Vec::new();
        loop {
            peel(&needs, &needed_by, &mut left);
            peel(&needed_by, &needs, &mut left);
            let Some(start) = left.iter().position(|&is_left| is_left) else {
                return cycles;
            };
            let cycle = walk(start, &needs, &left);
            for &index in &cycle {
                left[index] = false;
            }
            cycles.push(cycle.into_iter().map(|index| &self.revisions[index].id).collect());
        }
    }

    fn needs(&self) -> Links {
        let mut needs = Links::with_capacity(self.revisions.len());
        for (parents, dependencies) in self.parents.iter().zip(self.dependencies.iter()) {
            needs.push(parents.iter().chain(dependencies).copied());
        }
        needs
    }
}

/// Takes away, again and again, what has no link in `from` to anything that is left.
fn peel(from: &Links, to: &Links, left: &mut [bool]) {
    let links_left = |others: &[Index]| others.iter().filter(|&&other| left[other]).count();
    let mut open: Vec<usize> = from.iter().map(links_left).collect();
    let mut free: Vec<Index> =
        (0..from.len()).filter(|&index| left[index] && open[index] == 0).collect();
    while let Some(index) = free.pop() {
        left[index] = false;
        for &other in &to[index] {
            open[other] -= 1;
            if open[other] == 0 && left[other] {
                free.push(other);
            }
        }
    }
}

/// Follows what is left until a revision comes a second time; what lies between is a cycle.
///
/// Everything that is left must have a link to something left, which [`peel`] sees to.
fn walk(start: Index, links: &Links, left: &[bool]) -> Vec<Index> {
    let mut place = vec![None; links.len()];
    let mut path = Vec::new();
    let mut next = Some(start);
    while let Some(index) = next {
        if let Some(first) = place[index] {
            return path.split_off(first);
        }
        place[index] = Some(path.len());
        path.push(index);
        next = links[index].iter().copied().find(|&other| left[other]);
    }
    path
}
