//! Edits that change the elements of a tuple, list or set.
//!
//! Elements follow the existing layout: if each has its own line, so does an added one, and the line of a
//! removed one is removed. Comments between elements are kept.

use super::alignment::{Alignment, Fate};
use super::edit::Edit;
use super::literal::literal;
use super::sequence::{Item, Sequence, end_of_line};
use crate::text::Span;

/// The bytes that separate two words of a line.
const BLANKS: &[u8] = b" \t\x0c";

/// A sequence and the source that it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements<'a> {
    pub(super) source: &'a [u8],
    pub(super) sequence: &'a Sequence,
    /// The quote of added strings.
    pub(super) quote: u8,
}

impl Elements<'_> {
    /// Returns the edits that add and remove elements; exchanges are not included.
    pub(super) fn edits(&self, alignment: &Alignment<'_>) -> Vec<Edit> {
        let items = &self.sequence.items;
        let mut edits = self.removals(&alignment.fates);
        for (place, ids) in &alignment.added {
            match (place, items.first()) {
                (Some(place), _) => edits.extend(self.behind(&items[*place], ids)),
                (None, Some(first)) => edits.push(self.in_front(first, ids)),
                (None, None) => edits.extend(self.in_empty(ids)),
            }
        }
        edits
    }

    fn in_empty(&self, ids: &[&str]) -> Option<Edit> {
        let open = self.sequence.brackets.as_ref()?.start + 1;
        let comma = if ids.len() == 1 && self.sequence.is_tuple { "," } else { "" };
        Some(insert(open, self.literals(ids).join(", ") + comma))
    }

    fn in_front(&self, first: &Item, ids: &[&str]) -> Edit {
        let separator = self.line_break(first).unwrap_or_else(|| " ".to_owned());
        let literals = self.literals(ids).into_iter();
        let text: String = literals.map(|literal| format!("{literal},{separator}")).collect();
        insert(first.span.start, text)
    }

    fn behind(&self, item: &Item, ids: &[&str]) -> Vec<Edit> {
        let literals = self.literals(ids);
        let end = item.span.end;
        let line_end = self.bare_line_end(item.end());
        match (self.line_break(item), line_end, item.comma) {
            (Some(line_break), Some(line_end), Some(_)) => {
                let lines = literals.iter().map(|literal| format!("{line_break}{literal},"));
                vec![insert(line_end, lines.collect::<String>())]
            }
            (Some(line_break), line_end, None) => {
                let lines = line_break.clone() + &literals.join(&format!(",{line_break}"));
                match line_end.filter(|line_end| *line_end > end) {
                    Some(line_end) => vec![insert(end, ","), insert(line_end, lines)],
                    None => vec![insert(end, format!(",{lines}"))],
                }
            }
            (_, _, Some(comma)) if self.sequence.is_tuple && self.sequence.items.len() == 1 => {
                vec![insert(comma + 1, format!(" {}", literals.join(", ")))]
            }
            (_, _, _) => vec![insert(end, format!(", {}", literals.join(", ")))],
        }
    }

    fn removals(&self, fates: &[Fate<'_>]) -> Vec<Edit> {
        let items = &self.sequence.items;
        let left: Vec<usize> =
            (0..items.len()).filter(|place| fates[*place] != Fate::Removed).collect();
        let mut edits = Vec::new();
        let mut place = 0;
        while place < items.len() {
            let start = place;
            place += 1;
            if fates[start] != Fate::Removed {
                continue;
            }
            while place < items.len() && fates[place] == Fate::Removed && self.are_joined(place) {
                place += 1;
            }
            let is_behind_one = left.contains(&(start.wrapping_sub(1)));
            let run = &items[start..place];
            let span = match start.checked_sub(1).filter(|_| is_behind_one && place == items.len())
            {
                Some(before) => self.last(&items[before], run, left.len()),
                None => self.run(run),
            };
            edits.push(Edit { span: (span.start, span.end), text: Vec::new() });
        }
        let [only] = left[..] else { return edits };
        if self.sequence.is_tuple && items[only].comma.is_none() {
            edits.push(insert(items[only].span.end, ","));
        }
        edits
    }

    /// Returns whether only blanks separate an element from the previous one.
    fn are_joined(&self, place: usize) -> bool {
        let [before, item] = [place - 1, place].map(|place| &self.sequence.items[place]);
        self.source[before.end()..item.span.start].iter().all(|byte| BLANKS.contains(byte))
    }

    /// Returns the bytes to delete to remove the last elements, after one that is kept.
    fn last(&self, before: &Item, run: &[Item], left: usize) -> Span {
        let (first, last) = (&run[0], &run[run.len() - 1]);
        let between = &self.source[before.end()..first.span.start];
        let has_comment = self.line_break(first).is_some() && self.next(last.end()) == Some(b'#');
        if last.comma.is_some() || between.contains(&b'#') || has_comment {
            return self.run(run);
        }
        let needs_comma = self.sequence.is_tuple && left == 1;
        let comma_goes = before.span.end..last.span.end;
        let comma_stays = before.end()..last.span.end;
        self.whole_lines(run).unwrap_or(if needs_comma { comma_stays } else { comma_goes })
    }

    /// Returns the bytes to delete to remove elements within one line.
    fn run(&self, run: &[Item]) -> Span {
        let (start, end) = (run[0].span.start, run[run.len() - 1].end());
        let behind = end + count_blanks(self.source[end..].iter());
        let is_followed = self.sequence.items.iter().any(|item| item.span.start == behind);
        let before = start - count_blanks(self.source[..start].iter().rev());
        self.whole_lines(run).unwrap_or_else(|| {
            if is_followed || self.line_break(&run[0]).is_some() {
                start..behind
            } else {
                before..end
            }
        })
    }

    /// Returns the lines of elements that have their own lines.
    fn whole_lines(&self, run: &[Item]) -> Option<Span> {
        self.line_break(&run[0])?;
        let (start, end) = (run[0].span.start, run[run.len() - 1].end());
        let behind = end + count_blanks(self.source[end..].iter());
        let ending = match &self.source[behind..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return None,
        };
        Some(start - count_blanks(self.source[..start].iter().rev())..behind + ending)
    }

    /// Returns the byte after the blanks at an offset.
    fn next(&self, at: usize) -> Option<u8> {
        self.source.get(at + count_blanks(self.source[at..].iter())).copied()
    }

    /// Returns the line ending and the indentation before an element that starts a line.
    fn line_break(&self, item: &Item) -> Option<String> {
        // Without brackets a line that begins with an element is none to Python.
        let within = self.sequence.brackets.as_ref()?.start;
        let before = &self.source[within..item.span.start];
        let margin = before.len() - count_blanks(before.iter().rev());
        let ending = match before[..margin] {
            [.., b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => return None,
        };
        let text = &before[margin - ending..];
        Some(text.iter().map(|byte| char::from(*byte)).collect())
    }

    /// Returns the end of a line if only a comment follows an offset.
    fn bare_line_end(&self, at: usize) -> Option<usize> {
        let rest = at + count_blanks(self.source[at..].iter());
        let is_bare = matches!(self.source.get(rest), Some(b'\r' | b'\n' | b'#'));
        is_bare.then(|| end_of_line(self.source, rest))
    }

    fn literals(&self, ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| literal(id, self.quote)).collect()
    }
}

fn insert(at: usize, text: impl Into<String>) -> Edit {
    Edit::replace(&(at..at), text.into())
}

fn count_blanks<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|byte| BLANKS.contains(byte)).count()
}
