//! Ways for a user to bypass the hooks; all of them are usual in git.

use crate::finding::{Finding, RefReport, only_warn};
use crate::git::Repository;

/// The key in git's configuration that lowers every problem: `git -c alembic-guard.level=warn push`.
const LEVEL_KEY: &str = "alembic-guard.level";

/// Returns whether the environment turns the guard off: `ALEMBIC_GUARD=0`, or `alembic-guard` in the list
/// `SKIP`, as in pre-commit.
pub fn is_switched_off(variable: impl Fn(&str) -> Option<String>) -> bool {
    !switches(variable).is_empty()
}

/// Returns the variables that turn the guard off, with their values.
fn switches(variable: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let is_off = variable("ALEMBIC_GUARD").filter(|value| value == "0");
    let is_listed = |list: &String| list.split(',').any(|name| name.trim() == "alembic-guard");
    let is_skipped = variable("SKIP").filter(is_listed);
    let switches = [("ALEMBIC_GUARD", is_off), ("SKIP", is_skipped)].into_iter();
    switches.filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A setting outside of the configuration file that changes the behavior of the hooks in this clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// `git config` or `environment`.
    pub source: &'static str,
    /// The setting, as `NAME=VALUE`.
    pub setting: String,
    /// Its effect.
    pub effect: &'static str,
}

/// Returns the settings that change the behavior of the hooks in this clone on the current branch.
pub fn overrides(
    repository: &Repository,
    variable: impl Fn(&str) -> Option<String>,
) -> Vec<Override> {
    let switch = switches(variable).into_iter().map(|(name, value)| Override {
        source: "environment",
        setting: format!("{name}={value}"),
        effect: "the hooks are off",
    });
    let branch = repository.branch();
    let level = asked(&|key| repository.setting(key), branch.as_deref());
    let level = level.map(|setting| Override {
        source: "git config",
        setting,
        effect: "the hooks only warn",
    });
    switch.chain(level).collect()
}

/// Lowers blocking problems if git's configuration says so for this repository or branch.
pub fn lower_as_asked<'f>(
    repository: &Repository,
    branch: Option<&str>,
    findings: impl IntoIterator<Item = &'f mut Finding>,
) {
    lower(&|key| repository.setting(key), branch, findings);
}

/// Lowers blocking problems if the git configuration of a server repository says so for all of it or for
/// this branch.
pub fn lower_as_served<'f>(
    repository: &Repository,
    branch: Option<&str>,
    findings: impl IntoIterator<Item = &'f mut Finding>,
) {
    lower(&|key| repository.own_setting(key), branch, findings);
}

fn lower<'f>(
    setting: &dyn Fn(&str) -> Option<String>,
    branch: Option<&str>,
    findings: impl IntoIterator<Item = &'f mut Finding>,
) {
    only_warn(findings, || asked(setting, branch));
}

/// Returns the setting that turns errors into warnings.
fn asked(setting: &dyn Fn(&str) -> Option<String>, branch: Option<&str>) -> Option<String> {
    let branch_key = branch.map(|branch| format!("branch.{branch}.alembic-guard"));
    let keys = branch_key.into_iter().chain([LEVEL_KEY.to_owned()]);
    keys.into_iter().find_map(|key| {
        let value = setting(&key)?;
        matches!(value.as_str(), "warn" | "off").then(|| format!("{key}={value}"))
    })
}

/// Returns the branch that a pushed ref comes from, without `refs/heads/`; for `HEAD`, the current one.
pub fn branch_of(repository: &Repository, pushed: &RefReport) -> Option<String> {
    match pushed.local_ref.strip_prefix("refs/heads/") {
        Some(branch) => Some(branch.to_owned()),
        None if pushed.local_ref == "HEAD" => repository.branch(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_switches_off_by_name_alone() {
        let with = |name: &'static str, value: &'static str| {
            is_switched_off(move |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(with("ALEMBIC_GUARD", "0"));
        assert!(!with("ALEMBIC_GUARD", "1"));
        assert!(with("SKIP", "black, alembic-guard"));
        assert!(!with("SKIP", "alembic-guard-of-another-kind"));
        assert!(!is_switched_off(|_| None));
    }
}
