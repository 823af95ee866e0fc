//! A coarse lexer: just enough of Python to know code from strings and comments.
//!
//! It is several times as fast as a real one, which matters: every migration of a history is read on
//! every push, and nearly all of their bytes are the bodies of `upgrade` and `downgrade`.

/// What a stretch of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, keyword or number.
    Word,
    /// A string, or the last stretch of an f-string.
    Text,
    /// A comment without its line ending.
    Comment,
    /// A bracket that opens.
    Open,
    /// The `{` of a field in an f-string.
    Field,
    /// A bracket that closes.
    Close,
    /// One byte of an operator or delimiter.
    Operator,
    /// The end of a logical line.
    Newline,
    /// A string or bracket that the end of the file, or of the line, cuts off.
    Broken,
}

/// One stretch of source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What encloses the place that is being read.
#[derive(Debug, Clone, Copy)]
enum Frame {
    Bracket,
    Interpolated(Quote),
    Field(Quote),
    /// Behind the `:` of a field.
    Format(Quote),
}

#[derive(Debug, Clone, Copy)]
struct Quote {
    byte: u8,
    triple: bool,
    raw: bool,
}

impl Quote {
    fn ends_at(self, bytes: &[u8], at: usize) -> bool {
        let closes = |offset| bytes.get(at + offset) == Some(&self.byte);
        closes(0) && (!self.triple || closes(1) && closes(2))
    }

    fn length(self) -> usize {
        if self.triple { 3 } else { 1 }
    }
}

