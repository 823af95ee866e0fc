//! Decodes source files as Python does, and maps positions back to bytes.
//!
//! Python uses UTF-8 unless a cookie (PEP 263) in the first two lines declares another encoding. ASCII,
//! Latin-1 and its family and the Windows code pages are supported here; other encodings are rejected,
//! since some of them (`utf-7`, `unicode_escape`) hide code from readers of the bytes.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding};

use super::Fault;
use super::lexer::{Kind, Pieces};
use crate::text::{Span, escape};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A decoded source file.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) text: Cow<'a, str>,
    /// Bytes in front of the text.
    skipped: usize,
    /// Ends of the characters that are longer in the text than in the file, and how much longer the text
    /// is up to there.
    stretched: Vec<(usize, usize)>,
}

impl Source<'_> {
    /// Converts a range of the text to one of the file.
    pub(super) fn original(&self, span: &Span) -> Span {
        self.offset(span.start)..self.offset(span.end)
    }

    fn offset(&self, offset: usize) -> usize {
        let before = self.stretched.partition_point(|(end, _)| *end <= offset);
        let extra = match before.checked_sub(1) {
            Some(last) => self.stretched[last].1,
            None => 0,
        };
        self.skipped + offset - extra
    }
}

/// How the bytes of a file stand for characters.
#[derive(Debug, Clone, Copy)]
enum Codec {
    /// UTF-8 by the name that CPython's tokenizer knows: it looks at names and strings alone.
    Utf8,
    /// UTF-8 by another name: all of the file is decoded.
    StrictUtf8,
    Ascii,
    Latin1,
    /// ISO 8859-x: as the code page, but 0x80-0x9f are control characters.
    Iso(&'static Encoding),
    Windows(&'static Encoding),
}

/// Returns whether a name of Python's stands for UTF-8.
pub(super) fn is_utf8(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    matches!(name.as_str(), "utf-8" | "utf8" | "u8" | "utf" | "cp65001")
}

/// Returns whether a name of Python's stands for an encoding in which ASCII is ASCII.
pub(super) fn holds_ascii(name: &str) -> bool {
    is_utf8(name)
        || match codec(name, false) {
            Some(Codec::Ascii | Codec::Latin1 | Codec::Iso(_) | Codec::Windows(_)) => true,
            Some(Codec::Utf8 | Codec::StrictUtf8) | None => false,
        }
}

/// Decodes a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Source<'_>, Fault> {
    let (skipped, body) = match bytes.strip_prefix(BOM) {
        Some(body) => (BOM.len(), body),
        None => (0, bytes),
    };
    if body.starts_with(BOM) {
        let span = skipped..skipped + BOM.len();
        return Err(Fault { message: "second byte order mark".to_owned(), span });
    }
    if body.contains(&0) {
        let before = body.iter().take_while(|byte| **byte != 0);
        return Err(fault_at(skipped + before.count(), "null byte"));
    }
    let codec = match cookie(body) {
        None => Codec::Utf8,
        Some(span) => {
            let name = String::from_utf8_lossy(&body[span.clone()]).into_owned();
            let span = span.start + skipped..span.end + skipped;
            codec(&name, skipped > 0).ok_or_else(|| Fault {
                message: format!("unsupported encoding `{}`", escape(&name)),
                span,
            })?
        }
    };
    match codec {
        Codec::Utf8 => utf8(body, skipped),
        Codec::StrictUtf8 => strict_utf8(body),
        Codec::Ascii | Codec::Latin1 | Codec::Iso(_) | Codec::Windows(_) => {
            single_bytes(body, codec)
        }
    }
}

fn fault_at(offset: usize, message: &str) -> Fault {
    Fault { message: message.to_owned(), span: offset..offset + 1 }
}

fn utf8(body: &[u8], skipped: usize) -> Result<Source<'_>, Fault> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => Cow::Owned(without_stray_bytes(body).ok_or_else(|| {
            fault_at(skipped + error.valid_up_to(), "invalid UTF-8, and no encoding is declared")
        })?),
    };
    Ok(Source { text, skipped, stretched: Vec::new() })
}

