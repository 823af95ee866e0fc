//! The output of `audit`: the incidents of a history and their repairs.

mod json;
mod text;

use std::time::{Duration, SystemTime};

pub use json::{AuditJson, json};
pub use text::text;

/// Converts seconds since 1970; `None` if the platform cannot represent the time.
fn time(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}
