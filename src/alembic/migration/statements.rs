//! Cuts a module into its top-level statements and tells which of them could matter.

use super::interpret::{GETATTR, NAMES};
use super::lexer::{Kind, Piece, Pieces};
use super::namespace::{self, Way};
use crate::text::Span;

/// A top-level logical line with the block and the clauses that belong to it.
///
/// Simple statements that share a line are one unit, and so are a definition and its decorators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) span: Span,
    pub(super) role: Role,
    /// Whether it mentions a word that can bear on the four names.
    pub(super) interesting: bool,
}

/// What running a unit runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// All of it.
    Code,
    /// A function, by the bytes of its name: at first, none of its body.
    Definition(Span),
}

/// The units of a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) units: Vec<Unit>,
    /// Whether a string or bracket never ends.
    pub(super) broken: bool,
}

/// As many units as a migration usually has.
const USUAL_UNITS: usize = 16;

/// Cuts a module.
pub(super) fn cut(text: &str) -> Cut {
    Cutter::new(text, text.is_ascii()).cut()
}

struct Cutter<'a> {
    text: &'a str,
    is_ascii: bool,
    cut: Cut,
    open: Option<Open>,
    /// The start of the line while nothing on it has been seen.
    line: Option<usize>,
}

/// A unit that is being read.
struct Open {
    start: usize,
    end: usize,
    definition: Definition,
    interest: Interest,
    is_odd: bool,
}

enum Definition {
    No,
    /// Decorators so far.
    Awaited,
    /// `async` was the last word.
    Async,
    /// `def` was the last word.
    Unnamed,
    Named(Span),
}

impl Cutter<'_> {
    fn new(text: &str, is_ascii: bool) -> Cutter<'_> {
        let cut = Cut { units: Vec::with_capacity(USUAL_UNITS), broken: false };
        Cutter { text, is_ascii, cut, open: None, line: Some(0) }
    }

    fn cut(mut self) -> Cut {
        let mut pieces = Pieces::new(self.text);
        loop {
            self.skip(&mut pieces);
            let Some(piece) = pieces.next() else { break };
            self.take(piece);
        }
        self.close();
        self.cut
    }

    /// Steps over pieces of which nothing would be noted but where they end.
    #[inline]
    fn skip(&mut self, pieces: &mut Pieces<'_>) {
        let Some(open) = &mut self.open else { return };
        if !self.is_ascii || self.line.is_some() || open.definition.is_begun() {
            return;
        }
        if let Some(end) = pieces.skip(|word| !may_matter(word)) {
            open.end = end;
        }
    }

    fn take(&mut self, piece: Piece) {
        match piece.kind {
            Kind::Comment => return,
            Kind::Newline => {
                self.line = Some(piece.end);
                return;
            }
            Kind::Broken => self.cut.broken = true,
            Kind::Word | Kind::Text | Kind::Open | Kind::Field | Kind::Close | Kind::Operator => {}
        }
        let at_margin = match self.line.take() {
            Some(line) => self.start_line(line, piece),
            None => false,
        };
        let Some(open) = &mut self.open else { return };
        open.end = piece.end;
        let word = &self.text[piece.start..piece.end];
        if piece.kind == Kind::Text && namespace::is_named_by(word) {
            open.interest = Interest::Reach;
        }
        if piece.kind != Kind::Word {
            return;
        }
        if at_margin || open.definition.is_begun() {
            open.note_definition(word, at_margin, &piece);
        }
        if self.is_ascii && !may_matter(word.as_bytes()) {
            return;
        }
        let interest = match Interest::of(word) {
            Interest::None => return,
            Interest::Import if !imports_everything(&self.text[piece.end..]) => return,
            interest => interest,
        };
        let can_be_attribute = match namespace::way(word) {
            Some(Way::Function | Way::Scope) => true,
            Some(Way::Everywhere | Way::Importer | Way::Modules) => false,
            None => interest == Interest::Name,
        };
        let is_attribute = can_be_attribute && self.text[..piece.start].ends_with('.');
        if !is_attribute {
            open.interest = open.interest.max(interest);
        }
    }

    /// Opens a unit where the line does not belong to the last one; tells whether it starts at the margin.
    fn start_line(&mut self, line: usize, piece: Piece) -> bool {
        let before = &self.text[line..piece.start];
        // The quote that opens an f-string is not a token of its own.
        let quote = before.trim_start_matches([' ', '\t', '\x0c', '\\', '\r', '\n']);
        let start = piece.start - quote.len();
        // A form feed starts the column anew; a backslash at the margin joins what follows to it.
        let blank = self.text[line..start].rsplit('\x0c').next().unwrap_or_default();
        let indented = !blank.is_empty() && !blank.starts_with('\\');
        if indented && self.open.is_some() {
            return false;
        }
        let word = &self.text[piece.start..piece.end];
        let joins = match &self.open {
            None => false,
            Some(open) => match open.definition {
                Definition::Awaited => matches!(word, "@" | "def" | "class" | "async"),
                Definition::No => matches!(word, "elif" | "else" | "except" | "finally"),
                Definition::Async | Definition::Unnamed | Definition::Named(_) => false,
            },
        };
        if !joins {
            self.close();
            self.open = Some(Open {
                start: if indented { line } else { start },
                end: piece.end,
                definition: if word == "@" { Definition::Awaited } else { Definition::No },
                interest: Interest::None,
                is_odd: indented || quote.is_empty() && !can_start(self.text, &piece),
            });
        }
        true
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let role = match open.definition {
            Definition::Named(name) => Role::Definition(name),
            Definition::No | Definition::Awaited | Definition::Async | Definition::Unnamed => {
                Role::Code
            }
        };
        self.cut.units.push(Unit {
            span: open.start..open.end,
            role,
            interesting: open.interest != Interest::None || open.is_odd,
        });
    }
}

