//! A sanitized copy of the few lines of a file that a report quotes.
//!
//! The file may be a megabyte in one line, contain escape sequences or be binary. The copy is short and
//! printable, has `\n` as its only line ending, and maps the marked bytes to their new places.

use std::ops::Range;

use crate::text::{Escaped, Span, position};

/// Only the first line of a mark with more lines than this is shown.
const MARKED_LINES: usize = 6;
/// Marks at most this many lines apart share a window.
const NEAR_LINES: usize = 4;
/// A line with more bytes than this is cut around its marks.
const LONG_LINE: usize = 400;
/// The number of bytes that are kept on each side of the marks of a cut line, and of the mark itself.
const KEPT_BYTES: usize = 120;
const CUT: &str = "...";

/// Consecutive lines, ready to print.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The number of the first line, from 1.
    pub(super) line_start: usize,
    /// The lines.
    pub(super) text: String,
    /// The marks, in source order.
    pub(super) marks: Vec<Mark>,
}

/// A marked range in a [`Window`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The index of the requested span.
    pub(super) index: usize,
    /// The byte range in the window's text.
    pub(super) range: Range<usize>,
    /// The line in the file, from 1.
    pub(super) line: usize,
    /// The column in the file, in characters from 1.
    pub(super) column: usize,
    /// The column in the window's text, in characters from 1.
    pub(super) shown_column: usize,
}

/// Copies the lines that `spans` touch. A span beyond the end of the file marks its end.
pub(super) fn quote(source: &[u8], spans: &[Span]) -> Vec<Window> {
    let lines = lines(source);
    let mut wanted: Vec<Wanted> = spans
        .iter()
        .enumerate()
        .map(|(index, span)| Wanted::new(index, span, source.len(), &lines))
        .collect();
    wanted.sort_by_key(|wanted| (wanted.span.start, wanted.index));
    wanted
        .chunk_by(|one, next| next.lines.start < one.lines.end + NEAR_LINES)
        .map(|group| copy(source, &lines, group))
        .collect()
}

struct Wanted {
    index: usize,
    span: Span,
    lines: Range<usize>,
}

impl Wanted {
    fn new(index: usize, span: &Span, length: usize, lines: &[Span]) -> Wanted {
        let start = span.start.min(length);
        let mut end = span.end.clamp(start, length);
        let first = line_of(lines, start);
        let mut last = line_of(lines, end.saturating_sub(1).max(start));
        if last - first >= MARKED_LINES {
            last = first;
            end = lines[first].end.max(start);
        }
        Wanted { index, span: start..end, lines: first..last + 1 }
    }
}

/// Returns the byte range of every line without its line ending. There is always at least one line.
fn lines(source: &[u8]) -> Vec<Span> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut index = 0;
    while index < source.len() {
        let ending = match (source[index], source.get(index + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => 0,
        };
        if ending > 0 {
            lines.push(start..index);
            start = index + ending;
        }
        index += ending.max(1);
    }
    lines.push(start..source.len());
    lines
}

fn line_of(lines: &[Span], offset: usize) -> usize {
    lines.partition_point(|line| line.start <= offset).saturating_sub(1)
}

fn copy(source: &[u8], lines: &[Span], group: &[Wanted]) -> Window {
    let first = group.iter().map(|wanted| wanted.lines.start).min();
    let last = group.iter().map(|wanted| wanted.lines.end).max();
    let (first, last) = (first.unwrap_or(0), last.unwrap_or(1));
    let mut copy = Copy::default();
    for line in &lines[first..last] {
        copy.line(source, line, &kept(source, line, group));
    }
    copy.text.pop();
    let marks = group
        .iter()
        .map(|wanted| {
            let range = copy.range(&wanted.span);
            let place = position(source, wanted.span.start);
            let line_start = copy.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            Mark {
                index: wanted.index,
                line: place.line,
                column: place.column,
                shown_column: copy.text[line_start..range.start].chars().count() + 1,
                range,
            }
        })
        .collect();
    Window { line_start: first + 1, text: copy.text, marks }
}

