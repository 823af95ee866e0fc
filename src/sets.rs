//! Disjoint sets with union.

/// Disjoint sets of numbers.
#[derive(Debug)]
pub(crate) struct Sets {
    /// Another member of the same set, or itself for the representative.
    joined_to: Vec<usize>,
}

impl Sets {
    /// Creates `count` sets of one number each.
    pub(crate) fn apart(count: usize) -> Sets {
        Sets { joined_to: (0..count).collect() }
    }

    /// Joins two sets. The representative of the first stays.
    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.joined_to[other] = one;
    }

    /// Returns the representative of a number's set.
    pub(crate) fn of(&mut self, number: usize) -> usize {
        let mut name = number;
        while self.joined_to[name] != name {
            // Path halving keeps later lookups short.
            self.joined_to[name] = self.joined_to[self.joined_to[name]];
            name = self.joined_to[name];
        }
        name
    }
}
