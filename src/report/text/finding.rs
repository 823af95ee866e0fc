//! One finding: what is wrong, where, a picture of it, and what to do.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::finding::{Downgrade, Finding, Report};
use crate::problem::Doubt;
use crate::report::color::{level_color, level_word};
use crate::report::snippet::{Place, places};
use crate::report::{Style, drawing, in_force, layout};

/// So many findings are shown in full.
const MOST: usize = 50;

/// Renders all findings of a report, those that were there before last and in brief; of very many, those that
/// are explained in full and the others in brief.
pub(super) fn all(report: &Report, style: &Style) -> String {
    let mut in_full: Vec<&Finding> =
        in_force(report).filter(|finding| style.verbose || !is_debt(finding)).collect();
    if in_full.len() > MOST {
        in_full
            .sort_by_key(|finding| (Reverse(finding.level()), finding.problem.advice.is_empty()));
    }
    let others = in_full.split_off(in_full.len().min(MOST));
    let mut blocks: Vec<String> = Vec::new();
    for (index, finding) in in_full.iter().enumerate() {
        let next = in_full.get(index + 1);
        let told_next = next.is_some_and(|next| same_advice(finding, next));
        blocks.push(one(finding, told_next, report, style));
    }
    let brief = more(&others, report, style) + &debt(report, style);
    if !brief.is_empty() {
        blocks.push(brief);
    }
    blocks.join("\n")
}

/// Tells whether a finding is about what was there before.
pub(super) fn is_debt(finding: &Finding) -> bool {
    finding.downgrade() == Some(&Downgrade::Existing)
}

/// Tells whether two neighbours would be explained by the same picture and the same advice.
fn same_advice(one: &Finding, other: &Finding) -> bool {
    one.problem.rule == other.problem.rule
        && one.problem.environment == other.problem.environment
        && one.problem.drawing == other.problem.drawing
        && one.problem.advice == other.problem.advice
}

fn one(finding: &Finding, told_next: bool, report: &Report, style: &Style) -> String {
    let mut out = header(finding, &finding.problem.message, style);
    out += &source(finding, report, style);
    if told_next {
        return out;
    }
    if let Some(drawing) = &finding.problem.drawing {
        let drawn = drawing::render(drawing, style);
        if !drawn.is_empty() {
            out += &format!("\n{drawn}");
        }
    }
    if !finding.problem.advice.is_empty() {
        out += &format!("\n{}", layout::help(finding.problem.advice.steps(), style));
    }
    out
}

fn header(finding: &Finding, message: &str, style: &Style) -> String {
    let prefix = format!("{}[{}]", level_word(finding.level()), finding.problem.rule);
    layout::title(&prefix, level_color(finding.level()), message, style)
}

fn source(finding: &Finding, report: &Report, style: &Style) -> String {
    let mut shown = vec![Place { site: &finding.problem.site, label: &finding.problem.label }];
    shown.extend(
        finding
            .problem
            .related
            .iter()
            .map(|related| Place { site: &related.site, label: &related.message }),
    );
    let mut notes = Vec::new();
    if report.environments.len() > 1 {
        notes.push(format!("in environment `{}`", finding.problem.environment));
    }
    if let Some(lowered) = &finding.downgrade() {
        notes.push(format!("does not block: {}", reason(lowered)));
    }
    places(finding.level(), &shown, &notes, &report.sources, style)
}

fn reason(lowered: &Downgrade) -> String {
    match lowered {
        Downgrade::Existing => "it was there before".to_owned(),
        Downgrade::Untouched => "this push does not change it".to_owned(),
        Downgrade::Elsewhere(branch) => {
            format!("it is on {branch} already, and this push does not change it")
        }
        Downgrade::Ahead => "it shows only when looking ahead of this commit".to_owned(),
        Downgrade::Doubt(Doubt::CannotTell) => {
            "a file whose revision or parents are unknown may explain it".to_owned()
        }
        Downgrade::Doubt(Doubt::OutsideRepository) => {
            "what is outside this repository decides whether it stops".to_owned()
        }
        Downgrade::Doubt(Doubt::Incomplete) => {
            "there were such gaps before: more of it lies elsewhere".to_owned()
        }
        Downgrade::Doubt(Doubt::Unfinished) => "it is a repair that needs one more step".to_owned(),
        Downgrade::NoTarget => "this branch is no target".to_owned(),
        Downgrade::NoBase => "there is nothing to compare with".to_owned(),
        Downgrade::Conflict => "git will ask, and it shows only if that is answered so".to_owned(),
        Downgrade::Asked(how) => format!("asked for by {how}"),
    }
}

/// Renders what was there before: one line for each rule and environment.
fn debt(report: &Report, style: &Style) -> String {
    if style.verbose || style.quiet {
        return String::new();
    }
    let debts = in_force(report).filter(|finding| is_debt(finding));
    let line = |group: &Vec<&Finding>| {
        let verb = if group.len() == 1 { "was" } else { "were" };
        brief_line(group, &format!("{verb} there before"), report, style)
    };
    groups(debts).iter().map(line).collect()
}

/// Counts the findings that are not shown: one line for each rule and environment.
fn more(others: &[&Finding], report: &Report, style: &Style) -> String {
    let line = |group: &Vec<&Finding>| brief_line(group, "more", report, style);
    groups(others.iter().copied()).iter().map(line).collect()
}

/// Puts the findings of one rule, level and environment together, in the order of the first ones.
fn groups<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Vec<&'f Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut places = HashMap::new();
    for finding in findings {
        let key =
            (finding.problem.rule, finding.level() as u8, finding.problem.environment.as_str());
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn brief_line(group: &[&Finding], what: &str, report: &Report, style: &Style) -> String {
    let first = group[0];
    let path = first.problem.site.path();
    let place = match (group.len(), path.is_root()) {
        (_, true) => String::new(),
        (1, false) => format!(", in {path}"),
        (_, false) => format!(", the first in {path}"),
    };
    let environment = match report.environments.len() {
        0 | 1 => String::new(),
        _ => format!(" in environment `{}`", first.problem.environment),
    };
    let message = format!("{} {what}{environment}{place}", group.len());
    header(first, &message, style)
}