fn strict_utf8(body: &[u8]) -> Result<Source<'_>, Fault> {
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Source { text: Cow::Borrowed(text), skipped: 0, stretched: Vec::new() }),
        Err(error) => Err(fault_at(error.valid_up_to(), "invalid UTF-8")),
    }
}

/// Replaces each invalid UTF-8 byte with `?`, if all of them are in comments.
///
/// CPython decodes the names and strings of a file that it imports, not its comments.
fn without_stray_bytes(body: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(body.len());
    let mut stray = Vec::new();
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            stray.push(text.len());
            text.push('?');
        }
    }
    let comments: Vec<Span> = Pieces::new(&text)
        .filter(|piece| piece.kind == Kind::Comment)
        .map(|piece| piece.start..piece.end)
        .collect();
    let is_in_comment = |offset: &usize| {
        let next = comments.partition_point(|comment| comment.end <= *offset);
        comments.get(next).is_some_and(|comment| comment.contains(offset))
    };
    stray.iter().all(is_in_comment).then_some(text)
}

/// Decodes an encoding in which every byte is a character and ASCII is ASCII.
fn single_bytes(body: &[u8], codec: Codec) -> Result<Source<'_>, Fault> {
    let mut text = String::with_capacity(body.len() + body.len() / 8);
    let mut stretched = Vec::new();
    let mut extra = 0;
    for (offset, byte) in body.iter().enumerate() {
        let character = character(*byte, codec)
            .ok_or_else(|| fault_at(offset, "byte that is invalid in the declared encoding"))?;
        text.push(character);
        if character.len_utf8() > 1 {
            extra += character.len_utf8() - 1;
            stretched.push((text.len(), extra));
        }
    }
    Ok(Source { text: Cow::Owned(text), skipped: 0, stretched })
}

fn character(byte: u8, codec: Codec) -> Option<char> {
    let is_control = matches!(byte, 0x80..=0x9f);
    match codec {
        _ if byte.is_ascii() => Some(char::from(byte)),
        Codec::Utf8 | Codec::StrictUtf8 | Codec::Ascii => None,
        Codec::Latin1 => Some(char::from(byte)),
        Codec::Iso(_) if is_control => Some(char::from(byte)),
        Codec::Iso(encoding) => by_table(byte, encoding),
        // Unicode has had a character for it since 2004, Python's table has not.
        Codec::Windows(encoding) if encoding == encoding_rs::WINDOWS_1255 && byte == 0xca => None,
        // encoding_rs fills the holes of a code page with control characters, Python refuses them.
        Codec::Windows(encoding) => {
            by_table(byte, encoding).filter(|character| !is_control || !character.is_control())
        }
    }
}

fn by_table(byte: u8, encoding: &'static Encoding) -> Option<char> {
    let mut text = String::with_capacity(8);
    let (result, _) = encoding
        .new_decoder_without_bom_handling()
        .decode_to_string_without_replacement(&[byte], &mut text, true);
    match result {
        DecoderResult::InputEmpty => text.chars().next(),
        DecoderResult::OutputFull | DecoderResult::Malformed(..) => None,
    }
}

/// Finds the name of the encoding in the first two lines, according to PEP 263.
fn cookie(body: &[u8]) -> Option<Span> {
    let mut start = 0;
    for _ in 0..2 {
        let rest = &body[start..];
        let length =
            rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = &rest[..length];
        let blank =
            line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c')).unwrap_or(length);
        if blank < length && line[blank] != b'#' {
            return None;
        }
        if let Some(name) = cookie_in(&line[blank..]) {
            return Some(start + blank + name.start..start + blank + name.end);
        }
        let ending = if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        start = (start + length + ending).min(body.len());
    }
    None
}

