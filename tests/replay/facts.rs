//! What is known of a real history: no source text, the identifiers and what Alembic makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One environment of one public repository.
#[derive(Deserialize)]
pub(crate) struct Facts {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) environment: Environment,
    pub(crate) tip: Tip,
    /// Oldest first.
    pub(crate) history: Vec<Commit>,
}

/// Where its migrations are, and where they were.
#[derive(Deserialize)]
pub(crate) struct Environment {
    pub(crate) script_location: Option<String>,
    pub(crate) version_locations: Vec<String>,
    pub(crate) recursive: bool,
    pub(crate) earlier_version_locations: Vec<String>,
}

/// What Alembic says after the last commit; nothing where it does not load.
#[derive(Deserialize)]
pub(crate) struct Tip {
    pub(crate) heads: Option<Vec<String>>,
    pub(crate) real_heads: Option<Vec<String>>,
    pub(crate) bases: Option<Vec<String>>,
}

/// One commit that touched migrations.
#[derive(Deserialize)]
pub(crate) struct Commit {
    pub(crate) commit: String,
    pub(crate) changes: Vec<Change>,
    pub(crate) heads_before: Vec<String>,
    pub(crate) heads_after: Vec<String>,
    pub(crate) loads: bool,
    pub(crate) error_after: Option<Vec<String>>,
    pub(crate) introduces_head: bool,
}

/// One file of a commit, and what it holds afterwards.
#[derive(Deserialize)]
pub(crate) struct Change {
    pub(crate) status: Status,
    pub(crate) path: String,
    pub(crate) old_path: Option<String>,
    pub(crate) revision: Option<String>,
    pub(crate) down_revision: Value,
    pub(crate) branch_labels: Value,
    pub(crate) depends_on: Value,
}

/// What became of a file, in git's letters.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    #[serde(rename = "A")]
    Added,
    #[serde(rename = "M")]
    Modified,
    #[serde(rename = "D")]
    Deleted,
    #[serde(rename = "R")]
    Renamed,
    /// A link became a file, or the other way round.
    #[serde(rename = "T")]
    Retyped,
}

/// Reads the facts of every history, by name.
pub(crate) fn histories(corpus: &Path) -> Vec<Facts> {
    let folder = fs::read_dir(corpus.join("histories")).expect("the corpus can be read");
    let mut paths: Vec<_> =
        folder.map(|entry| entry.expect("the corpus can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Facts {
    let source = fs::read(path).expect("the corpus can be read");
    let mut facts: Facts = serde_json::from_slice(&source)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    facts.name = path.file_stem().expect("a file").to_string_lossy().into_owned();
    facts
}

impl Facts {
    /// Returns the folders that ever held migrations, today's first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        let environment = &self.environment;
        let folders =
            environment.version_locations.iter().chain(&environment.earlier_version_locations);
        folders.map(String::as_str)
    }

    /// Tells whether a commit stops Alembic from loading what it loaded before.
    pub(crate) fn breaks(&self, commit: usize) -> bool {
        let loaded = commit == 0 || self.history[commit - 1].loads;
        loaded && !self.history[commit].loads
    }

    /// Returns the parents that no file defines any more, or never did, by this commit.
    pub(crate) fn new_gaps(&self, commit: usize) -> BTreeSet<&str> {
        let before = commit.checked_sub(1).map(|it| self.history[it].missing_parents());
        let mut gaps = self.history[commit].missing_parents();
        gaps.retain(|gap| !before.as_ref().is_some_and(|before| before.contains(gap)));
        gaps
    }
}

impl Commit {
    /// Returns the heads that this commit gave the branch.
    pub(crate) fn new_heads(&self) -> impl Iterator<Item = &str> {
        let new = self.heads_after.iter().filter(|head| !self.heads_before.contains(head));
        new.map(String::as_str)
    }

    /// Tells whether Python does not read a file after this commit.
    pub(crate) fn has_syntax_error(&self, path: &str) -> bool {
        let mut errors = self.error_after.iter().flatten();
        errors.any(|error| error.strip_prefix("syntaxerror:") == Some(path))
    }

    fn missing_parents(&self) -> BTreeSet<&str> {
        let errors = self.error_after.iter().flatten();
        errors.filter_map(|error| error.strip_prefix("missing_parent:")).collect()
    }
}

impl Change {
    /// Returns the revisions that this one builds on.
    pub(crate) fn parents(&self) -> Vec<&str> {
        names(&self.down_revision)
    }

    /// Returns the revisions and labels that this one depends on.
    pub(crate) fn dependencies(&self) -> Vec<&str> {
        names(&self.depends_on)
    }

    /// Returns the labels that this one declares.
    pub(crate) fn labels(&self) -> Vec<&str> {
        names(&self.branch_labels)
    }
}

/// Returns the names in a value, as far as they are known without running Python.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Object(_) | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
