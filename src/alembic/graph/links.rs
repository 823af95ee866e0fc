//! Links between revisions, by index.

use std::ops;

use super::Index;

/// The links of every revision in one list: a list for each revision would take many times as much memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Where the links of each place end.
    ends: Vec<usize>,
    others: Vec<Index>,
}

/// Gathers links place after place, each of a place once.
#[derive(Debug)]
pub(super) struct LinksBuilder {
    links: Links,
    /// The place that last linked to each.
    linked_from: Vec<Option<usize>>,
}

impl LinksBuilder {
    /// Begins with the links of the first of so many places.
    pub(super) fn new(places: usize) -> LinksBuilder {
        LinksBuilder { links: Links::with_capacity(places), linked_from: vec![None; places] }
    }

    /// Adds a link of the current place, unless it has it.
    pub(super) fn add(&mut self, other: Index) {
        let place = Some(self.links.len());
        if std::mem::replace(&mut self.linked_from[other], place) != place {
            self.links.others.push(other);
        }
    }

    /// Goes on with the next place.
    pub(super) fn end_place(&mut self) {
        self.links.ends.push(self.links.others.len());
    }

    pub(super) fn build(self) -> Links {
        self.links
    }
}

impl Links {
    /// Makes room for places that mostly have one link.
    pub(super) fn with_capacity(places: usize) -> Links {
        Links { ends: Vec::with_capacity(places), others: Vec::with_capacity(places) }
    }

    /// Adds the links of the next place.
    pub(super) fn push(&mut self, others: impl IntoIterator<Item = Index>) {
        self.others.extend(others);
        self.ends.push(self.others.len());
    }

    /// Returns the number of places.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Goes through the links of each place.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Index]> {
        (0..self.len()).map(|place| &self[place])
    }

    /// Returns the links the other way round, those of each place in ascending order.
    pub(super) fn reversed(&self) -> Links {
        let mut starts = vec![0; self.len() + 1];
        for &other in &self.others {
            starts[other + 1] += 1;
        }
        for place in 0..self.len() {
            starts[place + 1] += starts[place];
        }
        let mut others = vec![0; self.others.len()];
        // Each start moves to the end of its place while that is filled.
        for (place, links) in self.iter().enumerate() {
            for &other in links {
                others[starts[other]] = place;
                starts[other] += 1;
            }
        }
        starts.pop();
        Links { ends: starts, others }
    }
}

impl ops::Index<Index> for Links {
    type Output = [Index];

    fn index(&self, place: Index) -> &[Index] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.others[start..self.ends[place]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_turned_round() {
        let mut links = Links::default();
        for others in [&[2, 1][..], &[], &[1], &[1, 0]] {
            links.push(others.iter().copied());
        }
        assert_eq!(links.iter().collect::<Vec<_>>(), [&[2, 1][..], &[], &[1], &[1, 0]]);
        let reversed = links.reversed();
        assert_eq!(reversed.iter().collect::<Vec<_>>(), [&[3][..], &[0, 2, 3], &[0], &[]]);
        assert_eq!(Links::default().reversed().len(), 0);
    }
}
