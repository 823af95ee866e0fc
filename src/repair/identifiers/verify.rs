//! Verifies an edit: the file is read again, and only the intended part may differ.

use std::fmt;

use super::edit::{Edit, edited};
use super::private;
use crate::alembic::migration::{Docstring, Module, ReadLimits, RevisionId, Value, details, read};
use crate::text::escape;

/// One of the names that Alembic reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifier {
    /// `revision`.
    Revision,
    /// `down_revision`.
    DownRevision,
    /// `branch_labels`.
    BranchLabels,
    /// `depends_on`.
    DependsOn,
}

/// A reason not to edit a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uneditable {
    /// The file is not valid Python, or the guard does not read it.
    #[error("the file cannot be read: {}", escape(.0))]
    Unreadable(String),
    /// There is nothing to edit.
    #[error("`{0}` is never assigned")]
    Missing(Identifier),
    /// The value is computed.
    #[error("`{identifier}` is not a literal: {reason}")]
    Computed {
        /// The name.
        identifier: Identifier,
        /// The reason.
        reason: String,
    },
    /// Several statements build the value.
    #[error("`{0}` is changed with `+=`")]
    AddedTo(Identifier),
    /// `revision` is not a string, so no id can replace it.
    #[error("`{0}` is not a string")]
    NoString(Identifier),
    /// Another of the four names would change too.
    #[error("`{other}` would change with `{identifier}`")]
    Shared {
        /// The name to edit.
        identifier: Identifier,
        /// The other one.
        other: Identifier,
    },
    /// Another of the four names could change too.
    #[error("`{other}` could change with `{identifier}`: {reason}")]
    Entangled {
        /// The name to edit.
        identifier: Identifier,
        /// The other one.
        other: Identifier,
        /// The reason.
        reason: String,
    },
    /// A misspelled name is not the only thing that would have to change.
    #[error("`{found}` is used elsewhere, or two names stand for `{meant}`")]
    Ambiguous {
        /// The name as written.
        found: String,
        /// The name that Alembic reads.
        meant: &'static str,
    },
    /// The edited file would not have the intended value.
    #[error("no edit gives `{0}` the right value")]
    Unproven(Identifier),
}

impl Identifier {
    const ALL: [Identifier; 4] = [
        Identifier::Revision,
        Identifier::DownRevision,
        Identifier::BranchLabels,
        Identifier::DependsOn,
    ];

    /// Returns the name in Python.
    pub fn name(self) -> &'static str {
        match self {
            Identifier::Revision => "revision",
            Identifier::DownRevision => "down_revision",
            Identifier::BranchLabels => "branch_labels",
            Identifier::DependsOn => "depends_on",
        }
    }

    /// Finds one by its name.
    pub(super) fn named(name: &str) -> Option<Identifier> {
        Identifier::ALL.into_iter().find(|identifier| identifier.name() == name)
    }

    /// Returns the value that a module has under the name.
    pub fn of(self, module: &Module) -> &Value {
        match self {
            Identifier::Revision => &module.revision,
            Identifier::DownRevision => &module.down_revision,
            Identifier::BranchLabels => &module.branch_labels,
            Identifier::DependsOn => &module.depends_on,
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A source that can be read.
pub(super) struct Before<'a> {
    pub(super) source: &'a [u8],
    limits: &'a ReadLimits,
    pub(super) module: Module,
    pub(super) docstring: Docstring,
}

impl<'a> Before<'a> {
    /// Reads all of a source.
    pub(super) fn read(source: &'a [u8], limits: &'a ReadLimits) -> Result<Before<'a>, Uneditable> {
        let module = read(source, limits);
        let details = details(source, false, limits);
        match module.fault.as_ref().or(details.fault.as_ref()) {
            Some(fault) => Err(Uneditable::Unreadable(fault.message.clone())),
            None => Ok(Before { source, limits, module, docstring: details.docstring }),
        }
    }

    /// Applies edits after which a name has these ids, and the other three are unchanged.
    pub(super) fn says(
        &self,
        edits: &[Edit],
        identifier: Identifier,
        ids: &[&str],
    ) -> Result<Vec<u8>, Uneditable> {
        let (source, module) = self.changes_only(edits, identifier)?;
        let said = identifier.of(&module).texts().iter().map(|text| text.text.as_str());
        let is_known = matches!(identifier.of(&module), Value::Known { .. });
        let is_proven = is_known && said.eq(ids.iter().copied());
        is_proven.then_some(source).ok_or(Uneditable::Unproven(identifier))
    }

    /// Applies edits after which a name is known that was not, and the other three are unchanged.
    pub(super) fn makes_known(
        &self,
        edits: &[Edit],
        identifier: Identifier,
    ) -> Result<Vec<u8>, Uneditable> {
        let (source, module) = self.changes_only(edits, identifier)?;
        match identifier.of(&module) {
            Value::Known { .. } => Ok(source),
            Value::Missing => Err(Uneditable::Unproven(identifier)),
            Value::Computed { reason, .. } => {
                Err(Uneditable::Computed { identifier, reason: reason.clone() })
            }
        }
    }

    /// Applies edits after which a file can be read, and all names but one are unchanged.
    fn changes_only(
        &self,
        edits: &[Edit],
        identifier: Identifier,
    ) -> Result<(Vec<u8>, Module), Uneditable> {
        let others = || Identifier::ALL.into_iter().filter(|other| *other != identifier);
        let is_private = private::is_private(self.source, &self.module, identifier, self.limits);
        for other in others().filter(|_| !is_private) {
            if let Value::Computed { reason, .. } = other.of(&self.module) {
                let reason = reason.clone();
                return Err(Uneditable::Entangled { identifier, other, reason });
            }
        }
        let unproven = || Uneditable::Unproven(identifier);
        let source = edited(self.source, edits).ok_or_else(unproven)?;
        let module = Before::read(&source, self.limits).map_err(|_| unproven())?.module;
        match others().find(|other| !are_alike(other.of(&self.module), other.of(&module))) {
            Some(other) => Err(Uneditable::Shared { identifier, other }),
            None => Ok((source, module)),
        }
    }
}

/// Returns ids as texts.
pub(super) fn texts(ids: &[RevisionId]) -> Vec<&str> {
    ids.iter().map(RevisionId::as_str).collect()
}

/// Returns whether two values are equal, regardless of their positions.
fn are_alike(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Missing, Value::Missing) => true,
        (
            Value::Known { texts: before, shape, .. },
            Value::Known { texts: after, shape: other, .. },
        ) => {
            let texts = before.iter().map(|text| &text.text);
            shape == other && texts.eq(after.iter().map(|text| &text.text))
        }
        // What is computed says what it said as long as nothing tells it of the edit.
        (Value::Computed { .. }, Value::Computed { .. }) => true,
        (Value::Missing | Value::Known { .. } | Value::Computed { .. }, _) => false,
    }
}
