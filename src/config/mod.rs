//! `.alembic-guard.toml`: what a repository tells the guard about itself.
//!
//! Everything in it is optional. A file with a mistake is refused as a whole, with every mistake at
//! once: a guard that went on with half of a configuration would judge by rules nobody wrote.

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
    /// What to compare with, where the repository says it.
    pub base: Option<String>,
    /// The branches that releases are made from, as patterns; nothing means git's default branch and
    /// the usual names of release branches.
    pub targets: Option<Vec<Pattern>>,
    /// Targets whose databases never move to another target, as patterns: their migrations may differ.
    pub independent_targets: Vec<Pattern>,
    /// Branches that are never judged, as patterns.
    pub ignore_refs: Vec<Pattern>,
    /// Whether `pre-push` may ask the remote for the base's newest commit.
    pub fetch: Fetch,
    /// How long that may take.
    pub fetch_timeout: Duration,
    /// How long a verdict may take, whatever a repository holds.
    pub time_limit: Duration,
    /// How many characters a revision id may have; Alembic's table is a `VARCHAR(32)`.
    pub max_revision_id_length: usize,
    /// How large a migration may be, in bytes.
    pub max_file_size: u64,
    /// How many migrations an environment may have.
    pub max_migrations: usize,
    /// Paths that hold no environment of the repository's own, test fixtures for one.
    pub exclude: Vec<Pattern>,
    /// The environments; empty means that they are looked for.
    pub environments: Vec<EnvironmentConfig>,
    /// The levels that differ from the rules' own.
    pub rules: BTreeMap<&'static str, Level>,
    /// How the names of migration files are made, where the repository says it.
    pub filename_pattern: Option<FilenamePattern>,
    /// What a server makes of pushes to branches that are no targets.
    pub other_branches: OtherBranches,
}

/// What a server makes of pushes to branches that are no targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum OtherBranches {
    /// They are judged as what they will be once merged, and only warned of.
    Warn,
    /// They are judged so, and refused.
    Error,
    /// They are not judged.
    Off,
}

/// Whether `pre-push` may ask the remote for the base's newest commit.
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
    /// What the report calls it.
    pub name: String,
    /// Where `env.py` is.
    pub script_location: RepoPath,
    /// Where the migrations are.
    pub version_locations: Vec<RepoPath>,
    /// Whether they may lie in folders below.
    pub recursive: bool,
    /// How many heads a group of branches may have.
    pub heads: usize,
    /// The branch labels that each are a group of their own.
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
    /// Returns the level of a rule: the repository's, else `default`.
    pub fn level(&self, rule: &str, default: Level) -> Level {
        self.rules.get(rule).copied().unwrap_or(default)
    }

    /// Tells whether a path, or a folder that it is in, is excluded.
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

    /// Tells whether a path itself is excluded, where it is known that no folder is that it is in.
    pub fn excludes_here(&self, path: &RepoPath) -> bool {
        self.excludes_text(&String::from_utf8_lossy(path.as_bytes()))
    }

    fn excludes_text(&self, path: &str) -> bool {
        self.exclude.iter().any(|pattern| matches(pattern, path, Separator::Kept))
    }

    /// Tells whether a branch is never judged.
    pub fn ignores_ref(&self, branch: &str) -> bool {
        matches_ref(&self.ignore_refs, branch)
    }

    /// Tells whether no database moves between a target and another one.
    pub fn is_independent(&self, branch: &str) -> bool {
        matches_ref(&self.independent_targets, branch)
    }
}

/// Tells whether one of the patterns matches a branch, `main` and `refs/heads/main` alike.
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
