//! Compares new instruction counts with the accepted ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde::{Deserialize, Serialize};

/// The committed file.
pub(crate) const FILE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/instructions.toml");

/// The header of the file.
const HEAD: &str = "\
# Instructions of each job, counted by benches/instructions: a job that takes over a tenth more fails CI.
# To accept what is counted now: .ci/run instructions --accept
";

/// The maximum growth: a tenth.
const MOST: f64 = 1.10;

/// Counts and the compiler that they were taken with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// The output of `rustc --version`.
    pub(crate) rustc: String,
    pub(crate) jobs: BTreeMap<String, u64>,
}

/// The result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No job takes much more.
    Kept,
    /// A job takes too much more, or the list of jobs differs.
    Risen,
    /// The compiler differs, so the counts are not comparable.
    NotCompared,
}

impl Accepted {
    /// Reads the committed file.
    pub(crate) fn read() -> Accepted {
        let text = fs::read_to_string(FILE).unwrap_or_else(|error| panic!("{FILE}: {error}"));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{FILE}: {error}"))
    }

    /// Writes the newly accepted counts.
    pub(crate) fn write(&self) {
        let text = toml::to_string(self).expect("texts and numbers can be written");
        fs::write(FILE, format!("{HEAD}\n{text}")).expect("the file can be written");
    }

    /// Compares counts with the accepted ones.
    pub(crate) fn compare(&self, counted: &Accepted) -> Verdict {
        if self.rustc != counted.rustc {
            Verdict::NotCompared
        } else if self.jobs.keys().ne(counted.jobs.keys())
            || counted.jobs.iter().any(|(name, &count)| self.has_risen(name, count))
        {
            Verdict::Risen
        } else {
            Verdict::Kept
        }
    }

    fn has_risen(&self, name: &str, count: u64) -> bool {
        self.change(name, count).is_none_or(|change| change > MOST)
    }

    fn change(&self, name: &str, count: u64) -> Option<f64> {
        self.jobs.get(name).map(|&accepted| count as f64 / accepted as f64)
    }

    /// Returns the counts beside the accepted ones.
    pub(crate) fn table(&self, counted: &Accepted) -> String {
        let mut table = String::new();
        for (name, &count) in &counted.jobs {
            let change = self.change(name, count);
            let change = change.map_or("new".to_owned(), |change| format!("x {change:.3}"));
            let mark = if self.has_risen(name, count) { "  too much" } else { "" };
            writeln!(table, "{name:<60} {count:>13} {change:>9}{mark}")
                .expect("memory can be written");
        }
        for name in self.jobs.keys().filter(|name| !counted.jobs.contains_key(*name)) {
            writeln!(table, "{name:<60} {:>13} {:>9}", "-", "gone").expect("memory can be written");
        }
        table
    }
}
