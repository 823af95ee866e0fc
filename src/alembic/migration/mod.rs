//! Reads the four names that Alembic uses from Python source.
//!
//! Only this module uses the Python parsers. Nothing is run or guessed: a value that is unknown without
//! running Python is [`Value::Computed`].

mod semantic_diff;
mod blank;
mod body;
mod compile_errors;
mod context;
mod decode;
mod definitions;
mod docstring;
mod effects;
mod header;
mod interpret;
mod misspelling;
mod name;
mod namespace;
mod nesting;
mod obstacle;
mod operation;
mod lexer;
mod fast_path;
mod python;
mod python2;
mod module_access;
mod scopes;
mod sources;
mod pointer_file;
mod statements;
mod value;
mod interned;

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use bytesize::ByteSize;

use self::decode::Source;
pub use self::docstring::Docstring;
use self::lexer::{Kind, Pieces};
pub use self::name::legacy_id;
pub use self::semantic_diff::{Part, SemanticChange};
use crate::text::{Span, StaticStr, escape};
use crate::tree::File;

/// The id of a revision, as written in the source.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RevisionId(Arc<str>);

impl RevisionId {
    /// Creates an id; Alembic's graph accepts any text.
    pub fn new(id: impl Into<String>) -> RevisionId {
        RevisionId(id.into().into())
    }

    /// Returns the id as written in the source, unescaped.
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

/// A string and its position in the source.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text {
    /// The string, with concatenation and escapes resolved.
    pub text: String,
    /// The bytes of the literal, including its quotes, or of the name that refers to it.
    pub span: Span,
}

/// The value of one of the four names in a module.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// The name is never assigned.
    Missing,
    /// A constant: `None` has no text, a string has one, a tuple, list or set may have several.
    Known {
        /// The texts, in order, as written.
        texts: Vec<Text>,
        /// The kind of the value.
        shape: Shape,
        /// The bytes of the whole value, after the `=`.
        span: Span,
    },
    /// The value is unknown without running Python.
    Computed {
        /// The bytes of the unknown part.
        span: Span,
        /// The reason, as a short clause such as "it is a function call".
        reason: String,
    },
}

impl Value {
    /// Returns the texts of a constant; none if it is not one.
    pub fn texts(&self) -> &[Text] {
        match self {
            Value::Known { texts, .. } => texts,
            Value::Missing | Value::Computed { .. } => &[],
        }
    }

    /// Returns the position of the value.
    pub fn span(&self) -> Option<&Span> {
        match self {
            Value::Known { span, .. } | Value::Computed { span, .. } => Some(span),
            Value::Missing => None,
        }
    }
}

/// The kind of a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Shape {
    /// `None`.
    None,
    /// One string.
    String,
    /// A tuple, list or set of strings.
    Sequence,
}

/// The contents of a source file, independent of its path.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Module {
    /// `revision`.
    pub revision: Value,
    /// `down_revision`.
    pub down_revision: Value,
    /// `branch_labels`.
    pub branch_labels: Value,
    /// `depends_on`.
    pub depends_on: Value,
    /// Assignments that look like misspellings of one of the four names.
    pub misspellings: Vec<Misspelling>,
    /// The rules in `# alembic-guard: allow(...)` in the header.
    pub allows: Vec<String>,
    /// The reason why Python cannot load the file, if that is certain.
    pub fault: Option<Fault>,
    /// The program that stores the content, if the file is only a pointer: "Git LFS".
    #[serde(deserialize_with = "interned::keeper")]
    pub kept_by: Option<StaticStr>,
}

/// A misspelled name, and the name that was meant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Misspelling {
    /// The name as written.
    pub found: String,
    /// The name that Alembic reads.
    #[serde(deserialize_with = "interned::name")]
    pub meant: StaticStr,
    /// The bytes of the name.
    pub span: Span,
}

/// The reason why a file is not a valid module.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// The error, as a short phrase.
    pub message: String,
    /// The position in bytes; empty if the error is about the whole file.
    pub span: Span,
}

/// The contents of a whole source file besides the four names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The reason why no supported version of Python loads it, if so.
    pub fault: Option<Fault>,
    /// The revision ids in its docstring.
    pub docstring: Docstring,
    /// The first operation in `upgrade` or `downgrade`; only read for merges.
    pub operation: Option<Span>,
}

/// The limits of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// The maximum size of a file in bytes.
    pub max_file_size: u64,
}

impl Default for ReadLimits {
    fn default() -> ReadLimits {
        ReadLimits { max_file_size: 1 << 20 }
    }
}

/// Reads the four names of a source file; fast, and never fails.
///
/// Only statements that affect the names are parsed: [`Module::fault`] is set if one of these is not valid
/// Python, but only [`check_body`] reads the whole file.
pub fn read(source: &[u8], limits: &ReadLimits) -> Module {
    if let Some(keeper) = pointer_file::keeper(source) {
        let message = format!("its content is stored by {keeper}");
        let fault = Fault { message, span: 0..0 };
        return Module { kept_by: Some(keeper), ..Module::faulty(fault) };
    }
    match bounded(source, limits) {
        Ok(source) => interpret::interpret(&source.text).map_spans(|span| source.original(span)),
        Err(fault) => Module::faulty(fault),
    }
}

/// Returns why no supported version of Python loads a source file, if it is so.
pub fn check_body(source: &[u8], limits: &ReadLimits) -> Option<Fault> {
    match bounded(source, limits) {
        Ok(source) => fault(&source),
        Err(fault) => Some(fault),
    }
}

/// Returns whether a source file that no supported version of Python loads is valid Python 2.
pub fn is_python_2(source: &[u8], limits: &ReadLimits) -> bool {
    bounded(source, limits).is_ok_and(|source| python2::is_valid(&source.text))
}