/// Chooses the part of a line to show.
fn kept(source: &[u8], line: &Span, group: &[Wanted]) -> Span {
    if line.len() <= LONG_LINE {
        return line.clone();
    }
    let marked = group
        .iter()
        .filter(|wanted| wanted.span.start <= line.end && wanted.span.end >= line.start);
    let from = marked.clone().map(|wanted| wanted.span.start.max(line.start)).min();
    let to = marked.map(|wanted| wanted.span.end.min(line.end)).max();
    let from = from.unwrap_or(line.start);
    let to = to.unwrap_or(from).min(from + KEPT_BYTES);
    let start = from.saturating_sub(KEPT_BYTES).max(line.start);
    let end = (to + KEPT_BYTES).min(line.end);
    character_start(source, start, line.end)..character_start(source, end, line.end)
}

/// Moves an offset that would split a character behind that character.
fn character_start(source: &[u8], offset: usize, end: usize) -> usize {
    let inside = |at: &usize| *at < end && source[*at] & 0b1100_0000 == 0b1000_0000;
    (offset..end).take(4).find(|at| !inside(at)).unwrap_or(offset)
}

/// Copied text, with the source offset and the text offset of every character.
#[derive(Default)]
struct Copy {
    text: String,
    places: Vec<(usize, usize)>,
}

impl Copy {
    fn line(&mut self, source: &[u8], line: &Span, kept: &Span) {
        if kept.start > line.start {
            self.text += CUT;
        }
        self.characters(&source[kept.clone()], kept.start);
        self.places.push((kept.end, self.text.len()));
        if kept.end < line.end {
            self.text += CUT;
        }
        self.places.push((line.end, self.text.len()));
        self.text.push('\n');
    }

    fn characters(&mut self, bytes: &[u8], mut offset: usize) {
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                self.places.push((offset, self.text.len()));
                match character {
                    '\t' => self.text.push(character),
                    _ => {
                        let mut buffer = [0; 4];
                        let encoded = character.encode_utf8(&mut buffer);
                        self.text += &Escaped(encoded.as_bytes()).to_string();
                    }
                }
                offset += character.len_utf8();
            }
            for byte in chunk.invalid() {
                self.places.push((offset, self.text.len()));
                self.text += &Escaped(&[*byte]).to_string();
                offset += 1;
            }
        }
    }

    /// Maps source bytes to the text. Bytes that were cut map to the place of the cut.
    fn range(&self, span: &Span) -> Range<usize> {
        let before = self.places.partition_point(|(from, _)| *from <= span.start);
        let start = match before.checked_sub(1) {
            Some(index) => self.places[index].1,
            None => self.places.first().map_or(0, |place| place.1),
        };
        let behind = self.places.partition_point(|(from, _)| *from < span.end);
        let end = self.places.get(behind).map_or(self.text.len(), |place| place.1);
        start..end.clamp(start, self.text.len().max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(source: &[u8], span: Span) -> (usize, String, String) {
        let windows = quote(source, std::slice::from_ref(&span));
        let window = &windows[0];
        let marked = &window.text[window.marks[0].range.clone()];
        (window.line_start, window.text.clone(), marked.to_owned())
    }

    #[test]
    fn copies_a_line_of_any_ending() {
        let source = b"one\r\ntwo\rthree\nfour";
        assert_eq!(one(source, 5..8), (2, "two".into(), "two".into()));
        assert_eq!(one(source, 9..11), (3, "three".into(), "th".into()));
        assert_eq!(one(source, 16..17), (4, "four".into(), "o".into()));
        assert_eq!(one(source, 99..100), (4, "four".into(), "".into()));
        assert_eq!(one(b"", 0..0), (1, "".into(), "".into()));
    }

    #[test]
    fn escapes_and_moves_the_mark() {
        assert_eq!(
            one(b"\x1b[2J = '\xe9\xe2\x80\xae'", 7..12),
            (1, "\\u{1b}[2J = '\\xe9\\u{202e}'".into(), "'\\xe9\\u{202e}".into())
        );
    }

    #[test]
    fn far_marks_get_windows_of_their_own() {
        let source = "x\n".repeat(50);
        let windows = quote(source.as_bytes(), &[80..81, 0..1, 4..5]);
        let starts: Vec<usize> = windows.iter().map(|window| window.line_start).collect();
        assert_eq!(starts, [1, 41]);
        assert_eq!(windows[0].text, "x\nx\nx");
    }

    #[test]
    fn cuts_long_lines_around_the_mark() {
        let source = format!("{}MARK{}", "é".repeat(500), "b".repeat(1000));
        let (_, text, marked) = one(source.as_bytes(), 1000..1004);
        assert_eq!(marked, "MARK");
        assert!(text.starts_with("...é") && text.ends_with("b..."));
        assert!(text.len() < 300);
    }
}
