//! The keys that are set once for a repository: one table, which reading and printing go by, and which a test
//! compares with README.

use super::fields::Fields;
use super::values::{duration, path_pattern, pattern, revision, size};
use super::{Config, Fetch, FilenamePattern, OtherBranches, Pattern};
use crate::text::is_unprintable;

/// A key of the configuration file.
pub(crate) struct Key {
    /// The table that it stands in; nothing for the top of the file.
    pub(crate) table: Option<&'static str>,
    /// Its name.
    pub(crate) name: &'static str,
    /// Takes it from its table.
    pub(super) read: Read,
    /// Writes its value as the file would have it; nothing if it is not set and has no default.
    pub(crate) write: Write,
}

type Read = fn(&mut Fields<'_, '_>, &'static str, &mut Config);
type Write = fn(&Config) -> Option<String>;

impl Key {
    const fn top(name: &'static str, read: Read, write: Write) -> Key {
        Key { table: None, name, read, write }
    }

    const fn within(table: &'static str, name: &'static str, read: Read, write: Write) -> Key {
        Key { table: Some(table), name, read, write }
    }
}

/// The tables that hold such keys, in the order in which they are printed.
pub(crate) const TABLES: [&str; 2] = ["server", "filename"];

const FETCH: [(&str, Fetch); 2] = [("auto", Fetch::Auto), ("never", Fetch::Never)];

const OTHER_BRANCHES: [(&str, OtherBranches); 3] =
    [("warn", OtherBranches::Warn), ("error", OtherBranches::Error), ("off", OtherBranches::Off)];

/// All of them, in the order in which they are printed.
pub(crate) static KEYS: [Key; 13] = [
    Key::top(
        "base",
        |fields, name, config| config.base = fields.parsed(name, revision),
        |config| config.base.as_deref().map(quoted),
    ),
    Key::top(
        "targets",
        |fields, name, config| config.targets = fields.list(name, pattern),
        |config| config.targets.as_deref().map(patterns),
    ),
    Key::top(
        "independent_targets",
        |fields, name, config| set(&mut config.independent_targets, fields.list(name, pattern)),
        |config| Some(patterns(&config.independent_targets)),
    ),
    Key::top(
        "ignore_refs",
        |fields, name, config| set(&mut config.ignore_refs, fields.list(name, pattern)),
        |config| Some(patterns(&config.ignore_refs)),
    ),
    Key::top(
        "fetch",
        |fields, name, config| set(&mut config.fetch, fields.choice(name, &FETCH)),
        |config| word(&FETCH, config.fetch),
    ),
    Key::top(
        "fetch_timeout",
        |fields, name, config| set(&mut config.fetch_timeout, fields.parsed(name, duration)),
        |config| Some(quoted(&humantime::format_duration(config.fetch_timeout).to_string())),
    ),
    Key::top(
        "time_limit",
        |fields, name, config| set(&mut config.time_limit, fields.parsed(name, duration)),
        |config| Some(quoted(&humantime::format_duration(config.time_limit).to_string())),
    ),
    Key::top(
        "max_revision_id_length",
        |fields, name, config| set(&mut config.max_revision_id_length, fields.count(name)),
        |config| Some(config.max_revision_id_length.to_string()),
    ),
    Key::top(
        "max_file_size",
        |fields, name, config| set(&mut config.max_file_size, fields.parsed(name, size)),
        |config| Some(quoted(&exact_size(config.max_file_size))),
    ),
    Key::top(
        "max_migrations",
        |fields, name, config| set(&mut config.max_migrations, fields.count(name)),
        |config| Some(config.max_migrations.to_string()),
    ),
    Key::top(
        "exclude",
        |fields, name, config| set(&mut config.exclude, fields.list(name, path_pattern)),
        |config| Some(patterns(&config.exclude)),
    ),
    Key::within(
        "server",
        "other_branches",
        |fields, name, config| {
            set(&mut config.other_branches, fields.choice(name, &OTHER_BRANCHES));
        },
        |config| word(&OTHER_BRANCHES, config.other_branches),
    ),
    Key::within(
        "filename",
        "pattern",
        |fields, name, config| {
            config.filename_pattern = fields.parsed(name, FilenamePattern::parse);
        },
        |config| config.filename_pattern.as_ref().map(|it| quoted(&it.to_string())),
    ),
];

/// Returns the keys of a table, or of the top of the file.
pub(crate) fn keys_of(table: Option<&str>) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.table == table)
}

/// Writes a string of TOML on one line, in which nothing can steer a terminal.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if is_unprintable(character) => {
                quoted += &format!("\\U{:08x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

fn patterns(patterns: &[Pattern]) -> String {
    let quoted: Vec<String> = patterns.iter().map(|pattern| quoted(pattern.as_str())).collect();
    format!("[{}]", quoted.join(", "))
}

/// Writes a number of bytes in the largest unit that needs no fraction.
fn exact_size(bytes: u64) -> String {
    let units = [(bytesize::GIB, "GiB"), (bytesize::MIB, "MiB"), (bytesize::KIB, "KiB")];
    let whole = units.into_iter().find(|(unit, _)| bytes.is_multiple_of(*unit));
    let (unit, name) = whole.unwrap_or((1, "B"));
    format!("{} {name}", bytes / unit)
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meant: T) -> Option<String> {
    words.iter().find(|(_, meaning)| *meaning == meant).map(|(word, _)| quoted(word))
}

fn set<T>(value: &mut T, read: Option<T>) {
    if let Some(read) = read {
        *value = read;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_quoted_text_is_read_back_as_it_was() {
        for text in ["", "origin/main", "it's \"quoted\" \\", "\u{1b}\u{202e}\u{e0041}\n\u{9b}é"] {
            let quoted = quoted(text);
            assert!(!quoted.contains(is_unprintable), "{quoted:?}");
            let table: toml::Table = format!("x = {quoted}").parse().expect("it is TOML");
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }

    #[test]
    fn a_size_is_read_back_as_it_was() {
        for bytes in [1, 1000, 1024, 1025, 3 << 20, (3 << 20) + 1, 7 << 30, u64::MAX] {
            assert_eq!(size(&exact_size(bytes)), Ok(bytes));
        }
        assert_eq!(exact_size(1 << 20), "1 MiB");
    }

    #[test]
    fn the_readme_shows_every_key_and_no_other() {
        let readme = include_str!("../../README.md");
        let block = readme.split("```toml\n").find(|block| block.contains("fetch_timeout"));
        let block = block.and_then(|block| block.split("```").next()).expect("README shows it");
        let shown: toml::Table = block.parse().expect("it is TOML");
        let mut names: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
        for (name, value) in &shown {
            match value.as_table().filter(|_| name != "rules") {
                Some(table) => names.extend(table.keys().map(|key| (Some(&**name), &**key))),
                None => _ = names.insert((None, name)),
            }
        }
        for table in ["rules", "environment"] {
            assert!(names.remove(&(None, table)), "{table}");
        }
        assert_eq!(names, KEYS.iter().map(|key| (key.table, key.name)).collect());
    }
}
