//! What was done, so that a run in which nothing happened would be seen.

use std::collections::BTreeMap;
use std::fmt;

/// How often each thing happened.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally(BTreeMap<&'static str, BTreeMap<String, usize>>);

impl Tally {
    pub(crate) fn count(&mut self, kind: &'static str, what: &str) {
        self.add_to(kind, what, 1);
    }

    pub(crate) fn add_to(&mut self, kind: &'static str, what: &str, times: usize) {
        if times > 0 {
            *self.0.entry(kind).or_default().entry(what.to_owned()).or_default() += times;
        }
    }

    pub(crate) fn add(&mut self, other: &Tally) {
        for (kind, counts) in &other.0 {
            for (what, times) in counts {
                self.add_to(kind, what, *times);
            }
        }
    }

    /// Returns how often something of a kind happened.
    pub(crate) fn of(&self, kind: &str, what: &str) -> usize {
        self.0.get(kind).and_then(|counts| counts.get(what)).copied().unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, counts) in &self.0 {
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            let counts = counts.into_iter().map(|(what, times)| format!("{times} {what}"));
            write!(out, "\n  {kind}: {}", counts.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}
