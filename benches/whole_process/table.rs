//! The full table of one repository.

use std::fmt::Write as _;

use crate::figures::{Figures, Measured};
use crate::repositories::Plan;
use crate::rows::What;

/// Returns the table of one repository.
pub(crate) fn of(title: &str, plan: Plan, figures: &Figures) -> String {
    let (unit, name) = match plan {
        Plan::History(..) => (figures.of(What::LsTree), "x ls-tree"),
        Plan::Monorepo(_) => (figures.of(What::RevParse), "x rev-parse"),
    };
    let alembic = figures.of(What::AlembicHeads);
    let mut table = format!(
        "{title:<48} {:>10} {:>9} {:>9} {name:>11} {:>13} {:>9} {:>6}\n",
        "median ms", "min", "max", "alembic takes", "peak MiB", "rounds",
    );
    for measured in &figures.0 {
        let [least, median, most] = measured.spread();
        writeln!(
            table,
            "{:<48} {median:>10.2} {least:>9.2} {most:>9.2} {:>11} {:>13} {:>9.1} {:>6}",
            measured.row.to_string(),
            ratio(Some(measured), unit),
            ratio(alembic, Some(measured)),
            mebibytes(measured.peak_memory()),
            measured.count(),
        )
        .expect("memory can be written");
    }
    table
}

fn ratio(this: Option<&Measured>, other: Option<&Measured>) -> String {
    let ratio = this.zip(other).and_then(|(this, other)| this.ratio(other));
    ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2} x"))
}

pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
