//! `config init`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};

use serde::Serialize;

use crate::cli::arguments::Format;
use crate::cli::terminal::Terminal;
use crate::cli::{Failure, Session};
use crate::config::{Config, ENVIRONMENT_KEYS, EnvironmentKeys, FILE_NAME, Key, TABLES, keys_of};
use crate::finding::Outcome;
use crate::git;
use crate::report;
use crate::rules::RULES;

const HEADER: &str = "\
# Configuration of alembic-guard. Every setting is optional: the ones below show the default, or an example if
# the default is empty. `alembic-guard config` prints the settings in force.
";

/// What `config init` wrote.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli) struct InitJson {
    version: u32,
    /// The file that was written.
    path: String,
}

/// Writes the file at the top of the work tree, unless there is one.
pub(super) fn run(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let top = session.repository.work_dir().ok_or(git::Error::Bare)?;
    let path = top.join(FILE_NAME);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Failure::Exists { path });
        }
        Err(source) => return Err(Failure::Write { path, source }),
    };
    if let Err(source) = file.write_all(text().as_bytes()) {
        // Half of it would count from now on.
        let _ = fs::remove_file(&path);
        return Err(Failure::Write { path, source });
    }
    let path = path.display().to_string();
    match session.format {
        Format::Text => {
            terminal.mention(&format!("wrote {}\n", crate::text::escape(&path)));
        }
        Format::Json => {
            terminal.print(&report::json::to_string(&InitJson { version: 1, path })?);
        }
    }
    Ok(Outcome::Clean)
}

fn text() -> String {
    let mut text = HEADER.to_owned();
    for key in keys_of(None) {
        text += &format!("\n{}", setting(key, &Config::default()));
    }
    text += "\n# An Alembic environment; without any, they are searched for.\n# [[environment]]\n";
    for key in &ENVIRONMENT_KEYS {
        text += &setting(key, &EnvironmentKeys::default());
    }
    for table in TABLES {
        text += &format!("\n# [{table}]\n");
        text.extend(keys_of(Some(table)).map(|key| setting(key, &Config::default())));
    }
    text += "\n# Levels of the rules: \"error\", \"warn\" or \"off\".\n# [rules]\n";
    text.extend(RULES.iter().map(|rule| format!("# {} = \"{}\"\n", rule.name, rule.level)));
    text
}

/// Formats a setting as a comment, below its description.
fn setting<C: Clone>(key: &Key<C>, default: &C) -> String {
    let value = key.write(default).filter(|value| value != "[]");
    let value = value.as_deref().unwrap_or(key.example);
    format!("# {}.\n# {} = {value}\n", key.about, key.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::rules;

    fn parsed(source: &str) -> Config {
        parse(&FILE_NAME.into(), source.as_bytes(), &rules::names()).expect("it is valid")
    }

    #[test]
    fn it_changes_nothing_and_has_every_key() {
        assert_eq!(parsed(&text()), Config::default());
        let is_set = |line: &&str| {
            let name = line.split(" = ").next().unwrap_or_default();
            line.starts_with('[') || !name.contains(' ') && line.contains(" = ")
        };
        let text = text();
        let lines = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_set);
        let uncommented = lines.collect::<Vec<_>>().join("\n");
        parsed(&uncommented);
        let table: toml::Table = uncommented.parse().expect("it is TOML");
        let tables = TABLES.map(Some).into_iter().chain([None]);
        for key in tables.flat_map(keys_of) {
            let table = key.table.map_or(Some(&table), |name| table[name].as_table());
            assert!(table.is_some_and(|table| table.contains_key(key.name)), "{}", key.name);
        }
        for key in &ENVIRONMENT_KEYS {
            assert!(table["environment"][0].get(key.name).is_some(), "{}", key.name);
        }
        assert_eq!(table["rules"].as_table().map(|rules| rules.len()), Some(RULES.len()));
    }
}
