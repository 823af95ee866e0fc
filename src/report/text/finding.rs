//! One finding: the message, the place, a drawing and the advice.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::advice::Command;
use crate::finding::{Downgrade, Finding, Report};
use crate::problem::{Doubt, Related};
use crate::report::color::{level_color, level_word};
use crate::report::snippet::{Place, places};
use crate::report::{Style, advice, drawing, in_force, layout};
use crate::text::position;
use crate::tree::Site;

/// The maximum number of findings in full.
const MOST: usize = 50;
/// The maximum number of findings of one kind in full, and in the list that follows.
const MOST_OF_A_KIND: [usize; 2] = [3, 10];

/// Renders all findings of a report by kind. Existing problems come last, in brief.
pub(super) fn all(report: &Report, style: &Style) -> String {
    let mut shown: Vec<&Finding> =
        in_force(report).filter(|finding| style.verbose || !is_debt(finding)).collect();
    if shown.len() > MOST {
        shown.sort_by_key(|finding| (Reverse(finding.level()), finding.problem.advice.is_empty()));
    }
    let others = shown.split_off(shown.len().min(MOST));
    let mut blocks: Vec<String> = Vec::new();
    for group in groups(shown.into_iter()) {
        let in_full = if style.verbose { MOST } else { MOST_OF_A_KIND[0] };
        let (in_full, in_brief) = group.split_at(group.len().min(in_full));
        for (index, finding) in in_full.iter().enumerate() {
            let next = in_full.get(index + 1);
            let told_next = next.is_some_and(|next| same_advice(finding, next));
            blocks.push(one(finding, told_next, report, style));
        }
        if !in_brief.is_empty() {
            blocks.push(list(in_brief, report, style));
        }
    }
    let brief = more(&others, report, style) + &debt(report, style);
    if !brief.is_empty() {
        blocks.push(brief);
    }
    blocks.join("\n")
}

/// Lists findings of one kind, one per line.
fn list(group: &[&Finding], report: &Report, style: &Style) -> String {
    let (listed, others) = group.split_at(group.len().min(MOST_OF_A_KIND[1]));
    let mut out = header(group[0], &format!("{} more", group.len()), style);
    for finding in listed {
        let place = place(finding, report);
        out += &layout::detail(&format!("{place}: {}", finding.problem.message), style);
    }
    if !others.is_empty() {
        out += &layout::detail(&format!("and {} others", others.len()), style);
    }
    out
}

/// Returns the file, and the line if it is known.
fn place(finding: &Finding, report: &Report) -> String {
    let site = &finding.problem.site;
    match site {
        Site::Span { file, span } => match report.sources.get(file) {
            Some(source) => format!("{}:{}", file.path, position(source, span.start).line),
            None => file.path.to_string(),
        },
        Site::File(_) | Site::Path(_) => site.path().to_string(),
    }
}

/// Returns whether a finding is an existing problem.
pub(super) fn is_debt(finding: &Finding) -> bool {
    finding.downgrade() == Some(&Downgrade::Existing)
}

/// Returns whether two adjacent findings have the same drawing and advice.
fn same_advice(one: &Finding, other: &Finding) -> bool {
    one.problem.rule == other.problem.rule
        && one.problem.environment == other.problem.environment
        && one.problem.drawing == other.problem.drawing
        && one.problem.advice == other.problem.advice
}

fn one(finding: &Finding, told_next: bool, report: &Report, style: &Style) -> String {
    let mut out = header(finding, &finding.problem.message, style);
    if finding.downgrade() == Some(&Downgrade::Ahead) && !style.verbose {
        return out + &ahead(finding, report, style);
    }
    let drawn = finding.problem.drawing.as_ref().map(|drawing| drawing::render(drawing, style));
    let drawn = drawn.unwrap_or_default();
    // The drawing shows the other revisions.
    let related =
        if drawn.is_empty() || style.verbose { &finding.problem.related[..] } else { &[] };
    let is_drawn = !drawn.is_empty() && !style.verbose;
    out += &source(finding, related, is_drawn, report, style);
    if told_next {
        return out;
    }
    if !drawn.is_empty() {
        out += &format!("\n{drawn}");
    }
    if !finding.problem.advice.is_empty() {
        out += &format!("\n{}", advice::render(&finding.problem.advice, style));
    }
    out
}

/// Reports in one line that the commit passes but its push will be blocked.
fn ahead(finding: &Finding, report: &Report, style: &Style) -> String {
    let check = Command::of("alembic-guard check");
    let place = place(finding, report);
    let text = format!(
        "in {place}; this commit passes, but its push will be blocked; `{check}` prints how to fix it"
    );
    layout::detail(&text, style)
}

fn header(finding: &Finding, message: &str, style: &Style) -> String {
    let prefix = format!("{}[{}]", level_word(finding.level()), finding.problem.rule);
    layout::title(&prefix, level_color(finding.level()), message, style)
}

/// Quotes the places of a finding; a drawing below makes a label unnecessary that doesn't fit.
fn source(
    finding: &Finding,
    related: &[Related],
    is_drawn: bool,
    report: &Report,
    style: &Style,
) -> String {
    let place = |site, label| Place { site, label, is_needed: !is_drawn };
    let mut shown = vec![place(&finding.problem.site, finding.problem.label.as_str())];
    shown.extend(related.iter().map(|related| place(&related.site, related.message.as_str())));
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
        Downgrade::Existing => "existing problem".to_owned(),
        Downgrade::Untouched => "not changed by this push".to_owned(),
        Downgrade::Elsewhere(branch) => {
            format!("already on {branch}, not changed by this push")
        }
        Downgrade::Ahead => "it will block once this is merged".to_owned(),
        Downgrade::Doubt(Doubt::CannotTell) => {
            "a file with a computed id or parent may explain it".to_owned()
        }
        Downgrade::Doubt(Doubt::OutsideRepository) => {
            "it depends on more than this repository".to_owned()
        }
        Downgrade::Doubt(Doubt::Incomplete) => "the history already had missing parents".to_owned(),
        Downgrade::Doubt(Doubt::Unfinished) => "an unfinished repair".to_owned(),
        Downgrade::NoTarget => "not a target branch".to_owned(),
        Downgrade::NoBase => "no base to compare with".to_owned(),
        Downgrade::Conflict => "it depends on how you resolve the conflict".to_owned(),
        Downgrade::Asked(how) => format!("turned off by {how}"),
    }
}

/// Renders existing problems in one line for each rule and environment.
fn debt(report: &Report, style: &Style) -> String {
    if style.verbose || style.quiet {
        return String::new();
    }
    let debts = in_force(report).filter(|finding| is_debt(finding));
    let line = |group: &Vec<&Finding>| {
        let what = if group.len() == 1 { "existing problem" } else { "existing problems" };
        brief_line(group, what, report, style)
    };
    groups(debts).iter().map(line).collect()
}

/// Counts the hidden findings in one line for each rule and environment.
fn more(others: &[&Finding], report: &Report, style: &Style) -> String {
    let line = |group: &Vec<&Finding>| brief_line(group, "more", report, style);
    groups(others.iter().copied()).iter().map(line).collect()
}

/// Groups findings by rule, level and environment, in the order of the first ones.
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
