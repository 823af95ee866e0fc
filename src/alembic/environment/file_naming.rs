//! How Alembic names and dates the files that it writes.

use super::pyproject::Pyproject;
use super::settings::IniSection;
use super::template::{self, BadTemplate, Fields};

pub(super) const FILE_TEMPLATE: &str = "file_template";
pub(super) const SLUG_LENGTH: &str = "truncate_slug_length";
pub(super) const TIMEZONE: &str = "timezone";
pub(super) const OUTPUT_ENCODING: &str = "output_encoding";

/// How an environment names and dates new migrations (`ScriptDirectory.from_config`).
///
/// Rules ask for the template alone; a file that is to be written needs all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// `file_template`, `%(rev)s_%(slug)s` unless the environment says otherwise; nothing where what it
    /// says cannot be read.
    pub file_template: Option<String>,
    /// How many characters of the message a name holds (`truncate_slug_length`).
    pub slug_length: usize,
    /// The time zone of dates (`timezone`); nothing means the machine's own.
    pub timezone: Option<String>,
    /// The encoding of the files that Alembic writes (`output_encoding`), by Python's name.
    pub output_encoding: String,
    /// The keys whose values cannot be read; by what stands here for them nothing can be written.
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
    /// Returns every text that may stand for the revision id in the stem of a file's name.
    pub fn revision_ids<'a>(&self, stem: &'a str) -> Vec<&'a str> {
        match &self.file_template {
            Some(template) => template::revision_ids(template, stem),
            None => Vec::new(),
        }
    }

    /// Makes the name of a file, without its `.py`; there may be folders in it.
    pub fn stem(&self, fields: &Fields<'_>) -> Result<String, BadTemplate> {
        template::stem(self.file_template.as_deref().unwrap_or_default(), fields)
    }

    /// Reads the settings; that one stops Alembic is told of by [`super::invalid_settings`].
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
