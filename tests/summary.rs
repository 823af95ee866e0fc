//! Prints after all other tests, in one line, which of them did not run and how to run them.
//!
//! `cargo test` needs no network and takes minutes. What needs more is marked `#[ignore = "needs ..."]`, and
//! each reason is listed here. A test that runs but lacks something prints that itself
//! (`support::prerequisites`); it is listed here once more, since nobody reads a thousand lines.
#![expect(clippy::print_stdout, reason = "a summary is printed")]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

/// `support::prerequisites` appends a line here for each check that lacks something.
const NOT_CHECKED: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/not-checked");

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // nextest only lists tests.
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let missing = fs::read_to_string(NOT_CHECKED).unwrap_or_default();
    let _ = fs::remove_file(NOT_CHECKED);
    // Somebody who chooses tests knows that others did not run.
    if arguments.is_empty() {
        let mut needs = BTreeSet::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut needs);
        let needs: Vec<String> = needs.into_iter().collect();
        println!(
            "not run: tests that need {}; run them with `cargo test -- --include-ignored`",
            needs.join(", "),
        );
    }
    let missing: BTreeSet<&str> = missing.lines().collect();
    if !missing.is_empty() {
        println!("not checked: {}", missing.into_iter().collect::<Vec<_>>().join("; "));
    }
}

/// Collects what the ignored tests of a folder need.
fn collect(folder: &Path, needs: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder of the tests is there") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            collect(&path, needs);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a test is UTF-8");
            let reasons = source.lines().filter_map(|line| {
                line.trim().strip_prefix("#[ignore = \"needs ")?.strip_suffix("\"]")
            });
            needs.extend(reasons.map(str::to_owned));
        }
    }
}
