//! Building the graph of a history, and analyzing its heads.

use alembic_guard::alembic::graph::Graph;
use alembic_guard::heads::{HeadLimits, analyze_heads};
use divan::{Bencher, counter::ItemsCount};

use crate::inputs::{SIZES, forked_history, history};

#[divan::bench(args = SIZES)]
fn graph(bencher: Bencher<'_, '_>, migrations: usize) {
    let migrations = history(migrations);
    bencher
        .counter(ItemsCount::new(migrations.len()))
        .with_inputs(|| migrations.clone())
        .bench_values(Graph::new);
}

#[divan::bench(args = SIZES)]
fn heads(bencher: Bencher<'_, '_>, migrations: usize) {
    let (before, after) = (Graph::new(history(migrations)), Graph::new(forked_history(migrations)));
    bencher.counter(ItemsCount::new(migrations)).bench(|| {
        let faults = analyze_heads(&before, &after, HeadLimits { heads: 1, branches: &[] });
        assert_eq!(faults.len(), 1);
        faults
    });
}
