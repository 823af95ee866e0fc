//! Revisions that are their own ancestors, through `down_revision` or `depends_on`.

use super::links::Links;
use super::{Graph, Index};
use crate::alembic::migration::RevisionId;

impl Graph {
    /// Returns disjoint cycles, in which each revision is followed by one that it needs; none if the whole
    /// history can be ordered.
    ///
    /// Alembic rejects such a history with `CycleDetected` or `DependencyCycleDetected`.
    pub fn cycles(&self) -> Vec<Vec<&RevisionId>> {
        let mut cycles = Search::new(&self.needs()).cycles();
        // Wherever the search got into a cycle, it is told from its first revision on.
        for cycle in &mut cycles {
            let first = (0..cycle.len()).min_by_key(|&place| cycle[place]);
            cycle.rotate_left(first.unwrap_or(0));
        }
        cycles.sort();
        let ids = |cycle: Vec<Index>| cycle.into_iter().map(|index| &self.revisions[index].id);
        cycles.into_iter().map(|cycle| ids(cycle).collect()).collect()
    }

    fn needs(&self) -> Links {
        let mut needs = Links::with_capacity(self.revisions.len());
        for (parents, dependencies) in self.parents.iter().zip(self.dependencies.iter()) {
            needs.push(parents.iter().chain(dependencies).copied());
        }
        needs
    }
}

/// Follows each link once. What leads nowhere, and what a cycle is made of, is left behind.
struct Search<'l> {
    links: &'l Links,
    /// How many links of each place were followed to what is left behind now.
    followed: Vec<usize>,
    states: Vec<State>,
    path: Vec<Index>,
}

#[derive(Clone, Copy)]
enum State {
    Ahead,
    OnPath(usize),
    Behind,
}

impl<'l> Search<'l> {
    fn new(links: &'l Links) -> Search<'l> {
        let places = links.len();
        Search {
            links,
            followed: vec![0; places],
            states: vec![State::Ahead; places],
            path: Vec::new(),
        }
    }

    fn cycles(mut self) -> Vec<Vec<Index>> {
        let mut cycles = Vec::new();
        for start in 0..self.links.len() {
            if let State::Ahead = self.states[start] {
                self.enter(start);
            }
            while let Some(&top) = self.path.last() {
                match self.links[top].get(self.followed[top]) {
                    None => drop(self.leave(self.path.len() - 1)),
                    Some(&next) => match self.states[next] {
                        State::Ahead => self.enter(next),
                        State::OnPath(first) => cycles.push(self.leave(first)),
                        State::Behind => self.followed[top] += 1,
                    },
                }
            }
        }
        cycles
    }

    fn enter(&mut self, place: Index) {
        self.states[place] = State::OnPath(self.path.len());
        self.path.push(place);
    }

    /// Leaves behind what the path has from a step on.
    fn leave(&mut self, first: usize) -> Vec<Index> {
        let left = self.path.split_off(first);
        for &place in &left {
            self.states[place] = State::Behind;
        }
        left
    }
}
