//! Expressions, plain constants and others, as Python lets one write them.

use crate::support::random::Random;

/// What ids are made of here; nothing that an id may not hold.
const TEXTS: [&str; 12] =
    ["a", "b1", "c2", "ae1027a6acf", "x y", "é", "ﬁ", "A", "head_1", "€uro", "\u{e9}\u{9f}", ""];

/// What no reader needs to know, but may.
const ODD: &[&str] = &[
    "5",
    "0",
    "-1",
    "1.5",
    "True",
    "...",
    "b'a'",
    "f'a'",
    "f'{1}a'",
    "'a' 'b' f'c'",
    "'a' + f'b'",
    "str('a')",
    "str()",
    "tuple(['a'])",
    "list(('a',))",
    "set(['a'])",
    "frozenset({'a', 'b'})",
    "dict(a=1)",
    "''.join(['a', 'b'])",
    "'%s' % 'a'",
    "'%s_%s' % ('a', 'b')",
    "'{}'.format('a')",
    "' a '.strip()",
    "'a,b'.split(',')",
    "'a' * 2",
    "['a'] * 2",
    "'abc'[0]",
    "('a', 'b')[0]",
    "('a', 'b')[1:]",
    "{'a': 'b'}['a']",
    "{'a': 1}",
    "{}",
    "('a' if True else 'b')",
    "(None or 'a')",
    "('a' and 'b')",
    "(not 'a')",
    "'a' == 'b'",
    "(lambda: 'a')()",
    "lambda: 'a'",
    "[i for i in ('a', 'b')]",
    "{i for i in ('a',)}",
    "tuple(i for i in 'ab')",
    "('a', None)",
    "(None,)",
    "[None]",
    "{None}",
    "('a', ('b',))",
    "(('a', 'b'),)",
    "((),)",
    "[['a']]",
    "(*('a',), 'b')",
    "[*['a']]",
    "{*()}",
    "(*(),)",
    "'a' + 1",
    "None + 'a'",
    "('a',) + ['b']",
    "['a'] + ('b',)",
    "{'a'} | {'b'}",
    "__name__",
    "__file__",
    "undefined",
    "x.y",
    "op",
    "(y := 'a')",
    "'\\ud800'",
    "'\\udc00b'",
    "'\\777'",
    "'\\N{LINE FEED}'",
    "'a' 'b' b'c'",
    "1_000",
    "0x1f",
    "1j",
    "10 ** 2",
    "'a' < 'b' < 'c'",
    "print",
    "type",
    "{'a': 'b', **{}}",
    "__import__('os').sep",
    "id('a')",
    "'a'.__class__('b')",
    "(yield)",
    "await x",
    "*'ab'",
    "*('a', 'b'),",
    "'a' if 1 else 'b', 'c'",
    "u'a' + r'b' + 'c' * 1",
    "-'a'",
    "'a', None",
    "('a')('b')",
];

/// Returns any expression.
pub(super) fn any(random: &mut Random) -> String {
    if random.percent(40) { ODD[random.below(ODD.len())].to_owned() } else { enclosed(random) }
}

/// Returns a constant that has to be known, for the right side of an assignment alone.
pub(super) fn plain(random: &mut Random) -> String {
    match random.below(12) {
        0 => format!("{},", string(random)),
        1 => format!("{}, {}", string(random), string(random)),
        _ => enclosed(random),
    }
}

/// Returns a constant that has to be known, for any place.
pub(super) fn enclosed(random: &mut Random) -> String {
    match random.below(20) {
        0..=7 => string(random),
        8..=9 => "None".to_owned(),
        10 => ["None", "(None)", "(  # None\n  None)"][random.below(3)].to_owned(),
        11 => format!("({} + {})", string(random), string(random)),
        12 => format!("({}\n    {})", string(random), string(random)),
        13 => format!("({} + {})", sequence('(', random), sequence('(', random)),
        14 => format!("({} + {})", sequence('[', random), sequence('[', random)),
        15 => format!("({})", enclosed(random)),
        16 => sequence('{', random),
        17 => list(random),
        _ => sequence('(', random),
    }
}

/// Returns a list of strings.
pub(super) fn list(random: &mut Random) -> String {
    sequence('[', random)
}

/// What stands in front of the items of a sequence, between two of them and behind the last.
const LAYOUTS: &[[&str; 3]] = &[
    ["", ", ", ""],
    ["", ",", ""],
    ["", ",\n    ", ""],
    ["", ",  # 'no'\n", ""],
    ["\n    ", ",\n    ", "\n"],
    ["\n\t", ",  # 'no', \n\t", "  # no)\n"],
    ["  # caf\u{f7ff}\n  ", ",\n\n  # caf\u{f7ff}\n\x0c  ", "\n  # 'no',\n"],
    [" \\\n  ", "\\\n , ", " "],
    [" ", "  # 'no'\n  , ", "  "],
];

fn sequence(open: char, random: &mut Random) -> String {
    let count = random.below(4);
    let items: Vec<String> = (0..count).map(|_| item(random)).collect();
    let [start, separator, end] = LAYOUTS[random.below(LAYOUTS.len())];
    let comma = if count == 1 || count > 0 && random.percent(30) { "," } else { "" };
    let items = format!("{start}{}{comma}{end}", items.join(separator));
    match open {
        '(' => format!("({items})"),
        '[' => format!("[{items}]"),
        // Two braces are a dictionary.
        _ if count == 0 => "{'a'}".to_owned(),
        _ => format!("{{{items}}}"),
    }
}

fn item(random: &mut Random) -> String {
    match random.below(12) {
        0 => format!("({})", string(random)),
        1 => format!("(  # 'no'\n{} + {})", string(random), string(random)),
        2 => format!("{} + {}", string(random), string(random)),
        _ => string(random),
    }
}

/// Returns a string, perhaps of several literals.
pub(super) fn string(random: &mut Random) -> String {
    match random.below(10) {
        0 => format!("{} {}", literal(random), literal(random)),
        1 => format!("{}{}", quoted("'", "", "p"), quoted("\"", "", "q")),
        _ => literal(random),
    }
}

fn literal(random: &mut Random) -> String {
    let text = TEXTS[random.below(TEXTS.len())];
    let quote = ["'", "\"", "'", "\"", "'''", "\"\"\""][random.below(6)];
    let prefix = ["", "", "", "", "u", "U", "r", "R"][random.below(8)];
    let is_raw = prefix.eq_ignore_ascii_case("r");
    let text: String = text.chars().map(|character| written(character, is_raw, random)).collect();
    quoted(quote, prefix, &text)
}

fn quoted(quote: &str, prefix: &str, text: &str) -> String {
    format!("{prefix}{quote}{text}{quote}")
}

/// Writes a character as itself, or as one of its escapes.
fn written(character: char, is_raw: bool, random: &mut Random) -> String {
    let code = u32::from(character);
    if is_raw || random.percent(75) {
        return character.to_string();
    }
    match random.below(9) {
        0 if code < 0x100 => format!("\\x{code:02x}"),
        1 => format!("\\u{code:04x}"),
        2 => format!("\\U{code:08X}"),
        3 if code < 0x100 => format!("\\{code:03o}"),
        4 => format!("\\\n{character}"),
        5 => format!("{character}\\\\"),
        6 if character == 'a' => "\\N{LATIN SMALL LETTER A}".to_owned(),
        6 if character == 'é' => "\\N{latin small letter e with acute}".to_owned(),
        7 => format!("{character}\\'\\\""),
        8 => format!("{character}\\d"),
        _ => character.to_string(),
    }
}
