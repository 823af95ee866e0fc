//! What a test needs that may not be there.

use std::io::Write;

/// Says even where the test passes that it could not be run; in continuous integration that fails.
pub(crate) fn not_checked(missing: &str) {
    assert!(!in_ci(), "{missing}");
    say(&format!("NOT CHECKED: {missing}"));
}

pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false")
}

/// Says something even where the test passes.
pub(crate) fn say(text: &str) {
    // Not `eprintln`, which the test harness swallows.
    let _ = writeln!(std::io::stderr(), "{}: {text}", env!("CARGO_CRATE_NAME"));
}
