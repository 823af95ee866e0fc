//! The output and the effect of git and its hooks.

use std::collections::BTreeMap;
use std::process::Output;

/// The outcome of a git command that ran a hook.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) success: bool,
    /// Standard error, unchanged.
    pub(crate) stderr: String,
    pub(crate) stdout: String,
    /// The refs that could move, before and after: refs of remotes, or HEAD.
    pub(crate) before: BTreeMap<String, String>,
    pub(crate) after: BTreeMap<String, String>,
}

impl Outcome {
    pub(crate) fn new(
        output: &Output,
        before: BTreeMap<String, String>,
        after: BTreeMap<String, String>,
    ) -> Outcome {
        Outcome {
            success: output.status.success(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            before,
            after,
        }
    }

    /// Returns the same outcome with server output as local output. git starts each such line with `remote: `
    /// and pads it with spaces.
    pub(crate) fn without_remote(self) -> Outcome {
        let lines = self.stderr.lines();
        let lines = lines.map(|line| line.strip_prefix("remote: ").map_or(line, str::trim_end));
        let stderr = lines.map(|line| format!("{line}\n")).collect();
        Outcome { stderr, ..self }
    }

    /// Asserts that git failed, nothing moved, and these are the findings in the notation of [`findings`].
    #[track_caller]
    pub(crate) fn refused(&self, findings: &[&str]) -> &Outcome {
        assert!(!self.success, "git went ahead:\n{}", self.stderr);
        assert_eq!(self.before, self.after, "something moved:\n{}", self.stderr);
        self.found(findings)
    }

    /// Asserts that git succeeded, something moved, and these are the findings.
    #[track_caller]
    pub(crate) fn passed(&self, findings: &[&str]) -> &Outcome {
        assert!(self.success, "git refused:\n{}", self.stderr);
        assert_ne!(self.before, self.after, "nothing moved:\n{}", self.stderr);
        self.found(findings)
    }

    #[track_caller]
    fn found(&self, expected: &[&str]) -> &Outcome {
        assert_eq!(findings(&self.stderr), expected, "\n{}", self.stderr);
        self
    }

    /// Asserts that the output has these words, regardless of line breaks and of a capital at the start.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Outcome {
        let mut letters = words.chars();
        let first = letters.next().expect("there are words").to_uppercase().to_string();
        let (said, capital) = (flat(&self.stderr), first + letters.as_str());
        let is_said = said.contains(words) || said.contains(&capital);
        assert!(is_said, "lacks {words:?}:\n{}", self.stderr);
        self
    }

    /// Asserts that the output does not have these words.
    #[track_caller]
    pub(crate) fn says_nothing_of(&self, words: &str) -> &Outcome {
        assert!(!flat(&self.stderr).contains(words), "says {words:?}:\n{}", self.stderr);
        self
    }

    /// Returns the command that is printed under a heading or after it.
    #[track_caller]
    pub(crate) fn command_after(&self, heading: &str) -> &str {
        let mut lines = self.stderr.lines().skip_while(|line| !line.contains(heading));
        let first = lines.next().expect("the heading is there");
        match first.split_once(heading).and_then(|(_, rest)| rest.split_once(": ")) {
            Some((_, command)) => command,
            None => lines.next().expect("a command follows").trim(),
        }
    }

    /// Asserts that the guard printed nothing.
    #[track_caller]
    pub(crate) fn is_silent(&self) -> &Outcome {
        self.says_nothing_of("alembic-guard:").says_nothing_of("warning").says_nothing_of("error")
    }
}

/// Joins all lines into one.
fn flat(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "|").collect();
    words.join(" ")
}

/// Lists the findings of a report as `error stale-down-revision at d:14`.
///
/// That is the level, the rule and the revision of the migration's path. A warning that was lowered ends with
/// the reason.
pub(crate) fn findings(report: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut block = String::new();
    for line in report.lines().chain(["alembic-guard: "]) {
        let begins = ["error", "warning", "alembic-guard:", "help:", "To fix", "-- "]
            .iter()
            .any(|word| line.starts_with(word));
        if begins {
            found.extend(finding(&block));
            block.clear();
        }
        block += line;
        block.push('\n');
    }
    found
}

fn finding(block: &str) -> Option<String> {
    let (level, rest) = block.split_once('[')?;
    if !["error", "warning"].contains(&level) {
        return None;
    }
    let (rule, rest) = rest.split_once("]: ")?;
    let whole = flat(rest);
    let ahead = whole.split_once("; this commit passes, but its push will be blocked");
    let place = match (rest.split_once("--> "), ahead) {
        (Some((_, place)), _) => place.lines().next(),
        (None, Some((start, _))) => start.rsplit_once(" in ").map(|(_, place)| place),
        (None, None) => None,
    };
    let site = place.map_or_else(String::new, |place| format!(" at {}", short(place)));
    let reason = match rest.split_once("does not block: ") {
        Some((_, reason)) => format!(": {}", reason.lines().next()?),
        None if rest.contains("existing problem") => ": existing problem".to_owned(),
        None if ahead.is_some() => ": ahead".to_owned(),
        None => String::new(),
    };
    Some(format!("{level} {rule}{site}{reason}"))
}

/// Shortens `migrations/versions/d_add_d.py:14:17` to `d:14`.
fn short(place: &str) -> String {
    let (path, rest) = place.split_once(':').unwrap_or((place, ""));
    let path = path.strip_prefix("migrations/versions/").unwrap_or(path);
    let path = path.split_once("_add_").map_or(path, |(revision, _)| revision);
    match rest.split(':').next().map(str::trim) {
        Some(line) if line.parse::<usize>().is_ok() => format!("{path}:{line}"),
        _ => path.to_owned(),
    }
}
