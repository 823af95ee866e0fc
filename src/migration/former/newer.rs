//! What code of newer syntax than RustPython's parser knows can do to the names of the module.
//!
//! There is no syntax tree to go by, so this judges by the words, and takes too much for a change rather
//! than too little. Code that writes down constants needs no newer syntax.

use super::effects::{Collector, Effect, Effects, On};
use super::namespace::{self, Way};
use super::pieces::{Kind, Piece, Pieces};
use super::python::{self, spelling};
use crate::text::Span;

const NEWER: &str = "it is in a statement of newer syntax than this reader knows";

/// Cuts a logical line into its statements; what has a block is one.
pub(super) fn statements(code: &str) -> Vec<Span> {
    let words = Words::new(code);
    if words.form() != Form::Line {
        return std::iter::once(0..code.len()).collect();
    }
    let mut spans = Vec::new();
    let mut start = None;
    let mut end = 0;
    for (piece, depth) in words.pieces.iter().zip(&words.depths) {
        if *depth == 0 && piece.kind == Kind::Operator && words.text(piece) == ";" {
            spans.extend(start.take().map(|start| start..end));
        } else if piece.kind != Kind::Comment {
            start = start.or(Some(piece.start));
            end = piece.end;
        }
    }
    spans.extend(start.map(|start| start..end));
    spans
}

/// Collects the effects of a statement on the names for which `wanted` holds.
pub(super) fn effects(text: &str, span: &Span, wanted: &dyn Fn(&str) -> bool) -> Effects {
    let words = Words::new(&text[span.clone()]);
    let scan = Scan { text, base: span.start, words: &words, wanted };
    match words.form() {
        Form::Line => scan.line(),
        Form::Block => scan.block(),
        Form::Definition { keyword } => scan.definition(keyword),
    }
}

/// How a statement is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Simple statements on one logical line.
    Line,
    /// A statement with a block.
    Block,
    /// A function or class, by its `def` or `class`.
    Definition { keyword: usize },
}

/// The pieces of a statement and how many brackets enclose each.
struct Words<'a> {
    code: &'a str,
    pieces: Vec<Piece>,
    depths: Vec<usize>,
}

impl<'a> Words<'a> {
    fn new(code: &'a str) -> Words<'a> {
        let pieces: Vec<Piece> = Pieces::new(code).collect();
        let mut depth: usize = 0;
        let depths = pieces.iter().map(|piece| match piece.kind {
            Kind::Open | Kind::Field => {
                depth += 1;
                depth - 1
            }
            Kind::Close => {
                depth = depth.saturating_sub(1);
                depth
            }
            _ => depth,
        });
        Words { code, depths: depths.collect(), pieces }
    }

    fn text(&self, piece: &Piece) -> &'a str {
        &self.code[piece.start..piece.end]
    }

    fn is(&self, place: Option<usize>, text: &str) -> bool {
        let piece = place.and_then(|place| self.pieces.get(place));
        piece.is_some_and(|piece| self.text(piece) == text)
    }

    fn form(&self) -> Form {
        let is_block = |word: &str| {
            matches!(word, "if" | "for" | "while" | "with" | "try" | "match" | "async" | "class")
        };
        let first = self.pieces.first().map_or("", |piece| self.text(piece));
        let starts_definition =
            matches!(first, "@" | "def" | "class") || first == "async" && self.is(Some(1), "def");
        let keyword = self.pieces.iter().position(|piece| {
            piece.kind == Kind::Word && matches!(self.text(piece), "def" | "class")
        });
        match keyword {
            Some(keyword) if starts_definition => Form::Definition { keyword },
            _ if is_block(first) && first != "match" => Form::Block,
            _ if self.pieces.iter().any(|piece| piece.kind == Kind::Newline) => Form::Block,
            _ => Form::Line,
        }
    }

    fn is_operator(&self, place: Option<usize>, byte: &str) -> bool {
        let piece = place.and_then(|place| self.pieces.get(place));
        piece.is_some_and(|piece| piece.kind == Kind::Operator && self.text(piece) == byte)
    }

    fn is_attribute(&self, place: usize) -> bool {
        self.is_operator(place.checked_sub(1), ".")
    }

    /// Tells whether `:=` follows.
    fn is_walrus(&self, place: usize) -> bool {
        self.is_operator(Some(place + 1), ":") && self.is_operator(Some(place + 2), "=")
    }

