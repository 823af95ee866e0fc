//! Disjoint sets that are joined bit by bit.

/// Some numbers, each in one set.
#[derive(Debug)]
pub(crate) struct Sets {
    /// Another member of the set; itself for the one that names it.
    joined_to: Vec<usize>,
}

impl Sets {
    /// Begins with each of so many numbers in a set of its own.
    pub(crate) fn apart(count: usize) -> Sets {
        Sets { joined_to: (0..count).collect() }
    }

    /// Joins the sets of two numbers under the name of the first.
    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.joined_to[other] = one;
    }

    /// Returns the number that names the set of another one.
    pub(crate) fn of(&mut self, number: usize) -> usize {
        let mut name = number;
        while self.joined_to[name] != name {
            // Half of the way is enough to make the next one short.
            self.joined_to[name] = self.joined_to[self.joined_to[name]];
            name = self.joined_to[name];
        }
        name
    }
}
