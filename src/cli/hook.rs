//! `hook`: installs and runs the hooks.

use std::io;
use std::path::{Path, PathBuf};

use super::arguments::{Check, Format, Global, HookCommand};
use super::terminal::Terminal;
use super::{Failure, Session, check, post_checkout, push, receive};
use crate::advice::{Advice, Command, program};
use crate::finding::Outcome;
use crate::git;
use crate::hook::{self, InstallOptions, Occasion};
use crate::problem::Note;
use crate::report::{self, Bypass};
use crate::scope;

pub(super) fn run(
    command: &HookCommand,
    global: &Global,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let here = global.directory.as_deref().unwrap_or(Path::new("."));
    match command {
        HookCommand::Check(arguments) => checked(arguments, global, terminal),
        HookCommand::Install { force } => install(here, *force, global.format, terminal),
        HookCommand::Uninstall => uninstall(here, global.format, terminal),
        HookCommand::Status => status(here, global.format, terminal),
        HookCommand::PreCommit
        | HookCommand::PreMergeCommit
        | HookCommand::PrePush { .. }
        | HookCommand::Hosted
        | HookCommand::PostMerge { .. }
        | HookCommand::PostCheckout { .. }
            if hook::is_switched_off(variable) =>
        {
            Ok(Outcome::Clean)
        }
        HookCommand::PreCommit | HookCommand::PreMergeCommit => {
            Session::open(global)?.run(|session| commit(session, terminal))
        }
        HookCommand::PrePush { remote, url } => {
            let (remote, url) = (remote.as_deref(), url.as_deref());
            Session::open(global)?.run(|session| push::run(remote, url, session, terminal))
        }
        HookCommand::Hosted => Session::open(global)?.run(|session| hosted(session, terminal)),
        HookCommand::PreReceive => {
            let refs = hook::read_received(io::stdin().lock()).map_err(Failure::Stdin)??;
            receive::run(&refs, global, terminal)
        }
        HookCommand::Update { reference, old, new } => {
            let updated = hook::read_update(reference, old, new).map_err(Failure::Judge)?;
            receive::run(&[updated], global, terminal)
        }
        HookCommand::PostMerge { squash } => {
            Ok(post_checkout::merged(squash.as_deref(), global, terminal))
        }
        HookCommand::PostCheckout { before, after, flag } => {
            Ok(post_checkout::checked_out([before, after, flag], global, terminal))
        }
    }
}

fn checked(arguments: &Check, global: &Global, terminal: &Terminal) -> Result<Outcome, Failure> {
    Session::open(global)?.run(|session| check::run(arguments, session, terminal))
}

fn install(
    directory: &Path,
    force: bool,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    git::refuse_planted_at(directory)?;
    let binary = std::env::current_exe().map_err(Failure::Binary)?;
    let options = InstallOptions { directory: directory.to_owned(), binary, force };
    let installed = hook::install(&options)?;
    let foreign = foreign_program();
    if format == Format::Json {
        let json = report::installation::json::installed(&installed, foreign.as_deref());
        terminal.print(&report::json::to_string(&json)?);
        return Ok(Outcome::Clean);
    }
    terminal.mention(&report::installation::text::installed(&installed));
    warn_of(foreign.as_deref(), terminal);
    Ok(Outcome::Clean)
}

fn uninstall(directory: &Path, format: Format, terminal: &Terminal) -> Result<Outcome, Failure> {
    git::refuse_planted_at(directory)?;
    let removed = hook::uninstall(directory)?;
    if format == Format::Json {
        terminal.print(&report::json::to_string(&report::installation::json::removed(&removed))?);
        return Ok(Outcome::Clean);
    }
    terminal.mention(&report::installation::text::removed(&removed));
    Ok(Outcome::Clean)
}

fn status(directory: &Path, format: Format, terminal: &Terminal) -> Result<Outcome, Failure> {
    git::refuse_planted_at(directory)?;
    let status = hook::status(directory)?;
    let foreign = foreign_program();
    if format == Format::Json {
        let json = report::installation::json::status(&status, foreign.as_deref());
        terminal.print(&report::json::to_string(&json)?);
        return Ok(if status.is_ok() { Outcome::Clean } else { Outcome::Findings });
    }
    terminal.print(&report::installation::text::status(&status));
    warn_of(foreign.as_deref(), terminal);
    if status.is_ok() {
        return Ok(Outcome::Clean);
    }
    let install = Command::of("alembic-guard hook install");
    terminal.print(&format!("\nto install all of them: {install}\n"));
    Ok(Outcome::Findings)
}

/// Returns an `alembic-guard` on the user's PATH that is another program.
pub(super) fn foreign_program() -> Option<PathBuf> {
    hook::foreign_program(&std::env::var_os("PATH")?)
}

/// Warns that the command `alembic-guard` runs another program.
fn warn_of(foreign: Option<&Path>, terminal: &Terminal) {
    let warning = |path: &Path| {
        let path = path.to_string_lossy();
        let message = format!(
            "`alembic-guard` on PATH is another program, the script `{path}`; hooks written by \
             `hook install` never run it, but hooks that call `alembic-guard` by name do; use \
             `{}` to run this program",
            program::word(),
        );
        Note { message, advice: Advice::default(), known: false }
    };
    let notes: Vec<Note> = foreign.map(warning).into_iter().collect();
    terminal.warn(&report::text::notes(&notes, &terminal.error_style()));
}

/// Checks the index for git's two commit hooks.
fn commit(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut report = scope::commit(&session.context())?;
    let branch = session.repository.branch();
    hook::lower_as_asked(&session.repository, branch.as_deref(), &mut report.findings);
    let bypass = Bypass {
        verb: "commit".to_owned(),
        commands: vec![
            Command::of("git commit --no-verify"),
            Command::of("git -c alembic-guard.level=warn commit"),
        ],
        ..Bypass::default()
    };
    terminal.warn(&match session.format {
        Format::Text => report::text::render(&report, &bypass, &terminal.hook_style()),
        Format::Json => report::json::to_string(&report::json::check(&report))?,
    });
    Ok(report.outcome())
}

/// Checks the commit or push of a hook manager; if it is neither, checks the index.
fn hosted(session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let by_hand = match Occasion::from_environment(variable, |name| push::commit(session, name))? {
        Occasion::Push(hosted) => return push::hosted(hosted, session, terminal),
        Occasion::Commit => return commit(session, terminal),
        Occasion::Range { from, to } => {
            Check { revision: Some(to), base: Some(from), ..Check::default() }
        }
        Occasion::ByHand => Check { staged: true, ..Check::default() },
    };
    check::run(&by_hand, session, terminal)
}

pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
