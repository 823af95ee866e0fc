//! `hook pre-push`: checks a push that git or a hook manager describes.

use std::io;
use std::path::Path;

use super::arguments::Format;
use super::hook::variable;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::advice::{Advice, Command, Step};
use crate::finding::{Outcome, RefReport};
use crate::git::{self, PushedRef, Stored, Url};
use crate::hook::{self, HostedPush};
use crate::problem::Note;
use crate::report::text::Push;
use crate::report::{self, Bypass};
use crate::scope::{self, Remote};

/// Checks the refs that git writes to standard input, or else the one ref from a hook manager.
pub(super) fn run(
    remote: Option<&str>,
    url: Option<&str>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let refs = hook::read_refs(io::stdin().lock()).map_err(Failure::Stdin)??;
    if refs.is_empty() {
        let host = HostedPush::from_environment(variable, |name| commit(session, name))?;
        if let Some(host) = host {
            return hosted(host, session, terminal);
        }
        if session.format == Format::Text && is_doubtful(remote, session) {
            terminal.warn(&report::text::notes(&[told_nothing()], &terminal.error_style()));
        }
    }
    let destination = Remote {
        name: Url::new(remote.or(url).unwrap_or("origin")),
        url: Url::new(url.or(remote).unwrap_or("origin")),
    };
    let reports = scope::push(&session.context(), &destination, &refs)?;
    tell(reports, &destination, &refs, session, terminal)
}

/// Checks the one ref that a hook manager passes, and prints that it is the only one.
pub(super) fn hosted(
    hosted: HostedPush,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let HostedPush { host, remote, url, pushed } = hosted;
    terminal.warn(&format!(
        "alembic-guard: {host} passes only the first ref of a push, so only `{}` is checked\n",
        crate::text::escape(short(&pushed.remote_ref)),
    ));
    let destination = Remote { name: Url::new(remote), url };
    let reports = scope::hosted_push(&session.context(), &destination, &pushed)?;
    tell(reports, &destination, &[pushed], session, terminal)
}

/// Resolves a name to a commit, in hexadecimal.
pub(super) fn commit(session: &Session, name: &str) -> Option<String> {
    session.repository.resolve(name).ok().map(|commit| commit.to_string())
}

/// Returns whether a push without any listed refs may push something anyway.
///
/// git lists nothing if everything is up to date or will be rejected by git itself. But lefthook, between
/// git and this hook, may not pass on standard input, and then the current commit is probably new to the
/// remote.
fn is_doubtful(remote: Option<&str>, session: &Session) -> bool {
    if hook::is_hosted(variable) {
        return true;
    }
    if !hook::is_called_without_input(Path::new(".")) {
        return false;
    }
    let repository = &session.repository;
    let Some(head) = repository.head() else {
        return false;
    };
    let branch = repository.branch();
    let named = remote
        .map(|remote| repository.remote_of_url(&Url::new(remote)).unwrap_or(remote.to_owned()));
    let Some(remote) = named.or_else(|| repository.usual_remote(branch.as_deref())) else {
        return true;
    };
    let mut branches = branch.into_iter().chain(repository.default_branch(&remote));
    !branches.any(|branch| {
        let tip = repository.ref_commit(&format!("refs/remotes/{remote}/{branch}"));
        tip.is_some_and(|tip| repository.contains(tip, head))
    })
}

fn told_nothing() -> Note {
    Note {
        message: "git passed no refs, so nothing was checked".to_owned(),
        advice: Advice::way([Step::write(
            "pass standard input to this hook, in lefthook.yml with",
            "use_stdin: true",
        )
        .when("another tool runs it")])
        .or([Step::run("check the work tree", Command::of("alembic-guard check"))])
        .caution("this is expected if everything is up to date"),
        known: false,
    }
}

/// Reports the problems, lowered to warnings if the user asked for that.
fn tell(
    mut reports: Vec<RefReport>,
    destination: &Remote,
    refs: &[PushedRef],
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    for report in &mut reports {
        let branch = hook::branch_of(&session.repository, report);
        hook::lower_as_asked(&session.repository, branch.as_deref(), &mut report.report.findings);
    }
    RefReport::settle(&mut reports);
    terminal.warn(&text(&reports, refs, destination, session, terminal)?);
    Ok(reports.iter().map(RefReport::outcome).max().unwrap_or(Outcome::Clean))
}

fn text(
    reports: &[RefReport],
    refs: &[PushedRef],
    destination: &Remote,
    session: &Session,
    terminal: &Terminal,
) -> Result<String, Failure> {
    if session.format == Format::Json {
        return Ok(report::json::to_string(&report::json::refs(reports))?);
    }
    let again = |push| same_push(push, refs, destination, session);
    let bypass = Bypass {
        verb: "push".to_owned(),
        commands: vec![
            again(Command::of("git push --no-verify")),
            again(Command::of("git -c alembic-guard.level=warn push")),
        ],
        ..Bypass::default()
    };
    let fine = push_fine(reports, refs, destination);
    let push = Push { refs: reports, push_fine: fine.as_ref(), bypass: &bypass };
    Ok(report::text::render_refs(&push, &terminal.hook_style()))
}

/// How many refs are listed in a command that repeats a push; nobody reads longer lists.
const MOST_REPEATED: usize = 4;

/// Adds the pushed refs to a command: without arguments, git may not know the destination or may push
/// something else.
fn same_push(
    push: Command,
    refs: &[PushedRef],
    destination: &Remote,
    session: &Session,
) -> Command {
    if refs.len() > MOST_REPEATED {
        return push;
    }
    // Of a forced push, only what it was to replace: the remote may have got more since.
    let forced = |pushed: &PushedRef| {
        let (new, old) = (git::parse_id(&pushed.local_oid)?, git::parse_id(&pushed.remote_oid)?);
        let is_here = matches!(session.repository.stored(old), Stored::Commit(_));
        let is_forced = is_here && !session.repository.contains(new, old);
        is_forced
            .then(|| format!("--force-with-lease={}:{}", short(&pushed.remote_ref), old.short()))
    };
    let push = push.args(refs.iter().filter_map(forced));
    to(push, &destination.name).args(refs.iter().map(refspec))
}

/// Returns the command that pushes the refs without problems, if there are others.
fn push_fine(reports: &[RefReport], refs: &[PushedRef], destination: &Remote) -> Option<Command> {
    let fine = |(report, pushed): (&RefReport, &PushedRef)| {
        (report.outcome() == Outcome::Clean).then(|| refspec(pushed))
    };
    let fine: Vec<String> = reports.iter().zip(refs).filter_map(fine).collect();
    let some_but_not_all = !fine.is_empty() && fine.len() < refs.len();
    some_but_not_all.then(|| to(Command::of("git push"), &destination.name).args(fine))
}

/// Adds the destination of a push, as a placeholder if it contains a password or token.
fn to(push: Command, remote: &Url) -> Command {
    if remote.has_secrets() { push.placeholder("URL") } else { push.arg(remote.secret()) }
}

fn refspec(pushed: &PushedRef) -> String {
    match (pushed.local_ref.as_str(), pushed.remote_ref.as_str()) {
        ("(delete)", remote) => format!(":{remote}"),
        (local, remote) if local == remote => short(local).to_owned(),
        (local, remote) => format!("{local}:{remote}"),
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}
