//! `[tool.alembic]` of a `pyproject.toml`.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file_naming::{FILE_TEMPLATE, OUTPUT_ENCODING, SLUG_LENGTH, TIMEZONE};
use super::invalid_settings::refusals_of_table;
use super::location;
use super::settings::{
    MAX_LOCATIONS, Place, RECURSIVE, SCRIPT_LOCATION, SOURCELESS, Stated, VERSION_LOCATIONS,
    too_many_locations,
};
use super::{BadSetting, Effect};
use crate::tree::File;
use crate::tree::Site;

const SECTION: &str = "tool.alembic";

/// What one file says in `[tool.alembic]`; a value that Alembic would refuse is the problem with it.
#[derive(Debug)]
pub(super) struct Pyproject {
    pub(super) file: File,
    pub(super) script_location: Result<Option<Stated>, Box<BadSetting>>,
    pub(super) version_locations: Result<Vec<Stated>, Box<BadSetting>>,
    pub(super) recursive: Result<bool, Box<BadSetting>>,
    pub(super) sourceless: Result<bool, Box<BadSetting>>,
    /// What is wrong with other values.
    refusals: Vec<BadSetting>,
    /// The values that say how files are named; nothing for one that Alembic would refuse.
    naming: BTreeMap<&'static str, Option<String>>,
}

impl Pyproject {
    /// Tells by a glance at the bytes whether a file can speak of Alembic.
    pub(super) fn may_speak(source: &[u8]) -> bool {
        source.windows(SECTION.len()).any(|bytes| bytes == SECTION.as_bytes())
    }

    /// Reads a file; nothing where it does not speak of Alembic.
    pub(super) fn parse(file: &File, source: &[u8]) -> Result<Option<Pyproject>, Box<BadSetting>> {
        let text = match str::from_utf8(source) {
            Ok(text) if text.contains("alembic") => text,
            Ok(_) => return Ok(None),
            Err(_) if !Pyproject::may_speak(source) => return Ok(None),
            Err(error) => return Err(not_utf8(file, error.valid_up_to())),
        };
        let root = match DeTable::parse(text) {
            Ok(root) => root,
            Err(_) if !text.contains(SECTION) => return Ok(None),
            Err(error) => return Err(not_toml(file, &error)),
        };
        let tool = root.get_ref().get("tool").map(Spanned::get_ref);
        let Some(value) = tool.and_then(|tool| tool.as_table()?.get("alembic")) else {
            return Ok(None);
        };
        match value.get_ref().as_table() {
            Some(table) => Ok(Some(Reader { file, table }.read())),
            None => Err(Box::new(BadSetting {
                site: Site::Span { file: file.clone(), span: value.span() },
                section: Some(SECTION.to_owned()),
                key: None,
                message: "`alembic` must be a table".to_owned(),
                effect: Effect::Stops,
            })),
        }
    }

    /// Returns what is wrong with a value that does not say where migrations are.
    pub(super) fn refusal(&self, key: &str) -> Option<Box<BadSetting>> {
        let found = self.refusals.iter().find(|problem| problem.key == Some(key));
        found.cloned().map(Box::new)
    }

    /// Returns a value that says how files are named, if Alembic can read it.
    pub(super) fn naming(&self, key: &str) -> Result<Option<String>, ()> {
        self.naming.get(key).map(|value| value.clone().ok_or(())).transpose()
    }

    /// Returns whether the table says where migrations are.
    pub(super) fn speaks(&self) -> bool {
        !matches!(self.script_location, Ok(None))
            || !self.version_locations.as_ref().is_ok_and(Vec::is_empty)
    }
}

/// Reads the table.
pub(super) struct Reader<'t> {
    file: &'t File,
    pub(super) table: &'t DeTable<'t>,
}

