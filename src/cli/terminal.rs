//! The two output streams: their capabilities, and writing to them.

use std::io::{self, Write};
use std::time::SystemTime;

use anstream::ColorChoice;
use anstream::stream::RawStream;

use super::arguments::{Color, Global};
use crate::report::Style;

/// The columns of 80 that remain after `remote: `.
const REMOTE_WIDTH: usize = 72;

/// The output settings.
pub(super) struct Terminal {
    color: Color,
    quiet: bool,
    verbose: bool,
}

impl Terminal {
    pub(super) fn new(global: &Global) -> Terminal {
        Terminal { color: global.color, quiet: global.quiet, verbose: global.verbose }
    }

    /// Returns the style of text on standard output.
    pub(super) fn output_style(&self) -> Style {
        self.style(&io::stdout(), self.quiet)
    }

    /// Returns the style of text on standard error.
    pub(super) fn error_style(&self) -> Style {
        self.style(&io::stderr(), self.quiet)
    }

    /// Returns the style of a hook's text, which is empty if there are no problems.
    pub(super) fn hook_style(&self) -> Style {
        self.style(&io::stderr(), !self.verbose)
    }

    /// Returns the style of a server's text, which git shows after `remote: `.
    pub(super) fn remote_style(&self) -> Style {
        Style { width: REMOTE_WIDTH, ..self.hook_style() }
    }

    fn style(&self, stream: &impl RawStream, quiet: bool) -> Style {
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => anstream::AutoStream::choice(stream) != ColorChoice::Never,
        };
        Style {
            color,
            unicode: speaks_unicode(),
            width: width(stream.is_terminal()),
            verbose: self.verbose,
            quiet,
            now: SystemTime::now(),
        }
    }

    /// Returns whether only problems are printed.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns whether details are printed.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Writes to standard output.
    pub(super) fn print(&self, text: &str) {
        write(&mut io::stdout().lock(), text);
    }

    /// Writes bytes to standard output unchanged, for a program.
    pub(super) fn print_raw(&self, bytes: &[u8]) {
        let mut stream = io::stdout().lock();
        let _ = stream.write_all(bytes).and_then(|()| stream.flush());
    }

    /// Writes to standard output, unless `--quiet` is set.
    pub(super) fn mention(&self, text: &str) {
        if !self.quiet {
            self.print(text);
        }
    }

    /// Writes to standard error.
    pub(super) fn warn(&self, text: &str) {
        write(&mut io::stderr().lock(), text);
    }
}

/// Writes everything; a reader that has closed the pipe is not an error.
fn write(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

fn speaks_unicode() -> bool {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    named.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Returns the width of the terminal; unlimited for a file.
fn width(is_terminal: bool) -> usize {
    if !is_terminal {
        return usize::MAX;
    }
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}
