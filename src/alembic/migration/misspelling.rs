//! Finds assignments to misspellings of the four names.
//!
//! Alembic ignores unknown names, so with `down_revisions = "..."` a migration has no parent.

use std::collections::{BTreeMap, BTreeSet};

use strsim::damerau_levenshtein;

use super::Misspelling;
use super::interpret::NAMES;
use super::lexer::{Kind, Pieces};
use super::statements::{Role, Unit};
use crate::text::Span;

/// Common wrong names that are not simple typos.
const SYNONYMS: &[(&str, &str)] = &[
    ("rev", "revision"),
    ("rev_id", "revision"),
    ("revision_id", "revision"),
    ("down_rev", "down_revision"),
    ("downrev", "down_revision"),
    ("down_revision_id", "down_revision"),
    ("parent_revision", "down_revision"),
    ("prev_revision", "down_revision"),
    ("previous_revision", "down_revision"),
    ("revises", "down_revision"),
];

/// A name that is a misspelling even if the correct one is there too.
const NEVER_RIGHT: &str = "down_revisions";

/// Finds assignments that look like misspellings of the names in `missing`.
///
/// `branch_labels` and `depends_on` are optional: for them, a name that the file uses is not a misspelling.
pub(super) fn find(text: &str, units: &[Unit], missing: &[&'static str]) -> Vec<Misspelling> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found: Vec<Misspelling> = units
        .iter()
        .filter(|unit| unit.role == Role::Code)
        .filter_map(|unit| {
            let span = target(text, unit)?;
            let name = &text[span.clone()];
            // However often it is assigned, it is one slip.
            let meant = if seen.insert(name) { meant(name, missing)? } else { return None };
            Some(Misspelling { found: name.to_owned(), meant, span })
        })
        .collect();
    if found.is_empty() {
        return found;
    }
    let uses = count_words(text);
    found.retain(|slip| {
        let is_required = matches!(slip.meant, "revision" | "down_revision");
        let is_certain = is_required && missing.contains(&slip.meant);
        is_certain || uses.get(slip.found.as_str()) == Some(&1)
    });
    found
}

/// Returns the position of the name that a statement assigns to, if it starts with one.
fn target(text: &str, unit: &Unit) -> Option<Span> {
    let code = &text[unit.span.clone()];
    let length = code.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')?;
    // Nothing this short or long is near a name.
    if !(3..=20).contains(&length) {
        return None;
    }
    let rest = &code.as_bytes()[length..];
    let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
    let assigns = match &rest[blank..] {
        [b'=', b'=', ..] => false,
        [b'=', ..] => true,
        // An annotation alone assigns nothing.
        [b':', rest @ ..] => rest.contains(&b'='),
        _ => false,
    };
    assigns.then(|| unit.span.start..unit.span.start + length)
}

fn meant(name: &str, missing: &[&'static str]) -> Option<&'static str> {
    if NAMES.contains(&name) {
        return None;
    }
    if name == NEVER_RIGHT {
        return Some("down_revision");
    }
    let lower = name.to_ascii_lowercase();
    let synonym =
        SYNONYMS.iter().find(|(synonym, meant)| *synonym == lower && missing.contains(meant));
    if let Some((_, meant)) = synonym {
        return Some(meant);
    }
    missing
        .iter()
        .map(|meant| (damerau_levenshtein(&lower, meant), *meant))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, meant)| meant)
}

fn count_words(text: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for piece in Pieces::new(text) {
        if piece.kind == Kind::Word {
            *counts.entry(&text[piece.start..piece.end]).or_default() += 1;
        }
    }
    counts
}
