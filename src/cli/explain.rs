//! `explain`.

use serde::Serialize;

use super::Failure;
use super::arguments::{Explain, Format};
use super::terminal::Terminal;
use crate::advice::program::{self, PROGRAM};
use crate::config::Level;
use crate::finding::Outcome;
use crate::report;
use crate::rules::{self, Group, RULES, Rule};

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
    /// The kind of problem.
    group: Group,
    /// The problem in a few words.
    summary: &'static str,
}

pub(super) fn run(
    explain: &Explain,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let style = terminal.output_style();
    terminal.print(&match (&explain.rule, format) {
        (None, Format::Text) => report::explanation::list(&style),
        (None, Format::Json) => report::json::to_string(&list_json())?,
        (Some(name), Format::Text) => {
            let rule = find(name)?;
            report::explanation::explanation(rule, &explanation(rule), &style)
        }
        (Some(name), Format::Json) => report::json::to_string(&rule_json(find(name)?))?,
    });
    Ok(Outcome::Clean)
}

/// Finds a rule by its name, or by a part that no other name has.
fn find(name: &str) -> Result<&'static Rule, Failure> {
    let parts = || RULES.iter().copied().filter(|rule| rule.name.contains(name));
    let mut matching = parts();
    match (rules::find(name), matching.next(), matching.next()) {
        (Some(rule), _, _) | (None, Some(rule), None) => Ok(rule),
        (None, Some(_), Some(_)) if !name.is_empty() => Err(Failure::UnknownRule {
            name: name.to_owned(),
            near: parts().map(|rule| rule.name).collect(),
        }),
        (None, _, _) => Err(Failure::UnknownRule {
            name: name.to_owned(),
            near: nearest(name).into_iter().collect(),
        }),
    }
}

fn rule_json(rule: &Rule) -> RuleJson {
    RuleJson { version: 1, name: rule.name, level: rule.level, explain: explanation(rule) }
}

/// Returns the text of a rule, with the name by which this program can be called in its commands.
fn explanation(rule: &Rule) -> String {
    rule.explain.replace(&format!("`{PROGRAM} "), &format!("`{} ", program::word()))
}

fn list_json() -> RulesJson {
    let rule = |rule: &&Rule| ListedJson {
        name: rule.name,
        level: rule.level,
        group: rule.group,
        summary: rule.summary,
    };
    RulesJson { version: 1, rules: RULES.iter().map(rule).collect() }
}

fn nearest(name: &str) -> Option<&'static str> {
    let distance = |rule: &str| strsim::damerau_levenshtein(rule, name);
    let nearest = rules::names().into_iter().min_by_key(|rule| distance(rule))?;
    (distance(nearest) <= nearest.len() / 2).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_is_enough_if_no_other_name_has_it() {
        let found = |name| {
            find(name).map(|rule| rule.name).map_err(|error| match error {
                Failure::UnknownRule { near, .. } => near,
                _ => Vec::new(),
            })
        };
        assert_eq!(found("stale"), Ok("stale-down-revision"));
        assert_eq!(found("multiple-heads"), Ok("multiple-heads"));
        assert_eq!(found("filename"), Err(vec!["filename-mismatch", "filename-convention"]));
        assert_eq!(found("stale-down-revison"), Err(vec!["stale-down-revision"]));
        assert_eq!(found("qqqqqq"), Err(Vec::new()));
        assert_eq!(found(""), Err(Vec::new()));
    }
}
