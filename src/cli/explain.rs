//! `explain`.

use serde_json::{Value, json};

use super::arguments::{Explain, Format};
use super::terminal::Terminal;
use crate::finding::Outcome;
use crate::report;
use crate::rules::{self, RULES, Rule};
use crate::text::escape;

pub(super) fn run(explain: &Explain, format: Format, terminal: &Terminal) -> Outcome {
    let is_json = format == Format::Json;
    let Some(name) = &explain.rule else {
        terminal.print(&if is_json { json(&list_json()) } else { list() });
        return Outcome::Clean;
    };
    match rules::find(name) {
        Some(rule) => {
            let text = || format!("# {} ({})\n\n{}", rule.name, rule.level, rule.explain);
            terminal.print(&if is_json { json(&rule_json(rule)) } else { text() });
            Outcome::Clean
        }
        None => {
            let near =
                nearest(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("there is no rule `{}`{near}", escape(name));
            if is_json {
                terminal.print(&json(&json!({ "version": 1, "error": { "message": message } })));
            }
            terminal.warn(&format!("error: {message}\n"));
            Outcome::Broken
        }
    }
}

fn json(value: &Value) -> String {
    report::json::to_string(value).unwrap_or_default()
}

fn rule_json(rule: &Rule) -> Value {
    let level = rule.level.to_string();
    json!({ "version": 1, "name": rule.name, "level": level, "explain": rule.explain })
}

fn list_json() -> Value {
    let rule = |rule: &&Rule| json!({ "name": rule.name, "level": rule.level.to_string() });
    json!({ "version": 1, "rules": RULES.iter().map(rule).collect::<Vec<_>>() })
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let lines = RULES.iter().map(|rule| format!("{:width$}  {}\n", rule.name, rule.level));
    lines.collect::<String>() + "\nfor one of them: alembic-guard explain RULE\n"
}

fn nearest(name: &str) -> Option<&'static str> {
    let distance = |rule: &str| strsim::damerau_levenshtein(rule, name);
    let nearest = rules::names().into_iter().min_by_key(|rule| distance(rule))?;
    (distance(nearest) <= nearest.len() / 2).then_some(nearest)
}
