//! How Alembic names and dates the files that it writes.

use super::pyproject::Pyproject;
use super::settings::IniSection;
use super::template;

pub(super) const FILE_TEMPLATE: &str = "file_template";
pub(super) const SLUG_LENGTH: &str = "truncate_slug_length";
pub(super) const TIMEZONE: &str = "timezone";

/// How an environment names and dates new migrations (`ScriptDirectory.from_config`).
///
/// Rules ask for the template alone. Length and time zone are read along with it: a file that is to be
/// written has a name only by all three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// `file_template`, `%(rev)s_%(slug)s` unless the environment says otherwise; nothing where what it
    /// says cannot be read.
    pub file_template: Option<String>,
    /// How many characters of the message a name holds (`truncate_slug_length`).
    pub slug_length: usize,
    /// The time zone of dates (`timezone`); nothing means the machine's own.
    pub timezone: Option<String>,
}

impl Default for Naming {
    fn default() -> Naming {
        Naming {
            file_template: Some("%(rev)s_%(slug)s".to_owned()),
            slug_length: 40,
            timezone: None,
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

    /// Reads the settings; that one stops Alembic is told of by [`super::refusals`].
    pub(super) fn read(section: Option<IniSection<'_>>, pyproject: Option<&Pyproject>) -> Naming {
        let get = |key: &'static str| -> Result<Option<String>, ()> {
            match section.map_or(Ok(None), |ini| ini.text(key)) {
                Ok(None) => pyproject.map_or(Ok(None), |file| file.naming(key)),
                stated => stated,
            }
        };
        let usual = Naming::default();
        let length = get(SLUG_LENGTH).ok().flatten().and_then(|text| text.trim().parse().ok());
        Naming {
            file_template: match get(FILE_TEMPLATE) {
                Ok(stated) => stated.or(usual.file_template),
                Err(()) => None,
            },
            slug_length: length.filter(|length| *length > 0).unwrap_or(usual.slug_length),
            timezone: get(TIMEZONE).ok().flatten(),
        }
    }
}