impl Reader<'_> {
    fn read(&self) -> Pyproject {
        let script_location = self.table.get(SCRIPT_LOCATION);
        Pyproject {
            file: self.file.clone(),
            script_location: script_location
                .map(|value| self.text(SCRIPT_LOCATION, value))
                .transpose(),
            version_locations: self.version_locations(),
            recursive: self.flag(RECURSIVE),
            sourceless: self.flag(SOURCELESS),
            refusals: refusals_of_table(self),
            naming: self.naming(),
        }
    }

    /// Alembic reads a string letter by letter (`ScriptDirectory.__init__` goes through it), so only an array can be
    /// meant.
    fn version_locations(&self) -> Result<Vec<Stated>, Box<BadSetting>> {
        let Some(value) = self.table.get(VERSION_LOCATIONS) else {
            return Ok(Vec::new());
        };
        let array = value.get_ref().as_array().ok_or_else(|| {
            self.place(VERSION_LOCATIONS, value)
                .problem("`version_locations` must be an array of strings")
        })?;
        if array.len() > MAX_LOCATIONS {
            return Err(too_many_locations(&self.place(VERSION_LOCATIONS, value)));
        }
        let items = array.iter();
        items.map(|item| self.text(VERSION_LOCATIONS, item)).collect()
    }

    fn naming(&self) -> BTreeMap<&'static str, Option<String>> {
        let keys = [FILE_TEMPLATE, SLUG_LENGTH, TIMEZONE, OUTPUT_ENCODING].into_iter();
        let stated = keys.filter_map(|key| Some((key, self.table.get(key)?)));
        let text = |key, value: &Spanned<DeValue<'_>>| match value.get_ref().as_integer() {
            Some(number) => Some(number.as_str().to_owned()),
            None => self.text(key, value).ok().map(|stated| stated.text),
        };
        stated.map(|(key, value)| (key, text(key, value))).collect()
    }

    fn flag(&self, key: &'static str) -> Result<bool, Box<BadSetting>> {
        let Some(value) = self.table.get(key) else {
            return Ok(false);
        };
        value.get_ref().as_bool().ok_or_else(|| {
            self.place(key, value).problem(format!("`{key}` must be `true` or `false`"))
        })
    }

    pub(super) fn text(
        &self,
        key: &'static str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Stated, Box<BadSetting>> {
        let place = self.place(key, value);
        let Some(raw) = value.get_ref().as_str() else {
            return Err(place.problem(format!("`{key}` must be a string")));
        };
        let folder = self.file.path.parent().unwrap_or_default();
        match substitute(raw, &location::here(&folder)) {
            Some(text) => Ok(Stated { text, place }),
            None => Err(place.problem(format!(
                "`{key}` is `{raw}`, but only `%(here)s` and `%%` can be replaced"
            ))),
        }
    }

    pub(super) fn place(&self, key: &'static str, value: &Spanned<DeValue<'_>>) -> Place {
        Place {
            site: Site::Span { file: self.file.clone(), span: value.span() },
            section: SECTION.to_owned(),
            key,
        }
    }
}

/// Python's `raw % {"here": here}`, as in `Config._get_toml_config_value`.
fn substitute(raw: &str, here: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let (replacement, left) = match after.strip_prefix("(here)s") {
            Some(left) => (here, left),
            None => ("%", after.strip_prefix('%')?),
        };
        text.push_str(replacement);
        rest = left;
    }
    text.push_str(rest);
    Some(text)
}

/// Finds out why Python cannot read a file, if it cannot. Alembic stops at that even where the file does not
/// speak of it (`Config.toml_alembic_config` of `alembic/config.py`).
pub(super) fn syntax_error(file: &File, source: &[u8]) -> Option<Box<BadSetting>> {
    match str::from_utf8(source) {
        Ok(text) => DeTable::parse(text).err().map(|error| not_toml(file, &error)),
        Err(error) => Some(not_utf8(file, error.valid_up_to())),
    }
}

fn not_toml(file: &File, error: &toml::de::Error) -> Box<BadSetting> {
    Box::new(BadSetting {
        site: Site::Span { file: file.clone(), span: error.span().unwrap_or(0..0) },
        section: None,
        key: None,
        message: format!("the file cannot be read: {}", error.message()),
        effect: Effect::Stops,
    })
}

/// Says that TOML is UTF-8 and this file is not, from an offset on.
fn not_utf8(file: &File, offset: usize) -> Box<BadSetting> {
    Box::new(BadSetting {
        site: Site::Span { file: file.clone(), span: offset..offset },
        section: None,
        key: None,
        message: "the file cannot be read: it is not UTF-8".to_owned(),
        effect: Effect::Stops,
    })
}