/// Cuts source into pieces; blanks and line continuations are left out.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    bytes: &'a [u8],
    at: usize,
    frames: Vec<Frame>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str) -> Pieces<'a> {
        Pieces { bytes: text.as_bytes(), at: 0, frames: Vec::new() }
    }

    /// Steps over blanks, brackets, operators and words that are dull, as far as nothing else comes in
    /// between, and returns where the last of those pieces ends. The text must be ASCII.
    #[inline]
    pub(super) fn skip(&mut self, is_dull: impl Fn(&[u8]) -> bool) -> Option<usize> {
        let mut last = None;
        while let None | Some(Frame::Bracket) = self.frames.last() {
            let start = self.at;
            let Some(byte) = self.bytes.get(start).copied() else { break };
            match byte {
                b' ' | b'\t' | b'\x0c' => {
                    self.at += 1;
                    continue;
                }
                b'\r' | b'\n' if !self.frames.is_empty() => {
                    self.at += 1;
                    continue;
                }
                b'\r' | b'\n' | b'\\' | b'#' | b'"' | b'\'' => break,
                b'(' | b'[' | b'{' => {
                    self.frames.push(Frame::Bracket);
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    self.frames.pop();
                    self.at += 1;
                }
                _ if is_word(byte) => {
                    let end = self.end_of_word(start);
                    let is_prefix =
                        end - start <= 2 && matches!(self.bytes.get(end), Some(b'"' | b'\''));
                    if is_prefix || !is_dull(&self.bytes[start..end]) {
                        break;
                    }
                    self.at = end;
                }
                _ => self.at += 1,
            }
            last = Some(self.at);
        }
        last
    }

    #[inline]
    fn end_of_word(&self, start: usize) -> usize {
        let mut end = start + 1;
        while self.bytes.get(end).is_some_and(|byte| is_word(*byte)) {
            end += 1;
        }
        end
    }

    #[inline]
    fn piece(&mut self, kind: Kind, start: usize, end: usize) -> Option<Piece> {
        self.at = end;
        Some(Piece { kind, start, end })
    }

    /// Ends the iteration.
    fn broken(&mut self, start: usize) -> Option<Piece> {
        self.frames.clear();
        self.at = self.bytes.len();
        Some(Piece { kind: Kind::Broken, start, end: self.bytes.len() })
    }

    #[inline]
    fn code(&mut self) -> Option<Piece> {
        loop {
            let start = self.at;
            let Some(byte) = self.bytes.get(start).copied() else {
                return if self.frames.is_empty() { None } else { self.broken(start) };
            };
            match byte {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'\\' => self.at = self.behind_escaped(start),
                b'\r' | b'\n' => {
                    let end = line_ending(self.bytes, start);
                    if self.frames.is_empty() {
                        return self.piece(Kind::Newline, start, end);
                    }
                    self.at = end;
                }
                b'#' => {
                    let end = end_of_line(self.bytes, start);
                    return self.piece(Kind::Comment, start, end);
                }
                b'"' | b'\'' => return self.string(start, start),
                b'(' | b'[' | b'{' => {
                    self.frames.push(Frame::Bracket);
                    return self.piece(Kind::Open, start, start + 1);
                }
                b')' | b']' | b'}' => {
                    self.frames.pop();
                    return self.piece(Kind::Close, start, start + 1);
                }
                b':' => {
                    if let Some(Frame::Field(quote)) = self.frames.last().copied() {
                        self.frames.push(Frame::Format(quote));
                    }
                    return self.piece(Kind::Operator, start, start + 1);
                }
                _ if is_word(byte) => return self.word(start),
                _ => return self.piece(Kind::Operator, start, start + 1),
            }
        }
    }

    #[inline]
    fn word(&mut self, start: usize) -> Option<Piece> {
        let end = self.end_of_word(start);
        let is_string = end - start <= 2
            && matches!(self.bytes.get(end), Some(b'"' | b'\''))
            && self.bytes[start..end].iter().all(|byte| b"bBfFrRtTuU".contains(byte));
        if is_string { self.string(start, end) } else { self.piece(Kind::Word, start, end) }
    }

    /// Reads a string whose prefix starts at `start` and whose quote is at `at`.
    fn string(&mut self, start: usize, at: usize) -> Option<Piece> {
        let prefix = &self.bytes[start..at];
        let byte = self.bytes[at];
        let quote = Quote {
            byte,
            triple: self.bytes[at..].starts_with(&[byte; 3]),
            raw: prefix.iter().any(|byte| matches!(byte, b'r' | b'R')),
        };
        if prefix.iter().any(|byte| b"fFtT".contains(byte)) {
            self.frames.push(Frame::Interpolated(quote));
            self.at = at + quote.length();
            return self.interpolated(quote);
        }
        let mut at = at + quote.length();
        while let Some(byte) = self.bytes.get(at).copied() {
            match byte {
                b'\\' => at = self.behind_escaped(at),
                b'\r' | b'\n' if !quote.triple => return self.broken(start),
                _ if byte == quote.byte && quote.ends_at(self.bytes, at) => {
                    return self.piece(Kind::Text, start, at + quote.length());
                }
                _ => at += 1,
            }
        }
        self.broken(start)
    }

    /// Reads the text of an f-string up to the next field or its end (PEP 701).
    fn interpolated(&mut self, quote: Quote) -> Option<Piece> {
        let start = self.at;
        let mut at = start;
        while let Some(byte) = self.bytes.get(at).copied() {
            let next = self.bytes.get(at + 1).copied();
            match byte {
                b'\\' if matches!(next, Some(b'{' | b'}')) => at += 1,
                b'\\' if !quote.raw && self.bytes[at + 1..].starts_with(b"N{") => {
                    let name = &self.bytes[at..];
                    let length = name.iter().position(|byte| matches!(byte, b'}' | b'\n' | b'\r'));
                    at = length.map_or(self.bytes.len(), |length| at + length + 1);
                }
                b'\\' => at = self.behind_escaped(at),
                b'\r' | b'\n' if !quote.triple => return self.broken(start),
                b'{' if next == Some(b'{') => at += 2,
                b'{' => {
                    self.frames.push(Frame::Field(quote));
                    return self.piece(Kind::Field, at, at + 1);
                }
                _ if byte == quote.byte && quote.ends_at(self.bytes, at) => {
                    self.frames.pop();
                    return self.piece(Kind::Text, start, at + quote.length());
                }
                _ => at += 1,
            }
        }
        self.broken(start)
    }

    /// Reads a format specification up to a field in it or its end.
    fn format(&mut self, quote: Quote) -> Option<Piece> {
        let start = self.at;
        let mut at = start;
        while let Some(byte) = self.bytes.get(at).copied() {
            match byte {
                b'{' => {
                    self.frames.push(Frame::Field(quote));
                    return self.piece(Kind::Field, at, at + 1);
                }
                b'}' => {
                    self.frames.truncate(self.frames.len().saturating_sub(2));
                    return self.piece(Kind::Close, at, at + 1);
                }
                b'\r' | b'\n' if !quote.triple => return self.broken(start),
                _ if byte == quote.byte && quote.ends_at(self.bytes, at) => {
                    return self.broken(start);
                }
                _ => at += 1,
            }
        }
        self.broken(start)
    }

    /// Returns the place behind a backslash and the character that it escapes.
    fn behind_escaped(&self, backslash: usize) -> usize {
        let mut end = line_ending(self.bytes, backslash + 1);
        while self.bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end += 1;
        }
        end.min(self.bytes.len())
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    #[inline]
    fn next(&mut self) -> Option<Piece> {
        match self.frames.last().copied() {
            None | Some(Frame::Bracket | Frame::Field(_)) => self.code(),
            Some(Frame::Interpolated(quote)) => self.interpolated(quote),
            Some(Frame::Format(quote)) => self.format(quote),
        }
    }
}

