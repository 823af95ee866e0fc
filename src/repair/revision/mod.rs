//! The file of a new revision, as Alembic would write it (`ScriptDirectory.generate_revision`).
//!
//! If Alembic would write a file with other values than requested, nothing is written: the result is read
//! again first.

mod created;
mod name;
mod script;
mod fallback_template;

use super::FileChange;
use crate::alembic::environment::{BadTemplate, Environment};
use crate::alembic::migration::{self, ReadLimits, RevisionId, Value};
use crate::text::escape;
use crate::tree::{self, RepoPath, Tree};
use script::{Arguments, Script};

pub use created::{Created, Undated};
pub use script::Unrendered;

/// Alembic's default message.
const NO_MESSAGE: &str = "empty message";

/// A revision to create.
#[derive(Debug, Clone, Copy)]
pub struct NewRevision<'a> {
    /// Its environment.
    pub environment: &'a Environment,
    /// Its id.
    pub id: &'a RevisionId,
    /// Its parents, in order.
    pub parents: &'a [RevisionId],
    /// The file of the first parent.
    pub beside: &'a RepoPath,
    /// Its message.
    pub message: Option<&'a str>,
    /// Its creation date.
    pub created: &'a Created,
}

/// The file of a new revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The file.
    pub change: FileChange,
    /// The reason why the environment's own template was not used, if so.
    pub own_template: Result<(), Unrendered>,
}

/// A reason why a revision cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// A setting of the environment that Alembic could not read either.
    #[error("`{0}` cannot be read")]
    Setting(&'static str),
    /// An empty id.
    #[error("a revision needs an id")]
    NoId,
    /// An id that Alembic would parse as something else.
    #[error("the revision id `{id}` contains `{character}`, which Alembic does not allow")]
    Id {
        /// The id.
        id: RevisionId,
        /// The character.
        character: char,
    },
    /// A text that would end the docstring, or change in it.
    #[error("{what} `{}` contains {part}, which a docstring cannot hold", escape(.text))]
    Docstring {
        /// The kind of text.
        what: &'static str,
        /// The text.
        text: String,
        /// The part.
        part: &'static str,
    },
    /// A template that does not produce a name.
    #[error("`file_template` does not produce a file name: {0}")]
    Template(#[from] BadTemplate),
    /// A name that no migration can have.
    #[error("the file would be named `{}`: {reason}", escape(.name))]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// Several version folders, and the first parent is in none of them.
    #[error("`{0}` is not in any versions folder")]
    Nowhere(RepoPath),
    /// A path that already exists.
    #[error("`{0}` already exists")]
    Exists(RepoPath),
    /// An encoding other than UTF-8 in which this file may differ.
    #[error("cannot write this file in `output_encoding`, `{}`", escape(.0))]
    Encoding(String),
    /// A template that gives the file other values.
    #[error("the file generated from `script.py.mako` is not usable: {}", escape(.0))]
    Garbled(String),
    /// A tree that cannot be read.
    #[error(transparent)]
    Tree(#[from] tree::Error),
}

impl NewRevision<'_> {
    /// Creates the file; `tree` is the tree that it is added to.
    pub fn file(&self, tree: &dyn Tree) -> Result<NewFile, Unwritable> {
        if let Some(key) = self.environment.naming.unreadable.first() {
            return Err(Unwritable::Setting(key));
        }
        self.check_texts()?;
        let path = name::path(self)?;
        if tree.node(&path)?.is_some() {
            return Err(Unwritable::Exists(path));
        }
        let (content, own_template) = self.content(self.environment.script_template(tree)?);
        self.check_encoding(&content)?;
        self.check_content(content.as_bytes())?;
        let change = FileChange { path, before: None, after: Some(content.into_bytes()) };
        Ok(NewFile { change, own_template })
    }

    fn content(&self, template: Option<Vec<u8>>) -> (String, Result<(), Unrendered>) {
        let arguments = Arguments {
            message: self.message.unwrap_or(NO_MESSAGE),
            id: self.id,
            parents: self.parents,
            created: self.created,
        };
        let usual = |template: &[u8]| {
            fallback_template::source(&arguments, &String::from_utf8_lossy(template))
        };
        let Some(template) = template else {
            return (usual(b""), Err(Unrendered::Missing));
        };
        match Script::parse(&template) {
            Ok(script) => (script.render(&arguments), Ok(())),
            Err(reason) => (usual(&template), Err(reason)),
        }
    }

    /// Checks the texts that are put into a docstring without escapes.
    fn check_texts(&self) -> Result<(), Unwritable> {
        if self.id.as_str().is_empty() {
            return Err(Unwritable::NoId);
        }
        // `Revision.verify_rev_id` of `alembic/script/revision.py`.
        if let Some(character) = self.id.as_str().chars().find(|id| "@-+:".contains(*id)) {
            return Err(Unwritable::Id { id: self.id.clone(), character });
        }
        let ids = [self.id].into_iter().chain(self.parents).map(|id| ("the id", id.as_str()));
        for (what, text) in ids.chain(self.message.map(|message| ("the message", message))) {
            let part = match text {
                _ if text.contains(char::is_control) => "a control character",
                _ if text.contains('\\') => "a backslash",
                _ if text.contains("\"\"\"") => "three quotes in a row",
                _ => continue,
            };
            return Err(Unwritable::Docstring { what, text: text.to_owned(), part });
        }
        Ok(())
    }

    fn check_encoding(&self, content: &str) -> Result<(), Unwritable> {
        let name = &self.environment.naming.output_encoding;
        let is_utf8 = migration::is_utf8(name);
        if is_utf8 || content.is_ascii() && migration::holds_ascii(name) {
            Ok(())
        } else {
            Err(Unwritable::Encoding(name.clone()))
        }
    }

    /// Reads the generated file again.
    fn check_content(&self, content: &[u8]) -> Result<(), Unwritable> {
        let limits = ReadLimits::default();
        if let Some(fault) = migration::check_body(content, &limits) {
            return Err(Unwritable::Garbled(fault.message));
        }
        let module = migration::read(content, &limits);
        let says = |value: &Value, ids: &[RevisionId]| match value {
            Value::Known { texts, .. } => {
                texts.iter().map(|text| text.text.as_str()).eq(ids.iter().map(RevisionId::as_str))
            }
            Value::Missing => ids.is_empty(),
            Value::Computed { .. } => false,
        };
        let names = [
            ("revision", &module.revision, std::slice::from_ref(self.id)),
            ("down_revision", &module.down_revision, self.parents),
            ("branch_labels", &module.branch_labels, &[]),
            ("depends_on", &module.depends_on, &[]),
        ];
        match names.into_iter().find(|(_, value, ids)| !says(value, ids)) {
            Some((name, ..)) => Err(Unwritable::Garbled(format!("`{name}` has the wrong value"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
