//! `hook`: installing the hooks, and being one.

use std::io;
use std::path::Path;

use super::arguments::{Check, Format, Global, HookCommand};
use super::terminal::Terminal;
use super::{Failure, Session, arrival, check, receive};
use crate::finding::{Outcome, RefReport};
use crate::hook::{self, HostedPush, InstallOptions};
use crate::judge::{PushedRef, Remote};
use crate::report::text::Push;
use crate::report::{self, Bypass};

pub(super) fn run(
    command: &HookCommand,
    global: &Global,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let here = global.directory.as_deref().unwrap_or(Path::new("."));
    match command {
        HookCommand::Check(arguments) => checked(arguments, global, terminal),
        HookCommand::Install { force } => install(here, *force, terminal),
        HookCommand::Uninstall => uninstall(here, terminal),
        HookCommand::Status => status(here, terminal),
        HookCommand::PreCommit
        | HookCommand::PreMergeCommit
        | HookCommand::PrePush { .. }
        | HookCommand::PostMerge { .. }
        | HookCommand::PostCheckout { .. }
            if hook::is_switched_off(variable) =>
        {
            Ok(Outcome::Clean)
        }
        HookCommand::PreCommit | HookCommand::PreMergeCommit => commit(global, terminal),
        HookCommand::PrePush { remote, url } => {
            let session = Session::open(global)?;
            push(remote.as_deref(), url.as_deref(), &session, terminal)
        }
        HookCommand::PreReceive => {
            let refs = hook::read_received(io::stdin().lock()).map_err(Failure::Stdin)??;
            receive::run(&refs, global, terminal)
        }
        HookCommand::Update { reference, old, new } => {
            let updated = hook::read_update(reference, old, new).map_err(Failure::Judge)?;
            receive::run(&[updated], global, terminal)
        }
        HookCommand::PostMerge { squash } => {
            Ok(arrival::merged(squash.as_deref(), global, terminal))
        }
        HookCommand::PostCheckout { before, after, flag } => {
            Ok(arrival::checked_out([before, after, flag], global, terminal))
        }
    }
}

fn checked(arguments: &Check, global: &Global, terminal: &Terminal) -> Result<Outcome, Failure> {
    check::run(arguments, &Session::open(global)?, terminal)
}

fn install(directory: &Path, force: bool, terminal: &Terminal) -> Result<Outcome, Failure> {
    let binary = std::env::current_exe().map_err(Failure::Binary)?;
    let options = InstallOptions { directory: directory.to_owned(), binary, force };
    for installed in hook::install(&options)? {
        terminal.mention(&format!("{installed}\n"));
    }
    Ok(Outcome::Clean)
}

fn uninstall(directory: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    for removed in hook::uninstall(directory)? {
        terminal.mention(&format!("{removed}\n"));
    }
    Ok(Outcome::Clean)
}

fn status(directory: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    let status = hook::status(directory)?;
    terminal.print(&status.to_string());
    if status.is_ok() {
        return Ok(Outcome::Clean);
    }
    terminal.print("\nto put all of them in place: alembic-guard hook install\n");
    Ok(Outcome::Findings)
}

/// Judges the index, as git's two commit hooks ask for it.
fn commit(global: &Global, terminal: &Terminal) -> Result<Outcome, Failure> {
    let session = Session::open(global)?;
    let mut report = session.judge().commit()?;
    let branch = session.repository.branch();
    hook::lower_as_asked(&session.repository, branch.as_deref(), &mut report.findings);
    let bypass = Bypass {
        verb: "commit".to_owned(),
        commands: vec![
            "git commit --no-verify".to_owned(),
            "git -c alembic-guard.level=warn commit".to_owned(),
        ],
        ..Bypass::default()
    };
    terminal.warn(&match session.format {
        Format::Text => report::text::render(&report, &bypass, &terminal.hook_style()),
        Format::Json => report::json::to_string(&report::json::check(&report))?,
    });
    Ok(report.outcome())
}

fn push(
    remote: Option<&str>,
    url: Option<&str>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let mut refs = hook::read_refs(io::stdin().lock()).map_err(Failure::Stdin)??;
    let mut destination = Remote {
        name: remote.or(url).unwrap_or("origin").to_owned(),
        url: url.or(remote).unwrap_or("origin").to_owned(),
    };
    let hosted = HostedPush::from_environment(variable)?.filter(|_| refs.is_empty());
    if let Some(hosted) = hosted {
        destination = Remote { name: hosted.remote, url: hosted.url };
        refs = vec![hosted.pushed];
        terminal.warn("alembic-guard: this host of hooks tells only the first ref of a push; that one is judged\n");
    }
    let mut reports = session.judge().push(&destination, &refs)?;
    for report in &mut reports {
        let branch = hook::branch_of(&session.repository, report);
        hook::lower_as_asked(&session.repository, branch.as_deref(), &mut report.report.findings);
    }
    terminal.warn(&pushed_text(&reports, &refs, &destination, session, terminal)?);
    Ok(reports.iter().map(RefReport::outcome).max().unwrap_or(Outcome::Clean))
}

fn pushed_text(
    reports: &[RefReport],
    refs: &[PushedRef],
    destination: &Remote,
    session: &Session,
    terminal: &Terminal,
) -> Result<String, Failure> {
    if session.format == Format::Json {
        return Ok(report::json::to_string(&report::json::refs(reports))?);
    }
    let bypass = Bypass {
        verb: "push".to_owned(),
        commands: vec![
            "git push --no-verify".to_owned(),
            "git -c alembic-guard.level=warn push".to_owned(),
        ],
        ..Bypass::default()
    };
    let fine = push_fine(reports, refs, destination);
    let push = Push { refs: reports, push_fine: fine.as_deref(), bypass: &bypass };
    Ok(report::text::render_refs(&push, &terminal.hook_style()))
}

/// Returns the command that pushes what was fine, where something else was not.
fn push_fine(reports: &[RefReport], refs: &[PushedRef], destination: &Remote) -> Option<String> {
    let fine = |(report, pushed): (&RefReport, &PushedRef)| {
        (report.outcome() == Outcome::Clean).then(|| refspec(pushed))
    };
    let fine: Vec<String> = reports.iter().zip(refs).filter_map(fine).collect();
    let some_but_not_all = !fine.is_empty() && fine.len() < refs.len();
    some_but_not_all.then(|| format!("git push {} {}", destination.name, fine.join(" ")))
}

fn refspec(pushed: &PushedRef) -> String {
    let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
    match (pushed.local_ref.as_str(), pushed.remote_ref.as_str()) {
        ("(delete)", remote) => format!(":{remote}"),
        (local, remote) if local == remote => short(local),
        (local, remote) => format!("{local}:{remote}"),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
