//! What one migration says.

use alembic_guard::alembic::migration::{Details, Module, ReadLimits, details, read};
use divan::{Bencher, counter::BytesCount};

use crate::inputs;

/// The four identifiers, of which most migrations are read alone.
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

/// The whole of a file, as of one that a change adds.
#[divan::bench]
fn whole_file(bencher: Bencher<'_, '_>) {
    let source = inputs::source();
    let bencher = bencher.counter(BytesCount::of_str(&source));
    bencher.bench(|| -> Details { details(source.as_bytes(), false, &ReadLimits::default()) });
}
