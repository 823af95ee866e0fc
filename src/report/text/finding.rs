//! One finding: what is wrong, where, a picture of it, and what to do.

use crate::finding::{Finding, Lowered, Report};
use crate::report::paint::{level_color, level_word};
use crate::report::snippet::{Place, places};
use crate::report::{Style, drawing, in_force, prose};

/// Renders all findings of a report, those that were there before last and in brief.
pub(super) fn all(report: &Report, style: &Style) -> String {
    let in_full: Vec<&Finding> =
        in_force(report).filter(|finding| style.verbose || !is_debt(finding)).collect();
    let mut blocks: Vec<String> = Vec::new();
    for (index, finding) in in_full.iter().enumerate() {
        let next = in_full.get(index + 1);
        let told_next = next.is_some_and(|next| same_advice(finding, next));
        blocks.push(one(finding, told_next, report, style));
    }
    let brief = debt(report, style);
    if !brief.is_empty() {
        blocks.push(brief);
    }
    blocks.join("\n")
}

/// Tells whether a finding is about what was there before.
pub(super) fn is_debt(finding: &Finding) -> bool {
    finding.lowered == Some(Lowered::Debt)
}

/// Tells whether two neighbours would be explained by the same picture and the same advice.
fn same_advice(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule
        && one.environment == other.environment
        && one.drawing == other.drawing
        && one.help == other.help
}

fn one(finding: &Finding, told_next: bool, report: &Report, style: &Style) -> String {
    let mut out = header(finding, &finding.message, style);
    out += &source(finding, report, style);
    if told_next {
        return out;
    }
    if let Some(drawing) = &finding.drawing {
        let drawn = drawing::render(drawing, style);
        if !drawn.is_empty() {
            out += &format!("\n{drawn}");
        }
    }
    if !finding.help.is_empty() {
        out += &format!("\n{}", prose::help(&finding.help, style));
    }
    out
}

fn header(finding: &Finding, message: &str, style: &Style) -> String {
    let prefix = format!("{}[{}]", level_word(finding.level), finding.rule);
    prose::title(&prefix, level_color(finding.level), message, style)
}

fn source(finding: &Finding, report: &Report, style: &Style) -> String {
    let mut shown = vec![Place { site: &finding.site, label: &finding.label }];
    shown.extend(
        finding
            .related
            .iter()
            .map(|related| Place { site: &related.site, label: &related.message }),
    );
    let mut notes = Vec::new();
    if report.environments.len() > 1 {
        notes.push(format!("in environment `{}`", finding.environment));
    }
    if let Some(lowered) = &finding.lowered {
        notes.push(format!("does not block: {}", reason(lowered)));
    }
    places(finding.level, &shown, &notes, &report.sources, style)
}

fn reason(lowered: &Lowered) -> String {
    match lowered {
        Lowered::Debt => "it was there before".to_owned(),
        Lowered::Untouched => "this push does not change it".to_owned(),
        Lowered::Elsewhere(branch) => {
            format!("it is on {branch} already, and this push does not change it")
        }
        Lowered::Ahead => "it shows only when looking ahead of this commit".to_owned(),
        Lowered::CannotTell => {
            "a file whose revision or parents are unknown may explain it".to_owned()
        }
        Lowered::Incomplete => "there were such gaps before: more of it lies elsewhere".to_owned(),
        Lowered::Unfinished => "it is a repair that needs one more step".to_owned(),
        Lowered::NoTarget => "this branch is no target".to_owned(),
        Lowered::NoBase => "there is nothing to compare with".to_owned(),
        Lowered::Conflict => "git will ask, and it shows only if that is answered so".to_owned(),
        Lowered::Asked(how) => format!("asked for by {how}"),
    }
}

/// Renders what was there before: one line for each rule and environment.
fn debt(report: &Report, style: &Style) -> String {
    if style.verbose || style.quiet {
        return String::new();
    }
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in in_force(report).filter(|finding| is_debt(finding)) {
        let same = |group: &&mut Vec<&Finding>| {
            let first = group[0];
            first.rule == finding.rule && first.environment == finding.environment
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.iter().map(|group| debt_line(group, report, style)).collect()
}

fn debt_line(group: &[&Finding], report: &Report, style: &Style) -> String {
    let first = group[0];
    let path = first.site.path();
    let place = match (group.len(), path.is_root()) {
        (_, true) => String::new(),
        (1, false) => format!(", in {path}"),
        (_, false) => format!(", the first in {path}"),
    };
    let environment = match report.environments.len() {
        0 | 1 => String::new(),
        _ => format!(" in environment `{}`", first.environment),
    };
    let verb = if group.len() == 1 { "was" } else { "were" };
    let message = format!("{} {verb} there before{environment}{place}", group.len());
    header(first, &message, style)
}
