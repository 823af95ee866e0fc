//! The settings with which Alembic names and dates files.

use super::pyproject::Pyproject;
use super::settings::IniSection;
use super::template::{self, BadTemplate, Fields};

pub(super) const FILE_TEMPLATE: &str = "file_template";
pub(super) const SLUG_LENGTH: &str = "truncate_slug_length";
pub(super) const TIMEZONE: &str = "timezone";
pub(super) const OUTPUT_ENCODING: &str = "output_encoding";

/// The naming of new migrations in an environment (`ScriptDirectory.from_config`).
///
/// Rules only need the template; writing a file needs all settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// `file_template`, by default `%(rev)s_%(slug)s`; `None` if it cannot be read.
    pub file_template: Option<String>,
    /// The maximum length of the message in a name (`truncate_slug_length`).
    pub slug_length: usize,
    /// The time zone of dates (`timezone`); `None` means the machine's own.
    pub timezone: Option<String>,
    /// The encoding of the files that Alembic writes (`output_encoding`), by Python's name.
    pub output_encoding: String,
    /// The keys whose values cannot be read, so that no file can be written.
    pub unreadable: Vec<&'static str>,
}

impl Default for Naming {
    fn default() -> Naming {
        Naming {
            file_template: Some("%(rev)s_%(slug)s".to_owned()),
            slug_length: 40,
            timezone: None,
            output_encoding: "utf-8".to_owned(),
            unreadable: Vec::new(),
        }
    }
}

impl Naming {
    /// Returns every part of a file name's stem that may be the revision id.
    pub fn revision_ids<'a>(&self, stem: &'a str) -> Vec<&'a str> {
        match &self.file_template {
            Some(template) => template::revision_ids(template, stem),
            None => Vec::new(),
        }
    }

    /// Returns the name of a file, without its `.py`; it may contain folders.
    pub fn stem(&self, fields: &Fields<'_>) -> Result<String, BadTemplate> {
        template::stem(self.file_template.as_deref().unwrap_or_default(), fields)
    }

    /// Reads the settings; [`super::invalid_settings`] reports those that stop Alembic.
    pub(super) fn read(section: Option<IniSection<'_>>, pyproject: Option<&Pyproject>) -> Naming {
        let mut unreadable = Vec::new();
        let mut get = |key: &'static str| -> Option<String> {
            let stated = match section.map_or(Ok(None), |ini| ini.text(key)) {
                Ok(None) => pyproject.map_or(Ok(None), |file| file.naming(key)),
                stated => stated,
            };
            stated.unwrap_or_else(|()| {
                unreadable.push(key);
                None
            })
        };
        let usual = Naming::default();
        let (template, length) = (get(FILE_TEMPLATE), get(SLUG_LENGTH));
        let (timezone, output_encoding) = (get(TIMEZONE), get(OUTPUT_ENCODING));
        let slug_length = length.map_or(Some(0), |text| slug_length(&text));
        if slug_length.is_none() {
            unreadable.push(SLUG_LENGTH);
        }
        let is_readable = !unreadable.contains(&FILE_TEMPLATE);
        Naming {
            file_template: template.or(usual.file_template).filter(|_| is_readable),
            slug_length: slug_length.filter(|length| *length > 0).unwrap_or(usual.slug_length),
            timezone,
            output_encoding: output_encoding.unwrap_or(usual.output_encoding),
            unreadable,
        }
    }
}

/// Reads a number as Python's `int` does (`ScriptDirectory.from_config`); with a negative one Alembic cuts every
/// name in an odd way.
fn slug_length(text: &str) -> Option<usize> {
    text.trim().replace('_', "").parse().ok()
}
