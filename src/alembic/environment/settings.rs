//! The settings that locate migrations: a section of an ini file takes precedence over `[tool.alembic]`.
//!
//! This is `Config.get_alembic_option` and `get_version_locations_list` of `alembic/config.py`: key
//! by key, the ini first.

use std::collections::BTreeSet;

use super::file_naming::Naming;
use super::ini::{Fault, Ini, Section, Setting};
use super::invalid_settings::refusals;
use super::location;
use super::pyproject::Pyproject;
use super::{BadSetting, Effect};
use crate::tree::File;
use crate::tree::Site;

pub(super) const SCRIPT_LOCATION: &str = "script_location";
pub(super) const VERSION_LOCATIONS: &str = "version_locations";
pub(super) const RECURSIVE: &str = "recursive_version_locations";
pub(super) const SOURCELESS: &str = "sourceless";
const SEPARATORS: [&str; 2] = ["path_separator", "version_path_separator"];

/// The maximum number of version locations; each is looked up.
pub(super) const MAX_LOCATIONS: usize = 100;

/// A value and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    /// The value; the root of the tree stands in it as [`location::here`] writes it.
    pub(super) text: String,
    /// Its position.
    pub(super) place: Place,
}

/// The position of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) site: Site,
    pub(super) section: String,
    pub(super) key: &'static str,
}

impl Place {
    /// Makes a problem of the value at this place, by which Alembic stops.
    pub(super) fn problem(&self, message: impl Into<String>) -> Box<BadSetting> {
        self.problem_with(Effect::Stops, message)
    }

    /// Makes a problem of the value at this place.
    pub(super) fn problem_with(
        &self,
        effect: Effect,
        message: impl Into<String>,
    ) -> Box<BadSetting> {
        Box::new(BadSetting {
            site: self.site.clone(),
            section: Some(self.section.clone()),
            key: Some(self.key),
            message: message.into(),
            effect,
        })
    }
}

/// The combined settings of a section and a `[tool.alembic]`.
#[derive(Debug)]
pub(super) struct Settings {
    /// `None` if it is not set; the problem if it cannot be read.
    pub(super) script_location: Result<Option<Stated>, Box<BadSetting>>,
    /// Empty if it is not set, or set to nothing.
    pub(super) version_locations: Vec<Stated>,
    pub(super) recursive: bool,
    pub(super) sourceless: bool,
    pub(super) naming: Naming,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            script_location: Ok(None),
            version_locations: Vec::new(),
            recursive: false,
            sourceless: false,
            naming: Naming::default(),
        }
    }
}

/// One section of one ini file.
#[derive(Clone, Copy)]
pub(super) struct IniSection<'a> {
    pub(super) file: &'a File,
    pub(super) ini: &'a Ini,
    pub(super) section: &'a Section,
}

impl Settings {
    /// Reads the settings; a value that Alembic would reject is a problem.
    pub(super) fn read(
        section: Option<IniSection<'_>>,
        pyproject: Option<&Pyproject>,
        problems: &mut Vec<BadSetting>,
    ) -> Result<Settings, Box<BadSetting>> {
        let stated = section.map_or(Ok(None), |ini| ini.stated(SCRIPT_LOCATION));
        let script_location = match (stated, pyproject) {
            (Ok(None), Some(pyproject)) => pyproject.script_location.clone(),
            (stated, _) => stated,
        };
        let listed = match section {
            Some(ini) => ini.version_locations(problems)?,
            None => Vec::new(),
        };
        let version_locations = match pyproject {
            Some(pyproject) if listed.is_empty() => pyproject.version_locations.clone()?,
            _ => listed,
        };
        problems.extend(refusals(section, pyproject));
        let mut flag = |key, fallback: Option<&Result<bool, Box<BadSetting>>>| {
            let own = section.and_then(|ini| ini.flag(key));
            own.unwrap_or_else(|| match fallback.cloned() {
                None => false,
                Some(Ok(flag)) => flag,
                Some(Err(problem)) => {
                    problems.push(*problem);
                    false
                }
            })
        };
        Ok(Settings {
            script_location,
            version_locations,
            recursive: flag(RECURSIVE, pyproject.map(|file| &file.recursive)),
            sourceless: flag(SOURCELESS, pyproject.map(|file| &file.sourceless)),
            naming: Naming::read(section, pyproject),
        })
    }
}

