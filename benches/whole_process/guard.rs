//! The measured program.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::repositories::Repository;
use crate::rows::Cache;

/// The folder of its cache, in the common git directory.
const CACHE: &str = ".git/alembic-guard";

/// The guard's program.
pub(crate) struct Guard {
    pub(crate) program: PathBuf,
    /// Whether it has a cache.
    has_cache: bool,
}

impl Guard {
    /// Uses the program in `ALEMBIC_GUARD_BINARY`, or the one that cargo has built.
    pub(crate) fn find() -> Guard {
        let named = env::var_os("ALEMBIC_GUARD_BINARY").map(PathBuf::from);
        let program = named.unwrap_or_else(|| env!("CARGO_BIN_EXE_alembic-guard").into());
        let program = std::path::absolute(program).expect("it is not empty");
        let help = Command::new(&program).arg("--help").output().expect("the program runs");
        let has_cache = String::from_utf8_lossy(&help.stdout).contains("--no-cache");
        Guard { program, has_cache }
    }

    /// Returns those of the cache states that the program supports.
    pub(crate) fn caches(&self, states: &[Cache]) -> Vec<Cache> {
        let states = states.iter().copied();
        states.filter(|state| self.has_cache || *state == Cache::Cold).collect()
    }

    /// Returns the arguments before all others.
    pub(crate) fn global(&self, cache: Cache) -> &'static [&'static str] {
        if self.has_cache && cache == Cache::Cold { &["--no-cache"] } else { &[] }
    }

    /// Returns the size of the program in bytes.
    pub(crate) fn size(&self) -> u64 {
        fs::metadata(&self.program).expect("the program is there").len()
    }

    pub(crate) fn describe(&self) -> String {
        let cache = if self.has_cache { "" } else { ", which keeps no cache: all rows are cold" };
        format!("the program: {:.1} MiB{cache}", self.size() as f64 / 1024.0 / 1024.0)
    }
}

/// Deletes the cache of earlier runs.
pub(crate) fn drop_cache(repository: &Repository) {
    let _ = fs::remove_dir_all(repository.top().join(CACHE));
}

/// Calls `work` with an empty cache, and restores the cache afterwards.
pub(crate) fn with_empty_cache<T>(repository: &Repository, work: impl FnOnce() -> T) -> T {
    let (cache, aside) = (repository.top().join(CACHE), repository.top().join(".git/aside"));
    let had_one = fs::rename(&cache, &aside).is_ok();
    let result = work();
    drop_cache(repository);
    if had_one {
        fs::rename(&aside, &cache).expect("it was moved the other way before");
    }
    result
}
