//! Renders the advice of a finding: the numbered steps of the best way, then the alternatives.

use super::Style;
use super::color::{HELP, STRONG, paint};
use super::layout::{columns, headed, wrap};
use crate::advice::{Advice, Shown, Step};
use crate::text::escape;

/// The indentation that aligns commands and continuation lines with the text of a step.
const INDENT: &str = "     ";

/// Renders advice; empty if there is none.
pub(super) fn render(advice: &Advice, style: &Style) -> String {
    let best = advice.ways.first().map_or(&[][..], Vec::as_slice);
    let steps: Vec<&Step> = advice.first.iter().chain(best).collect();
    let mut out = match steps.as_slice() {
        [] => String::new(),
        [only] => lead("To fix", only, style),
        several => numbered(several, style),
    };
    for (place, way) in advice.ways.iter().enumerate().skip(1) {
        let is_listed = |step: &&Step| advice.ways[..place].iter().any(|it| it.contains(step));
        let steps: Vec<&Step> = way.iter().filter(|step| !is_listed(step)).collect();
        let or = format!("Or{}", instead_of(advice, way));
        out += &match steps.as_slice() {
            [] => String::new(),
            [only] => lead(&or, only, style),
            several => format!("{}:\n{}", paint(style, HELP, &or), lettered(several, style)),
        };
    }
    let cautions = advice.cautions.iter();
    out + &cautions
        .map(|caution| headed("note", HELP, &caution.to_string(), style))
        .collect::<String>()
}

/// Lists the steps that another way replaces: `, instead of 2`. Empty if the two ways share no step.
fn instead_of(advice: &Advice, way: &[Step]) -> String {
    let best = &advice.ways[0];
    let before = advice.first.len();
    let replaced: Vec<String> = (before..)
        .zip(best)
        .filter(|(_, step)| !way.contains(step))
        .map(|(place, _)| (place + 1).to_string())
        .collect();
    if before == 0 && replaced.len() == best.len() {
        return String::new();
    }
    match replaced.as_slice() {
        [] => String::new(),
        [one] => format!(", instead of {one}"),
        [one, other] => format!(", instead of {one} and {other}"),
        [first, .., last] => format!(", instead of {first} to {last}"),
    }
}

fn numbered(steps: &[&Step], style: &Style) -> String {
    let numbers = (1..).map(|number| format!("{number:>3}. "));
    let lines = numbers.zip(steps).map(|(number, step)| item(&number, step, style));
    format!("{}:\n{}", paint(style, HELP, "To fix"), lines.collect::<String>())
}

/// Lists steps, each of which holds for a state of its own.
pub(super) fn listed(steps: &[&Step], style: &Style) -> String {
    steps.iter().map(|step| item("   - ", step, style)).collect()
}

/// Numbers the steps with letters, because the best way has the digits.
fn lettered(steps: &[&Step], style: &Style) -> String {
    let letters = ('a'..='z').map(|letter| format!("  {letter}. "));
    letters.zip(steps).map(|(letter, step)| item(&letter, step, style)).collect()
}

/// Writes a numbered step: only the command if it is obvious, otherwise a sentence with the command below.
fn item(number: &str, step: &Step, style: &Style) -> String {
    let prose = capitalized(&step.prose());
    match shown(step, style) {
        Some(shown) if step.is_obvious || prose.is_empty() => format!("{number}{shown}\n"),
        Some(shown) => format!("{}{INDENT}{shown}\n", sentence(number, &prose, ":", style)),
        None => sentence(number, &prose, ".", style),
    }
}

/// Writes one step as a sentence that starts with `words`.
fn lead(words: &str, step: &Step, style: &Style) -> String {
    let prose = step.prose();
    let (begin, prose) = if prose.is_empty() || step.is_obvious && step.command().is_some() {
        (words.to_owned(), String::new())
    } else {
        (format!("{words}, "), prose)
    };
    let end = if step.shown == Shown::Nothing { "." } else { ":" };
    let lines = wrap(&escape(&format!("{prose}{end}")), style.width, columns(&begin), INDENT.len());
    let lines = lines.join(&format!("\n{INDENT}"));
    let out = format!("{}{lines}\n", paint(style, HELP, words) + &begin[words.len()..]);
    out + &shown(step, style).map_or_else(String::new, |shown| format!("{INDENT}{shown}\n"))
}

fn sentence(begin: &str, prose: &str, end: &str, style: &Style) -> String {
    let lines = wrap(&escape(&format!("{prose}{end}")), style.width, columns(begin), INDENT.len());
    format!("{begin}{}\n", lines.join(&format!("\n{INDENT}")))
}

fn shown(step: &Step, style: &Style) -> Option<String> {
    let shown = match &step.shown {
        Shown::Nothing => return None,
        Shown::Command(command) => command.to_string(),
        Shown::Line(line) => line.clone(),
    };
    Some(paint(style, STRONG, &escape(&shown)))
}

fn capitalized(prose: &str) -> String {
    let mut letters = prose.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
