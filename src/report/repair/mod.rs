//! The text and JSON output of a repair.

pub mod json;
pub mod text;

/// The result of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing was written because of `--dry-run`.
    Not,
    /// The files were written.
    Files,
    /// The files were written and staged.
    Staged,
}
