//! Assignments as plain as `alembic revision` writes them, read without a parser.
//!
//! Nearly every migration holds four of these and nothing else that matters. Whatever is not plain to the
//! letter is left to the parsers, and the tests below hold this reader to what those read.

use super::interpret::NAMES;
use crate::text::Span;

/// Names that a plain annotation may use beside those with a capital.
const TYPES: &[&str] = &["str", "list", "tuple", "set", "typing", "t", "collections", "abc"];
/// How deep an annotation may nest.
const MAX_DEPTH: usize = 8;

/// An assignment to one of the four names that is plain to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain<'a> {
    pub(super) name: &'a str,
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
    if cursor.take(b':') {
        cursor.blanks();
        cursor.union(0)?;
    }
    if !cursor.take(b'=') {
        return None;
    }
    cursor.blanks();
    let start = cursor.at;
    let text = cursor.value()?;
    let value = start..cursor.at;
    cursor.is_over().then_some(Plain { name, text, value })
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

    /// Takes `TYPE | TYPE | ...` and the blanks behind it.
    fn union(&mut self, depth: usize) -> Option<()> {
        self.generic(depth)?;
        self.blanks();
        while self.take(b'|') {
            self.blanks();
            self.generic(depth)?;
            self.blanks();
        }
        Some(())
    }

    /// Takes `TYPE` or `TYPE[TYPE, ...]`.
    fn generic(&mut self, depth: usize) -> Option<()> {
        self.type_name()?;
        while self.take(b'.') {
            self.type_name()?;
        }
        if depth == MAX_DEPTH || !self.take(b'[') {
            return Some(());
        }
        self.blanks();
        self.union(depth + 1)?;
        while self.take(b',') {
            self.blanks();
            self.union(depth + 1)?;
        }
        self.take(b']').then_some(())
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

    /// Returns whether nothing follows but blanks, a comment and the end of the line.
    fn is_over(&mut self) -> bool {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.skip(|byte| (b' '..=b'~').contains(&byte));
        }
        self.skip(|byte| matches!(byte, b'\r' | b'\n'));
        self.at == self.code.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustpython_ruff_python_ast::Stmt;

    use super::super::value::{self, Constant, Scope, Unknown};
    use super::super::{Text, python};
    use super::*;

    /// A module of one statement, in which no name stands for anything.
    struct Alone<'a>(&'a str);

    impl Scope for Alone<'_> {
        fn text(&self) -> &str {
            self.0
        }

        fn look_up(&self, _name: &str, span: &Span) -> Result<Constant, Unknown> {
            Err(Unknown { span: span.clone(), reason: "nothing has a name".to_owned() })
        }
    }

    /// Reads an assignment by the parsers: the name, the constant and where that is written.
    fn parsed(code: &str) -> Option<(String, Constant, Span)> {
        let statements = python::statements(code)?;
        let [statement] = &statements[..] else { return None };
        let (target, value) = match statement {
            Stmt::Assign(assign) if assign.targets.len() == 1 => {
                (&assign.targets[0], &assign.value)
            }
            Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_ref()?),
            _ => return None,
        };
        let name = target.as_name_expr()?.id.to_string();
        let constant = value::evaluate(value, 0, &Alone(code)).ok()?;
        Some((name, constant, python::span(0, &**value)))
    }

    /// Reads an assignment the short way.
    fn plain(code: &str) -> Option<(String, Constant, Span)> {
        let Plain { name, text, value } = read(code)?;
        let text = text.map(|text| Text { text: text.to_owned(), span: value.clone() });
        Some((name.to_owned(), Constant::plain(text), value))
    }

    #[test]
    fn what_alembic_writes_is_plain() {
        for code in [
            "revision = '1975ea83b712'",
            "revision: str = \"1975ea83b712\"\n",
            "down_revision: Union[str, None] = None",
            "down_revision: Union[str, Sequence[str], None] = 'ae1027a6acf'  # merged\r\n",
            "branch_labels: str | Sequence[str] | None = None",
            "depends_on: t.Optional[ typing.List[str] ]='a b'",
        ] {
            assert!(plain(code).is_some(), "{code}");
            assert_eq!(plain(code), parsed(code), "{code}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        for code in [
            "revision == 'a'",
            "revision = 'a' 'b'",
            "revision = '''a'''",
            "revision = ''''",
            "revision = 'a\\n'",
            "revision = u'a'",
            "revision = 'é'",
            "revision = 'a'; x = 1",
            "revision = 'a',",
            "revision = None or 'a'",
            "revision = Nonesuch",
            "revision: if = 'a'",
            "revision: str",
            "revision: Union[str,] = 'a'",
            "(revision) = 'a'",
            "other = 'a'",
            " revision = 'a'",
        ] {
            assert_eq!(read(code), None, "{code}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn it_is_what_the_parsers_read(parts in prop::collection::vec(prop::sample::select(vec![
            "revision", "down_revision", "depends_on", " ", " = ", "=", ":", ": ", "str", "None",
            "Union", "[", "]", ", ", "|", " | ", ".", "'a'", "\"b\"", "''", "'", "\"", "\\", "#",
            " # x", "\n", "\r\n", ";", "(", ")", "1", "x", "é", "\t", "\x0c",
        ]), 0..12)) {
            let code = format!("revision{}", parts.concat());
            if let Some(plain) = plain(&code) {
                prop_assert_eq!(Some(plain), parsed(&code), "{}", code);
            }
        }
    }
}
