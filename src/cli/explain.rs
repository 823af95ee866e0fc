//! `explain`.

use super::arguments::Explain;
use super::terminal::Terminal;
use crate::finding::Outcome;
use crate::rules::{self, RULES};
use crate::text::escape;

pub(super) fn run(explain: &Explain, terminal: &Terminal) -> Outcome {
    let Some(name) = &explain.rule else {
        terminal.print(&list());
        return Outcome::Clean;
    };
    match rules::find(name) {
        Some(rule) => {
            terminal.print(&format!("# {} ({})\n\n{}", rule.name, rule.level, rule.explain));
            Outcome::Clean
        }
        None => {
            let near =
                nearest(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            terminal.warn(&format!("error: there is no rule `{}`{near}\n", escape(name)));
            Outcome::Broken
        }
    }
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
