//! One migration, made by chance out of statements.

use super::lines::{Duty, LINES, NEWER};
use super::refused::REFUSED;
use super::values;
use crate::support::random::Random;

/// The names that Alembic reads.
pub(super) const NAMES: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];

/// Comments that may declare an encoding, and whether the reader owes it to read that.
const COOKIES: &[(bool, &str)] = &[
    (true, "# coding: utf-8"),
    (true, "# -*- coding: UTF-8 -*-"),
    (true, "# vim: set fileencoding=utf8 :"),
    (true, "# coding: utf_8"),
    (true, "# coding=utf-8-sig"),
    (true, "# coding: ascii"),
    (true, "# coding: us-ascii"),
    (true, "# coding: latin-1"),
    (true, "# coding: latin1"),
    (true, "# coding: iso-8859-1"),
    (true, "# coding: ISO8859_1"),
    (true, "# coding: cp1252"),
    (true, "# coding: windows-1252"),
    (true, "# coding: cp1251"),
    (true, "# coding: CP1250"),
    (true, "# coding: cp1253"),
    (true, "# coding: cp1254"),
    (true, "# coding: cp1255"),
    (true, "# coding: cp1256"),
    (true, "# coding: cp1257"),
    (true, "# coding: cp1258"),
    (true, "# coding: iso-8859-15"),
    (true, "# coding: iso8859_15"),
    (true, "# encoding: cp1252"),
    (true, "# coding : cp1252"),
    (true, "#coding:cp1252"),
    (true, "#!/usr/bin/python\n# coding: cp1252"),
    (true, "\n# coding: cp1252"),
    (true, "'''doc'''\n# coding: cp1252"),
    (true, "#\n#\n# coding: cp1252"),
    (true, "\x0c# coding: cp1252"),
    (true, "\\\n# coding: cp1252"),
    (true, "'''\n# coding: cp1252\n'''"),
    (true, "x = '# coding: cp1252'"),
    (true, "x = 1  # coding: cp1252"),
    (true, "# coding: "),
    (false, "# coding: iso-8859-2"),
    (false, "# coding: iso-8859-8"),
    (false, "# coding: latin2"),
    (false, "# coding: koi8-r"),
    (false, "# coding: cp866"),
    (false, "# coding: mac-roman"),
    (false, "# coding: utf-7"),
    (false, "# coding: unicode_escape"),
    (false, "# coding: raw_unicode_escape"),
    (false, "# coding: utf-16"),
    (false, "# coding: utf-32-le"),
    (false, "# coding: rot13"),
    (false, "# coding: hex"),
    (false, "# coding: nonsense"),
    (false, "# coding: cp1259"),
    (false, "# coding: gbk"),
    (false, "# coding: shift_jis"),
    (false, "# coding: punycode"),
    (false, "# coding: latin-1x"),
    (false, "# coding: cp-1252"),
    (false, "# coding: windows1252"),
    (false, "# coding: utf-8x"),
    (false, "# coding: iso-8859-16"),
    (false, "# coding: iso_8859_1"),
];

/// Docstrings that tell of the revision, as Alembic writes them and as people do.
const DOCSTRINGS: &[&str] = &[
    "\"\"\"doc\n\nRevision ID: a\nRevises: b1\nCreate Date: 2024-01-02\n\n\"\"\"",
    "'''doc\n\nRevision ID: a\nRevises: \n'''",
    "r'''doc\n\n  Revises: a, b1\n\n  Revision ID:a\n'''",
    "u'''Revises: a'''; x = 1",
    "'Revises: a\\n\\nmore'",
    "'''\nRevises: a\\\n, b\n'''",
    "'''\nRevision ID:\nRevises:'''",
    "'''caf\u{e9}\n\nRevises: \u{e9} (\u{e9})\nRevision ID: \u{e9}\n'''",
];

/// A migration.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The name of its file.
    pub(super) file: &'static str,
    pub(super) lines: Vec<Line>,
    dress: Dress,
}

/// A statement, or several that belong together.
#[derive(Debug, Clone)]
pub(super) struct Line {
    duty: Duty,
    /// Those of the four names that it is about.
    names: Vec<&'static str>,
    code: String,
    /// The minor version of Python that it takes.
    since: u8,
}

/// How the text is made a file.
#[derive(Debug, Clone)]
struct Dress {
    bom: bool,
    cookie: Option<(bool, &'static str)>,
    newline: &'static str,
    last_newline: bool,
}

impl Case {
    /// Makes a migration: nearly always the four names as Alembic writes them, and more.
    pub(super) fn new(random: &mut Random) -> Case {
        let dress = Dress::new(random);
        let mut lines: Vec<Line> = Vec::new();
        for name in NAMES {
            if random.percent(96) {
                let value = if name == "revision" && random.percent(95) {
                    values::string(random)
                } else {
                    values::plain(random)
                };
                lines.push(Line::assignment(name, &value));
            }
        }
        let variants = dress.is_utf8();
        for number in 0..random.below(5) {
            let line = Line::new(number, variants, random);
            lines.insert(random.below(lines.len() + 1), line);
        }
        if random.percent(30) {
            lines.insert(0, Line::docstring(random));
        }
        let file = if random.percent(15) { "1ae2.py" } else { "1ae2_x.py" };
        Case { file, lines, dress }
    }

    /// Returns the file's content.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let cookie = self.dress.cookie.iter().map(|(_, cookie)| *cookie);
        let lines: Vec<&str> =
            cookie.chain(self.lines.iter().map(|line| line.code.as_str())).collect();
        let mut text = lines.join("\n");
        if self.dress.last_newline {
            text.push('\n');
        }
        self.dress.encode(&text.replace('\n', self.dress.newline))
    }

