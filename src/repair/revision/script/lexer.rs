//! Splits a template into text and expressions (`mako/lexer.py`).

use super::expression::Expression;
use super::{Piece, Unrendered};
use crate::alembic::migration::is_utf8;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Splits a template; rejects a template that contains more than text, expressions and comments.
pub(super) fn pieces(source: &[u8]) -> Result<Vec<Piece>, Unrendered> {
    let source = source.strip_prefix(BOM).unwrap_or(source);
    let text = std::str::from_utf8(source).map_err(|_| Unrendered::Encoding)?;
    let mut lexer = Lexer { text, at: cookie(text)?, pieces: Vec::new() };
    lexer.check_line_ends()?;
    while lexer.at < text.len() {
        lexer.piece()?;
    }
    Ok(lexer.pieces)
}

/// Returns the start of a template: after a first line that declares UTF-8.
fn cookie(text: &str) -> Result<usize, Unrendered> {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let cookies = ["coding:", "coding="].into_iter().filter_map(|word| line.rfind(word));
    let Some(start) = cookies.max().filter(|_| line.starts_with('#')) else {
        return Ok(0);
    };
    let name = line[start + "coding:".len()..].trim_start();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let end = name.find(|letter| !is_part(letter)).unwrap_or(name.len());
    if is_utf8(&name[..end]) && line.ends_with('\n') {
        Ok(line.len())
    } else {
        Err(Unrendered::Encoding)
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    pieces: Vec<Piece>,
}

impl Lexer<'_> {
    /// For Mako, a lone carriage return does not end a line, and is not part of a comment either.
    fn check_line_ends(&self) -> Result<(), Unrendered> {
        match self.text.replace("\r\n", "\n\n").find('\r') {
            None => Ok(()),
            Some(lone) => self.refuse(lone),
        }
    }

    /// Reads the next piece, in Mako's order of alternatives.
    fn piece(&mut self) -> Result<(), Unrendered> {
        let (before, rest) = self.text.split_at(self.at);
        if let Some(behind) = rest.strip_prefix("${") {
            return self.expression(behind);
        }
        if before.is_empty() || before.ends_with('\n') {
            let line = rest.trim_start_matches([' ', '\t']);
            let behind_blank_lines = rest.trim_start();
            if line.starts_with("##") {
                self.comment(line);
                return Ok(());
            }
            if behind_blank_lines.starts_with("%%") {
                self.percent(rest.len() - behind_blank_lines.len());
                return Ok(());
            }
            if line.starts_with('%') {
                return self.refuse(self.at);
            }
        }
        if is_tag(rest.as_bytes()) {
            return self.refuse(self.at);
        }
        self.plain_text(rest);
        Ok(())
    }

    fn expression(&mut self, behind: &str) -> Result<(), Unrendered> {
        let code = behind.split_once('}').map(|(code, _)| code);
        match code.and_then(|code| Some((code, Expression::read(code)?))) {
            None => self.refuse(self.at),
            Some((code, expression)) => {
                self.pieces.push(Piece::Expression(expression));
                self.at += "${}".len() + code.len();
                Ok(())
            }
        }
    }

    /// A backslash continues a comment on the next line.
    fn comment(&mut self, comment: &str) {
        self.at = self.text.len();
        let mut rest = comment;
        while let Some((line, behind)) = rest.split_once('\n') {
            rest = behind;
            if !line.strip_suffix('\r').unwrap_or(line).ends_with('\\') {
                self.at -= behind.len();
                return;
            }
        }
    }

    /// If a line starts with several `%`, the first is dropped.
    fn percent(&mut self, blanks: usize) {
        let rest = &self.text[self.at..];
        let run = rest[blanks..].bytes().take_while(|byte| *byte == b'%').count();
        let text = format!("{}{}", &rest[..blanks], "%".repeat(run - 1));
        self.pieces.push(Piece::Text(text));
        self.at += blanks + run;
    }

    /// Reads text up to the next possible piece; a backslash joins two lines.
    fn plain_text(&mut self, rest: &str) {
        let bytes = rest.as_bytes();
        for end in 1..=bytes.len() {
            let (last, behind) = (&bytes[end - 1..], &bytes[end..]);
            let joint =
                ["\\\n", "\\\r\n"].into_iter().find(|joint| last.starts_with(joint.as_bytes()));
            if let Some(joint) = joint {
                self.pieces.push(Piece::Text(rest[..end - 1].to_owned()));
                self.at += end - 1 + joint.len();
                return;
            }
            let is_line = last[0] == b'\n' && begins_line_of_mako(behind);
            if is_line || behind.starts_with(b"${") || is_tag(behind) || behind.is_empty() {
                self.pieces.push(Piece::Text(rest[..end].to_owned()));
                self.at += end;
                return;
            }
        }
    }

    fn refuse(&self, at: usize) -> Result<(), Unrendered> {
        let (before, rest) = self.text.split_at(at);
        let code = rest.lines().next().unwrap_or_default().trim().to_owned();
        Err(Unrendered::Code { line: before.matches('\n').count() + 1, code })
    }
}

