//! The figures, for people.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::Measured;
use crate::subjects::Role;

/// Writes the table of one repository.
pub(crate) fn of(migrations: usize, results: &[Measured]) -> String {
    let median = |role| {
        let result = results.iter().find(|result| result.role == role);
        result.map(Measured::median)
    };
    let listing = median(Role::Listing);
    let alembic = median(Role::Alembic);
    let mut table = format!(
        "{:<32} {:>10} {:>9} {:>9} {:>9} {:>13} {:>9}\n",
        format!("{migrations} migrations"),
        "median ms",
        "min",
        "max",
        "x ls-tree",
        "alembic takes",
        "peak MiB",
    );
    for result in results {
        writeln!(
            table,
            "{:<32} {:>10} {:>9} {:>9} {:>9} {:>13} {:>9}",
            result.name,
            milliseconds(result.median()),
            result.times.first().copied().map_or(String::new(), milliseconds),
            result.times.last().copied().map_or(String::new(), milliseconds),
            ratio(Some(result.median()), listing),
            ratio(alembic, Some(result.median())),
            result.peak_memory.map_or("-".to_owned(), mebibytes),
        )
        .expect("memory can be written");
    }
    table
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

fn ratio(time: Option<Duration>, unit: Option<Duration>) -> String {
    match (time, unit) {
        (Some(time), Some(unit)) => format!("{:.1} x", time.as_secs_f64() / unit.as_secs_f64()),
        _ => "-".to_owned(),
    }
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1}", kibibytes as f64 / 1024.0)
}