    /// Returns the minor version of Python that all of it takes.
    pub(super) fn since(&self) -> u8 {
        self.lines.iter().map(|line| line.since).max().unwrap_or_default()
    }

    /// Tells whether a reader that refuses the encoding fails its duty.
    pub(super) fn owes_encoding(&self) -> bool {
        self.dress.cookie.is_none_or(|(owed, _)| owed)
    }

    /// Tells whether a reader has to know the value of a name, if there is one.
    pub(super) fn owes(&self, name: &str) -> bool {
        let mut owed = false;
        for line in &self.lines {
            let concerns = line.names.contains(&name);
            // Python turns a line break in a string into another one.
            let is_shifted = self.dress.newline != "\n" && line.code.contains('\n');
            owed = match line.duty {
                Duty::Never => return false,
                Duty::AllLost => false,
                Duty::Lost if concerns => false,
                Duty::Known if concerns => !is_shifted,
                Duty::Lost | Duty::Known | Duty::Nothing => owed,
            };
        }
        owed
    }

    /// Returns every case with one thing less.
    pub(super) fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for place in 0..self.lines.len() {
            let mut less = self.clone();
            less.lines.remove(place);
            all.push(less);
        }
        for place in 0..self.lines.len() {
            let parts: Vec<&str> = self.lines[place].code.split('\n').collect();
            if let [first, .., last] = parts[..] {
                for part in [first, last] {
                    let mut less = self.clone();
                    less.lines[place].code = part.to_owned();
                    all.push(less);
                }
            }
        }
        let dresses = [
            Dress { bom: false, ..self.dress.clone() },
            Dress { cookie: None, ..self.dress.clone() },
            Dress { newline: "\n", ..self.dress.clone() },
            Dress { last_newline: true, ..self.dress.clone() },
        ];
        let simpler = dresses.into_iter().map(|dress| Case { dress, ..self.clone() });
        all.extend(simpler.filter(|simpler| simpler.bytes() != self.bytes()));
        all
    }
}

impl Line {
    fn docstring(random: &mut Random) -> Line {
        let code = DOCSTRINGS[random.below(DOCSTRINGS.len())].to_owned();
        Line { duty: Duty::Nothing, names: Vec::new(), code, since: 0 }
    }

    fn assignment(name: &'static str, value: &str) -> Line {
        Line { duty: Duty::Known, names: vec![name], code: format!("{name} = {value}"), since: 0 }
    }

    fn new(number: usize, variants: bool, random: &mut Random) -> Line {
        let (since, duty, template) = match random.below(100) {
            0..=2 => (0, Duty::Never, REFUSED[random.below(REFUSED.len())]),
            3..=5 => NEWER[random.below(NEWER.len())],
            _ => {
                let (duty, template) = LINES[random.below(LINES.len())];
                (0, duty, template)
            }
        };
        let first = random.below(4);
        let second = (first + 1 + random.below(3)) % 4;
        let names = [NAMES[first], NAMES[second]];
        let code = filled(template, names, number, variants, random);
        let count = if template.contains("$M") { 2 } else { 1 };
        Line { duty, names: names[..count].to_vec(), code, since }
    }
}

/// Puts names and values into a template.
fn filled(
    template: &str,
    names: [&'static str; 2],
    number: usize,
    variants: bool,
    random: &mut Random,
) -> String {
    let mut code = String::new();
    let mut parts = template.split('$');
    code.push_str(parts.next().unwrap_or_default());
    let helpers = ["A", "B", "_x"];
    let helper = random.below(3);
    for part in parts {
        let mut characters = part.chars();
        match characters.next() {
            Some('N') => code.push_str(&spelled(names[0], variants, random)),
            Some('M') => code.push_str(&spelled(names[1], variants, random)),
            Some('x') => code.push_str(helpers[helper]),
            Some('y') => code.push_str(helpers[(helper + 1) % 3]),
            Some('f') => code.push_str(&format!("f{number}")),
            Some('s') => code.push_str(&values::string(random)),
            Some('l') => code.push_str(&values::list(random)),
            Some('q') => code.push_str(&values::enclosed(random)),
            Some('p') => code.push_str(&values::plain(random)),
            Some('v') => code.push_str(&values::any(random)),
            Some(other) => panic!("`${other}` stands for nothing"),
            None => code.push('$'),
        }
        code.push_str(characters.as_str());
    }
    code
}

/// Spells a name; rarely with characters that Python takes for others (PEP 3131).
fn spelled(name: &str, variants: bool, random: &mut Random) -> String {
    match random.below(40) {
        0 if variants => name.replacen('o', "º", 1),
        1 if variants => name.replace('e', "\u{ff45}"),
        2 if variants => name.replacen('s', "ſ", 1),
        _ => name.to_owned(),
    }
}

impl Dress {
    fn new(random: &mut Random) -> Dress {
        Dress {
            bom: random.percent(5),
            cookie: random.percent(15).then(|| COOKIES[random.below(COOKIES.len())]),
            newline: ["\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r"][random.below(8)],
            last_newline: random.percent(90),
        }
    }

    fn is_utf8(&self) -> bool {
        self.cookie.is_none_or(|(_, cookie)| cookie.to_ascii_lowercase().contains("utf"))
    }

    /// Encodes as UTF-8, or makes each character some byte of an encoding that has a byte for each.
    fn encode(&self, text: &str) -> Vec<u8> {
        let mut bytes = if self.bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        for character in text.chars() {
            match character {
                '\u{f7ff}' => bytes.push(0xe9),
                _ if character.is_ascii() || self.is_utf8() => {
                    bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
                }
                _ => bytes.push(u32::from(character) as u8 | 0x80),
            }
        }
        bytes
    }
}