/// Which bytes a name, keyword or number is made of.
static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        let character = byte as u8;
        table[byte] =
            character.is_ascii_alphanumeric() || character == b'_' || !character.is_ascii();
        byte += 1;
    }
    table
};

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

/// Returns the place behind the byte at `at`, or behind both bytes of a CRLF.
fn line_ending(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(b"\r\n") => at + 2,
        _ => at + 1,
    }
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    length.map_or(bytes.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of the code, `|` for the end of a logical line, `!` for a broken end.
    fn words(text: &str) -> String {
        let mut words = Vec::new();
        for piece in Pieces::new(text) {
            match piece.kind {
                Kind::Word => words.push(&text[piece.start..piece.end]),
                Kind::Newline => words.push("|"),
                Kind::Broken => words.push("!"),
                Kind::Text
                | Kind::Comment
                | Kind::Open
                | Kind::Field
                | Kind::Close
                | Kind::Operator => {}
            }
        }
        words.join(" ")
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(words("a = 'b' # c\nd"), "a | d");
        assert_eq!(words("a = '''b\n'c''\\''' d''' + e"), "a e");
        assert_eq!(words("a = r'\\' + b"), "a !");
        assert_eq!(words("a = rb'\\\\' + u'x'"), "a");
        assert_eq!(words("print'x' if y"), "print if y");
        assert_eq!(words("a = 'b\\\r\nc' + d"), "a d");
        assert_eq!(words("a \\éb c"), "a b c");
    }

    #[test]
    fn brackets_and_backslashes_join_lines() {
        assert_eq!(words("a = (\nb\n)\rc \\\r\n d\x0c\r\ne"), "a b | c d | e");
        assert_eq!(words("a = (b\n"), "a b !");
        assert_eq!(words("a = 'b\nc"), "a !");
        assert_eq!(words("a = '''b\nc"), "a !");
    }

    #[test]
    fn f_strings_nest_as_in_pep_701() {
        assert_eq!(words("f'{a}' + b"), "a b");
        assert_eq!(words("f'{{a}}' + b"), "b");
        assert_eq!(words("f'{a['b']}{f'{c}'}' + d"), "a c d");
        assert_eq!(words("f'{a:>{b}x}' + c"), "a b c");
        assert_eq!(words("f'{a!r:x' + c"), "a r !");
        assert_eq!(words("f'\\N{DASH}{a}\\{b}' + c"), "a b c");
        assert_eq!(words("rf'\\N{a}' + c"), "a c");
        assert_eq!(words("f'''{\na # }\n}''' + t'{b}'"), "a b");
        assert_eq!(words("f'{a:%H:%M}' + b"), "a b");
        assert_eq!(words("f'{lambda_[{1: 2}]}' + b"), "lambda_ 1 2 b");
    }
}
