//! Wraps sentences between words, but never inside backticks.
//!
//! The command of a step gets a line of its own, without decoration, so that it can be copied.

use anstyle::Style as Ansi;

use super::Style;
use super::color::{HELP, STRONG, paint};
use crate::advice::{Command, Shown, Step};
use crate::text::escape;

/// The indentation of a command.
const COMMAND: &str = "    ";
/// The indentation of continuation lines, which differs from that of commands.
const REST: &str = "      ";
/// The indentation of a detail.
const DETAIL: &str = "  ";

/// Writes `prefix: message` and indents all lines but the first.
pub(super) fn headed(prefix: &str, ansi: Ansi, message: &str, style: &Style) -> String {
    let message = hung(prefix, message, style).join(&format!("\n{REST}"));
    format!("{}: {message}\n", paint(style, ansi, prefix))
}

/// Writes `prefix: message` with an emphasized message.
pub(super) fn title(prefix: &str, ansi: Ansi, message: &str, style: &Style) -> String {
    let lines = hung(prefix, message, style).into_iter();
    let lines: Vec<String> = lines.map(|line| paint(style, STRONG, &line)).collect();
    let message = lines.join(&format!("\n{REST}"));
    format!("{}: {message}\n", paint(style, ansi, prefix))
}

fn hung(prefix: &str, message: &str, style: &Style) -> Vec<String> {
    wrap(&escape(message), style.width, prefix.len() + 2, REST.len())
}

/// Writes a line that is indented by two.
pub(super) fn detail(message: &str, style: &Style) -> String {
    let lines = wrap(&escape(message), style.width, DETAIL.len(), REST.len());
    format!("{DETAIL}{}\n", lines.join(&format!("\n{REST}")))
}

/// Writes a continuation line of a multi-line text.
pub(super) fn more(message: &str, style: &Style) -> String {
    let lines = wrap(&escape(message), style.width, REST.len(), REST.len());
    format!("{REST}{}\n", lines.join(&format!("\n{REST}")))
}

/// Wraps a note for the space below quoted source, where `taken` columns are in use.
pub(super) fn note(message: &str, taken: usize, style: &Style) -> String {
    wrap(&escape(message), style.width, taken, taken).join("\n")
}

/// Writes steps of advice, each under its own `help`.
pub(super) fn help<'s>(steps: impl IntoIterator<Item = &'s Step>, style: &Style) -> String {
    steps.into_iter().map(|step| help_step(step, style)).collect()
}

fn help_step(step: &Step, style: &Style) -> String {
    let prose = step.prose();
    let line = match &step.shown {
        Shown::Nothing => return headed("help", HELP, &prose, style),
        Shown::Command(command) => command.to_string(),
        Shown::Line(line) => line.clone(),
    };
    let head = if prose.is_empty() {
        format!("{}:\n", paint(style, HELP, "help"))
    } else {
        headed("help", HELP, &format!("{prose}:"), style)
    };
    head + &command_line(&line, style)
}

/// Writes a command, or a line for a file, on a line of its own.
fn command_line(command: &str, style: &Style) -> String {
    format!("{COMMAND}{}\n", paint(style, STRONG, &escape(command)))
}

/// Writes commands under a heading. A single command goes on the same line if it fits.
pub(super) fn commands(heading: &str, commands: &[Command], style: &Style) -> String {
    let lines: Vec<String> = commands.iter().map(|command| escape(&command.to_string())).collect();
    let room = style.width.saturating_sub(columns(heading) + 2);
    match lines.as_slice() {
        [] => String::new(),
        [only] if columns(only) <= room => format!("{heading}: {}\n", paint(style, STRONG, only)),
        lines => {
            let lines =
                lines.iter().map(|line| format!("{COMMAND}{}\n", paint(style, STRONG, line)));
            format!("{heading}:\n{}", lines.collect::<String>())
        }
    }
}

/// Wraps a text between words. `first` and `rest` are the columns in use before the first and later lines.
pub(super) fn wrap(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = width.saturating_sub(first);
    for word in words(text) {
        let needed = columns(&line) + columns(word) + usize::from(!line.is_empty());
        if needed > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            room = width.saturating_sub(rest);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines.push(line);
    lines
}

/// Splits at spaces, but not inside backticks.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '`' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words
}

/// Counts things: "1 error", "2 errors".
pub(super) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Formats a duration in its largest unit; `None` if it is less than a minute.
pub(super) fn lasting(seconds: u64) -> Option<String> {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (unit, noun) = units.into_iter().find(|(unit, _)| seconds >= *unit)?;
    Some(counted((seconds / unit) as usize, noun))
}

/// Counts the columns of a text, assuming one per character.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_between_words_and_never_in_backticks() {
        assert_eq!(
            wrap("run `git push --no-verify` now", 14, 0, 0),
            ["run", "`git push --no-verify`", "now"]
        );
        assert_eq!(wrap("", 10, 20, 20), [""]);
    }
}
