//! Replays what fuzzing began with and what it ever found; `.ci/run` fuzzes on.
//!
//! `seeds/TARGET` holds inputs made by hand, `found/TARGET` each one at which a target failed once.

mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use targets::TARGETS;

#[test]
fn every_seed_holds() {
    let failed = replayed("seeds");
    assert!(failed.is_empty(), "{failed:#?}");
    for (target, _) in TARGETS {
        assert!(!inputs("seeds", target).is_empty(), "{target} has no seeds");
    }
}

#[test]
fn every_found_case_is_repaired() {
    let failed = replayed("found");
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_folder_is_that_of_a_target() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("seeds"), targets);
    assert!(names("found").is_subset(&targets));
    let bins = names("bins").into_iter().map(|name| name.trim_end_matches(".rs").to_owned());
    assert_eq!(bins.collect::<BTreeSet<_>>(), targets);
}

/// Returns the inputs at which a target fails.
fn replayed(kind: &str) -> Vec<PathBuf> {
    let mut failed = Vec::new();
    for (target, holds) in TARGETS {
        for path in inputs(kind, target) {
            let input = fs::read(&path).expect("what is listed can be read");
            if catch_unwind(|| holds(&input)).is_err() {
                failed.push(path);
            }
        }
    }
    failed
}

fn inputs(kind: &str, target: &str) -> Vec<PathBuf> {
    let folder = folder(kind).join(target);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("a folder can be listed").path()).collect()
}

fn names(kind: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(kind)).into_iter().flatten();
    let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
    names.map(|name| name.into_string().expect("names are plain")).collect()
}

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(kind)
}