    /// Tells whether a piece is a way to the namespace of the module. `is_inner` is whether it stands in
    /// a function, whose names are not the module's.
    fn reaches(&self, place: usize, is_inner: bool) -> bool {
        let piece = &self.pieces[place];
        if piece.kind != Kind::Word {
            return piece.kind == Kind::Text && namespace::is_named_by(self.text(piece));
        }
        let before = |word: &str| self.is(place.checked_sub(1), word);
        let is_called = self.is(Some(place + 1), "(");
        let first = self.pieces.get(place + 2);
        match namespace::way(&spelling(self.text(piece))) {
            Some(Way::Everywhere) => true,
            Some(Way::Function) => !self.is_attribute(place),
            Some(Way::Scope) if self.is_attribute(place) => false,
            Some(Way::Scope) if self.is(Some(place + 2), ")") => !(is_called && is_inner),
            Some(Way::Scope) => {
                let is_given = is_called && !self.is(Some(place + 2), "*");
                !(is_given && spelling(self.text(piece)) == "vars")
            }
            Some(Way::Importer) if before("import") || before(",") => {
                self.is(Some(place + 1), "as")
            }
            Some(Way::Importer) => {
                let is_whole = [")", ","].iter().any(|end| self.is(Some(place + 3), end));
                !(is_called && is_whole && first.is_some_and(|first| first.kind == Kind::Text))
            }
            Some(Way::Modules) => self.is_attribute(place) || before("import") || before(","),
            None => false,
        }
    }

    /// Tells whether some of the code runs later than where it stands: a lambda, a generator.
    fn postpones(&self) -> bool {
        let mut words = self.pieces.iter().zip(&self.depths);
        words.any(|(piece, depth)| {
            let word = self.text(piece);
            piece.kind == Kind::Word && (word == "lambda" || word == "for" && *depth > 0)
        })
    }
}

struct Scan<'a> {
    text: &'a str,
    base: usize,
    words: &'a Words<'a>,
    wanted: &'a dyn Fn(&str) -> bool,
}