pub(super) fn too_many_locations(place: &Place) -> Box<BadSetting> {
    let message = format!("`{VERSION_LOCATIONS}` lists more than {MAX_LOCATIONS} folders");
    place.problem_with(Effect::Unknown, message)
}

impl<'a> IniSection<'a> {
    pub(super) fn stated(&self, key: &'static str) -> Result<Option<Stated>, Box<BadSetting>> {
        let setting = self.get(key)?;
        Ok(setting.map(|setting| Stated { place: self.place(key, &setting), text: setting.text }))
    }

    /// Returns a value, if Python can read it.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<String>, ()> {
        self.get(key).map(|setting| setting.map(|setting| setting.text)).map_err(|_| ())
    }

    /// Booleans of an ini count only as `true` (`Config.get_alembic_boolean_option`); an unreadable one does not
    /// count.
    fn flag(&self, key: &'static str) -> Option<bool> {
        let setting = self.get(key).ok()??;
        Some(setting.text == "true")
    }

    fn version_locations(
        &self,
        problems: &mut Vec<BadSetting>,
    ) -> Result<Vec<Stated>, Box<BadSetting>> {
        let stated = self.stated(VERSION_LOCATIONS)?;
        let Some(stated) = stated.filter(|stated| !stated.text.is_empty()) else {
            return Ok(Vec::new());
        };
        let separator = self.separator(problems)?;
        let mut texts = split(&stated.text, separator);
        if texts.contains(&"") {
            let message = format!(
                "`{VERSION_LOCATIONS}` has an empty entry, which means Alembic's current \
                 directory; it is not checked"
            );
            problems.push(*stated.place.problem_with(Effect::None, message));
            texts.retain(|text| !text.is_empty());
        }
        if texts.len() > MAX_LOCATIONS {
            return Err(too_many_locations(&stated.place));
        }
        Ok(texts
            .into_iter()
            .map(|text| Stated { text: text.to_owned(), place: stated.place.clone() })
            .collect())
    }

    /// Returns the separator of version locations.
    ///
    /// Templates of Alembic 1.7 wrote a comment after the value, which Alembic treats as a part of it and
    /// rejects as soon as `version_locations` is set; the comment is ignored here.
    fn separator(&self, problems: &mut Vec<BadSetting>) -> Result<Separator, Box<BadSetting>> {
        for key in SEPARATORS {
            let Some(stated) = self.stated(key)? else {
                continue;
            };
            let word = stated.text.split([' ', '\t']).next().unwrap_or_default();
            let Some(separator) = Separator::named(word) else {
                return Err(refused(&stated));
            };
            if word != stated.text {
                problems.push(*refused(&stated));
            }
            return Ok(separator);
        }
        Ok(Separator::Legacy)
    }

    /// Returns the problem with the separator of `prepend_sys_path`, if any.
    pub(super) fn refused_separator(self) -> Option<Box<BadSetting>> {
        match self.stated(SEPARATORS[0]) {
            Ok(Some(stated)) if Separator::named(&stated.text).is_none() => Some(refused(&stated)),
            Ok(_) => None,
            Err(problem) => Some(problem),
        }
    }

    /// Returns another section of the same file.
    pub(super) fn beside(self, name: &str) -> Option<IniSection<'a>> {
        let section = self.ini.section(name)?;
        Some(IniSection { section, ..self })
    }

    /// Returns a problem for each value that cannot be read, inherited ones among them.
    pub(super) fn unreadable(self) -> impl Iterator<Item = BadSetting> {
        let keys: BTreeSet<&String> =
            self.section.options.keys().chain(self.ini.defaults.keys()).collect();
        keys.into_iter().filter_map(move |key| {
            let folder = self.file.path.parent().unwrap_or_default();
            let fault = self.ini.get(self.section, key, &location::here(&folder)).err()?;
            Some(BadSetting {
                site: Site::Span { file: self.file.clone(), span: fault.span },
                section: Some(self.section.name.clone()),
                key: None,
                message: format!("`{key}` cannot be read: {}", fault.message),
                effect: Effect::Stops,
            })
        })
    }

    fn get(&self, key: &'static str) -> Result<Option<Setting>, Box<BadSetting>> {
        let folder = self.file.path.parent().unwrap_or_default();
        let got = self.ini.get(self.section, key, &location::here(&folder));
        got.map_err(|Fault { message, span }| {
            let place = self.place(key, &Setting { text: String::new(), span });
            place.problem(format!("`{key}` cannot be read: {message}"))
        })
    }

    fn place(&self, key: &'static str, setting: &Setting) -> Place {
        Place {
            site: Site::Span { file: self.file.clone(), span: setting.span.clone() },
            section: self.section.name.clone(),
            key,
        }
    }
}

