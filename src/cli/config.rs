//! `config`.

use super::arguments::Format;
use super::check::default_side;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::alembic::environment::{Environment, discover};
use crate::config::{Config, Key, TABLES, keys_of, quoted};
use crate::finding::Outcome;
use crate::report;
use crate::rules::RULES;
use crate::scope::{self, Destinations};
use crate::text::escape;

pub(super) fn run(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let side = default_side(session)?;
    let tree = session.repository.side_tree(side)?;
    let context = session.context();
    let config = context.config(&*tree)?;
    let environments = discover(&*tree, &config)?.environments;
    let destinations = scope::destinations(&context, side, &config)?;
    let text = text(&config, &environments, &destinations);
    terminal.print(&match session.format {
        Format::Text => text,
        Format::Json => report::json::to_string(&json(&text, &destinations))?,
    });
    Ok(Outcome::Clean)
}

/// Says the same to a program: the keys of the file, and what they come to in this repository.
fn json(text: &str, destinations: &Destinations) -> serde_json::Value {
    let config: toml::Table = text.parse().unwrap_or_default();
    let resolved = serde_json::json!({
        "base": destinations.base,
        "targets": destinations.targets,
    });
    serde_json::json!({ "version": 1, "config": config, "resolved": resolved })
}

/// Writes what is in force as the file would have it.
fn text(config: &Config, environments: &[Environment], destinations: &Destinations) -> String {
    let mut lines = Vec::new();
    for key in keys_of(None) {
        lines.extend(line(key, config));
        lines.extend(comment(key, config, destinations));
    }
    lines.extend(environments.iter().flat_map(environment));
    for table in TABLES {
        let set: Vec<String> = keys_of(Some(table)).filter_map(|key| line(key, config)).collect();
        if !set.is_empty() {
            lines.push(format!("\n[{table}]"));
            lines.extend(set);
        }
    }
    lines.push("\n[rules]".to_owned());
    for rule in RULES {
        let level = config.level(rule.name, rule.level).to_string();
        lines.push(format!("{} = {}", rule.name, quoted(&level)));
    }
    lines.join("\n") + "\n"
}

fn line(key: &Key, config: &Config) -> Option<String> {
    (key.write)(config).map(|value| format!("{} = {value}", key.name))
}

/// Says what a key comes to in this repository, where the file does not say that itself.
fn comment(key: &Key, config: &Config, destinations: &Destinations) -> Option<String> {
    let none_is_here = || "none is here".to_owned();
    match key.name {
        "base" if config.base.is_none() => {
            let base = destinations.base.as_deref().map_or_else(none_is_here, escape);
            Some(format!("# base: the nearest target: {base}"))
        }
        "targets" => {
            let targets = &destinations.targets;
            let meant = match config.targets {
                Some(_) => "",
                None => " the default branch and the usual release branches:",
            };
            let targets =
                if targets.is_empty() { none_is_here() } else { escape(&targets.join(", ")) };
            Some(format!("# targets:{meant} {targets}"))
        }
        _ => None,
    }
}

fn environment(environment: &Environment) -> Vec<String> {
    let locations = environment.version_locations.iter().map(|path| quoted(&path.to_string()));
    let branches = environment.branches.iter().map(|branch| quoted(branch));
    vec![
        "\n[[environment]]".to_owned(),
        format!("name = {}", quoted(&environment.name)),
        format!("script_location = {}", quoted(&environment.script_location.to_string())),
        format!("version_locations = [{}]", locations.collect::<Vec<_>>().join(", ")),
        format!("recursive = {}", environment.recursive),
        format!("heads = {}", environment.heads),
        format!("branches = [{}]", branches.collect::<Vec<_>>().join(", ")),
    ]
}
