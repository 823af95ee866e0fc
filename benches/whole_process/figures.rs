//! The results of the runs.

use std::time::Duration;

use crate::rows::{Cache, Row, What};

/// One run of one process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) time: Duration,
    /// The peak memory of the process or any process that it waited for, in bytes.
    pub(crate) peak_memory: u64,
}

/// All runs of one process.
pub(crate) struct Measured {
    pub(crate) row: Row,
    /// By round; `None` if the round was skipped.
    pub(crate) runs: Vec<Option<Run>>,
}

impl Measured {
    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().flatten()
    }

    pub(crate) fn count(&self) -> usize {
        self.runs().count()
    }

    pub(crate) fn total(&self) -> Duration {
        self.runs().map(|run| run.time).sum()
    }

    /// Returns the shortest, the median and the longest time, in milliseconds.
    pub(crate) fn spread(&self) -> [f64; 3] {
        let mut times: Vec<f64> = self.runs().map(|run| milliseconds(run.time)).collect();
        times.sort_by(f64::total_cmp);
        [times[0], median(&times), times[times.len() - 1]]
    }

    pub(crate) fn peak_memory(&self) -> u64 {
        self.runs().map(|run| run.peak_memory).max().unwrap_or_default()
    }

    /// Returns the time relative to another process: the median over the rounds that have both.
    pub(crate) fn ratio(&self, other: &Measured) -> Option<f64> {
        let pairs = self.runs.iter().zip(&other.runs);
        let ratio = |(this, other): (&Option<Run>, &Option<Run>)| {
            Some(milliseconds((*this)?.time) / milliseconds((*other)?.time))
        };
        let mut ratios: Vec<f64> = pairs.filter_map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        (!ratios.is_empty()).then(|| median(&ratios))
    }
}

/// All results for one repository.
pub(crate) struct Figures(pub(crate) Vec<Measured>);

impl Figures {
    pub(crate) fn row(&self, row: Row) -> Option<&Measured> {
        self.0.iter().find(|measured| measured.row == row)
    }

    pub(crate) fn of(&self, what: What) -> Option<&Measured> {
        self.row(Row::of(what))
    }

    /// Returns the guard's row, or the cold one if the program has no cache.
    pub(crate) fn guard(&self, what: What, cache: Cache) -> Option<&Measured> {
        let cold = || self.row(Row::guard(what, Cache::Cold));
        self.row(Row::guard(what, cache)).or_else(cold)
    }

    /// Returns the guard's peak memory over all runs.
    pub(crate) fn peak_memory_of_guard(&self) -> u64 {
        let guards = self.0.iter().filter(|measured| measured.row.is_guard());
        guards.map(Measured::peak_memory).max().unwrap_or_default()
    }
}

/// Returns the median of sorted numbers.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
