//! `config`.

mod init;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::arguments::{self, ConfigCommand, Format};
use super::check::default_side;
use super::hook::variable;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::alembic::environment::{Environment, discover};
use crate::config::{
    Config, ENVIRONMENT_KEYS, EnvironmentKeys, Key, TABLES, dotted_keys, keys_of, quoted,
};
use crate::finding::Outcome;
use crate::hook::{self, Override};
use crate::report;
use crate::rules::RULES;
use crate::scope::{self, Destinations};
use crate::text::escape;
use crate::tree::RepoPath;

#[cfg(test)]
pub(super) use init::InitJson;

/// The settings in force.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ConfigJson {
    version: u32,
    /// The settings, in the format of the configuration file.
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    config: toml::Table,
    /// Where each setting comes from: a file, or `default`.
    sources: BTreeMap<String, String>,
    /// Settings elsewhere that change the behavior of the hooks in this clone.
    overrides: Vec<OverrideJson>,
    resolved: Resolved,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OverrideJson {
    #[cfg_attr(test, schemars(extend("enum" = ["git config", "environment"])))]
    source: &'static str,
    /// The setting, as `NAME=VALUE`.
    setting: String,
    effect: &'static str,
}

/// What the settings resolve to in this repository.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Resolved {
    /// The base of the current branch.
    base: Option<String>,
    /// The target branches that exist.
    targets: Vec<String>,
}

pub(super) fn run(
    arguments: &arguments::Config,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    match arguments.command {
        Some(ConfigCommand::Init) => init::run(session, terminal),
        None => show(session, terminal),
    }
}

fn show(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let side = default_side(session)?;
    let tree = session.repository.side_tree(side)?;
    let context = session.context();
    let config = context.config(&*tree)?;
    let shown = Shown {
        environments: discover(&*tree, &config)?.environments,
        destinations: scope::destinations(&context, side, &config)?,
        overrides: hook::overrides(&session.repository, variable),
        sources: Sources::of(context.config_source(&*tree)?),
        config,
    };
    terminal.print(&match session.format {
        Format::Text => shown.text(),
        Format::Json => report::json::to_string(&shown.json())?,
    });
    Ok(Outcome::Clean)
}

/// The sources of the settings.
struct Sources {
    /// The configuration file; nothing if there is none.
    file: Option<String>,
    /// The keys that it sets.
    keys: BTreeSet<String>,
}

impl Sources {
    fn of(source: Option<(RepoPath, Vec<u8>)>) -> Sources {
        let Some((path, source)) = source else {
            return Sources { file: None, keys: BTreeSet::new() };
        };
        let table = String::from_utf8_lossy(&source).parse().unwrap_or_default();
        Sources { file: Some(path.to_string()), keys: dotted_keys(&table) }
    }

    fn of_key(&self, key: &str) -> &str {
        let file = self.file.as_deref().filter(|_| self.keys.contains(key));
        file.unwrap_or("default")
    }
}

struct Shown {
    config: Config,
    environments: Vec<Environment>,
    destinations: Destinations,
    overrides: Vec<Override>,
    sources: Sources,
}

impl Shown {
    fn json(&self) -> ConfigJson {
        let config: toml::Table = self.text().parse().unwrap_or_default();
        let keys = dotted_keys(&config).into_iter();
        let sources = keys.map(|key| (key.clone(), self.sources.of_key(&key).to_owned()));
        let overrides = self.overrides.iter().map(|over| OverrideJson {
            source: over.source,
            setting: over.setting.clone(),
            effect: over.effect,
        });
        ConfigJson {
            version: 1,
            sources: sources.collect(),
            overrides: overrides.collect(),
            resolved: Resolved {
                base: self.destinations.base.clone(),
                targets: self.destinations.targets.clone(),
            },
            config,
        }
    }

    /// Formats the settings in force as a configuration file, with their sources as comments.
    fn text(&self) -> String {
        let mut lines = Vec::new();
        for key in keys_of(None) {
            lines.extend(self.line(key));
            lines.extend(self.comment(key));
        }
        lines.extend(self.environments.iter().flat_map(|one| self.environment(one)));
        for table in TABLES {
            let set: Vec<String> = keys_of(Some(table)).filter_map(|key| self.line(key)).collect();
            if !set.is_empty() {
                lines.push(format!("\n[{table}]"));
                lines.extend(set);
            }
        }
        lines.push("\n[rules]".to_owned());
        for rule in RULES {
            let level = self.config.level(rule.name, rule.level).to_string();
            let line = format!("{} = {}", rule.name, quoted(&level));
            lines.push(self.sourced(&line, &format!("rules.{}", rule.name)));
        }
        lines.extend(self.overrides.iter().enumerate().map(|(index, over)| {
            let space = if index == 0 { "\n" } else { "" };
            let setting = escape(&over.setting);
            format!("{space}# {}, from {}: {setting}", over.effect, over.source)
        }));
        lines.join("\n") + "\n"
    }

    fn line(&self, key: &Key<Config>) -> Option<String> {
        Some(self.sourced(&line(key, &self.config)?, &key.dotted()))
    }

    /// Appends the source of a key.
    fn sourced(&self, line: &str, key: &str) -> String {
        format!("{line:<38}  # {}", self.sources.of_key(key))
    }

    /// Returns what a key means in this repository if the file does not set it.
    fn comment(&self, key: &Key<Config>) -> Option<String> {
        let none_found = || "none found".to_owned();
        match key.name {
            "base" if self.config.base.is_none() => {
                let base = self.destinations.base.as_deref().map_or_else(none_found, escape);
                Some(format!("# base: the nearest target: {base}"))
            }
            "targets" => {
                let targets = &self.destinations.targets;
                let meant = match self.config.targets {
                    Some(_) => "",
                    None => " the default branch and the usual release branches:",
                };
                let targets =
                    if targets.is_empty() { none_found() } else { escape(&targets.join(", ")) };
                Some(format!("# targets:{meant} {targets}"))
            }
            _ => None,
        }
    }

    fn environment(&self, environment: &Environment) -> Vec<String> {
        let keys = EnvironmentKeys {
            name: Some(environment.name.clone()),
            script_location: Some(environment.script_location.clone()),
            version_locations: Some(environment.version_locations.clone()),
            recursive: environment.recursive,
            heads: environment.heads,
            branches: environment.branches.clone(),
        };
        let source = match self.sources.of_key("environment") {
            "default" => "found in the repository",
            file => file,
        };
        let mut lines = vec![format!("\n{:<38}  # {source}", "[[environment]]")];
        lines.extend(ENVIRONMENT_KEYS.iter().filter_map(|key| line(key, &keys)));
        lines
    }
}

fn line<C: Clone>(key: &Key<C>, config: &C) -> Option<String> {
    key.write(config).map(|value| format!("{} = {value}", key.name))
}
