//! Bounds how deep a syntax tree can get before any parser sees the source.
//!
//! A parser descends, and a tree is dropped, by recursion: a million `-` in a row would overflow the
//! stack and abort the process. The bound counts too much rather than too little.

use super::Fault;
use super::lexer::{Kind, Piece, Pieces};

/// How many brackets CPython's tokenizer lets one open (`MAXLEVEL`).
const MAX_BRACKETS: usize = 200;
/// How many indentations CPython's tokenizer lets one open (`MAXINDENT`).
const MAX_INDENTS: usize = 100;
/// How many operators, calls, attributes and the like may stand between two commas.
///
/// At this depth an unoptimised build needs 1.4 MB of stack, and a test thread has 2.
const MAX_DEPTH: usize = 1000;
/// How many operators need the stack that one open bracket does.
const BRACKET: usize = 3;

/// Returns why `text` is nested too deeply to be parsed, if it is.
pub(super) fn check(text: &str) -> Option<Fault> {
    let mut depth = Depth { levels: vec![Level::default()], sum: 0, indents: vec![0] };
    let mut line = Some(0);
    for piece in Pieces::new(text) {
        match piece.kind {
            Kind::Newline => line = Some(piece.end),
            Kind::Comment => continue,
            Kind::Word
            | Kind::Text
            | Kind::Open
            | Kind::Field
            | Kind::Close
            | Kind::Operator
            | Kind::Broken => {
                if let Some(start) = line.take() {
                    depth.indent(&text[start..piece.start]);
                }
            }
        }
        depth.take(text, &piece);
        if let Some(limit) = depth.exceeded() {
            return Some(Fault {
                message: format!("the code is nested deeper than {limit}"),
                span: piece.start..piece.end,
            });
        }
    }
    None
}

struct Depth {
    /// One for each open bracket, and one for the statement.
    levels: Vec<Level>,
    /// The counts of all levels together.
    sum: usize,
    indents: Vec<usize>,
}

/// What a bracket holds since its last comma.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    count: usize,
    /// Parameter lists of `lambda` that are open: their commas end no expression.
    parameters: usize,
}

impl Depth {
    fn take(&mut self, text: &str, piece: &Piece) {
        match piece.kind {
            Kind::Open => {
                self.count();
                self.levels.push(Level::default());
            }
            Kind::Field => self.levels.push(Level::default()),
            Kind::Close => {
                if self.levels.len() > 1 {
                    self.reset();
                    self.levels.pop();
                }
            }
            Kind::Newline => self.reset(),
            Kind::Word => self.word(&text[piece.start..piece.end]),
            Kind::Operator => self.operator(text.as_bytes()[piece.start]),
            Kind::Text | Kind::Comment | Kind::Broken => {}
        }
    }

    fn word(&mut self, word: &str) {
        match word {
            "lambda" => {
                self.count();
                self.level().parameters += 1;
            }
            "not" | "if" | "else" | "elif" | "and" | "or" | "await" | "in" | "is" | "for"
            | "async" | "yield" | "from" => self.count(),
            // `1if x` is a number and a keyword.
            _ if is_number_and_more(word) => self.count(),
            _ => {}
        }
    }

    fn operator(&mut self, byte: u8) {
        match byte {
            b',' if self.level().parameters > 0 => {}
            b',' | b';' => self.reset(),
            b':' => {
                let level = self.level();
                level.parameters = level.parameters.saturating_sub(1);
            }
            b'=' => {}
            _ => self.count(),
        }
    }

    fn indent(&mut self, blank: &str) {
        let width = blank.len();
        while self.indents.last().is_some_and(|last| *last > width) {
            self.indents.pop();
        }
        if self.indents.last() != Some(&width) {
            self.indents.push(width);
        }
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn count(&mut self) {
        self.level().count += 1;
        self.sum += 1;
    }

    fn reset(&mut self) {
        self.sum -= self.level().count;
        *self.level() = Level::default();
    }

    fn exceeded(&self) -> Option<usize> {
        if self.levels.len() > MAX_BRACKETS + 1 {
            Some(MAX_BRACKETS)
        } else if self.indents.len() > MAX_INDENTS + 1 {
            Some(MAX_INDENTS)
        } else if self.sum + BRACKET * (self.levels.len() - 1) > MAX_DEPTH {
            Some(MAX_DEPTH)
        } else {
            None
        }
    }
}

fn is_number_and_more(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_overflow_a_stack_is_refused() {
        for hostile in [
            "-",
            "not ",
            "1+",
            "a.b",
            "[",
            "f(",
            "()",
            "1 if x else ",
            "lambda a, b: ",
            "lambda a=",
            "await ",
            "x or ",
            "f'{",
            "2**",
            "1if 1else ",
        ] {
            let text = format!("x = {}1", hostile.repeat(5000));
            assert!(check(&text).is_some(), "{hostile}");
        }
        let blocks: String =
            (0..200).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert!(check(&blocks).is_some());
    }

    #[test]
    fn what_is_only_long_is_not() {
        for long in ["-1, ", "(1, 2), ", "a.b(c), ", "{'a': -1.5}, ", "'a' ", "lambda x: -x, "] {
            let text = format!("x = [{}]", long.repeat(100_000));
            assert_eq!(check(&text), None, "{long}");
        }
        assert_eq!(check(&format!("x = f'{}'", "{a:b}".repeat(5000))), None);
        let text = format!("x = {}1", "'a' + ".repeat(900));
        assert_eq!(check(&text), None);
        assert_eq!(check(&"x = -1\n".repeat(100_000)), None);
        assert_eq!(check(&"if x:\n  y\nelif z:\n  y\n".repeat(10_000)), None);
    }
}
