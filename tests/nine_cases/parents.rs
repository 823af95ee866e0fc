//! Parents that no file defines.

use crate::nine_cases::repository::{Repository, file, migration, same, source};

fn landed() -> Vec<crate::nine_cases::repository::File> {
    vec![migration("3d91f0b2a6c7", "None"), migration("b60c4f18d92e", "\"3d91f0b2a6c7\"")]
}

fn unknown(parent: &str, name: &str) {
    let change = [migration("d", &format!("\"{parent}\""))];
    let repository = Repository::with_change(&landed(), &change);
    same(&repository.both_checks(), name);
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error unknown-down-revision"]);
}

#[test]
fn a_prefix_is_no_parent() {
    unknown("b60c", "unknown_parent_prefix");
}

#[test]
fn a_near_miss_is_named() {
    unknown("b60c4f18d92f", "unknown_parent_near_miss");
}

#[test]
fn a_parent_that_is_removed() {
    let mut landed = landed();
    landed.push(migration("d", "\"b60c4f18d92e\""));
    let repository = Repository::new(&landed);
    repository.remove(&["migrations/versions/b60c4f18d92e.py"]);
    same(&repository.both_checks(), "unknown_parent_removed");
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error unknown-down-revision"]);
}

#[test]
fn a_parent_that_an_unreadable_file_may_define() {
    let computed = source("x", "\"b60c4f18d92e\"").replacen("\"x\"", "make_id()", 1);
    let computed = computed.replace("revision = \"x\"", "revision = make_id()");
    let mut landed = landed();
    landed.push(file("x", &computed));
    let repository = Repository::with_change(&landed, &[migration("d", "\"77aa\"")]);
    same(&repository.both_checks(), "unknown_parent_cannot_tell");
    let mut found = repository.findings(&["check", "--base", "main"]);
    found.sort();
    assert_eq!(found, ["warn computed-identifier", "warn unknown-down-revision"]);
}
