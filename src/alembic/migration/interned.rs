//! The program's own words in what was kept of a module.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::interpret::NAMES;
use super::pointer_file;

/// Reads one of the four names.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    let name = <&str>::deserialize(from)?;
    let known = NAMES.into_iter().find(|known| *known == name);
    known.ok_or_else(|| D::Error::custom("no name that Alembic reads"))
}

/// Reads the name of who keeps a content.
pub(super) fn keeper<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'static str>, D::Error> {
    let Some(name) = Option::<&str>::deserialize(from)? else {
        return Ok(None);
    };
    let known = pointer_file::keepers().find(|known| *known == name);
    known.map(Some).ok_or_else(|| D::Error::custom("nobody who keeps contents"))
}
