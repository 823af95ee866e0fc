//! `config`.

use super::arguments::Format;
use super::check::default_side;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::config::{Config, Fetch, OtherBranches, Pattern};
use crate::environment::{Environment, discover};
use crate::finding::Outcome;
use crate::judge::Destinations;
use crate::report;
use crate::rules::RULES;
use crate::text::{escape, is_unprintable};

pub(super) fn run(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let side = default_side(session)?;
    let tree = session.repository.side_tree(side)?;
    let judge = session.judge();
    let config = judge.config(&*tree)?;
    let environments = discover(&*tree, &config)?.environments;
    let destinations = judge.destinations(side, &config)?;
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
    match &config.base {
        Some(base) => lines.push(format!("base = {}", quoted(base))),
        None => {
            let base = destinations.base.as_deref().map_or("none is here".to_owned(), escape);
            lines.push(format!("# base: the nearest target: {base}"));
        }
    }
    let targets = match destinations.targets.as_slice() {
        [] => "none is here".to_owned(),
        targets => escape(&targets.join(", ")),
    };
    match &config.targets {
        Some(patterns) => {
            lines.push(format!("targets = {}", self::patterns(patterns)));
            lines.push(format!("# targets: {targets}"));
        }
        None => lines.push(format!(
            "# targets: the default branch and the usual release branches: {targets}"
        )),
    }
    let fetch = match config.fetch {
        Fetch::Auto => "auto",
        Fetch::Never => "never",
    };
    lines.push(format!("independent_targets = {}", patterns(&config.independent_targets)));
    lines.push(format!("ignore_refs = {}", patterns(&config.ignore_refs)));
    lines.push(format!("fetch = {}", quoted(fetch)));
    let timeout = humantime::format_duration(config.fetch_timeout).to_string();
    lines.push(format!("fetch_timeout = {}", quoted(&timeout)));
    let limit = humantime::format_duration(config.time_limit).to_string();
    lines.push(format!("time_limit = {}", quoted(&limit)));
    lines.push(format!("max_revision_id_length = {}", config.max_revision_id_length));
    let size = bytesize::ByteSize::b(config.max_file_size).display().iec().to_string();
    lines.push(format!("max_file_size = {}", quoted(&size)));
    lines.push(format!("max_migrations = {}", config.max_migrations));
    lines.push(format!("exclude = {}", patterns(&config.exclude)));
    lines.extend(environments.iter().flat_map(environment));
    let other_branches = match config.other_branches {
        OtherBranches::Warn => "warn",
        OtherBranches::Error => "error",
        OtherBranches::Off => "off",
    };
    lines.push("\n[server]".to_owned());
    lines.push(format!("other_branches = {}", quoted(other_branches)));
    if let Some(pattern) = &config.filename_pattern {
        lines.push("\n[filename]".to_owned());
        lines.push(format!("pattern = {}", quoted(&pattern.to_string())));
    }
    lines.push("\n[rules]".to_owned());
    for rule in RULES {
        let level = config.level(rule.name, rule.level).to_string();
        lines.push(format!("{} = {}", rule.name, quoted(&level)));
    }
    lines.join("\n") + "\n"
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

fn patterns(patterns: &[Pattern]) -> String {
    let quoted: Vec<String> = patterns.iter().map(|pattern| quoted(pattern.as_str())).collect();
    format!("[{}]", quoted.join(", "))
}

/// Writes a string of TOML on one line, in which nothing can steer a terminal.
fn quoted(text: &str) -> String {
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
}
