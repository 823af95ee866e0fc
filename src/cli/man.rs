//! `man`: a manual page per command, from the descriptions that `--help` prints.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::roff::{Roff, roman};

use super::Failure;
use super::arguments::Man;
use super::help;
use super::terminal::Terminal;
use crate::advice::program;
use crate::finding::Outcome;

pub(super) fn run(man: &Man, terminal: &Terminal) -> Result<Outcome, Failure> {
    // A page of `help` would only repeat the others.
    let mut command = help::command(program::file_name()).name(program::file_name());
    command = command.disable_help_subcommand(true);
    command.build();
    match &man.output {
        None => terminal.print_raw(&Page::of(&command).content),
        Some(directory) => write_all(&command, directory)
            .map_err(|(path, source)| Failure::Write { path, source })?,
    }
    Ok(Outcome::Clean)
}

/// Writes the page of a command and those of the commands below it.
fn write_all(command: &Command, directory: &Path) -> Result<(), (PathBuf, io::Error)> {
    let page = Page::of(command);
    let path = directory.join(page.file_name);
    fs::write(&path, page.content).map_err(|error| (path, error))?;
    command.get_subcommands().try_for_each(|below| write_all(below, directory))
}

struct Page {
    file_name: String,
    content: Vec<u8>,
}

impl Page {
    fn of(command: &Command) -> Page {
        let man = clap_mangen::Man::new(command.clone()).manual("alembic-guard manual");
        let mut content = Vec::new();
        render(&man, command, &mut content).expect("memory takes all that is written");
        Page { file_name: man.get_filename(), content }
    }
}

/// Renders a page like [`clap_mangen::Man::render`], but puts the text below the options into its own
/// sections.
fn render(man: &clap_mangen::Man, command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    man.render_options_section(out)?;
    let below = command.get_after_long_help().or(command.get_after_help());
    sections(&below.map(ToString::to_string).unwrap_or_default()).to_writer(out)
}

/// Turns the lines that end with a colon into headings and keeps the others as they are.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    let is_heading = |line: &&str| line.ends_with(':') && !line.starts_with(' ');
    for line in text.lines().filter(|line| !line.is_empty()) {
        if is_heading(&line) {
            let title = line.trim_end_matches(':').to_uppercase();
            roff.control("fi", []).control("SH", [title.as_str()]).control("nf", []);
        } else {
            roff.text([roman(line.trim_start())]);
        }
    }
    roff.control("fi", []);
    roff
}
