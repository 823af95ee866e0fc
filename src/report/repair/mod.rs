//! What a repair does, for a person and for a program.

pub mod json;
pub mod text;

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing was written, since nobody wanted it: `--dry-run`.
    Not,
    /// The files are written.
    Files,
    /// The files are written and staged.
    Staged,
}
