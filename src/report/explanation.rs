//! The explanations of rules, for a terminal.

use super::Style;
use super::color::{FAINT, STRONG, level_color, paint};
use super::layout::wrap;
use crate::advice::Command;
use crate::rules::{Group, RULES, Rule};

/// The maximum line width; longer lines are hard to read.
const WIDTH: usize = 100;

/// Lists all rules by group.
pub fn list(style: &Style) -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let line = |rule: &&Rule| {
        let level = format!("{:5}", rule.level.to_string());
        let level = paint(style, level_color(rule.level), &level);
        format!("  {:width$}  {level}  {}\n", rule.name, rule.summary)
    };
    let group = |group: Group| {
        let lines: String = RULES.iter().filter(|rule| rule.group == group).map(line).collect();
        format!("{}\n{lines}\n", paint(style, STRONG, group.title()))
    };
    let groups: String = Group::ALL.into_iter().map(group).collect();
    let one = Command::of("alembic-guard explain").placeholder("RULE");
    format!("{groups}To explain one: {one}\n")
}

/// Renders the explanation of one rule.
///
/// `text` is Markdown with headings, paragraphs, lists and indented code.
pub fn explanation(rule: &Rule, text: &str, style: &Style) -> String {
    let level = paint(style, level_color(rule.level), &rule.level.to_string());
    let mut out = format!("{} ({level})\n", paint(style, STRONG, rule.name));
    for block in text.trim_end().split("\n\n") {
        let (title, block) = match block.strip_prefix("## ") {
            Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
            None => ("", block),
        };
        out.push('\n');
        if !title.is_empty() {
            out += &format!("{}\n", paint(style, STRONG, title));
        }
        out += &if block.starts_with("    ") {
            format!("{}\n", paint(style, FAINT, block))
        } else {
            block.split("\n- ").map(|item| filled(item, block, style)).collect()
        };
    }
    out
}

/// Wraps a paragraph or a list item.
fn filled(item: &str, block: &str, style: &Style) -> String {
    let (mark, indent) = if block.starts_with("- ") { ("  - ", "    ") } else { ("  ", "  ") };
    let words = item.trim_start_matches("- ").split_whitespace();
    let width = style.width.min(WIDTH);
    let lines = wrap(&words.collect::<Vec<_>>().join(" "), width, mark.len(), indent.len());
    format!("{mark}{}\n", lines.join(&format!("\n{indent}")))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const STYLE: Style = Style {
        color: false,
        unicode: false,
        width: 80,
        verbose: false,
        quiet: false,
        now: SystemTime::UNIX_EPOCH,
    };

    #[test]
    fn every_explanation_fits_80_columns_and_loses_no_word() {
        let plain = |text: &str| text.replace("## ", "").split_whitespace().collect::<String>();
        for rule in RULES {
            let shown = explanation(rule, rule.explain, &STYLE);
            let long = shown.lines().find(|line| line.len() > 80);
            assert_eq!(long, None);
            let (_, body) = shown.split_once('\n').expect("it has a title");
            assert_eq!(plain(body), plain(rule.explain), "{}", rule.name);
            assert!(!shown.contains("\n\n\n") && !shown.contains("##"), "{shown}");
        }
    }

    #[test]
    fn the_list_has_each_rule_once_and_fits_80_columns() {
        let list = list(&STYLE);
        for rule in RULES {
            assert_eq!(list.matches(&format!("  {} ", rule.name)).count(), 1, "{list}");
        }
        // The last line contains the program, which may have a long path.
        let (rules, _) = list.rsplit_once("\n\n").expect("it ends in a line for one");
        assert!(rules.lines().all(|line| line.len() <= 80), "{list}");
    }
}
