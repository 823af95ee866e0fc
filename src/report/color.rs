//! The colors of the report, which match those of quoted source.

use annotate_snippets::renderer::{
    DEFAULT_CONTEXT_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE,
    DEFAULT_WARNING_STYLE,
};
use anstyle::{AnsiColor, Style as Ansi};

use super::Style;
use crate::config::Level;

pub(super) const ERROR: Ansi = DEFAULT_ERROR_STYLE;
pub(super) const WARNING: Ansi = DEFAULT_WARNING_STYLE;
pub(super) const HELP: Ansi = DEFAULT_HELP_STYLE;
pub(super) const LINE: Ansi = DEFAULT_CONTEXT_STYLE;
pub(super) const STRONG: Ansi = DEFAULT_EMPHASIS_STYLE;
pub(super) const FAINT: Ansi = Ansi::new().dimmed();
pub(super) const GOOD: Ansi = AnsiColor::Green.on_default().bold();

/// Paints `text` if `style` has colors.
pub(super) fn paint(style: &Style, ansi: Ansi, text: &str) -> String {
    if style.color && !text.is_empty() { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
}

/// Returns the color of a level.
pub(super) fn level_color(level: Level) -> Ansi {
    match level {
        Level::Error => ERROR,
        Level::Warn | Level::Off => WARNING,
    }
}

/// Returns the word for a level in front of a message.
pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Off => "off",
    }
}
