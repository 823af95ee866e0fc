//! Disagreements that are known and open, by the kind of failure that they come to.
//!
//! A team that meets one of them is counted apart. Each has a seed at which it must still occur: where it does
//! not, it is fixed, and its entry goes.

/// A kind of failure that is open.
pub(crate) struct Known {
    pub(crate) kind: &'static str,
    /// A team that comes to it.
    pub(crate) seed: u64,
    /// What is wrong.
    pub(crate) wrong: &'static str,
}

pub(crate) const KNOWN: [Known; 0] = [];

/// Tells whether a kind of failure is known.
pub(crate) fn is_known(kind: &str) -> bool {
    KNOWN.iter().any(|known| known.kind == kind)
}