impl Definition {
    /// Returns whether the next word counts wherever it stands.
    fn is_begun(&self) -> bool {
        matches!(self, Definition::Async | Definition::Unnamed)
    }
}

impl Open {
    fn note_definition(&mut self, word: &str, at_margin: bool, piece: &Piece) {
        self.definition = match (&self.definition, word) {
            (Definition::Unnamed, _) => Definition::Named(piece.start..piece.end),
            (Definition::Async, "def") => Definition::Unnamed,
            (Definition::No | Definition::Awaited, "def") if at_margin => Definition::Unnamed,
            (Definition::Awaited, "class") if at_margin => Definition::No,
            (Definition::No | Definition::Awaited, "async") if at_margin => Definition::Async,
            _ => return,
        };
    }
}

/// How a word can bear on the four names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Interest {
    None,
    /// `import`, if a `*` follows.
    Import,
    /// One of the names.
    Name,
    /// A way to the namespace of the module.
    Reach,
}

impl Interest {
    fn of(word: &str) -> Interest {
        match word {
            "revision" | "down_revision" | "branch_labels" | "depends_on" | GETATTR => {
                Interest::Name
            }
            "import" => Interest::Import,
            // Python compares names after NFKC, so this could be any of these.
            _ if !word.is_ascii() => Interest::Name,
            _ if namespace::way(word).is_some() => Interest::Reach,
            _ => Interest::None,
        }
    }
}

/// For each first letter of the words that bear on the names, a bit for each of their lengths.
static LENGTHS: [u32; 128] = {
    let mut lengths = [0; 128];
    let [one, two, three, four, five] = namespace::words();
    let lists: [&[&str]; 7] = [&NAMES, &[GETATTR, "import"], one, two, three, four, five];
    let mut list = 0;
    while list < lists.len() {
        let mut word = 0;
        while word < lists[list].len() {
            let bytes = lists[list][word].as_bytes();
            lengths[bytes[0] as usize] |= 1 << bytes.len();
            word += 1;
        }
        list += 1;
    }
    lengths
};

/// Returns whether a word of ASCII can be one that bears on the names, by its length and first letter.
#[inline]
fn may_matter(word: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or_default();
    let lengths = LENGTHS.get(usize::from(first)).copied().unwrap_or_default();
    word.len() < u32::BITS as usize && lengths >> word.len() & 1 == 1
}

fn imports_everything(behind: &str) -> bool {
    behind.trim_start_matches([' ', '\t', '\x0c', '\\', '\r', '\n']).starts_with('*')
}

