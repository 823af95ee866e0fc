//! The last lines: the verdict and the base.

use std::time::{Duration, SystemTime};

use super::finding::is_debt;
use crate::advice::Command;
use crate::config::Level;
use crate::finding::{Base, EnvironmentSummary, Freshness, Outcome, Report};
use crate::report::color::{ERROR, GOOD, STRONG, WARNING, paint};
use crate::report::layout::{counted, lasting};
use crate::report::{Bypass, Style, in_force, is_fixable, layout};

const NAME: &str = "alembic-guard";

/// The number of shown findings by level, and other facts for the verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    errors: usize,
    warnings: usize,
    /// Refs that could not be checked.
    unjudged: usize,
    /// Whether an environment of the base already had too many heads.
    has_existing_heads: bool,
}

impl Tally {
    pub(super) fn of<'a>(reports: impl IntoIterator<Item = &'a Report>, style: &Style) -> Tally {
        let mut tally = Tally::default();
        let reports: Vec<&Report> = reports.into_iter().collect();
        let mut environments = reports.iter().flat_map(|report| &report.environments);
        tally.has_existing_heads = environments.any(|one| !one.existing.is_empty());
        for finding in reports.into_iter().flat_map(in_force) {
            match finding.level() {
                Level::Error => tally.errors += 1,
                Level::Warn if style.quiet && !style.verbose && is_debt(finding) => {}
                Level::Warn => tally.warnings += 1,
                Level::Off => {}
            }
        }
        tally
    }

    pub(super) fn is_nothing(self) -> bool {
        (self.errors, self.warnings, self.unjudged) == (0, 0, 0)
    }

    pub(super) fn outcome(self) -> Outcome {
        match (self.unjudged, self.errors) {
            (0, 0) => Outcome::Clean,
            (0, _) => Outcome::Findings,
            _ => Outcome::Broken,
        }
    }

    /// Adds refs that could not be checked.
    pub(super) fn with_unjudged(self, unjudged: usize) -> Tally {
        Tally { unjudged, ..self }
    }

    /// Returns the verdict and the counts: "push blocked, 1 error, 2 warnings". `blocked` is the first part.
    pub(super) fn words(self, blocked: &str, style: &Style) -> String {
        let verdict = match (self.outcome(), self.warnings) {
            (Outcome::Findings | Outcome::Broken, _) => paint(style, ERROR, blocked),
            (Outcome::Clean, 0) if !self.has_existing_heads => paint(style, GOOD, "clean"),
            (Outcome::Clean, _) => paint(style, WARNING, "passed"),
        };
        let counts = [(self.errors, "error"), (self.warnings, "warning")];
        let words = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .fold(verdict, |words, (count, noun)| words + ", " + &counted(*count, noun));
        match self.unjudged {
            0 => words,
            unjudged => format!("{words}, {} not checked", counted(unjudged, "ref")),
        }
    }
}

/// Writes `alembic-guard: push blocked, 1 error`.
pub(super) fn verdict(tally: Tally, bypass: &Bypass, style: &Style) -> String {
    format!("{}: {}", paint(style, STRONG, NAME), tally.words(&bypass.blocked(), style))
}

/// Summarizes one comparison, in one line unless `style` is verbose.
pub(super) fn of_report(report: &Report, tally: Tally, bypass: &Bypass, style: &Style) -> String {
    let base = report.base.as_ref();
    let compared = compared(base, style);
    if !style.verbose {
        let what = if tally.is_nothing() {
            format!("{}; ", examined(&report.environments))
        } else {
            String::new()
        };
        let words = tally.words(&bypass.blocked(), &plain(style));
        let line = layout::headed(NAME, STRONG, &format!("{words}; {what}{compared}"), style);
        return line + &fixable(report, style);
    }
    let environments = environments(&report.environments, style);
    verdict(tally, bypass, style)
        + "\n"
        + &environments
        + &layout::detail(&compared, style)
        + &others(base, style)
        + &fixable(report, style)
}

/// Returns the command that repairs findings, if any are fixable.
fn fixable(report: &Report, style: &Style) -> String {
    let shown = in_force(report).filter(|finding| style.verbose || !is_debt(finding));
    let (fixable, others): (Vec<_>, Vec<_>) = shown.partition(|finding| is_fixable(finding));
    let which = match (fixable.len(), others.len()) {
        (0, _) => return String::new(),
        (1, 0) => "it".to_owned(),
        (_, 0) => "all of them".to_owned(),
        (many, _) => format!("{many} of them"),
    };
    let fix = Command::of("alembic-guard check --fix");
    layout::detail(&format!("`{fix}` can fix {which}"), style)
}