/// The separator of version locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// One character; `os` is a colon (`os.pathsep`), as everywhere but on Windows.
    Character(char),
    /// Not set: blanks, or a comma and the blanks after it.
    Legacy,
}

impl Separator {
    fn named(name: &str) -> Option<Separator> {
        let character = match name {
            "space" => ' ',
            "newline" => '\n',
            "os" | ":" => ':',
            ";" => ';',
            _ => return None,
        };
        Some(Separator::Character(character))
    }
}

/// Splits as Alembic does (`Config.get_version_locations_list`); a name may be empty.
///
/// The legacy way, `, *|(?: +)`, strips nothing, so a line break remains a part of the path.
fn split(text: &str, separator: Separator) -> Vec<&str> {
    let Separator::Character(character) = separator else {
        return split_legacy(text);
    };
    let items = text.split(character).filter(|item| !item.is_empty());
    items.map(str::trim).collect()
}

fn split_legacy(text: &str) -> Vec<&str> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find([',', ' ']) {
        items.push(&rest[..end]);
        let behind = &rest[end..];
        rest = behind.strip_prefix(',').unwrap_or(behind).trim_start_matches(' ');
    }
    items.push(rest);
    items
}

fn refused(separator: &Stated) -> Box<BadSetting> {
    let (key, text) = (separator.place.key, &separator.text);
    let word = text.split([' ', '\t']).next().unwrap_or_default();
    let is_commented = word != text && Separator::named(word).is_some();
    separator.place.problem(if is_commented {
        format!(
            "`{key}` is `{text}`, which Alembic rejects: ini files have no comments after values"
        )
    } else {
        format!("`{key}` is `{text}`, not one of `space`, `newline`, `os`, `:`, `;`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_locations_split_as_alembic_splits_them() {
        let cases: [(&str, &str, &[&str]); 11] = [
            ("a b", "space", &["a", "b"]),
            ("\na\nb c\n", "newline", &["a", "b c"]),
            ("a:b, c", "os", &["a", "b, c"]),
            ("a : b", ":", &["a", "b"]),
            ("a;b:c", ";", &["a", "b:c"]),
            ("a, b,c  d", "", &["a", "b", "c", "d"]),
            ("a,\nb:c", "", &["a", "\nb:c"]),
            ("a , b,", "", &["a", "", "b", ""]),
            (" , ", "", &["", "", ""]),
            ("", "", &[]),
            (":a: :b:", ":", &["a", "", "b"]),
        ];
        for (text, name, expected) in cases {
            let separator = Separator::named(name).unwrap_or(Separator::Legacy);
            assert_eq!(split(text, separator), expected, "{text:?} by {name:?}");
        }
        assert_eq!(Separator::named("comma"), None);
    }
}
