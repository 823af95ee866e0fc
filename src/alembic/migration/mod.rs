//! Python source to the four names that Alembic reads.
//!
//! This is the only user of the Python parsers. It never runs anything, and it never guesses: what
//! only running Python could know is [`Value::Computed`].

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

/// The id of a revision, as the source has it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RevisionId(Arc<str>);

impl RevisionId {
    /// Takes an id; any text can be one as far as Alembic's graph is concerned.
    pub fn new(id: impl Into<String>) -> RevisionId {
        RevisionId(id.into().into())
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text {
    /// The string, concatenation and escapes resolved.
    pub text: String,
    /// The bytes of the literal, quotes included; of the name that stands for it where it is one.
    pub span: Span,
}

/// What a module says under one of the four names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

impl Value {
    /// Returns the texts of a constant; nothing where there is none.
    pub fn texts(&self) -> &[Text] {
        match self {
            Value::Known { texts, .. } => texts,
            Value::Missing | Value::Computed { .. } => &[],
        }
    }

    /// Returns where the value is written.
    pub fn span(&self) -> Option<&Span> {
        match self {
            Value::Known { span, .. } | Value::Computed { span, .. } => Some(span),
            Value::Missing => None,
        }
    }
}

/// How a constant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Shape {
    /// `None`.
    None,
    /// One string.
    String,
    /// A tuple, list or set of strings.
    Sequence,
}

/// What one source file says, wherever it lies.
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
    /// Assignments that look like a slip for one of the four.
    pub misspellings: Vec<Misspelling>,
    /// The rules that `# alembic-guard: allow(...)` names in the header.
    pub allows: Vec<String>,
    /// Why Python could not load the file, where the reader is sure of it.
    pub fault: Option<Fault>,
    /// Who keeps the content, where the file only stands in for it: "Git LFS".
    #[serde(deserialize_with = "interned::keeper")]
    pub kept_by: Option<StaticStr>,
}

/// A name that Alembic does not read beside one that it does.
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

/// Why a file cannot be a module.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// What is wrong, in a few words.
    pub message: String,
    /// The bytes at which it shows; empty where the file as a whole is at fault.
    pub span: Span,
}

/// What the whole of a source file holds, beside the four names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Why no supported version of Python loads it, if it is so.
    pub fault: Option<Fault>,
    /// What its docstring says.
    pub docstring: Docstring,
    /// The first statement of `upgrade` or `downgrade` that does something; looked for in merges only.
    pub operation: Option<Span>,
}

/// What the reader agrees to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// The size in bytes of the largest file that is read.
    pub max_file_size: u64,
}

impl Default for ReadLimits {
    fn default() -> ReadLimits {
        ReadLimits { max_file_size: 1 << 20 }
    }
}

/// Reads what a source file says under the four names; quick, and never fails.
///
/// Only the statements that bear on the names are parsed: [`Module::fault`] is set where one of those
/// cannot be Python, but [`check_body`] alone looks at all of the file.
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

/// Returns whether a source file that no supported version of Python loads is one of Python 2.
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

/// Returns the first line of a source file's docstring, with which `alembic history` shows it.
pub fn title(source: &[u8], limits: &ReadLimits) -> Option<String> {
    let source = bounded(source, limits).ok()?;
    docstring::title(&source.text).map(str::to_owned)
}

/// Returns where `after` first does something else than `before`, if it does.
///
/// Only what `upgrade` and `downgrade` depend on counts; comments, formatting, docstrings and the four
/// identifiers do not. A source that does not parse differs from none: what is wrong with it is told
/// elsewhere.
pub fn first_change(before: &[u8], after: &[u8], limits: &ReadLimits) -> Option<SemanticChange> {
    let (before, after) = (bounded(before, limits).ok()?, bounded(after, limits).ok()?);
    let change = semantic_diff::first_change(&before.text, &after.text)?;
    Some(SemanticChange { span: after.original(&change.span), ..change })
}

/// Returns whether a source file defines an `upgrade` that does nothing, and a `downgrade` that does no more, as in
/// a merge revision.
pub fn is_empty(source: &[u8], limits: &ReadLimits) -> bool {
    bounded(source, limits).is_ok_and(|source| {
        fault(&source).is_none()
            && operation::has_upgrade(&source.text)
            && operation::first(&source.text).is_none()
    })
}

/// Finds where the code of a source file says a name; in strings and comments it says none.
pub fn mentions(source: &[u8], name: &str, limits: &ReadLimits) -> Vec<Span> {
    let Ok(source) = bounded(source, limits) else {
        return Vec::new();
    };
    let words = Pieces::new(&source.text).filter(|piece| piece.kind == Kind::Word);
    let said = words.filter(|word| python::spelling(&source.text[word.start..word.end]) == name);
    said.map(|word| source.original(&(word.start..word.end))).collect()
}

/// Returns whether a name that Python has for an encoding means UTF-8.
pub fn is_utf8(encoding: &str) -> bool {
    decode::is_utf8(encoding)
}

/// Returns whether a name that Python has for an encoding means one in which ASCII is ASCII.
pub fn holds_ascii(encoding: &str) -> bool {
    decode::holds_ascii(encoding)
}

/// Decodes a source file that is no larger than what is read.
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

    /// A module that is larger than what is read.
    pub fn too_large(size: u64, limits: &ReadLimits) -> Module {
        Module::faulty(too_large(size, limits))
    }

    /// A module of which nothing is known but that it cannot be loaded.
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

/// One file of a version folder, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Where it is and what it holds.
    pub file: File,
    /// What it says.
    pub module: Arc<Module>,
}

impl Migration {
    /// Returns the ids that `down_revision` names, where the file loads.
    pub fn named_parents(&self) -> impl Iterator<Item = &str> {
        let texts = match self.module.fault {
            Some(_) => &[],
            None => self.module.down_revision.texts(),
        };
        texts.iter().map(|text| text.text.as_str())
    }
}
