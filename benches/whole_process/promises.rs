//! The project's performance limits, beside the measured values.

use std::fmt::Write as _;

use crate::cases::Case;
use crate::figures::{Figures, Measured};
use crate::rows::{Cache, Row, What};
use crate::table::mebibytes;

/// A value and its limit.
struct Promise {
    what: String,
    at_most: f64,
    measured: Option<f64>,
    unit: &'static str,
}

/// Reports which limits are kept.
pub(crate) fn of(results: &[(Case, Figures)]) -> String {
    let figures = |name| {
        let found = results.iter().find(|(case, _)| case.name == name);
        found.map(|(_, figures)| figures)
    };
    let mut promises = Vec::new();
    for (name, title) in [("1000", "1,000"), ("10000", "10,000"), ("100000", "100,000")] {
        for cache in [Cache::New, Cache::Again] {
            let push = Row::guard(What::PushStale, cache);
            promises.push(against_listing(title, push, 1.5, figures(name)));
        }
    }
    let cold = Row::guard(What::PushStale, Cache::Cold);
    promises.push(Promise {
        what: format!("1,000: {cold} / alembic heads"),
        at_most: 1.0 / 25.0,
        measured: figures("1000")
            .and_then(|figures| ratio(figures.row(cold), figures.of(What::AlembicHeads))),
        unit: "x",
    });
    let none = Row::guard(What::PushSource, Cache::New);
    promises.push(against_listing("1,000", none, 1.2, figures("1000")));
    promises.push(Promise {
        what: "10,000: peak memory, whatever is asked".to_owned(),
        at_most: 32.0,
        measured: figures("10000").map(|figures| mebibytes(figures.peak_memory_of_guard())),
        unit: "MiB",
    });
    promises.push(monorepo(figures("monorepo")));
    let mut text = "what the project holds itself to\n".to_owned();
    for promise in promises {
        text += &promise.line();
    }
    text
}

/// No migration changed, warm: 20 ms or three times `git rev-parse HEAD`, whichever is more.
fn monorepo(figures: Option<&Figures>) -> Promise {
    let median = |measured: &Measured| measured.spread()[1];
    let rev_parse = figures.and_then(|figures| figures.of(What::RevParse)).map(median);
    let row = Row::guard(What::PushSource, Cache::New);
    let push = figures.and_then(|figures| figures.guard(What::PushSource, Cache::New));
    Promise {
        what: format!("monorepo: {}", push.map_or(row, |measured| measured.row)),
        at_most: rev_parse.map_or(20.0, |time| 20.0_f64.max(3.0 * time)),
        measured: push.map(median),
        unit: "ms",
    }
}

/// Compares with the time that git takes to list the versions folder.
fn against_listing(title: &str, row: Row, at_most: f64, figures: Option<&Figures>) -> Promise {
    let measured = figures.and_then(|figures| figures.guard(row.what, row.cache?));
    let row = measured.map_or(row, |measured| measured.row);
    Promise {
        what: format!("{title}: {row} / git ls-tree -r"),
        at_most,
        measured: ratio(measured, figures.and_then(|figures| figures.of(What::LsTree))),
        unit: "x",
    }
}

fn ratio(this: Option<&Measured>, other: Option<&Measured>) -> Option<f64> {
    this?.ratio(other?)
}

impl Promise {
    fn line(&self) -> String {
        let (measured, word) = match self.measured {
            None => ("-".to_owned(), "not measured"),
            Some(measured) if measured <= self.at_most => (self.number(measured), "met"),
            Some(measured) => (self.number(measured), "missed"),
        };
        let mut line = String::new();
        let at_most = self.number(self.at_most);
        writeln!(line, "  {:<72} {measured:>11} of {at_most:>10}  {word}", self.what)
            .expect("memory can be written");
        line
    }

    fn number(&self, number: f64) -> String {
        let digits = if number < 1.0 { 4 } else { 2 };
        format!("{number:.digits$} {}", self.unit)
    }
}
