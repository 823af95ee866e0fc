//! Rendering the report of a stale migration, from the finding to the text.

use std::time::SystemTime;

use alembic_guard::compare::{Comparison, Reader, check};
use alembic_guard::config::Config;
use alembic_guard::finding::Report;
use alembic_guard::report::{Bypass, Style, json, text};
use divan::Bencher;

use crate::inputs::Folders;
use crate::migration;

#[divan::bench]
fn as_text(bencher: Bencher<'_, '_>) {
    let (report, bypass) = (report(), Bypass::default());
    let style = Style {
        color: true,
        unicode: true,
        width: 100,
        verbose: false,
        quiet: false,
        now: SystemTime::UNIX_EPOCH,
    };
    bencher.bench(|| text::render(&report, &bypass, &style));
}

#[divan::bench]
fn as_json(bencher: Bencher<'_, '_>) {
    let report = report();
    bencher.bench(|| json::to_string(&json::check(&report)));
}

/// Checks a linear history of 50 migrations with one more on the parent of its head.
fn report() -> Report {
    let before = tree(50);
    let mut after = tree(50);
    after.add(&migration::path("migrations/", 50), &migration::text(50, &[48]));
    let comparison = Comparison { before: Some(&before), ..Comparison::alone(&after) };
    let mut reader = Reader::new(Config::default());
    let report = check(&mut reader, &comparison).expect("memory never fails");
    assert!(!report.findings.is_empty());
    report
}

fn tree(migrations: usize) -> Folders {
    let mut tree = Folders::default();
    tree.add("alembic.ini", "[alembic]\nscript_location = migrations\n");
    tree.add("migrations/env.py", "from alembic import context\n");
    for number in 0..migrations {
        let parent: Vec<usize> = number.checked_sub(1).into_iter().collect();
        tree.add(&migration::path("migrations/", number), &migration::text(number, &parent));
    }
    tree
}