impl Scan<'_> {
    fn span(&self, place: usize) -> Span {
        let piece = &self.words.pieces[place];
        self.base + piece.start..self.base + piece.end
    }

    /// Collects from the words at `places`: all are used, those for which `binds` holds also bound.
    fn collect(
        &self,
        places: std::ops::Range<usize>,
        binds: impl Fn(usize) -> bool,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for place in places {
            let mut push = |on| effects.push(Effect { on, span: self.span(place), reason: NEWER });
            let piece = &self.words.pieces[place];
            let name = spelling(self.words.text(piece)).into_owned();
            if self.words.reaches(place, false) {
                push(On::Namespace);
            } else if piece.kind != Kind::Word {
            } else if name == "import" && self.words.is(Some(place + 1), "*") {
                push(On::Everything);
            } else if !self.words.is_attribute(place) && (self.wanted)(&name) {
                // `name[0] = 1` looks like a binding too, and changes the object.
                push(On::Object(name.clone()));
                if binds(place) {
                    push(On::Name(name));
                }
            }
        }
        effects
    }

    fn all(&self) -> std::ops::Range<usize> {
        0..self.words.pieces.len()
    }

    /// Any name that a block mentions may be bound there.
    fn block(&self) -> Effects {
        self.at_once(self.collect(self.all(), |_| true))
    }

    /// Takes effects for what happens here, and for what may happen later where code is postponed.
    fn at_once(&self, now: Vec<Effect>) -> Effects {
        let later = if self.words.postpones() { now.clone() } else { Vec::new() };
        let mut effects = Effects { now, deferred: Vec::new() };
        effects.defer(None, later);
        effects
    }

    /// A line binds what stands in front of its last `=`.
    fn line(&self) -> Effects {
        let words = self.words;
        let binds_all_along = ["import", "from", "del", "global", "type"];
        let is_assignment = |place: &usize| {
            words.depths[*place] == 0
                && words.is_operator(Some(*place), "=")
                && !words.is_operator(Some(*place + 1), "=")
                && !["=", "!"].iter().any(|byte| words.is_operator(place.checked_sub(1), byte))
        };
        let last = if binds_all_along.iter().any(|word| words.is(Some(0), word)) {
            words.pieces.len()
        } else {
            self.all().rev().find(is_assignment).unwrap_or(0)
        };
        self.at_once(self.collect(self.all(), |place| place < last || words.is_walrus(place)))
    }

    /// Reads the head of a definition by itself, and looks in its body for what leaves it.
    fn definition(&self, keyword: usize) -> Effects {
        let words = self.words;
        let name = keyword + 1;
        let colon = (keyword..words.pieces.len())
            .find(|place| words.depths[*place] == 0 && words.is_operator(Some(*place), ":"));
        let (Some(colon), true) = (colon, name < words.pieces.len()) else {
            return self.block();
        };
        let head = format!("{}pass", &words.code[..words.pieces[colon].end]);
        let mut effects = match python::parse(&head) {
            Some(statements) => {
                let mut collector = Collector::new(self.text, self.base, self.wanted);
                statements.iter().for_each(|statement| collector.statement(statement));
                collector.finish()
            }
            None => self
                .at_once(self.collect(0..colon, |place| place == name || words.is_walrus(place))),
        };
        let body = colon + 1..words.pieces.len();
        let is_class = words.is(Some(keyword), "class");
        if is_class {
            effects.now.extend(self.collect(body.clone(), |_| false));
        }
        let function = spelling(words.text(&words.pieces[name])).into_owned();
        let is_called_by_name = !is_class && !words.is(Some(0), "@");
        effects.defer(is_called_by_name.then_some(function), self.leaving(body));
        effects
    }

    /// Finds what a body declares `global`, and how it gets at the names of the module.
    fn leaving(&self, body: std::ops::Range<usize>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut is_global = false;
        for place in body {
            let piece = &self.words.pieces[place];
            let word = spelling(self.words.text(piece));
            match piece.kind {
                Kind::Newline => is_global = false,
                Kind::Operator if word == ";" => is_global = false,
                Kind::Word if word == "global" => is_global = true,
                Kind::Word if is_global && (self.wanted)(&word) => effects.push(Effect {
                    on: On::Name(word.into_owned()),
                    span: self.span(place),
                    reason: "a function that may run has it as a `global`",
                }),
                Kind::Word | Kind::Text if self.words.reaches(place, true) => {
                    effects.push(Effect {
                        on: On::Namespace,
                        span: self.span(place),
                        reason: "a function that may run reaches for the names of the module",
                    })
                }
                Kind::Word if (self.wanted)(&word) && !self.words.is_attribute(place) => effects
                    .push(Effect {
                        on: On::Object(word.into_owned()),
                        span: self.span(place),
                        reason: "a function that may run uses the object it names",
                    }),
                _ => {}
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(code: &str) -> Vec<String> {
        let effects = effects(code, &(0..code.len()), &|name| name.starts_with('w'));
        let show = |effect: &Effect, mark: &str| {
            let on = match &effect.on {
                On::Name(name) => format!("={name}"),
                On::Object(name) => name.clone(),
                On::Everything => "*".to_owned(),
                On::Namespace => "**".to_owned(),
            };
            format!("{mark}{on}")
        };
        let now = effects.now.iter().map(|effect| show(effect, ""));
        let later = effects.deferred.iter().flat_map(|deferred| {
            let mark = if deferred.function.is_none() { "!" } else { "?" };
            deferred.effects.iter().map(move |effect| show(effect, mark))
        });
        // What is bound is used as well.
        let mut seen: Vec<String> = now.chain(later).collect();
        for place in (1..seen.len()).rev() {
            if seen[place] == format!("={}", seen[place - 1]) {
                seen.remove(place - 1);
            }
        }
        seen
    }

    #[test]
    fn a_line_is_cut_into_its_statements_and_a_block_is_not() {
        let cut = |code: &str| -> Vec<String> {
            statements(code).into_iter().map(|span| code[span].to_owned()).collect()
        };
        assert_eq!(cut("a = f'{b['c;']}';  d = 1 ;e # f"), ["a = f'{b['c;']}'", "d = 1", "e"]);
        for whole in ["if a: b; c", "class A: b; c", "def f(): a; b", "a:\n b; c"] {
            assert_eq!(cut(whole), [whole]);
        }
    }

    #[test]
    fn a_line_binds_in_front_of_the_last_equals_sign() {
        assert_eq!(seen("w = wx, y.w = f'{wy['a']}'"), ["=w", "=wx", "wy"]);
        assert_eq!(seen("f(w=f'{wx['a']}', x=(wy := 1))"), ["w", "wx", "=wy"]);
        assert_eq!(seen("x == f'{w['a']}'"), ["w"]);
        assert_eq!(seen("del w[f'{x['a']}']"), ["=w"]);
        assert_eq!(seen("f'{globals()['a']}'; exec(x); x.exec"), ["**", "**"]);
        assert_eq!(seen("f'{vars(x)['a']}'; vars(); sys.modules; modules"), ["**", "**"]);
        assert_eq!(seen("vars; vars(*x); f(vars, locals)"), ["**", "**", "**", "**"]);
        assert_eq!(seen("i('__globals__'); x.f_locals; import builtins"), ["**", "**", "**"]);
        assert_eq!(seen("import_module('a'); import_module('a' + b)"), ["**"]);
        assert_eq!(seen("f = lambda: w.x(f'{x['a']}')"), ["w", "!w"]);
        assert_eq!(seen("f = (w := y for y in f'{x['a']}')"), ["=w", "!w", "!=w"]);
    }

    #[test]
    fn a_block_binds_whatever_it_mentions() {
        assert_eq!(seen("if x:\n  w.y(f'{x['wx']}')"), ["=w"]);
        assert_eq!(seen("try:\n  from x import *\nexcept A, B: x.w"), ["*"]);
    }

    #[test]
    fn a_definition_binds_its_name_and_what_leaves_its_body() {
        let body = ":\n  w = f'{x['a']}'\n  global wx, wy; wz\n  globals()\n";
        assert_eq!(
            seen(&format!("def w(wx=(wy := 1)){body}")),
            ["=w", "=wy", "?w", "?=wx", "?=wy", "?wz", "?**"]
        );
        assert_eq!(
            seen(&format!("@wz\ndef x(wx){body}")),
            ["wz", "!w", "!=wx", "!=wy", "!wz", "!**"]
        );
        assert_eq!(seen("async def f[T = int](w): pass"), ["w"]);
        assert_eq!(
            seen("class w(wx):\n  wy = f'{x['a']}'\n  global wz"),
            ["=w", "wx", "wy", "wz", "!wy", "!=wz"]
        );
    }
}
