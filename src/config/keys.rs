//! The keys of the configuration file: one table for the global keys and one for the keys of an
//! `[[environment]]`. Reading, printing, `config init` and the JSON schema use them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::fields::Fields;
use super::values::{duration, folder, not_empty, path_pattern, pattern, revision, size};
use super::{Config, Fetch, FilenamePattern, OtherBranches, Pattern};
use crate::text::is_unprintable;
use crate::tree::RepoPath;

/// A key of the configuration file, whose value goes into a `C`.
pub(crate) struct Key<C: 'static> {
    /// The table that it belongs to; `None` for the top level.
    pub(crate) table: Option<&'static str>,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its description, as a phrase.
    pub(crate) about: &'static str,
    /// An example value in TOML.
    pub(crate) example: &'static str,
    /// The type of the value, and its field.
    pub(super) value: Value<C>,
}

/// The types of values, each with the field that stores it.
pub(super) enum Value<C: 'static> {
    Text(Field<C, Option<String>>),
    Texts(Field<C, Vec<String>>),
    Revision(Field<C, Option<String>>),
    Patterns(Field<C, Vec<Pattern>>),
    OptionalPatterns(Field<C, Option<Vec<Pattern>>>),
    PathPatterns(Field<C, Vec<Pattern>>),
    Folder(Field<C, Option<RepoPath>>),
    Folders(Field<C, Option<Vec<RepoPath>>>),
    FileName(Field<C, Option<FilenamePattern>>),
    Flag(Field<C, bool>),
    Count(Field<C, usize>),
    Size(Field<C, u64>),
    Duration(Field<C, Duration>),
    Fetch(Field<C, Fetch>),
    OtherBranches(Field<C, OtherBranches>),
}

type Field<C, T> = fn(&mut C) -> &mut T;

/// The keys of one `[[environment]]`, as written.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentKeys {
    pub(crate) name: Option<String>,
    pub(crate) script_location: Option<RepoPath>,
    pub(crate) version_locations: Option<Vec<RepoPath>>,
    pub(crate) recursive: bool,
    pub(crate) heads: usize,
    pub(crate) branches: Vec<String>,
}

impl Default for EnvironmentKeys {
    fn default() -> EnvironmentKeys {
        EnvironmentKeys {
            name: None,
            script_location: None,
            version_locations: None,
            recursive: false,
            heads: 1,
            branches: Vec::new(),
        }
    }
}

/// The tables with keys of [`KEYS`], in the order in which they are printed.
pub(crate) const TABLES: [&str; 2] = ["server", "filename"];

pub(super) const FETCH: [(&str, Fetch); 2] = [("auto", Fetch::Auto), ("never", Fetch::Never)];

pub(super) const OTHER_BRANCHES: [(&str, OtherBranches); 3] =
    [("warn", OtherBranches::Warn), ("error", OtherBranches::Error), ("off", OtherBranches::Off)];

/// The global keys, in the order in which they are printed.
pub(crate) static KEYS: [Key<Config>; 13] = [
    Key {
        table: None,
        name: "base",
        about: "Branch or commit to compare with; by default the nearest target branch",
        example: "\"origin/main\"",
        value: Value::Revision(|config| &mut config.base),
    },
    Key {
        table: None,
        name: "targets",
        about: "Branches that changes are merged into; by default the default branch and the usual \
                release branches",
        example: "[\"main\", \"release/*\"]",
        value: Value::OptionalPatterns(|config| &mut config.targets),
    },
    Key {
        table: None,
        name: "independent_targets",
        about: "Targets whose databases never move to another target; diverged-targets ignores them",
        example: "[\"demo\"]",
        value: Value::Patterns(|config| &mut config.independent_targets),
    },
    Key {
        table: None,
        name: "ignore_refs",
        about: "Branches that are not checked when they are pushed",
        example: "[\"wip/*\"]",
        value: Value::Patterns(|config| &mut config.ignore_refs),
    },
    Key {
        table: None,
        name: "fetch",
        about: "Whether a push that adds or changes migrations fetches the newest base first",
        example: "\"never\"",
        value: Value::Fetch(|config| &mut config.fetch),
    },
    Key {
        table: None,
        name: "fetch_timeout",
        about: "How long this fetch may take",
        example: "\"5s\"",
        value: Value::Duration(|config| &mut config.fetch_timeout),
    },
    Key {
        table: None,
        name: "time_limit",
        about: "How long a check may take before it gives up with exit code 2",
        example: "\"60s\"",
        value: Value::Duration(|config| &mut config.time_limit),
    },
    Key {
        table: None,
        name: "max_revision_id_length",
        about: "Longest revision id; by default what the column alembic_version.version_num can hold",
        example: "32",
        value: Value::Count(|config| &mut config.max_revision_id_length),
    },
    Key {
        table: None,
        name: "max_file_size",
        about: "Largest migration that is read; a larger one is reported as unreadable",
        example: "\"1 MiB\"",
        value: Value::Size(|config| &mut config.max_file_size),
    },
    Key {
        table: None,
        name: "max_migrations",
        about: "Largest number of migrations per environment; an environment with more is not read",
        example: "250000",
        value: Value::Count(|config| &mut config.max_migrations),
    },
    Key {
        table: None,
        name: "exclude",
        about: "Paths in which environments are not searched for, such as test fixtures",
        example: "[\"tests/**\"]",
        value: Value::PathPatterns(|config| &mut config.exclude),
    },
    Key {
        table: Some("server"),
        name: "other_branches",
        about: "Level of problems that a server finds in branches other than targets",
        example: "\"error\"",
        value: Value::OtherBranches(|config| &mut config.other_branches),
    },
    Key {
        table: Some("filename"),
        name: "pattern",
        about: "File names of new migrations, from {date:...}, {slug}, {label} and {rev}",
        example: "\"{date:%Y%m%d}_{slug}_{label}.py\"",
        value: Value::FileName(|config| &mut config.filename_pattern),
    },
];