/// Finds `coding[:=][ \t]*([-\w.]+)` in a comment.
fn cookie_in(comment: &[u8]) -> Option<Span> {
    const WORD: &[u8] = b"coding";
    for at in 0..comment.len().saturating_sub(WORD.len()) {
        let behind = at + WORD.len();
        if !comment[at..].starts_with(WORD) || !matches!(comment[behind], b':' | b'=') {
            continue;
        }
        let rest = &comment[behind + 1..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        let start = behind + 1 + blank.count();
        let name = comment[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        let end = start + name.count();
        if end > start {
            return Some(start..end);
        }
    }
    None
}

/// Looks up an encoding by Python's names; a file with a byte order mark must be UTF-8.
fn codec(name: &str, has_bom: bool) -> Option<Codec> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    if name == "utf-8" || name.starts_with("utf-8-") {
        return Some(Codec::Utf8);
    }
    if has_bom {
        return None;
    }
    match name.as_str() {
        "utf8" | "u8" | "utf" | "cp65001" => return Some(Codec::StrictUtf8),
        "ascii" | "us-ascii" | "646" | "iso646-us" => return Some(Codec::Ascii),
        "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1"
        | "8859" | "cp819" => return Some(Codec::Latin1),
        _ => {}
    }
    if ["latin-1-", "iso-8859-1-", "iso-latin-1-"].iter().any(|prefix| name.starts_with(prefix)) {
        return Some(Codec::Latin1);
    }
    if let Some(page) = name.strip_prefix("cp").or(name.strip_prefix("windows-")) {
        let is_windows = page.len() == 4 && page.starts_with("125");
        let label = format!("windows-{page}");
        return is_windows
            .then(|| Encoding::for_label(label.as_bytes()))
            .flatten()
            .map(Codec::Windows);
    }
    // The labels that encoding_rs knows are those of the web: `iso-8859-8-i`, which Python has not.
    let part = name.strip_prefix("iso-8859-").or(name.strip_prefix("iso8859-"))?;
    let is_number = part.bytes().all(|byte| byte.is_ascii_digit()) && !part.starts_with('0');
    let label = format!("iso-8859-{part}");
    is_number.then(|| Encoding::for_label(label.as_bytes())).flatten().map(Codec::Iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        match decode(bytes) {
            Ok(source) => source.text.into_owned(),
            Err(fault) => format!("fault at {:?}: {}", fault.span, fault.message),
        }
    }

    #[test]
    fn a_cookie_in_the_first_two_lines_names_the_encoding() {
        assert_eq!(text(b"# coding: latin-1\n'\xe9\x85'"), "# coding: latin-1\n'é\u{85}'");
        assert_eq!(
            text(b"#!x\n# -*- coding: cp1252 -*-\n'\x80'"),
            "#!x\n# -*- coding: cp1252 -*-\n'€'"
        );
        assert_eq!(
            text(b"# vim: fileencoding=iso8859_15\r'\xa4'"),
            "# vim: fileencoding=iso8859_15\r'€'"
        );
        assert_eq!(text(b"# coding: utf-8\n'\xc3\xa9'"), "# coding: utf-8\n'é'");
        assert_eq!(text(b"# coding: ISO-8859-9\n'\x85\xd0'"), "# coding: ISO-8859-9\n'\u{85}Ğ'");
    }

    #[test]
    fn what_python_cannot_decode_is_a_fault() {
        for bytes in [
            &b"'\xe9'"[..],
            b"# \xe9\n'\xe9'",
            b"\n\n# coding: latin-1\n'\xe9'",
            b"x = 1\n# coding: latin-1\n'\xe9'",
            b"# coding: ascii\n'\xe9'",
            b"# coding: cp1252\n'\x81'",
            b"# coding: utf-7\n",
            b"# coding: unicode_escape\n",
            b"# coding: cp1252x\n",
            b"# coding: iso-8859-8-i\n",
            b"\xef\xbb\xbf\xef\xbb\xbfx = 1",
            b"\xef\xbb\xbf# coding: latin-1\n",
            b"x = '\0'",
        ] {
            assert!(text(bytes).starts_with("fault at"), "{}", text(bytes));
        }
    }

    #[test]
    fn offsets_lead_back_to_the_file() {
        let source =
            decode(b"# coding: latin-1\n'\xe9\xe9' + 'x'").expect("Latin-1 holds every byte");
        let start = source.text.find("'x'").expect("the text holds it");
        assert_eq!(source.original(&(start..start + 3)), 25..28);
        let source = decode(b"# \xff\xe9\xc3\nx = 'y' # \xc3").expect("only comments are odd");
        assert_eq!(source.text, "# ???\nx = 'y' # ?");
        let source = decode(b"\xef\xbb\xbfx = 1").expect("this is UTF-8");
        assert_eq!(source.original(&(0..1)), 3..4);
    }
}
