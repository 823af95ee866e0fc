//! `explain`.

use serde::Serialize;

use super::Failure;
use super::arguments::{Explain, Format};
use super::terminal::Terminal;
use crate::advice::Command;
use crate::advice::program::{self, PROGRAM};
use crate::config::Level;
use crate::finding::Outcome;
use crate::report;
use crate::rules::{self, RULES, Rule};

/// What `explain RULE` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RuleJson {
    version: u32,
    name: &'static str,
    /// The default level.
    level: Level,
    /// The explanation, in Markdown.
    explain: String,
}

/// What `explain` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RulesJson {
    version: u32,
    rules: Vec<ListedJson>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ListedJson {
    name: &'static str,
    /// The default level.
    level: Level,
}

pub(super) fn run(
    explain: &Explain,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    terminal.print(&match (&explain.rule, format) {
        (None, Format::Text) => list(),
        (None, Format::Json) => report::json::to_string(&list_json())?,
        (Some(name), Format::Text) => text(find(name)?),
        (Some(name), Format::Json) => report::json::to_string(&rule_json(find(name)?))?,
    });
    Ok(Outcome::Clean)
}

fn find(name: &str) -> Result<&'static Rule, Failure> {
    let unknown = || Failure::UnknownRule { name: name.to_owned(), near: nearest(name) };
    rules::find(name).ok_or_else(unknown)
}

fn text(rule: &Rule) -> String {
    format!("# {} ({})\n\n{}", rule.name, rule.level, explanation(rule))
}

fn rule_json(rule: &Rule) -> RuleJson {
    RuleJson { version: 1, name: rule.name, level: rule.level, explain: explanation(rule) }
}

/// Returns the text of a rule, with the name by which this program can be called in its commands.
fn explanation(rule: &Rule) -> String {
    rule.explain.replace(&format!("`{PROGRAM} "), &format!("`{} ", program::word()))
}

fn list_json() -> RulesJson {
    let rule = |rule: &&Rule| ListedJson { name: rule.name, level: rule.level };
    RulesJson { version: 1, rules: RULES.iter().map(rule).collect() }
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let lines = RULES.iter().map(|rule| format!("{:width$}  {}\n", rule.name, rule.level));
    let one = Command::of("alembic-guard explain").placeholder("RULE");
    format!("{}\nfor one of them: {one}\n", lines.collect::<String>())
}

fn nearest(name: &str) -> Option<&'static str> {
    let distance = |rule: &str| strsim::damerau_levenshtein(rule, name);
    let nearest = rules::names().into_iter().min_by_key(|rule| distance(rule))?;
    (distance(nearest) <= nearest.len() / 2).then_some(nearest)
}
