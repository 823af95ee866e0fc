//! The tables in docs/performance.md: how long a user waits at their size.

use std::fmt::Write as _;
use std::fs;

use crate::cases::{CASES, Case};
use crate::figures::{Figures, Measured};
use crate::repositories::{Plan, Shape};
use crate::rows::{Cache, Row, What};
use crate::table::mebibytes;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");
const BEGIN: &str = "<!-- costs:begin -->\n";
const END: &str = "<!-- costs:end -->";

/// Rewrites the text between the two marks.
pub(crate) fn rewrite(machine: &str, rounds: usize, results: &[(Case, Figures)]) {
    assert_eq!(
        results.len(),
        CASES.len(),
        "docs/performance.md shows all repositories: measure all"
    );
    let page = fs::read_to_string(PAGE).expect("the page can be read");
    let (head, rest) = page.split_once(BEGIN).expect("the page has the first mark");
    let (_, tail) = rest.split_once(END).expect("the page has the second mark");
    let costs = costs(machine, rounds, results);
    fs::write(PAGE, format!("{head}{BEGIN}{costs}{END}{tail}")).expect("the page can be written");
}

fn costs(machine: &str, rounds: usize, results: &[(Case, Figures)]) -> String {
    let mut text = format!(
        "\nMedians in milliseconds of {rounds} rounds (fewer for slow cases), on\n{machine}.\n\n\
         | migrations | `git ls-tree -r` | stale push, cold | warm | again | push of none | \
         commit of one | `alembic heads` | peak memory |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    let is_history = |(case, _): &&(Case, Figures)| matches!(case.plan, Plan::History(..));
    for (case, figures) in results.iter().filter(is_history) {
        text += &line(case, figures);
    }
    text.push('\n');
    for (case, figures) in results {
        match case.plan {
            Plan::Monorepo(_) => text += &monorepo(case, figures),
            Plan::History(1000, Shape::Linear) => {
                text += &fetching(figures);
                text += &checkout(figures);
            }
            Plan::History(..) => {}
        }
    }
    text
}

fn line(case: &Case, figures: &Figures) -> String {
    let listing = figures.of(What::LsTree);
    let warm = figures.row(Row::guard(What::PushStale, Cache::New));
    let again = figures.row(Row::guard(What::PushStale, Cache::Again));
    let cold = figures.row(Row::guard(What::PushStale, Cache::Cold));
    let none = figures.guard(What::PushSource, Cache::New);
    let commit = figures.guard(What::CommitMigration, Cache::Again);
    let alembic = ratio(figures.of(What::AlembicHeads), cold);
    let alembic = alembic.map_or("–".to_owned(), |ratio| format!("{ratio:.0} × cold"));
    let beside = |row| format!("{} ({})", time(row), times(ratio(row, listing)));
    let cells = [
        case.title.to_owned(),
        time(listing),
        time(cold),
        beside(warm),
        beside(again),
        beside(none),
        time(commit),
        alembic,
        format!("{:.0} MiB", mebibytes(figures.peak_memory_of_guard())),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// Describes the cost of a change without migrations in a very large repository.
fn monorepo(case: &Case, figures: &Figures) -> String {
    let rev_parse = figures.of(What::RevParse);
    let mut text = format!("With {}, no migration changed, a push takes\n", case.title);
    for (cache, word) in [(Cache::New, "warm"), (Cache::Cold, "cold")] {
        if let Some(push) = figures.row(Row::guard(What::PushSource, cache)) {
            let (time, ratio) = (time(Some(push)), times(ratio(Some(push), rev_parse)));
            writeln!(text, "{time} ms {word} ({ratio} × `git rev-parse HEAD`),")
                .expect("memory can be written");
        }
    }
    let commit = figures.guard(What::CommitSource, Cache::Again);
    let (commit, diff) = (time(commit), time(figures.of(What::DiffCached)));
    let memory = mebibytes(figures.peak_memory_of_guard());
    text + &format!(
        "a commit {commit} ms (`git diff --cached` {diff} ms: the index alone is large). \
         At most {memory:.0} MiB.\n\n"
    )
}

/// Describes the cost of asking the remote, without network latency.
fn fetching(figures: &Figures) -> String {
    let cold = figures.row(Row::guard(What::PushStale, Cache::Cold));
    let fetching = figures.row(Row::guard(What::PushStaleFetching, Cache::Cold));
    let (cold, fetching) = (time(cold), time(fetching));
    format!(
        "All with `fetch = \"never\"`. With 1,000 migrations and a fetch from a remote on the same disk, \
         the cold push\ntakes {fetching} ms instead of {cold} ms. Over a network it takes longer, 5 seconds \
         at most.\n\n"
    )
}

/// Describes the cost of a checkout, which is frequent.
fn checkout(figures: &Figures) -> String {
    let none = time(figures.guard(What::CheckoutNone, Cache::Again));
    let one = time(figures.guard(What::CheckoutMigration, Cache::Again));
    format!(
        "With 1,000 migrations, `post-checkout` takes {none} ms if no migration differs, and {one} ms if \
         one does.\n\n"
    )
}

fn time(measured: Option<&Measured>) -> String {
    measured.map_or("–".to_owned(), |measured| {
        let [_, median, _] = measured.spread();
        if median < 100.0 { format!("{median:.1}") } else { format!("{median:.0}") }
    })
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.1}"))
}

fn ratio(this: Option<&Measured>, other: Option<&Measured>) -> Option<f64> {
    this?.ratio(other?)
}
