//! Parses ini files as Python's `ConfigParser` does, with the position of every value.
//!
//! Alembic uses the parser's defaults: `=` and `:` are delimiters, `#` and `;` start a comment only at the
//! start of a line, keys are case-insensitive, a line that is indented deeper than its key continues the
//! value, and duplicate sections and keys are errors. <https://docs.python.org/3/library/configparser.html>

mod interpolation;
mod line;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::BadSetting;
use crate::text::Span;
use line::{Line, lines, trimmed};

/// The section that every other inherits from.
const DEFAULT_SECTION: &str = "DEFAULT";

/// One ini file.
#[derive(Debug, Default)]
pub(super) struct Ini {
    /// The keys of `[DEFAULT]`.
    pub(super) defaults: Options,
    /// The other sections, in the order of the file.
    pub(super) sections: Vec<Section>,
    /// The index of each section.
    places: BTreeMap<String, usize>,
    /// The cached problem of the hooks, once it was computed for a section.
    pub(super) hooks: OnceCell<Vec<BadSetting>>,
}

/// Keys, in lower case, and their raw values.
pub(super) type Options = BTreeMap<String, Setting>;

/// One section.
#[derive(Debug)]
pub(super) struct Section {
    /// Its name, with its case and blanks.
    pub(super) name: String,
    /// Its own keys.
    pub(super) options: Options,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// The value; lines are joined by `\n` without their indentation.
    pub(super) text: String,
    /// The bytes of the value, from its first to its last character.
    pub(super) span: Span,
}

/// The reason why Python would reject the file, or one value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The reason, as a short phrase.
    pub(super) message: String,
    /// The position in bytes.
    pub(super) span: Span,
}

impl Ini {
    /// Reads a file.
    pub(super) fn parse(text: &str) -> Result<Ini, Fault> {
        let mut reader = Reader::default();
        for line in lines(text) {
            reader.read(&line)?;
        }
        reader.close();
        reader.ini.join_values();
        Ok(reader.ini)
    }

    /// Returns a value as Python passes it to Alembic, with `%(name)s` replaced.
    ///
    /// `here` is the value of `%(here)s` unless the file sets it.
    pub(super) fn get(
        &self,
        section: &Section,
        key: &str,
        here: &str,
    ) -> Result<Option<Setting>, Fault> {
        let Some(raw) = self.raw(section, key) else {
            return Ok(None);
        };
        let lookup = |name: &str| match self.raw(section, name) {
            Some(setting) => Some(setting.text.as_str()),
            None => (name == "here").then_some(here),
        };
        match interpolation::interpolate(&raw.text, &lookup) {
            Ok(text) => Ok(Some(Setting { text, span: raw.span.clone() })),
            Err(message) => Err(Fault { message, span: raw.span.clone() }),
        }
    }

    /// Returns a section by its name.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.places.get(name).map(|&place| &self.sections[place])
    }

    fn raw<'i>(&'i self, section: &'i Section, key: &str) -> Option<&'i Setting> {
        section.options.get(key).or_else(|| self.defaults.get(key))
    }

    fn join_values(&mut self) {
        let sections = self.sections.iter_mut().map(|section| &mut section.options);
        for options in sections.chain([&mut self.defaults]) {
            for setting in options.values_mut() {
                let end = trimmed(&setting.text).end;
                setting.text.truncate(end);
            }
        }
    }
}

/// The state of the parser: Python's `RawConfigParser._read`, line by line.
#[derive(Default)]
struct Reader {
    ini: Ini,
    place: Place,
    indentation: usize,
    /// The key whose value may continue.
    open: Option<(String, Setting)>,
}

/// The current section.
#[derive(Default, Clone, Copy)]
enum Place {
    #[default]
    BeforeAny,
    Default,
    Section(usize),
}

impl Reader {
    fn read(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        if line.is_comment() {
            return Ok(());
        }
        if line.text.is_empty() {
            if let Some((_, setting)) = &mut self.open {
                setting.text.push('\n');
            }
            return Ok(());
        }
        if line.indentation > self.indentation
            && let Some((_, setting)) = &mut self.open
        {
            continue_value(setting, line);
            return Ok(());
        }
        self.indentation = line.indentation;
        self.close();
        match header(line.text) {
            Some(name) => self.begin_section(name, line),
            None => self.begin_value(line),
        }
    }

    fn begin_section(&mut self, name: &str, line: &Line<'_>) -> Result<(), Fault> {
        if name == DEFAULT_SECTION {
            self.place = Place::Default;
            return Ok(());
        }
        let place = self.ini.sections.len();
        if self.ini.places.insert(name.to_owned(), place).is_some() {
            return Err(line.fault(format!("duplicate section `[{name}]`")));
        }
        self.place = Place::Section(place);
        self.ini.sections.push(Section { name: name.to_owned(), options: Options::new() });
        Ok(())
    }

    fn begin_value(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let delimiter = line.text.find(['=', ':']);
        let Some(options) = self.options() else {
            return Err(line.fault("there is no section header before this line".to_owned()));
        };
        let Some(delimiter) = delimiter.filter(|at| *at > 0) else {
            return Err(line.fault("this is not a section, a key or a comment".to_owned()));
        };
        let key = &line.text[..delimiter];
        let key = key[trimmed(key)].to_lowercase();
        let rest = &line.text[delimiter + 1..];
        let inner = trimmed(rest);
        let start = line.start + delimiter + 1;
        let setting = Setting {
            text: rest[inner.clone()].to_owned(),
            span: start + inner.start..start + inner.end,
        };
        if options.contains_key(&key) {
            return Err(line.fault(format!("duplicate key `{key}` in this section")));
        }
        self.open = Some((key, setting));
        Ok(())
    }

    fn options(&mut self) -> Option<&mut Options> {
        match self.place {
            Place::BeforeAny => None,
            Place::Default => Some(&mut self.ini.defaults),
            Place::Section(index) => {
                let section = self.ini.sections.get_mut(index)?;
                Some(&mut section.options)
            }
        }
    }

    /// Stores the current value in its section.
    fn close(&mut self) {
        let open = self.open.take();
        if let (Some((key, setting)), Some(options)) = (open, self.options()) {
            options.insert(key, setting);
        }
    }
}

fn continue_value(setting: &mut Setting, line: &Line<'_>) {
    if setting.span.is_empty() {
        setting.span.start = line.start;
    }
    setting.span.end = line.start + line.text.len();
    setting.text.push('\n');
    setting.text.push_str(line.text);
}

/// Python's `\[(?P<header>.+)\]`, from the start of the line; whatever follows is ignored.
fn header(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let end = inner.rfind(']').filter(|end| *end > 0)?;
    Some(&inner[..end])
}

#[cfg(test)]
mod tests;
