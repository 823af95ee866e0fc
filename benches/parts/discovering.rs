//! Finding environments.

use alembic_guard::alembic::environment::{discover, migration_files};
use alembic_guard::config::Config;
use divan::{Bencher, counter::ItemsCount};

use crate::inputs::Folders;

/// By the number of folders. 50 of them have an environment.
#[divan::bench(args = [50, 1000, 10_000])]
fn environments(bencher: Bencher<'_, '_>, folders: usize) {
    let tree = Folders::monorepo(folders, 50);
    let config = Config::default();
    bencher.counter(ItemsCount::new(folders)).bench(|| {
        let discovery = discover(&tree, &config).expect("memory never fails");
        assert_eq!(discovery.environments.len(), 50);
        discovery
    });
}

/// Lists the migrations of the first environment.
#[divan::bench]
fn migrations(bencher: Bencher<'_, '_>) {
    let tree = Folders::monorepo(50, 50);
    let discovery = discover(&tree, &Config::default()).expect("memory never fails");
    bencher.bench(|| migration_files(&tree, &discovery.environments[0], usize::MAX));
}
