//! `.alembic-guard.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::finding::Level;
use crate::tree::RepoPath;

/// The complete configuration of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What to compare with, where the repository says it.
    pub base: Option<String>,
    /// The branches that releases are made from, as patterns; nothing means git's default branch and
    /// the usual names of release branches.
    pub targets: Option<Vec<glob::Pattern>>,
    /// Branches that are never judged, as patterns.
    pub ignore_refs: Vec<glob::Pattern>,
    /// Whether `pre-push` may ask the remote for the base's newest commit.
    pub fetch: Fetch,
    /// How long that may take.
    pub fetch_timeout: Duration,
    /// How many characters a revision id may have; Alembic's table is a `VARCHAR(32)`.
    pub max_revision_id_length: usize,
    /// How large a migration may be, in bytes.
    pub max_file_size: u64,
    /// Paths that hold no environment of the repository's own, test fixtures for one.
    pub exclude: Vec<glob::Pattern>,
    /// The environments; empty means that they are looked for.
    pub environments: Vec<EnvironmentConfig>,
    /// The levels that differ from the rules' own.
    pub rules: BTreeMap<&'static str, Level>,
}

/// Whether `pre-push` may ask the remote for the base's newest commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fetch {
    /// When the push adds or changes a migration.
    Auto,
    /// Never.
    Never,
}

/// One `[[environment]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
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
            ignore_refs: Vec::new(),
            fetch: Fetch::Auto,
            fetch_timeout: Duration::from_secs(5),
            max_revision_id_length: 32,
            max_file_size: 1024 * 1024,
            exclude: Vec::new(),
            environments: Vec::new(),
            rules: BTreeMap::new(),
        }
    }
}
