//! The rules, one per file.
//!
//! A rule reads only its [`RuleContext`]. It reports problems and their weight. For all rules,
//! [`crate::finding`] decides whether a problem blocks the change.

mod advice;
mod computed_identifier;
mod diverged_targets;
mod divergence;
mod docstring_mismatch;
mod duplicate_branch_label;
mod duplicate_revision;
mod environment_lost;
mod filename_convention;
mod filename_mismatch;
mod invalid_revision_id;
mod merge_with_operations;
mod missing_identifier;
mod misspelled_identifier;
mod multiple_heads;
mod placeholder_revision_id;
mod published_identity_changed;
mod published_migration_deleted;
mod published_migration_edited;
mod redundant_merge;
mod revision_cycle;
mod second_base;
mod stale_down_revision;
mod context;
mod too_many_migrations;
mod unknown_dependency;
mod unknown_down_revision;
mod unreadable_migration;
mod situation;

use crate::config::Level;
use crate::problem::Problem;
use crate::tree::Site;

pub use advice::{may_join, proposed_id};
pub(crate) use context::listed;
pub use context::{
    Alteration, Altered, Edited, Fate, Loss, Names, Restore, RuleContext, Setting, Standing, Unread,
};
pub use divergence::{DatabaseEffect, Difference, Diverged, Move, MoveDirection};
pub use duplicate_revision::copied;
pub(crate) use filename_mismatch::renamed;
pub(crate) use multiple_heads::existing_heads_notes;
pub use situation::{NextStep, Situation};

/// A rule: its name, level, explanation and check function.
#[derive(Debug)]
pub struct Rule {
    /// The name of the problem, in kebab-case.
    pub name: &'static str,
    /// The kind of problem.
    pub group: Group,
    /// The problem in at most 42 characters.
    pub summary: &'static str,
    /// The default level.
    pub level: Level,
    /// The explanation in Markdown, with the headings "What it checks", "Why it matters" and "How to fix".
    pub explain: &'static str,
    /// How a problem of the base is matched with a problem of the result.
    pub baseline: Baseline,
    /// The effect of the problem on Alembic.
    pub consequence: Consequence,
    check: fn(&RuleContext<'_>) -> Vec<Problem>,
}

/// The kinds of problems, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Group {
    /// Several heads, and what leads to them.
    Heads,
    /// The history does not load.
    Loading,
    /// The history cannot be checked.
    Checking,
    /// Published migrations change.
    Published,
    /// What people read differs from what Alembic reads.
    Conventions,
}

impl Group {
    /// Every group.
    pub const ALL: [Group; 5] =
        [Group::Heads, Group::Loading, Group::Checking, Group::Published, Group::Conventions];

    /// Returns the heading of the group.
    pub fn title(self) -> &'static str {
        match self {
            Group::Heads => "Heads and merges",
            Group::Loading => "Alembic fails to load the history",
            Group::Checking => "The history cannot be checked",
            Group::Published => "Published migrations",
            Group::Conventions => "Conventions",
        }
    }
}

/// How an existing problem is recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// By its revisions, or by its path if it has none.
    SameFault,
    /// By the same, if the file did not change either.
    SameFile,
    /// Not at all: the rule itself compares the two sides.
    Compared,
}

/// The effect of a problem on Alembic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// The history has too many heads. Whether the change causes that depends on which side was
    /// published first.
    Heads,
    /// The history does not load, regardless of the base.
    Loading,
    /// It is unknown whether the history loads.
    Judging,
    /// The history loads but is wrong in another way.
    Neither,
}

/// Every rule, in the order in which `explain` lists them.
pub static RULES: &[&Rule] = &[
    &stale_down_revision::RULE,
    &multiple_heads::RULE,
    &second_base::RULE,
    &redundant_merge::RULE,
    &merge_with_operations::RULE,
    &unknown_down_revision::RULE,
    &duplicate_revision::RULE,
    &revision_cycle::RULE,
    &unknown_dependency::RULE,
    &duplicate_branch_label::RULE,
    &misspelled_identifier::RULE,
    &missing_identifier::RULE,
    &invalid_revision_id::RULE,
    &unreadable_migration::RULE,
    &environment_lost::RULE,
    &computed_identifier::RULE,
    &too_many_migrations::RULE,
    &published_identity_changed::RULE,
    &published_migration_deleted::RULE,
    &published_migration_edited::RULE,
    &diverged_targets::RULE,
    &docstring_mismatch::RULE,
    &filename_mismatch::RULE,
    &filename_convention::RULE,
    &placeholder_revision_id::RULE,
];

/// The rules with problems that can always be repaired automatically.
const FIXABLE: &[&str] = &[
    misspelled_identifier::RULE.name,
    docstring_mismatch::RULE.name,
    filename_mismatch::RULE.name,
    invalid_revision_id::RULE.name,
    placeholder_revision_id::RULE.name,
];

/// Returns whether `check --fix` repairs problems of a rule.
pub fn is_fixable(rule: &str) -> bool {
    FIXABLE.contains(&rule)
}

/// Returns the rule with this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// Returns the rule that needs the list of edited published migrations.
pub(crate) fn published_migration_edited() -> &'static Rule {
    &published_migration_edited::RULE
}

/// Returns the rule that needs the other target branches.
pub(crate) fn diverged_targets() -> &'static Rule {
    &diverged_targets::RULE
}

/// Returns the names of all rules.
pub fn names() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.name).collect()
}

impl Rule {
    /// Applies the rule.
    pub fn check(&self, subject: &RuleContext<'_>) -> Vec<Problem> {
        (self.check)(subject)
    }

    /// Creates a problem at a place.
    fn at(&self, subject: &RuleContext<'_>, site: Site, message: String) -> Problem {
        Problem::new(self.name, &subject.environment.name, site, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_explains_itself_under_the_same_headings() {
        for rule in RULES {
            let headings: Vec<&str> =
                rule.explain.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(
                headings,
                ["## What it checks", "## Why it matters", "## How to fix"],
                "{}",
                rule.name
            );
            assert_eq!(find(rule.name).map(|found| found.name), Some(rule.name));
            assert!(rule.summary.len() <= 42, "{}", rule.name);
        }
        assert!(RULES.is_sorted_by_key(|rule| Group::ALL.iter().position(|it| *it == rule.group)));
    }
}
