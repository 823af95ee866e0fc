//! Text from a repository, made safe for printing and addressable by position.
//!
//! No text from a repository is printed raw: control characters could move the cursor, and bidirectional
//! marks could reverse the meaning of a report.

use std::fmt;
use std::ops::Range;
use std::path::Path;

/// A word of the program's own.
pub type StaticStr = &'static str;

/// A range of bytes in one file.
pub type Span = Range<usize>;

/// Shows a path of this machine on a terminal.
pub(crate) fn shown(path: &Path) -> Escaped<'_> {
    Escaped(path.as_os_str().as_encoded_bytes())
}

/// Displays bytes as text that cannot control a terminal.
///
/// Control, bidirectional and other invisible formatting characters become `\u{...}`, bytes that are
/// not UTF-8 become `\x..`.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if is_unprintable(character) {
                    write!(out, "{}", character.escape_unicode())?;
                } else {
                    write!(out, "{character}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(out, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Returns `text`, escaped as by [`Escaped`].
pub fn escape(text: &str) -> String {
    Escaped(text.as_bytes()).to_string()
}

/// Returns the start of `text`, escaped as by [`Escaped`], with `...` if it is cut.
pub fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 120;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => escape(&text[..end]) + "...",
        None => escape(text),
    }
}

/// Returns `text` as one word of a shell command, escaped and quoted if necessary.
///
/// It cannot be the first word of a command: `a=b` would be an assignment there.
pub fn shell_word(text: &str) -> String {
    let text = escape(text);
    // `shlex` quotes these two out of caution; zsh expands a word that begins with `=`.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@+".contains(&byte);
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(is_plain) {
        return text;
    }
    // The only text that cannot be quoted holds a zero byte, and that is escaped above.
    shlex::try_quote(&text).map(|word| word.into_owned()).unwrap_or_default()
}

/// Returns whether a character is invisible or controls the output.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// A position in a text, counted from one; the column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

/// The starts of the lines of a text; `\n`, `\r\n` and a lone `\r` end a line, as in Python.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines of a text.
    pub fn of(bytes: &[u8]) -> Lines {
        let ends_line = |&index: &usize| match bytes[index] {
            b'\n' => true,
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        let ends = (0..bytes.len()).filter(ends_line);
        Lines { starts: std::iter::once(0).chain(ends.map(|end| end + 1)).collect() }
    }

    /// Returns the line and column of a byte offset in the text with these lines; the end of the text for
    /// an offset after it.
    pub fn position(&self, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(bytes.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let before = &bytes[self.starts[line - 1]..offset];
        Position { line, column: String::from_utf8_lossy(before).chars().count() + 1 }
    }
}

/// Returns the line and column of a byte offset, like [`Lines::position`].
pub fn position(bytes: &[u8], offset: usize) -> Position {
    // A line feed behind the offset belongs to the line.
    Lines::of(&bytes[..bytes.len().min(offset.saturating_add(1))]).position(bytes, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        assert_eq!(escape("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(escape("left\u{202e}right"), "left\\u{202e}right");
        assert_eq!(Escaped(b"caf\xc3\xa9 \xff").to_string(), "café \\xff");
    }

    #[test]
    fn words_of_a_command_cannot_become_commands() {
        assert_eq!(shell_word("origin/main"), "origin/main");
        assert_eq!(shell_word("--source=a,b"), "--source=a,b");
        assert_eq!(shell_word("=a"), "'=a'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("a b"), "'a b'");
        assert_eq!(shell_word("$(rm -r .)"), "'$(rm -r .)'");
        assert_eq!(shell_word("nul\0"), r#""nul\\u{0}""#);
    }

    #[test]
    fn positions_count_every_line_ending_once() {
        let text = "a\r\nbé\rc\nd".as_bytes();
        let at = |offset| (position(text, offset).line, position(text, offset).column);
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(6), (2, 3));
        assert_eq!(at(7), (3, 1));
        assert_eq!(at(9), (4, 1));
        assert_eq!(at(99), (4, 2));
    }
}
