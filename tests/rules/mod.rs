//! Every rule on the smallest history that shows its fault: text in, text out.
//!
//! Each rule has a file with its [`Examples`], one that it speaks of and one that it does not, and with a
//! test for each shape of the fault. How a fixture is written is told in [`fixture`], what comes out in
//! [`judge`].

mod fixture;
mod judge;

mod stale_down_revision;
mod multiple_heads;
mod unknown_down_revision;
mod duplicate_revision;
mod revision_cycle;
mod unknown_dependency;
mod duplicate_branch_label;
mod misspelled_identifier;
mod missing_identifier;
mod computed_identifier;
mod unreadable_migration;
mod invalid_revision_id;
mod environment_lost;
mod too_many_migrations;
mod published_identity_changed;
mod published_migration_deleted;
mod published_migration_edited;
mod redundant_merge;
mod merge_with_operations;
mod second_base;
mod diverged_targets;
mod docstring_mismatch;
mod filename_mismatch;
mod filename_convention;
mod placeholder_revision_id;

use std::collections::BTreeSet;

/// What a rule speaks of and what it does not.
pub(crate) struct Examples {
    /// The name of the rule.
    pub(crate) rule: &'static str,
    /// A fixture with its fault.
    pub(crate) fires: &'static str,
    /// A fixture that is nearly the same and has no fault.
    pub(crate) silent: &'static str,
}

const EXAMPLES: &[Examples] = &[
    stale_down_revision::EXAMPLES,
    multiple_heads::EXAMPLES,
    unknown_down_revision::EXAMPLES,
    duplicate_revision::EXAMPLES,
    revision_cycle::EXAMPLES,
    unknown_dependency::EXAMPLES,
    duplicate_branch_label::EXAMPLES,
    misspelled_identifier::EXAMPLES,
    missing_identifier::EXAMPLES,
    computed_identifier::EXAMPLES,
    unreadable_migration::EXAMPLES,
    invalid_revision_id::EXAMPLES,
    environment_lost::EXAMPLES,
    too_many_migrations::EXAMPLES,
    published_identity_changed::EXAMPLES,
    published_migration_deleted::EXAMPLES,
    published_migration_edited::EXAMPLES,
    diverged_targets::EXAMPLES,
    redundant_merge::EXAMPLES,
    merge_with_operations::EXAMPLES,
    second_base::EXAMPLES,
    docstring_mismatch::EXAMPLES,
    filename_mismatch::EXAMPLES,
    filename_convention::EXAMPLES,
    placeholder_revision_id::EXAMPLES,
];

#[test]
fn every_rule_has_examples() {
    let rules: BTreeSet<&str> = alembic_guard::rules::names().into_iter().collect();
    let tested: BTreeSet<&str> = EXAMPLES.iter().map(|examples| examples.rule).collect();
    assert_eq!(rules, tested);
    assert_eq!(EXAMPLES.len(), tested.len(), "a rule has its examples twice");
}

#[test]
fn every_rule_speaks_of_its_fault_and_of_nothing_else() {
    for Examples { rule, fires, silent } in EXAMPLES {
        assert!(judge::rules(fires).contains(rule), "{rule} is silent on:\n{fires}");
        assert_eq!(judge::rules(silent), [""; 0], "{rule}, on:\n{silent}");
    }
}
