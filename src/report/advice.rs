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
    let replaced = (before + 1..).zip(best).filter(|(_, step)| !way.contains(step));
    let replaced: Vec<usize> = replaced.map(|(number, _)| number).collect();
    if before == 0 && replaced.len() == best.len() {
        return String::new();
    }
    let is_range = replaced.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    match replaced.as_slice() {
        [] => String::new(),
        [one] => format!(", instead of {one}"),
        [first, _, .., last] if is_range => {
            format!(", instead of {first} to {last}")
        }
        [start @ .., last] => {
            let start: Vec<String> = start.iter().map(usize::to_string).collect();
            format!(", instead of {} and {last}", start.join(", "))
        }
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
    let letters = letters.chain(std::iter::repeat("   - ".to_owned()));
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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::advice::Command;

    const STYLE: Style = Style {
        color: false,
        unicode: false,
        width: 80,
        verbose: false,
        quiet: false,
        now: SystemTime::UNIX_EPOCH,
    };

    fn step(name: &str) -> Step {
        Step::run(format!("do {name}"), Command::of("git").arg(name))
    }

    fn steps(names: &str) -> Vec<Step> {
        names.split_whitespace().map(step).collect()
    }

    /// Returns the line that begins another way.
    fn or(first: &str, best: &str, other: &str) -> String {
        let advice = Advice::way(steps(best)).or(steps(other)).after(steps(first));
        let rendered = render(&advice, &STYLE);
        rendered.lines().find(|line| line.starts_with("Or")).expect("it is there").to_owned()
    }

    #[test]
    fn another_way_names_the_steps_that_it_does_without() {
        assert_eq!(or("", "a", "x"), "Or, do x:");
        assert_eq!(or("", "a b", "x y"), "Or:");
        assert_eq!(or("f", "a", "x"), "Or, instead of 2, do x:");
        assert_eq!(or("", "a b", "x b"), "Or, instead of 1, do x:");
        assert_eq!(or("f", "a b c", "x c"), "Or, instead of 2 and 3, do x:");
        assert_eq!(or("f", "a b c d", "x d"), "Or, instead of 2 to 4, do x:");
        assert_eq!(or("", "a b c d", "x b"), "Or, instead of 1, 3 and 4, do x:");
    }

    #[test]
    fn no_step_is_left_out_of_a_long_way() {
        let many: Vec<String> = (0..30).map(|number| format!("s{number}")).collect();
        let advice = Advice::way(["best"]).or(steps(&many.join(" ")));
        let rendered = render(&advice, &STYLE);
        assert!(many.iter().all(|name| rendered.contains(&format!("     git {name}\n"))));
    }
}
