//! `hook pre-receive` and `hook update`: a server's answer to a push.

use super::arguments::{Format, Global};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::advice::Command;
use crate::finding::{Outcome, RefReport};
use crate::git::{PushedRef, parse_id};
use crate::hook;
use crate::report::text::Push;
use crate::report::{self, Bypass};
use crate::scope;

pub(super) fn run(
    refs: &[PushedRef],
    global: &Global,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    Session::open_served(global)?.run(|session| receive(refs, session, terminal))
}

fn receive(refs: &[PushedRef], session: &Session, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut reports = scope::receive(&session.context(), refs)?;
    for report in &mut reports {
        let branch = report.remote_ref.strip_prefix("refs/heads/");
        hook::lower_as_served(&session.repository, branch, &mut report.report.findings);
    }
    RefReport::settle(&mut reports);
    terminal.warn(&match session.format {
        Format::Json => report::json::to_string(&report::json::refs(&reports))?,
        Format::Text => text(&reports, terminal),
    });
    Ok(reports.iter().map(RefReport::outcome).max().unwrap_or(Outcome::Clean))
}

fn text(reports: &[RefReport], terminal: &Terminal) -> String {
    let bypass = Bypass {
        verb: "push".to_owned(),
        is_server: true,
        commands: vec![Command::of("git config alembic-guard.level warn")],
        place: Some("only the server's administrator; `--no-verify` does not help".to_owned()),
    };
    let fine = push_fine(reports);
    let push = Push { refs: reports, push_fine: fine.as_ref(), bypass: &bypass };
    report::text::render_refs(&push, &terminal.remote_style())
}

/// Returns the command that pushes the refs without problems, if there are others. A server does not know
/// the client's names, so the command uses the usual name of the remote, and ids instead of branches.
fn push_fine(reports: &[RefReport]) -> Option<Command> {
    let is_fine = |report: &&RefReport| report.outcome() == Outcome::Clean;
    let fine: Vec<String> = reports.iter().filter(is_fine).map(refspec).collect();
    let some_but_not_all = !fine.is_empty() && fine.len() < reports.len();
    some_but_not_all.then(|| Command::of("git push origin").args(fine))
}

fn refspec(report: &RefReport) -> String {
    let name = &report.remote_ref;
    match parse_id(&report.local_oid) {
        Some(id) => format!("{}:{name}", id.short()),
        None => format!(":{name}"),
    }
}
