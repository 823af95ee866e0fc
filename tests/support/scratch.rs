//! Temporary folders of tests.

use std::env;
use std::path::Path;
use std::sync::LazyLock;

use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::TempDir;

/// A file system in memory. On disk, git and SQLite sync every commit, which takes most of the tests' time.
const MEMORY: &str = "/dev/shm";

/// The space that all tests together need at most, in bytes. Containers often have a `/dev/shm` of 64 MiB.
const ROOM: u64 = 4 << 30;

static HAS_MEMORY: LazyLock<bool> = LazyLock::new(|| {
    let Ok(system) = statvfs(MEMORY) else { return false };
    let is_runnable = !system.f_flag.contains(StatVfsMountFlags::NOEXEC);
    env::var_os("TMPDIR").is_none()
        && is_runnable
        && system.f_bavail.saturating_mul(system.f_frsize) >= ROOM
        && tempfile::tempdir_in(MEMORY).is_ok()
});

/// Creates a temporary folder: in `TMPDIR` if set, else in memory if there is room.
pub(crate) fn folder() -> TempDir {
    let parent = if *HAS_MEMORY { Path::new(MEMORY).to_owned() } else { env::temp_dir() };
    tempfile::tempdir_in(parent).expect("a temporary folder can be made")
}