/// The keys of an `[[environment]]`.
pub(crate) static ENVIRONMENT_KEYS: [Key<EnvironmentKeys>; 6] = [
    Key {
        table: Some("environment"),
        name: "name",
        about: "Name in reports; by default the script location",
        example: "\"billing\"",
        value: Value::Text(|keys| &mut keys.name),
    },
    Key {
        table: Some("environment"),
        name: "script_location",
        about: "Folder of env.py; by default the parent of the first version location",
        example: "\"migrations\"",
        value: Value::Folder(|keys| &mut keys.script_location),
    },
    Key {
        table: Some("environment"),
        name: "version_locations",
        about: "Folders of the migrations; by default the folder versions in the script location",
        example: "[\"migrations/versions\"]",
        value: Value::Folders(|keys| &mut keys.version_locations),
    },
    Key {
        table: Some("environment"),
        name: "recursive",
        about: "Whether migrations may be in subfolders",
        example: "false",
        value: Value::Flag(|keys| &mut keys.recursive),
    },
    Key {
        table: Some("environment"),
        name: "heads",
        about: "How many heads are allowed",
        example: "1",
        value: Value::Count(|keys| &mut keys.heads),
    },
    Key {
        table: Some("environment"),
        name: "branches",
        about: "Branch labels that may each have a head of their own",
        example: "[\"expand\", \"contract\"]",
        value: Value::Texts(|keys| &mut keys.branches),
    },
];

impl<C: Clone> Key<C> {
    /// Returns its name with its table: `server.other_branches`.
    pub(crate) fn dotted(&self) -> String {
        let table = self.table.map(|table| format!("{table}.")).unwrap_or_default();
        table + self.name
    }

    /// Reads the value from a table; keeps the default if it is missing.
    pub(super) fn read(&self, fields: &mut Fields<'_, '_>, into: &mut C) {
        let name = self.name;
        match &self.value {
            Value::Text(field) => *field(into) = fields.parsed(name, not_empty),
            Value::Texts(field) => set(field(into), fields.list(name, not_empty)),
            Value::Revision(field) => *field(into) = fields.parsed(name, revision),
            Value::Patterns(field) => set(field(into), fields.list(name, pattern)),
            Value::OptionalPatterns(field) => *field(into) = fields.list(name, pattern),
            Value::PathPatterns(field) => set(field(into), fields.list(name, path_pattern)),
            Value::Folder(field) => *field(into) = fields.parsed(name, folder),
            Value::Folders(field) => *field(into) = fields.list(name, folder),
            Value::FileName(field) => *field(into) = fields.parsed(name, FilenamePattern::parse),
            Value::Flag(field) => set(field(into), fields.flag(name)),
            Value::Count(field) => set(field(into), fields.count(name)),
            Value::Size(field) => set(field(into), fields.parsed(name, size)),
            Value::Duration(field) => set(field(into), fields.parsed(name, duration)),
            Value::Fetch(field) => set(field(into), fields.choice(name, &FETCH)),
            Value::OtherBranches(field) => set(field(into), fields.choice(name, &OTHER_BRANCHES)),
        }
    }

    /// Formats the value as TOML; nothing if it is not set and has no default.
    pub(crate) fn write(&self, from: &C) -> Option<String> {
        let mut from = from.clone();
        let from = &mut from;
        match &self.value {
            Value::Text(field) | Value::Revision(field) => field(from).as_deref().map(quoted),
            Value::Texts(field) => Some(array(&*field(from))),
            Value::Patterns(field) | Value::PathPatterns(field) => {
                Some(array(field(from).iter().map(Pattern::as_str)))
            }
            Value::OptionalPatterns(field) => {
                field(from).as_ref().map(|patterns| array(patterns.iter().map(Pattern::as_str)))
            }
            Value::Folder(field) => field(from).as_ref().map(|path| quoted(&path.to_string())),
            Value::Folders(field) => {
                field(from).as_ref().map(|paths| array(paths.iter().map(RepoPath::to_string)))
            }
            Value::FileName(field) => field(from).as_ref().map(|name| quoted(&name.to_string())),
            Value::Flag(field) => Some(field(from).to_string()),
            Value::Count(field) => Some(field(from).to_string()),
            Value::Size(field) => Some(quoted(&exact_size(*field(from)))),
            Value::Duration(field) => {
                Some(quoted(&humantime::format_duration(*field(from)).to_string()))
            }
            Value::Fetch(field) => word(&FETCH, *field(from)),
            Value::OtherBranches(field) => word(&OTHER_BRANCHES, *field(from)),
        }
    }
}

/// Returns the keys of a table or of the top level.
pub(crate) fn keys_of(table: Option<&str>) -> impl Iterator<Item = &'static Key<Config>> {
    KEYS.iter().filter(move |key| key.table == table)
}

/// Returns the keys of a file, with their tables: `server.other_branches`.
pub(crate) fn dotted_keys(file: &toml::Table) -> BTreeSet<String> {
    let dotted = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(table) => table.keys().map(|within| format!("{key}.{within}")).collect(),
        _ => vec![key.clone()],
    };
    file.iter().flat_map(dotted).collect()
}

/// Formats a TOML string on one line without control characters.
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

fn array(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// Formats a size in the largest unit that needs no fraction.
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
}
