//! Python source to the four names that Alembic reads.
//!
//! This is the only user of the Python parsers. It never runs anything, and it never guesses: what
//! only running Python could know is [`Value::Computed`].

use std::borrow::Borrow;
use std::fmt;

use crate::text::{Span, escape};
use crate::tree::File;

/// The id of a revision, as the source has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(String);

impl RevisionId {
    /// Takes an id; any text can be one as far as Alembic's graph is concerned.
    pub fn new(id: impl Into<String>) -> RevisionId {
        RevisionId(id.into())
    }

    /// Returns the id as the source has it, unescaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&escape(&self.0))
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A string and where the source has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The string, concatenation and escapes resolved.
    pub text: String,
    /// The bytes of the literal, quotes included; of the name that stands for it where it is one.
    pub span: Span,
}

/// What a module says under one of the four names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The name is never assigned.
    Missing,
    /// A constant: `None` is no text, a string is one, a tuple, list or set may be several.
    Known {
        /// The texts, in order, as written.
        texts: Vec<Text>,
        /// How the value is written.
        shape: Shape,
        /// The bytes of the whole value, from behind the `=`.
        span: Span,
    },
    /// Only running Python could know it.
    Computed {
        /// The bytes that cannot be known.
        span: Span,
        /// Why not, in a few words that follow "because".
        reason: String,
    },
}

/// How a constant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `None`.
    None,
    /// One string.
    String,
    /// A tuple, list or set of strings.
    Sequence,
}

/// What one source file says, wherever it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// `revision`.
    pub revision: Value,
    /// `down_revision`.
    pub down_revision: Value,
    /// `branch_labels`.
    pub branch_labels: Value,
    /// `depends_on`.
    pub depends_on: Value,
    /// Assignments that look like a slip for one of the four.
    pub misspellings: Vec<Misspelling>,
    /// The rules that `# alembic-guard: allow(...)` names in the header.
    pub allows: Vec<String>,
    /// Why Python could not load the file, where the reader is sure of it.
    pub fault: Option<Fault>,
}

/// A name that Alembic does not read beside one that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelling {
    /// The name as written.
    pub found: String,
    /// The name that Alembic reads.
    pub meant: &'static str,
    /// The bytes of the name.
    pub span: Span,
}

/// Why a file cannot be a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in a few words.
    pub message: String,
    /// The bytes at which it shows; empty where the file as a whole is at fault.
    pub span: Span,
}

/// One file of a version folder, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Where it is and what it holds.
    pub file: File,
    /// What it says.
    pub module: Module,
}