/// Returns whether a statement can start like this; what cannot is parsed for its fault.
fn can_start(text: &str, piece: &Piece) -> bool {
    match piece.kind {
        Kind::Word | Kind::Text | Kind::Open => true,
        Kind::Operator => text[piece.start..].starts_with(['@', '-', '+', '~', '*', '.']),
        Kind::Field | Kind::Close | Kind::Comment | Kind::Newline | Kind::Broken => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARTS: &[&str] = &[
        "revision",
        "x",
        "x.",
        " = ",
        "exec",
        "evil",
        "import",
        " *",
        "async ",
        "def ",
        "class ",
        "@",
        "f",
        "rb",
        "'",
        "\"",
        "'''",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "#",
        "\\",
        "\n",
        "\r\n",
        "\r",
        "  ",
        "\t",
        "\x0c",
        "globals()",
        "else",
        "if ",
        "!",
        "é",
        "op.create_table('t', sa.Column())\n",
    ];

    /// One line a unit: `*` where it is interesting, the name where it is a definition.
    fn units(text: &str) -> Vec<String> {
        let show = |unit: &Unit| {
            let mark = if unit.interesting { "*" } else { "" };
            let name = match &unit.role {
                Role::Code => "",
                Role::Definition(name) => &text[name.clone()],
            };
            format!("{mark}{name}:{}", &text[unit.span.clone()])
        };
        cut(text).units.iter().map(show).collect()
    }

    #[test]
    fn a_unit_is_a_statement_with_all_that_belongs_to_it() {
        assert_eq!(
            units("'doc'\n\nx = (\n1)  # c\nif x:\n  y\n# c\nelse:\n  z\n\nw; v\n"),
            [":'doc'", ":x = (\n1)", ":if x:\n  y\n# c\nelse:\n  z", ":w; v"]
        );
        assert_eq!(
            units("@a\n@b(1)\ndef c():\n\td\nasync def e(): f\nclass G: pass\r\rh"),
            ["c:@a\n@b(1)\ndef c():\n\td", "e:async def e(): f", ":class G: pass", ":h"]
        );
        assert_eq!(
            units(
                "def f(): x\nf'{y}'\nrf\"\"\"\n\x0c{z}\"\"\"\n\\\nf'' # c\nif x:\n  f'{y}'\nf'z'"
            ),
            [
                "f:def f(): x",
                ":f'{y}'",
                ":rf\"\"\"\n\x0c{z}\"\"\"",
                ":f''",
                ":if x:\n  f'{y}'",
                ":f'z'"
            ]
        );
        assert_eq!(units(""), [""; 0]);
        assert_eq!(units("\n # c\n\x0c\n"), [""; 0]);
    }

    #[test]
    fn a_form_feed_or_a_backslash_is_no_indent() {
        assert_eq!(units("a\n\x0cb\n  \x0cc\n\\\n  d"), [":a", ":b", ":c", ":d"]);
        assert_eq!(units("  a\nb"), ["*:  a", ":b"]);
    }

    #[test]
    fn every_word_that_bears_on_the_names_may_matter() {
        let names = NAMES.into_iter().chain([GETATTR, "import"]);
        for word in names.chain(namespace::words().into_iter().flatten().copied()) {
            assert!(Interest::of(word) != Interest::None && may_matter(word.as_bytes()), "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_stepped_over_makes_no_difference(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..24),
        ) {
            let text = parts.concat();
            prop_assert_eq!(cut(&text), Cutter::new(&text, false).cut(), "{}", text);
        }
    }

    #[test]
    fn words_that_bear_on_the_names_are_interesting() {
        assert_eq!(
            units(
                "revision = 1\n'revision'\nx.revision\n# revision\nfrom a import b\nfrom a import *"
            ),
            [
                "*:revision = 1",
                ":'revision'",
                ":x.revision",
                ":from a import b",
                "*:from a import *"
            ]
        );
        assert_eq!(
            units(
                "def f():\n x.exec(y)\ndef g(): globals()\nexec(x)\né = 1\n<<<<<<< HEAD\n=======\n"
            ),
            [
                "f:def f():\n x.exec(y)",
                "*g:def g(): globals()",
                "*:exec(x)",
                "*:é = 1",
                "*:<<<<<<< HEAD",
                "*:======="
            ]
        );
    }
}
