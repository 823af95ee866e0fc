//! The ways around a refusal that a user may ask for, all of them git's own habits.

use crate::finding::{Finding, RefReport, only_warn};
use crate::git::Repository;

/// The value of git's configuration that lowers every finding: `git -c alembic-guard.level=warn push`.
const LEVEL_KEY: &str = "alembic-guard.level";

/// Tells whether the environment switches the guard off: `ALEMBIC_GUARD=0`, or `alembic-guard` in the
/// list `SKIP`, as pre-commit's users know it.
pub fn is_switched_off(variable: impl Fn(&str) -> Option<String>) -> bool {
    !switches(variable).is_empty()
}

/// Returns the variables that switch the guard off, with their values.
fn switches(variable: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let is_off = variable("ALEMBIC_GUARD").filter(|value| value == "0");
    let is_listed = |list: &String| list.split(',').any(|name| name.trim() == "alembic-guard");
    let is_skipped = variable("SKIP").filter(is_listed);
    let switches = [("ALEMBIC_GUARD", is_off), ("SKIP", is_skipped)].into_iter();
    switches.filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A setting outside of the configuration file that changes what the hooks of this clone do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// `git config` or `environment`.
    pub source: &'static str,
    /// The setting, as `NAME=VALUE`.
    pub setting: String,
    /// Its effect.
    pub effect: &'static str,
}

/// Lists the settings that change what the hooks of this clone do on the branch that is checked out.
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

/// Lowers what would block, where git's configuration says so for this repository or this branch.
pub fn lower_as_asked<'f>(
    repository: &Repository,
    branch: Option<&str>,
    findings: impl IntoIterator<Item = &'f mut Finding>,
) {
    lower(&|key| repository.setting(key), branch, findings);
}

/// Lowers what would block, where the configuration file of a repository that others push to says so for
/// all of it or for this branch.
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

/// Finds the setting that asks for warnings alone.
fn asked(setting: &dyn Fn(&str) -> Option<String>, branch: Option<&str>) -> Option<String> {
    let branch_key = branch.map(|branch| format!("branch.{branch}.alembic-guard"));
    let keys = branch_key.into_iter().chain([LEVEL_KEY.to_owned()]);
    keys.into_iter().find_map(|key| {
        let value = setting(&key)?;
        matches!(value.as_str(), "warn" | "off").then(|| format!("{key}={value}"))
    })
}

/// Returns the branch that a ref of a push is from, without `refs/heads/`; for `HEAD`, the one that is
/// checked out.
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
