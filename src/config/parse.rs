//! Parses a configuration file into a [`Config`], or into all of its errors.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Fields, chosen};
use super::invalid::{Invalid, Mistake, nearest};
use super::keys::{ENVIRONMENT_KEYS, EnvironmentKeys, TABLES, keys_of};
use super::{Config, EnvironmentConfig, Level};
use crate::tree::RepoPath;

/// The rule that checks the pattern for file names.
const FILENAME_RULE: &str = "filename-convention";

/// The maximum number of environments.
const MOST_ENVIRONMENTS: usize = 1000;

const LEVELS: [(&str, Level); 3] =
    [("off", Level::Off), ("warn", Level::Warn), ("error", Level::Error)];

/// Parses a configuration file; `rule_names` are the valid names in `[rules]`.
pub fn parse(
    path: &RepoPath,
    source: &[u8],
    rule_names: &[&'static str],
) -> Result<Config, Invalid> {
    let mut mistakes = Vec::new();
    let config = read(source, rule_names, &mut mistakes);
    if mistakes.is_empty() {
        return Ok(config);
    }
    mistakes.sort_by_key(|mistake| mistake.span.start);
    Err(Invalid { path: path.clone(), mistakes })
}

fn read(source: &[u8], rule_names: &[&'static str], mistakes: &mut Vec<Mistake>) -> Config {
    let text = match str::from_utf8(source) {
        Ok(text) => text,
        Err(error) => {
            let start = error.valid_up_to();
            mistakes.push(Mistake {
                message: "the file is not UTF-8".to_owned(),
                span: start..start + error.error_len().unwrap_or(source.len() - start),
                nearest: None,
            });
            return Config::default();
        }
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return top_level(table.get_ref(), rule_names, mistakes);
    }
    mistakes.extend(errors.into_iter().map(|error| Mistake {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(text.len()..text.len()),
        nearest: None,
    }));
    Config::default()
}

fn top_level(
    table: &DeTable<'_>,
    rule_names: &[&'static str],
    mistakes: &mut Vec<Mistake>,
) -> Config {
    let mut config = Config::default();
    let mut environments = Vec::new();
    let mut fields = Fields::new(table, mistakes);
    for key in keys_of(None) {
        key.read(&mut fields, &mut config);
    }
    let environment_tables = fields.tables("environment");
    let rules = fields.table("rules");
    let tables = TABLES.map(|name| (name, fields.table(name)));
    fields.finish();
    for table in environment_tables.iter().take(MOST_ENVIRONMENTS) {
        environments.extend(environment(table, mistakes));
    }
    if let Some(table) = environment_tables.get(MOST_ENVIRONMENTS) {
        let message = format!("at most {MOST_ENVIRONMENTS} environments are allowed");
        mistakes.push(Mistake { message, span: table.span(), nearest: None });
    }
    unique_names(&environments, mistakes);
    config.environments = environments.into_iter().map(Spanned::into_inner).collect();
    if let Some(table) = rules {
        config.rules = levels(table, rule_names, mistakes);
    }
    for (name, table) in tables {
        let Some(table) = table else { continue };
        let mut fields = Fields::new(table, mistakes);
        for key in keys_of(Some(name)) {
            key.read(&mut fields, &mut config);
        }
        fields.finish();
    }
    match (&config.filename_pattern, rules) {
        (Some(_), _) => turn_on(FILENAME_RULE, rule_names, &mut config.rules),
        (None, Some(rules)) => needs_pattern(rules, table.get("filename"), &config.rules, mistakes),
        (None, None) => {}
    }
    config
}

/// Reads one `[[environment]]`; the span is that of its name.
fn environment(
    table: &Spanned<&DeTable<'_>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Spanned<EnvironmentConfig>> {
    let mut fields = Fields::new(table.get_ref(), mistakes);
    let mut keys = EnvironmentKeys::default();
    for key in &ENVIRONMENT_KEYS {
        key.read(&mut fields, &mut keys);
    }
    let EnvironmentKeys { name, script_location, version_locations, recursive, heads, branches } =
        keys;
    let [named, at_script, at_versions] =
        ["name", "script_location", "version_locations"].map(|key| fields.span_of(key));
    let no_folders = version_locations.as_ref().is_some_and(Vec::is_empty);
    if at_script.is_none() && (at_versions.is_none() || no_folders) {
        let message = "the environment needs `script_location` or `version_locations`";
        fields.wrong(table.span(), message);
    }
    fields.finish();

    let version_locations = version_locations.filter(|folders| !folders.is_empty());
    let beside = |folders: &Vec<RepoPath>| folders.first().and_then(RepoPath::parent);
    let script_location =
        script_location.or_else(|| version_locations.as_ref().and_then(beside))?;
    let environment = EnvironmentConfig {
        name: name.unwrap_or_else(|| default_name(&script_location)),
        version_locations: version_locations
            .unwrap_or_else(|| vec![script_location.join("versions")]),
        script_location,
        recursive,
        heads,
        branches,
    };
    let span = named.or(at_script).unwrap_or(table.span());
    Some(Spanned::new(span, environment))
}

fn default_name(script_location: &RepoPath) -> String {
    if script_location.is_root() {
        ".".to_owned()
    } else {
        String::from_utf8_lossy(script_location.as_bytes()).into_owned()
    }
}

fn unique_names(environments: &[Spanned<EnvironmentConfig>], mistakes: &mut Vec<Mistake>) {
    for (index, environment) in environments.iter().enumerate() {
        let name = &environment.get_ref().name;
        let earlier = &environments[..index];
        if earlier.iter().any(|other| &other.get_ref().name == name) {
            mistakes.push(Mistake {
                message: format!("two environments are named `{name}`; give each a unique `name`"),
                span: environment.span(),
                nearest: None,
            });
        }
    }
}

fn levels(
    table: &DeTable<'_>,
    rule_names: &[&'static str],
    mistakes: &mut Vec<Mistake>,
) -> BTreeMap<&'static str, Level> {
    let mut levels = BTreeMap::new();
    for (key, value) in table {
        let Some(name) = rule_names.iter().find(|name| **name == key.get_ref()) else {
            mistakes.push(Mistake {
                message: format!("unknown rule `{}`", key.get_ref()),
                span: key.span(),
                nearest: nearest(key.get_ref(), rule_names),
            });
            continue;
        };
        match level(value) {
            Ok(level) => {
                levels.insert(*name, level);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    levels
}

/// Turns on a rule that is off unless its settings are configured.
fn turn_on(rule: &str, rule_names: &[&'static str], levels: &mut BTreeMap<&'static str, Level>) {
    if let Some(name) = rule_names.iter().find(|name| **name == rule) {
        levels.entry(name).or_insert(Level::Warn);
    }
}

/// Reports an error if the rule for file names is on but `[filename]` has no pattern.
fn needs_pattern(
    rules: &DeTable<'_>,
    filename: Option<&Spanned<DeValue<'_>>>,
    levels: &BTreeMap<&'static str, Level>,
    mistakes: &mut Vec<Mistake>,
) {
    let is_on = levels.get(FILENAME_RULE).is_some_and(|level| *level != Level::Off);
    let filename = filename.and_then(|value| value.get_ref().as_table());
    let says_nothing = filename.is_none_or(|table| !table.contains_key("pattern"));
    if let Some((key, _)) = rules.get_key_value(FILENAME_RULE).filter(|_| is_on && says_nothing) {
        mistakes.push(Mistake {
            message: format!("`{FILENAME_RULE}` needs a `pattern` in `[filename]`"),
            span: key.span(),
            nearest: None,
        });
    }
}

fn level(value: &Spanned<DeValue<'_>>) -> Result<Level, Mistake> {
    match value.get_ref().as_str() {
        Some(text) => chosen(&Spanned::new(value.span(), text), &LEVELS),
        None => Err(Mistake {
            message: "a level must be one of `off`, `warn`, `error`, in quotes".to_owned(),
            span: value.span(),
            nearest: None,
        }),
    }
}

#[cfg(test)]
mod tests;