fn is_tag(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<%") || bytes.starts_with(b"</%")
}

fn begins_line_of_mako(bytes: &[u8]) -> bool {
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    bytes[blanks..].starts_with(b"%") || bytes[blanks..].starts_with(b"##")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::revision::script::expression::Variable;

    /// Shows the message, the only expression in here, by a word.
    fn text(source: &str) -> String {
        let shown = |piece| match piece {
            Piece::Text(text) => text,
            Piece::Expression(Expression::Str(Variable::Message)) => "why".to_owned(),
            Piece::Expression(other) => format!("{other:?}"),
        };
        match pieces(source.as_bytes()) {
            Ok(pieces) => pieces.into_iter().map(shown).collect(),
            Err(reason) => reason.to_string(),
        }
    }

    #[test]
    fn lines_are_read_as_mako_reads_them() {
        for (source, expected) in [
            ("a\r\n## note\r\n${message}\r\n", "a\r\nwhy\r\n"),
            (" \t## note \\\n more\na ## no note\n  ##", "a ## no note\n"),
            ("## note \\\r\n more\r\na", "a"),
            ("a \\\nb\\c\\\r\nd\\", "a b\\cd\\"),
            ("\\\n## note\n\\\\\nb", "\\b"),
            ("%% a\n\n  %%%% b %% c\n", "% a\n\n  %%% b %% c\n"),
            ("# coding: utf-8\na", "a"),
            ("\u{feff}#!x vim: fileencoding=UTF_8 :\r\na", "a"),
            ("\n# coding: latin-1\n", "\n# coding: latin-1\n"),
            ("é\n", "é\n"),
            ("", ""),
        ] {
            assert_eq!(text(source), expected, "{source:?}");
        }
    }

    #[test]
    fn what_only_mako_could_run_is_said() {
        for (source, line, code) in [
            ("<%!\nimport re\n%>\n", 1, "<%!"),
            ("a\nb <%doc>c</%doc>\n", 2, "<%doc>c</%doc>"),
            ("a\n  % for x in y:\n", 2, "% for x in y:"),
            ("\n\n${message.title()} ${x}\n", 3, "${message.title()} ${x}"),
            ("${message", 1, "${message"),
            ("${'}'}", 1, "${'}'}"),
            ("a\r## b\n", 1, "## b"),
        ] {
            let code = code.to_owned();
            assert_eq!(text(source), Unrendered::Code { line, code }.to_string(), "{source:?}");
        }
        for source in ["# coding: latin-1\n", "# coding: utf-8", "# coding:\n"] {
            assert_eq!(text(source), Unrendered::Encoding.to_string());
        }
        assert_eq!(pieces(b"\xe9"), Err(Unrendered::Encoding));
    }
}
