//! The syntax tree of an assignment as plain as `alembic revision` writes it, made without the parser.
//!
//! Nearly every migration holds four of these and nothing else that matters, and the parser's grammar
//! takes a literal through every level of precedence. What is not plain to the letter is left to the
//! parser, and the tests below hold the two to the same tree.

use rustpython_parser::ast::{self, Expr, Stmt};
use rustpython_parser::text_size::{TextRange, TextSize};

use super::NAMES;
use crate::text::Span;

/// Names that a plain annotation may use beside those with a capital.
const TYPES: &[&str] = &["str", "list", "tuple", "set", "typing", "t", "collections", "abc"];
/// How deep an annotation may nest.
const MAX_DEPTH: usize = 8;

/// An assignment to one of the four names that is plain to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain<'a> {
    pub(super) name: &'a str,
    annotation: Option<Span>,
    /// The text of the string; nothing where the value is `None`.
    pub(super) text: Option<&'a str>,
    /// The bytes of the value.
    pub(super) value: Span,
}

/// Reads `NAME = VALUE` or `NAME: TYPE = VALUE`, where the name is one of the four and the value is
/// `None` or a string without prefix, escape or line break.
pub(super) fn read(code: &str) -> Option<Plain<'_>> {
    let mut cursor = Cursor { code, at: 0 };
    let name = cursor.word().filter(|name| NAMES.contains(name))?;
    cursor.blanks();
    let annotation = if cursor.take(b':') { Some(cursor.annotation()?) } else { None };
    cursor.blanks();
    if !cursor.take(b'=') {
        return None;
    }
    cursor.blanks();
    let start = cursor.at;
    let text = cursor.value()?;
    let value = start..cursor.at;
    cursor.is_over().then_some(Plain { name, annotation, text, value })
}

/// Returns the syntax tree of an assignment that [`read`] can read.
///
/// The tree of an annotation is a name without letters: nobody looks into it.
pub(super) fn assignment(code: &str) -> Option<Stmt> {
    let Plain { name, annotation, text, value } = read(code)?;
    let whole = range(&(0..value.end));
    let target = Expr::Name(ast::ExprName {
        range: range(&(0..name.len())),
        id: ast::Identifier::new(name),
        ctx: ast::ExprContext::Store,
    });
    let value = Box::new(Expr::Constant(ast::ExprConstant {
        range: range(&value),
        value: text.map_or(ast::Constant::None, |text| ast::Constant::Str(text.to_owned())),
        kind: None,
    }));
    Some(match annotation {
        None => Stmt::Assign(ast::StmtAssign {
            range: whole,
            targets: vec![target],
            value,
            type_comment: None,
        }),
        Some(annotation) => Stmt::AnnAssign(ast::StmtAnnAssign {
            range: whole,
            target: Box::new(target),
            annotation: Box::new(Expr::Name(ast::ExprName {
                range: range(&annotation),
                id: ast::Identifier::new(""),
                ctx: ast::ExprContext::Load,
            })),
            value: Some(value),
            simple: true,
        }),
    })
}

fn range(span: &Span) -> TextRange {
    // No file is larger than the limit of the reader, which is far below four gigabytes.
    let size = |offset| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    TextRange::new(size(span.start), size(span.end))
}

struct Cursor<'a> {
    code: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.code.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        self.skip(|byte| byte == b' ');
    }

    fn word(&mut self) -> Option<&'a str> {
        let start = self.at;
        if self.peek()?.is_ascii_digit() {
            return None;
        }
        self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (start < self.at).then(|| &self.code[start..self.at])
    }

    fn annotation(&mut self) -> Option<Span> {
        self.blanks();
        let start = self.at;
        Some(start..self.union(0)?)
    }

    /// Takes `TYPE | TYPE | ...` and returns where the last one ends.
    fn union(&mut self, depth: usize) -> Option<usize> {
        let mut end = self.generic(depth)?;
        self.blanks();
        while self.take(b'|') {
            self.blanks();
            end = self.generic(depth)?;
            self.blanks();
        }
        Some(end)
    }

    /// Takes `TYPE` or `TYPE[TYPE, ...]` and returns where it ends.
    fn generic(&mut self, depth: usize) -> Option<usize> {
        self.type_name()?;
        while self.take(b'.') {
            self.type_name()?;
        }
        let end = self.at;
        if depth == MAX_DEPTH || !self.take(b'[') {
            return Some(end);
        }
        self.blanks();
        self.union(depth + 1)?;
        while self.take(b',') {
            self.blanks();
            self.union(depth + 1)?;
        }
        self.take(b']').then_some(self.at)
    }

    fn type_name(&mut self) -> Option<&'a str> {
        let is_type = |word: &&str| {
            word.as_bytes().first().is_some_and(u8::is_ascii_uppercase) || TYPES.contains(word)
        };
        self.word().filter(is_type)
    }

    /// Takes a string or `None`, and returns the text of the string.
    fn value(&mut self) -> Option<Option<&'a str>> {
        match self.peek()? {
            quote @ (b'\'' | b'"') => self.string(quote).map(Some),
            _ => (self.word()? == "None").then_some(None),
        }
    }

    fn string(&mut self, quote: u8) -> Option<&'a str> {
        self.take(quote);
        let start = self.at;
        self.skip(|byte| byte != quote && byte != b'\\' && (b' '..=b'~').contains(&byte));
        let end = self.at;
        // A second quote would begin a string of three quotes, or another one that joins this one.
        let closed = self.take(quote) && !matches!(self.peek(), Some(b'\'' | b'"'));
        closed.then(|| &self.code[start..end])
    }

    /// Tells whether nothing follows but blanks, a comment and the end of the line.
    fn is_over(&mut self) -> bool {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.skip(|byte| (b' '..=b'~').contains(&byte));
        }
        self.skip(|byte| matches!(byte, b'\r' | b'\n'));
        self.at == self.code.len()
    }
}
