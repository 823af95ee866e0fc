//! Finds out whether a source that no supported Python loads is valid Python 2.

use super::lexer::{Kind, Piece, Pieces};
use super::{nesting, python};

/// How many columns Python 2 takes a tab for.
const TAB: usize = 8;

/// Returns whether code is valid Python after its Python 2 statements, numbers and operators are
/// modernized.
pub(super) fn is_valid(code: &str) -> bool {
    let ported = ported(code);
    ported != code && nesting::check(&ported).is_none() && python::refusal(&ported).is_none()
}

/// Replaces Python 2 syntax with syntax of Python 3.
fn ported(code: &str) -> String {
    let pieces: Vec<Piece> = Pieces::new(code).collect();
    let text = |place: usize| pieces.get(place).map_or("", |piece| &code[piece.start..piece.end]);
    let mut ported = String::with_capacity(code.len());
    let (mut written, mut depth, mut is_quoted) = (0, 0_usize, false);
    let mut starts = true;
    let mut place = 0;
    while let Some(piece) = pieces.get(place) {
        ported.push_str(&without_tabs(&code[written..piece.start], ported.ends_with('\n')));
        written = piece.end;
        let is_alone = matches!(text(place + 1), "" | "\n" | "\r\n" | "\r" | ";");
        match (piece.kind, text(place)) {
            (Kind::Word, "print" | "exec" | "raise") if starts && is_alone => {
                ported.push_str("pass");
            }
            (Kind::Word, word @ ("print" | "exec" | "raise")) if starts => {
                ported.push_str("_ =");
                if word == "print" && text(place + 1) == ">" && text(place + 2) == ">" {
                    place += 2;
                    written = pieces[place].end;
                }
            }
            (Kind::Word, word) => ported.push_str(&number(word)),
            (Kind::Text, literal) => {
                ported.push_str(literal.strip_prefix(['u', 'U']).unwrap_or(literal));
            }
            (Kind::Operator, "<") if code[piece.end..].starts_with('>') => {
                ported.push_str("!=");
                place += 1;
                written = piece.end + 1;
            }
            (Kind::Operator, "`") => {
                ported.push(if is_quoted { ')' } else { '(' });
                is_quoted = !is_quoted;
            }
            (_, other) => ported.push_str(other),
        }
        match piece.kind {
            Kind::Open | Kind::Field => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        starts = match piece.kind {
            Kind::Newline => true,
            Kind::Comment => starts,
            _ => depth == 0 && matches!(text(place), ":" | ";"),
        };
        place += 1;
    }
    ported.push_str(&code[written..]);
    ported
}

/// Formats a number without Python 2 prefixes and suffixes: `0777`, `10L`.
fn number(word: &str) -> String {
    let digits = word.trim_end_matches(['l', 'L']);
    let is_octal = digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if !word.starts_with(|character: char| character.is_ascii_digit()) {
        word.to_owned()
    } else if is_octal {
        format!("0o{digits}")
    } else {
        digits.to_owned()
    }
}

fn without_tabs(blank: &str, is_indent: bool) -> String {
    if !is_indent || !blank.contains('\t') {
        return blank.to_owned();
    }
    let mut spaces = String::new();
    for character in blank.chars() {
        match character {
            '\t' => spaces.push_str(&" ".repeat(TAB - spaces.len() % TAB)),
            other => spaces.push(other),
        }
    }
    spaces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_2_is_told_from_what_is_no_python() {
        for code in [
            "print 'x'",
            "print >>f, 'x',\nprint 'y'",
            "if x: print 'x' % y; print",
            "def f():\n    print 'x', \\\n        y  # z\n    return",
            "exec 'x' in y",
            "raise ValueError, 'x'",
            "x = 0777 + 10L + 0x1FL",
            "if a <> b: pass",
            "x = `a` + `b`",
            "x = ur'\\d'",
            "if x:\n        a\n\tb",
            "try:\n    print 'x'\nexcept (A, B), e:\n    raise",
        ] {
            assert!(python::refusal(code).is_some(), "{code}");
            assert!(is_valid(code), "{code}: {}", ported(code));
        }
        for code in [
            "print 'x",
            "print 'x'\n<<<<<<< HEAD\n",
            "def f(:\n    print 'x'",
            "x = = 1",
            "x = 0o8",
        ] {
            assert!(!is_valid(code), "{code}");
        }
    }
}
