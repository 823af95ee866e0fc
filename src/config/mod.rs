//! `.alembic-guard.toml`: the configuration of a repository.
//!
//! Every setting is optional. An invalid file is rejected as a whole, with all of its errors: a guard that
//! used half of a configuration would check by rules that nobody wrote.

mod date;
mod fields;
mod filename;
mod invalid;
mod keys;
mod level;
mod matching;
mod parse;
mod values;

use std::collections::BTreeMap;
use std::time::Duration;

pub use filename::{FilenamePattern, Named};
pub use invalid::{Invalid, Mistake};
pub(crate) use keys::{
    ENVIRONMENT_KEYS, EnvironmentKeys, Key, TABLES, dotted_keys, keys_of, quoted,
};
pub use level::Level;
pub use parse::parse;

use crate::tree::RepoPath;
pub use matching::Pattern;
pub(crate) use matching::{Separator, matches};

/// The name of the file, at the root of a repository.
pub const FILE_NAME: &str = ".alembic-guard.toml";

/// The complete configuration of a repository.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Config {
    /// The base, if configured.
    pub base: Option<String>,
    /// The target branches, as patterns; `None` means git's default branch and the usual names of release
    /// branches.
    pub targets: Option<Vec<Pattern>>,
    /// Targets whose databases never move to another target, as patterns: their migrations may differ.
    pub independent_targets: Vec<Pattern>,
    /// Branches that are never checked, as patterns.
    pub ignore_refs: Vec<Pattern>,
    /// Whether `pre-push` fetches the base.
    pub fetch: Fetch,
    /// The time limit of a fetch.
    pub fetch_timeout: Duration,
    /// The time limit of a check.
    pub time_limit: Duration,
    /// The maximum length of a revision id in characters; Alembic's column is a `VARCHAR(32)`.
    pub max_revision_id_length: usize,
    /// The maximum size of a migration in bytes.
    pub max_file_size: u64,
    /// The maximum number of migrations in an environment.
    pub max_migrations: usize,
    /// Paths that are not searched for environments, such as test fixtures.
    pub exclude: Vec<Pattern>,
    /// The environments; if empty, they are searched for.
    pub environments: Vec<EnvironmentConfig>,
    /// The levels that differ from the defaults of the rules.
    pub rules: BTreeMap<&'static str, Level>,
    /// The pattern for names of migration files, if configured.
    pub filename_pattern: Option<FilenamePattern>,
    /// The level of problems that a server finds in branches other than targets.
    pub other_branches: OtherBranches,
}

/// The level of problems that a server finds in branches other than targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum OtherBranches {
    /// They are checked as a future merge, with warnings only.
    Warn,
    /// They are checked as a future merge, and blocked.
    Error,
    /// They are not checked.
    Off,
}

/// Whether `pre-push` fetches the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fetch {
    /// When the push adds or changes a migration.
    Auto,
    /// Never.
    Never,
}

/// One `[[environment]]`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EnvironmentConfig {
    /// Its name in reports.
    pub name: String,
    /// The folder of `env.py`.
    pub script_location: RepoPath,
    /// The folders of the migrations.
    pub version_locations: Vec<RepoPath>,
    /// Whether migrations may be in subfolders.
    pub recursive: bool,
    /// How many heads a group of branches may have.
    pub heads: usize,
    /// The branch labels that each form their own group.
    pub branches: Vec<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            base: None,
            targets: None,
            independent_targets: Vec::new(),
            ignore_refs: Vec::new(),
            fetch: Fetch::Auto,
            fetch_timeout: Duration::from_secs(5),
            time_limit: Duration::from_secs(60),
            max_revision_id_length: 32,
            max_file_size: 1024 * 1024,
            max_migrations: 250_000,
            exclude: Vec::new(),
            environments: Vec::new(),
            rules: BTreeMap::new(),
            filename_pattern: None,
            other_branches: OtherBranches::Warn,
        }
    }
}

impl Config {
    /// Returns the configured level of a rule, or else `default`.
    pub fn level(&self, rule: &str, default: Level) -> Level {
        self.rules.get(rule).copied().unwrap_or(default)
    }

    /// Returns whether a path or one of its folders is excluded.
    ///
    /// As in a `.gitignore`, naming a folder excludes what is below it; `*` does not cross a `/`,
    /// `**` does. Bytes that are not UTF-8 match as the replacement character.
    pub fn excludes(&self, path: &RepoPath) -> bool {
        if self.exclude.is_empty() {
            return false;
        }
        let whole = String::from_utf8_lossy(path.as_bytes());
        let ends = whole.match_indices('/').map(|(slash, _)| slash).chain([whole.len()]);
        let mut prefixes = ends.map(|end| &whole[..end]);
        prefixes.any(|prefix| self.excludes_text(prefix))
    }

    /// Returns whether a path itself is excluded, if its folders are known not to be.
    pub fn excludes_here(&self, path: &RepoPath) -> bool {
        self.excludes_text(&String::from_utf8_lossy(path.as_bytes()))
    }

    fn excludes_text(&self, path: &str) -> bool {
        self.exclude.iter().any(|pattern| matches(pattern, path, Separator::Kept))
    }

    /// Returns whether a branch is never checked.
    pub fn ignores_ref(&self, branch: &str) -> bool {
        matches_ref(&self.ignore_refs, branch)
    }

    /// Returns whether no database moves between a target and another one.
    pub fn is_independent(&self, branch: &str) -> bool {
        matches_ref(&self.independent_targets, branch)
    }
}

/// Returns whether a pattern matches a branch; `main` and `refs/heads/main` are equivalent.
///
/// `*` crosses a `/` as it does in git's refspecs, so `release/*` matches `release/1.0/hotfix`.
pub fn matches_ref(patterns: &[Pattern], branch: &str) -> bool {
    let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    patterns.iter().any(|pattern| {
        [short, branch].iter().any(|name| matches(pattern, name, Separator::Crossed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    mod schema;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(text).expect("the test's own pattern")).collect()
    }

    #[test]
    fn a_folder_is_excluded_with_all_below_it() {
        let config =
            Config { exclude: patterns(&["tests/**", "docs", "*/fixtures"]), ..Config::default() };
        let excluded = |path: &str| config.excludes(&path.into());
        for path in ["tests/a.py", "tests/a/b.py", "docs/a/b", "docs", "a/fixtures/b"] {
            assert!(excluded(path), "{path}");
        }
        for path in ["", "src/tests/a.py", "docs2/a", "a/b/fixtures/c", "fixtures/c"] {
            assert!(!excluded(path), "{path}");
        }
        assert!(!Config::default().excludes(&"tests/a.py".into()));
    }

    #[test]
    fn a_star_in_a_branch_pattern_crosses_slashes() {
        let patterns = patterns(&["main", "release/*"]);
        for branch in ["main", "refs/heads/main", "release/1.0", "release/1.0/hotfix"] {
            assert!(matches_ref(&patterns, branch), "{branch}");
        }
        for branch in ["main2", "release", "my/release/1.0", "refs/tags/main"] {
            assert!(!matches_ref(&patterns, branch), "{branch}");
        }
    }

    #[test]
    fn a_rule_has_its_own_level_unless_the_repository_says_otherwise() {
        let mut config = Config::default();
        assert_eq!(config.level("multiple-heads", Level::Error), Level::Error);
        config.rules.insert("multiple-heads", Level::Warn);
        assert_eq!(config.level("multiple-heads", Level::Error), Level::Warn);
    }
}