/// Returns the style without color, for a verdict in the middle of a line.
pub(super) fn plain(style: &Style) -> Style {
    Style { color: false, ..*style }
}

/// Describes the checked environments in a few words.
fn examined(environments: &[EnvironmentSummary]) -> String {
    let revisions = environments.iter().map(|environment| environment.revisions);
    let revisions = counted(revisions.sum(), "revision");
    match environments {
        [] => "no Alembic environment".to_owned(),
        [one] => format!("1 environment, {revisions}, {}", heads(&one.heads_after)),
        many => format!("{}, {revisions}", counted(many.len(), "environment")),
    }
}

/// The age of a base is shown once it exceeds this.
const RECENT: Duration = Duration::from_secs(3600);

/// Returns the base, and its age if it may be outdated.
pub(in crate::report) fn compared(base: Option<&Base>, style: &Style) -> String {
    let Some(base) = base else {
        return "no base; checked on its own".to_owned();
    };
    let commit: String = base.commit.chars().take(10).collect();
    let is_told =
        base.name.starts_with(&commit) || base.freshness == Freshness::Local && !style.verbose;
    let at = if is_told { String::new() } else { format!(" at {commit}") };
    let is_recent = |when: &SystemTime| {
        style.now.duration_since(*when).is_ok_and(|age| age < RECENT) && !style.verbose
    };
    let freshness = match &base.freshness {
        Freshness::FetchedNow | Freshness::ToldByGit if !style.verbose => String::new(),
        Freshness::Updated(Some(when)) if is_recent(when) => String::new(),
        Freshness::FetchedNow => " (fetched just now)".to_owned(),
        Freshness::ToldByGit => " (the remote's current state)".to_owned(),
        Freshness::SeenByPush(when) => {
            format!(" (seen by a push {}, after the last fetch)", ago(*when, style.now))
        }
        Freshness::Updated(Some(when)) => format!(" (updated {})", ago(*when, style.now)),
        Freshness::Updated(None) => " (age unknown)".to_owned(),
        Freshness::Local => String::new(),
    };
    format!("compared with {}{at}{freshness}", base.name)
}

/// The maximum number of other possible bases.
const SHOWN_OTHERS: usize = 3;

pub(in crate::report) fn others(base: Option<&Base>, style: &Style) -> String {
    match base.map(|base| base.others.as_slice()) {
        None | Some([]) => String::new(),
        Some(_) if !style.verbose => String::new(),
        Some(others) => {
            let shown = others.iter().take(SHOWN_OTHERS).cloned().collect::<Vec<_>>().join(", ");
            let more = match others.len().saturating_sub(SHOWN_OTHERS) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            layout::detail(&format!("other possible bases: {shown}{more}"), style)
        }
    }
}

fn environments(environments: &[EnvironmentSummary], style: &Style) -> String {
    if environments.is_empty() {
        return layout::detail("no Alembic environment", style);
    }
    environments
        .iter()
        .map(|environment| layout::detail(&environment_line(environment, style), style))
        .collect()
}

fn environment_line(environment: &EnvironmentSummary, style: &Style) -> String {
    let revisions = counted(environment.revisions, "revision");
    let heads = heads(&environment.heads_after);
    let mut line = format!("{}: {revisions}, {heads}", environment.name);
    if style.verbose && environment.heads_before != environment.heads_after {
        line += &format!(" (before: {})", self::heads(&environment.heads_before));
    }
    if style.verbose {
        line += &format!(", in {}", environment.script_location);
    }
    line
}

fn heads(heads: &[crate::alembic::migration::RevisionId]) -> String {
    let names: Vec<String> = heads.iter().map(|head| format!("`{head}`")).collect();
    match names.len() {
        0 => "no head".to_owned(),
        1 => format!("head {}", names[0]),
        2..=4 => format!("heads {}", names.join(" ")),
        many => format!("{many} heads"),
    }
}

/// Formats the time since `when` in its largest unit.
fn ago(when: SystemTime, now: SystemTime) -> String {
    let seconds = match now.duration_since(when) {
        Ok(passed) => passed.as_secs(),
        Err(_) => 0,
    };
    match lasting(seconds) {
        Some(words) => format!("{words} ago"),
        None => "just now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let told = |seconds| ago(now - Duration::from_secs(seconds), now);
        assert_eq!(told(59), "just now");
        assert_eq!(told(61), "1 minute ago");
        assert_eq!(told(3 * 3600 + 5), "3 hours ago");
        assert_eq!(told(90_000), "1 day ago");
        assert_eq!(ago(now + Duration::from_secs(9), now), "just now");
    }
}
