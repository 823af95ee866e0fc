//! `audit`.

use std::io::IsTerminal;

use super::arguments::{Format, History};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::history::{Audit, audit};
use crate::report;
use crate::scope::DeadlineMessage;

use indicatif::{ProgressBar, ProgressStyle};

/// Exit code 0 whatever was found: past problems are only reported.
pub(super) fn run(
    history: &History,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let audit = walk(history, session, terminal)?;
    terminal.print(&match session.format {
        Format::Text => report::audit::text(&audit, &terminal.output_style()),
        Format::Json => report::json::to_string(&report::audit::json(&audit))?,
    });
    Ok(Outcome::Clean)
}

fn walk(history: &History, session: &Session, terminal: &Terminal) -> Result<Audit, Failure> {
    let repository = &session.repository;
    if history.range.is_none() && repository.head().is_none() {
        return Err(crate::scope::Error::Unborn.into());
    }
    let range = repository.range(history.range.as_deref())?;
    let progress = Progress::new(!terminal.is_quiet() && std::io::stderr().is_terminal());
    let deadline = &session.options.deadline;
    let mut show = |done, all| {
        deadline.tell(DeadlineMessage::Step);
        progress.show(done, all);
    };
    Ok(audit(repository, &session.context(), &range, &mut show)?)
}

/// A progress bar on standard error, removed when the command ends or fails.
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new(shown: bool) -> Progress {
        let bar = if shown { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} commits, {eta} left");
        let style = style.expect("the template is valid").progress_chars("=> ");
        Progress { bar: bar.with_style(style) }
    }

    fn show(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
