//! The nine cases on which other tools crash, contradict themselves or say nothing.

use crate::nine_cases::repository::{File, Repository, file, first, migration, same, source, text};

/// Judges a change as all there is and as a change; both must show the rules.
fn refused(landed: &[File], change: &[File], all: &[&str], added: &[&str], name: &str) {
    let repository = Repository::with_change(landed, change);
    assert_eq!(repository.findings(&["check", "--all"]), all);
    assert_eq!(repository.findings(&["check", "--base", "main"]), added);
    same(&repository.both_checks(), name);
}

#[test]
fn two_heads() {
    refused(
        &[first()],
        &[migration("b", "\"a\""), migration("d", "\"a\"")],
        &["error multiple-heads"],
        &["error multiple-heads"],
        "two_heads",
    );
}

#[test]
fn two_heads_across_branches() {
    let repository = Repository::with_change(&[first()], &[migration("d", "\"a\"")]);
    repository.git(&["switch", "-q", "main"]);
    repository.commit(&[migration("b", "\"a\"")]);
    repository.git(&["switch", "-q", "feature"]);
    assert!(repository.findings(&["check", "--all"]).is_empty());
    let added = repository.findings(&["check", "--base", "main"]);
    assert_eq!(added, ["error stale-down-revision"]);
    same(&repository.both_checks(), "two_heads_across_branches");
}

#[test]
fn a_duplicate_id_on_the_same_parent() {
    refused(
        &[first(), migration("b", "\"a\"")],
        &[file("b_again", &source("b", "\"a\""))],
        &["error duplicate-revision"],
        &["error duplicate-revision"],
        "duplicate_same_parent",
    );
}

#[test]
fn a_duplicate_id_on_another_parent() {
    refused(
        &[first(), migration("b", "\"a\""), migration("c", "\"b\"")],
        &[file("z_again", &source("b", "\"c\""))],
        &["error duplicate-revision"],
        &["error duplicate-revision"],
        "duplicate_other_parent",
    );
}

#[test]
fn a_missing_parent() {
    refused(
        &[first()],
        &[migration("d", "\"9c1f0a\"")],
        &["error unknown-down-revision"],
        &["error unknown-down-revision"],
        "missing_parent",
    );
}

#[test]
fn a_cycle() {
    refused(
        &[first()],
        &[migration("b", "\"c\""), migration("c", "(\"a\", \"b\")")],
        &["error revision-cycle"],
        &["error revision-cycle"],
        "cycle",
    );
}

#[test]
fn a_syntax_error() {
    let broken = source("b", "\"a\"").replace("def upgrade():", "def upgrade(:");
    refused(
        &[first()],
        &[file("b", &broken)],
        &["error unreadable-migration"],
        &["error unreadable-migration"],
        "syntax_error",
    );
}

#[test]
fn a_migration_that_imports_an_application_which_is_not_there() {
    let importing =
        source("b", "\"a\"").replace("from alembic", "from shop.models import Order\nfrom alembic");
    let repository = Repository::with_change(&[first()], &[file("b", &importing)]);
    assert!(repository.findings(&["check", "--all"]).is_empty());
    assert!(repository.findings(&["check", "--base", "main"]).is_empty());
    same(&repository.both_checks(), "imports_the_application");
}

#[test]
fn two_labelled_heads() {
    let labelled = |id: &str, label: &str| {
        let labels = format!("branch_labels = (\"{label}\",)");
        file(id, &source(id, "\"a\"").replace("branch_labels = None", &labels))
    };
    let change = [labelled("x", "expand"), labelled("y", "contract")];
    refused(
        &[first()],
        &change,
        &["error multiple-heads"],
        &["error multiple-heads"],
        "two_labelled_heads",
    );
    let repository = Repository::with_change(&[first()], &change);
    repository.commit(&[text(
        ".alembic-guard.toml",
        "[[environment]]\nscript_location = \"migrations\"\nbranches = [\"contract\", \"expand\"]\n",
    )]);
    same(&repository.both_checks(), "two_labelled_heads_configured");
    assert!(repository.findings(&["check", "--all"]).is_empty());
    assert!(repository.findings(&["check", "--base", "main"]).is_empty());
}

#[test]
fn a_misspelled_down_revision() {
    let misspelled = source("b", "\"a\"").replace("down_revision", "down_revisions");
    refused(
        &[first()],
        &[file("b", &misspelled)],
        &["error misspelled-identifier"],
        &["error misspelled-identifier"],
        "misspelled_down_revision",
    );
}
