//! `hook post-merge` and `hook post-checkout`: a line of advice, never a failure.
//!
//! `git checkout` and `git clone` fail if `post-checkout` does, and there is nothing left to block.

use super::arguments::{Format, Global};
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::finding::Outcome;
use crate::git;
use crate::report;
use crate::scope::{self, Brought};

/// Advises on the result of a merge; `squash` is `1` if HEAD did not move.
pub(super) fn merged(squash: Option<&str>, global: &Global, terminal: &Terminal) -> Outcome {
    let brought = |session: &Session| match squash {
        Some("1") => Some(Brought::Files),
        Some(_) | None => {
            let after = session.repository.head()?;
            Some(Brought::Commit { before: session.repository.before_merge(), after })
        }
    };
    advise(&brought, global, terminal)
}

/// Advises on the result of a checkout; `flag` is `1` for a branch, `0` for files.
pub(super) fn checked_out(
    [before, after, flag]: [&str; 3],
    global: &Global,
    terminal: &Terminal,
) -> Outcome {
    let brought = |_: &Session| match flag {
        "0" => Some(Brought::Files),
        _ => {
            let after = git::parse_id(after)?;
            Some(Brought::Commit { before: git::parse_id(before), after })
        }
    };
    advise(&brought, global, terminal)
}

fn advise(
    brought: &dyn Fn(&Session) -> Option<Brought>,
    global: &Global,
    terminal: &Terminal,
) -> Outcome {
    let told = Session::open(global)
        .and_then(|session| session.run(|session| tell(brought, session, terminal)));
    if let Err(failure) = told
        && terminal.is_verbose()
    {
        terminal.warn(&report::text::failed(&failure, &failure.help(), &terminal.error_style()));
    }
    Outcome::Clean
}

fn tell(
    brought: &dyn Fn(&Session) -> Option<Brought>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let brought = brought(session).ok_or(scope::Error::Unborn)?;
    let advice = scope::crowded_environments(&session.context(), brought)?;
    terminal.warn(&match session.format {
        Format::Text => report::post_checkout::text(&advice, &terminal.hook_style()),
        Format::Json => report::json::to_string(&report::post_checkout::json(&advice))?,
    });
    Ok(Outcome::Clean)
}
