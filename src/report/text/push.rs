//! A push of several refs, which are checked separately and blocked together.

use std::collections::{BTreeMap, HashSet};

use super::{finding, notes, summary, way_around, worth_saying};
use crate::advice::Command;
use crate::finding::Outcome;
use crate::finding::RefReport;
use crate::problem::Note;
use crate::report::color::{ERROR, LINE, STRONG, paint};
use crate::report::{Bypass, Style, in_force, layout};
use crate::text::escape;

const RULE_WIDTH: usize = 80;
/// The maximum number of refs with printed findings.
const MOST_SECTIONS: usize = 20;
/// The maximum number of refs with a line of their own.
const MOST_LINES: usize = 100;

/// A checked push.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// Its refs, in git's order.
    pub refs: &'a [RefReport],
    /// The command that pushes only the refs that pass.
    pub push_fine: Option<&'a Command>,
    /// The ways to bypass the block.
    pub bypass: &'a Bypass,
}

/// Renders a push; empty if `style` is quiet and there are no problems.
pub fn render_refs(push: &Push<'_>, style: &Style) -> String {
    if let [only] = push.refs
        && only.skipped.is_none()
        && only.unknown.is_none()
    {
        return super::render(&only.report, push.bypass, style);
    }
    let judged = push.refs.iter().filter(|one| one.like.is_none());
    let unknown: Vec<String> = judged.filter_map(|one| unknown(one, style)).collect();
    let tally = summary::Tally::of(push.refs.iter().map(|one| &one.report), style);
    let tally = tally.with_unjudged(unknown.len());
    let said = all_notes(push.refs, style);
    if style.quiet && tally.is_nothing() && said.is_empty() {
        return String::new();
    }
    let mut out = unknown.concat() + &sections(push.refs, style);
    let said = notes(&said, style);
    if !said.is_empty() {
        out += &format!("{said}\n");
    }
    out += &format!("{}\n", summary::verdict(tally, push.bypass, style));
    out += &lines(push.refs, style);
    if tally.outcome() != Outcome::Clean {
        let command = push.push_fine.map_or(&[][..], std::slice::from_ref);
        out += &layout::commands("to push only the refs that pass", command, style);
        out += &way_around(push.bypass, style);
    }
    out
}

/// Renders the findings of each ref under its name, up to a maximum number of refs.
fn sections(refs: &[RefReport], style: &Style) -> String {
    let judged = refs.iter().filter(|one| one.like.is_none());
    let mut judged = judged.filter(|one| in_force(&one.report).next().is_some());
    let sections = judged.by_ref().filter_map(|one| section(one, style));
    let mut out: String = sections.take(MOST_SECTIONS).collect();
    let others = judged.count();
    if others > 0 {
        let refs = layout::counted(others, "more ref");
        out += &format!("problems of {refs} are not shown\n\n");
    }
    out
}

fn section(one: &RefReport, style: &Style) -> Option<String> {
    let findings = finding::all(&one.report, style);
    (!findings.is_empty()).then(|| format!("{}\n{findings}\n", heading(one, style)))
}

fn heading(one: &RefReport, style: &Style) -> String {
    let dash = if style.unicode { "─" } else { "-" };
    let title = title(one, style);
    let taken = layout::columns(&title) + 4;
    let rest = dash.repeat(style.width.min(RULE_WIDTH).saturating_sub(taken).max(2));
    format!(
        "{} {} {}",
        paint(style, LINE, &dash.repeat(2)),
        paint(style, STRONG, &title),
        paint(style, LINE, &rest)
    )
}

/// Shortens a ref: `feature`, or `feature -> main` if the two sides differ.
fn title(one: &RefReport, style: &Style) -> String {
    let local = escape(short(&one.local_ref));
    let remote = escape(short(&one.remote_ref));
    let arrow = if style.unicode { "→" } else { "->" };
    match (local.is_empty() || local == remote, remote.is_empty()) {
        (true, _) => remote,
        (false, true) => local,
        (false, false) => format!("{local} {arrow} {remote}"),
    }
}

fn short(name: &str) -> &str {
    ["refs/heads/", "refs/tags/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// Writes a line for each ref, up to a maximum, and counts the refs that have another ref's result.
fn lines(refs: &[RefReport], style: &Style) -> String {
    let mut alike: BTreeMap<usize, usize> = BTreeMap::new();
    let mut judged = Vec::new();
    for one in refs {
        match one.like {
            Some(other) => *alike.entry(other).or_default() += 1,
            None => judged.push(one),
        }
    }
    let (shown, others) = judged.split_at(judged.len().min(MOST_LINES));
    let mut out: String = shown.iter().map(|one| line(one, style)).collect();
    if !others.is_empty() {
        let refs = layout::counted(others.len(), "more ref");
        out += &layout::detail(&format!("{refs} are not listed"), style);
    }
    for (other, count) in alike {
        if let Some(other) = refs.get(other) {
            let what = if count == 1 { "branch" } else { "branches" };
            let title = title(other, style);
            let said = format!("{count} more new {what} of the same commit, like {title}");
            out += &layout::detail(&said, style);
        }
    }
    out
}

fn line(one: &RefReport, style: &Style) -> String {
    let title = title(one, style);
    if let Some(reason) = &one.skipped {
        return layout::detail(&format!("{title}: not checked, {reason}"), style);
    }
    if one.unknown.is_some() {
        return layout::detail(&format!("{title}: not checked, see above"), style);
    }
    let tally = summary::Tally::of([&one.report], style);
    let words = tally.words("blocked", &summary::plain(style));
    let behind = one.behind.as_ref().map(|target| format!(", behind {target}"));
    let compared = summary::compared(one.report.base.as_ref(), style);
    layout::detail(&format!("{title}: {words}{}; {compared}", behind.unwrap_or_default()), style)
        + &summary::others(one.report.base.as_ref(), style)
}

/// Reports why a ref could not be checked.
fn unknown(one: &RefReport, style: &Style) -> Option<String> {
    let note = one.unknown.as_ref()?;
    Some(
        layout::title("error", ERROR, &note.message, style)
            + &layout::help(&note.advice.steps(), style)
            + "\n",
    )
}

/// Collects the notes of all refs without repetition.
fn all_notes(refs: &[RefReport], style: &Style) -> Vec<Note> {
    let mut known: HashSet<(&str, String)> = HashSet::new();
    let said = refs.iter().flat_map(|one| worth_saying(&one.report.notes, style));
    said.filter(|note| known.insert((&note.message, format!("{:?}", note.advice))))
        .cloned()
        .collect()
}
