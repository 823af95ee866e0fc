//! What `audit` says: what went wrong in a history and how it was repaired.

mod json;
mod text;

use std::time::{Duration, SystemTime};

pub use json::{AuditJson, json};
pub use text::text;

/// Makes a time of seconds since 1970; nothing where no clock goes so far.
fn time(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}