/// Reads the whole of a source file, which takes many times as long as [`read`].
pub fn details(source: &[u8], is_merge: bool, limits: &ReadLimits) -> Details {
    let source = match bounded(source, limits) {
        Ok(source) => source,
        Err(fault) => return Details { fault: Some(fault), ..Details::default() },
    };
    if let Some(fault) = fault(&source) {
        return Details { fault: Some(fault), ..Details::default() };
    }
    let operation = is_merge.then(|| operation::first(&source.text)).flatten();
    Details {
        fault: None,
        docstring: docstring::read(&source.text).map_spans(|span| source.original(span)),
        operation: operation.map(|span| source.original(&span)),
    }
}

/// Returns the first line of a source file's docstring, which `alembic history` shows.
pub fn title(source: &[u8], limits: &ReadLimits) -> Option<String> {
    let source = bounded(source, limits).ok()?;
    docstring::title(&source.text).map(str::to_owned)
}

/// Returns the first position at which `after` behaves differently from `before`, if any.
///
/// Only code that `upgrade` and `downgrade` depend on counts; comments, formatting, docstrings and the four
/// identifiers do not. A source that cannot be parsed has no difference: its error is reported elsewhere.
pub fn first_change(before: &[u8], after: &[u8], limits: &ReadLimits) -> Option<SemanticChange> {
    let (before, after) = (bounded(before, limits).ok()?, bounded(after, limits).ok()?);
    let change = semantic_diff::first_change(&before.text, &after.text)?;
    Some(SemanticChange { span: after.original(&change.span), ..change })
}

/// Returns whether a source file defines an empty `upgrade` and no operations in `downgrade`, as in a merge
/// revision.
pub fn is_empty(source: &[u8], limits: &ReadLimits) -> bool {
    bounded(source, limits).is_ok_and(|source| {
        fault(&source).is_none()
            && operation::has_upgrade(&source.text)
            && operation::first(&source.text).is_none()
    })
}

/// Finds the uses of a name in the code of a source file, ignoring strings and comments.
pub fn mentions(source: &[u8], name: &str, limits: &ReadLimits) -> Vec<Span> {
    let Ok(source) = bounded(source, limits) else {
        return Vec::new();
    };
    let words = Pieces::new(&source.text).filter(|piece| piece.kind == Kind::Word);
    let said = words.filter(|word| python::spelling(&source.text[word.start..word.end]) == name);
    said.map(|word| source.original(&(word.start..word.end))).collect()
}

/// Returns whether a Python name of an encoding means UTF-8.
pub fn is_utf8(encoding: &str) -> bool {
    decode::is_utf8(encoding)
}

/// Returns whether a Python name of an encoding means one in which ASCII is ASCII.
pub fn holds_ascii(encoding: &str) -> bool {
    decode::holds_ascii(encoding)
}

/// Decodes a source file within the size limit.
fn bounded<'s>(source: &'s [u8], limits: &ReadLimits) -> Result<Source<'s>, Fault> {
    match oversize(source, limits) {
        Some(fault) => Err(fault),
        None => decode::decode(source),
    }
}

fn fault(source: &Source<'_>) -> Option<Fault> {
    let fault = body::check(&source.text)?;
    Some(Fault { span: source.original(&fault.span), ..fault })
}

fn oversize(source: &[u8], limits: &ReadLimits) -> Option<Fault> {
    let size = source.len() as u64;
    (size > limits.max_file_size).then(|| too_large(size, limits))
}

fn too_large(size: u64, limits: &ReadLimits) -> Fault {
    let (size, most) = (ByteSize::b(size), ByteSize::b(limits.max_file_size));
    let message = format!("the file is {size}; the limit is {most} (max_file_size)");
    Fault { message, span: 0..0 }
}

impl Module {
    /// Returns whether `down_revision` names several parents.
    pub fn is_merge(&self) -> bool {
        self.down_revision.texts().len() > 1
    }

    /// A module that is too large.
    pub fn too_large(size: u64, limits: &ReadLimits) -> Module {
        Module::faulty(too_large(size, limits))
    }

    /// A module that cannot be loaded.
    fn faulty(fault: Fault) -> Module {
        Module {
            revision: Value::Missing,
            down_revision: Value::Missing,
            branch_labels: Value::Missing,
            depends_on: Value::Missing,
            misspellings: Vec::new(),
            allows: Vec::new(),
            fault: Some(fault),
            kept_by: None,
        }
    }

    fn map_spans(mut self, map: impl Fn(&Span) -> Span) -> Module {
        for value in [
            &mut self.revision,
            &mut self.down_revision,
            &mut self.branch_labels,
            &mut self.depends_on,
        ] {
            match value {
                Value::Missing => {}
                Value::Computed { span, .. } => *span = map(span),
                Value::Known { texts, span, .. } => {
                    *span = map(span);
                    for text in texts {
                        text.span = map(&text.span);
                    }
                }
            }
        }
        for misspelling in &mut self.misspellings {
            misspelling.span = map(&misspelling.span);
        }
        if let Some(fault) = &mut self.fault {
            fault.span = map(&fault.span);
        }
        self
    }
}

/// A file of a version folder and its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its path and id.
    pub file: File,
    /// Its contents.
    pub module: Arc<Module>,
}

impl Migration {
    /// Returns the ids in `down_revision`, if the file can be loaded.
    pub fn named_parents(&self) -> impl Iterator<Item = &str> {
        let texts = match self.module.fault {
            Some(_) => &[],
            None => self.module.down_revision.texts(),
        };
        texts.iter().map(|text| text.text.as_str())
    }
}
