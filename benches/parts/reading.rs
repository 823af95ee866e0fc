//! Reading one migration.

use alembic_guard::alembic::migration::{Details, Module, ReadLimits, details, read};
use divan::{Bencher, counter::BytesCount};

use crate::inputs;

/// Only the four identifiers, which suffice for most migrations.
#[divan::bench]
fn identifiers(bencher: Bencher<'_, '_>) {
    reading(bencher, inputs::source());
}

#[divan::bench]
fn identifiers_of_a_merge(bencher: Bencher<'_, '_>) {
    reading(bencher, inputs::merge_source());
}

fn reading(bencher: Bencher<'_, '_>, source: String) {
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench(|| -> Module { read(source.as_bytes(), &ReadLimits::default()) });
}

/// The whole file, as for a migration that a change adds.
#[divan::bench]
fn whole_file(bencher: Bencher<'_, '_>) {
    let source = inputs::source();
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench(|| -> Details { details(source.as_bytes(), false, &ReadLimits::default()) });
}
