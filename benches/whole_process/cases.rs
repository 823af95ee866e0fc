//! The measured repositories.

use std::env;

use crate::repositories::{Plan, Shape, Size};

/// A repository to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// Its name in `BENCH_REPOSITORIES` and on disk.
    pub(crate) name: &'static str,
    /// Its name in tables.
    pub(crate) title: &'static str,
    pub(crate) plan: Plan,
}

const MONOREPO: Size = Size { files: 500_000, environments: 50 };

/// All repositories.
pub(crate) const CASES: [Case; 8] = [
    case("10", "10", Plan::History(10, Shape::Linear)),
    case("100", "100", Plan::History(100, Shape::Linear)),
    case("1000", "1,000", Plan::History(1000, Shape::Linear)),
    case("1000-merged", "1,000, many merges", Plan::History(1000, Shape::Merged)),
    case("10000", "10,000", Plan::History(10_000, Shape::Linear)),
    case("10000-merged", "10,000, many merges", Plan::History(10_000, Shape::Merged)),
    case("100000", "100,000", Plan::History(100_000, Shape::Linear)),
    case("monorepo", "500,000 files, 50 environments", Plan::Monorepo(MONOREPO)),
];

const fn case(name: &'static str, title: &'static str, plan: Plan) -> Case {
    Case { name, title, plan }
}

/// Returns the cases in `BENCH_REPOSITORIES`, or all.
pub(crate) fn chosen() -> Vec<Case> {
    let Ok(names) = env::var("BENCH_REPOSITORIES") else {
        return CASES.to_vec();
    };
    let find = |name: &str| CASES.into_iter().find(|case| case.name == name.trim());
    names.split(',').map(|name| find(name).unwrap_or_else(|| panic!("{name}: no such"))).collect()
}
