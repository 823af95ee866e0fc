//! Where Alembic lives in a tree.

use crate::tree::RepoPath;

/// One Alembic environment: a folder with `env.py` and the folders with its migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// What the report calls it; unique in a tree.
    pub name: String,
    /// Where `env.py` is.
    pub script_location: RepoPath,
    /// Where the migrations are, in Alembic's order.
    pub version_locations: Vec<RepoPath>,
    /// Whether they may lie in folders below (`recursive_version_locations`).
    pub recursive: bool,
    /// Whether compiled migrations without source count (`sourceless`).
    pub sourceless: bool,
    /// How many heads a group of branches may have.
    pub heads: usize,
    /// The branch labels that each are a group of their own.
    pub branches: Vec<String>,
    /// Who runs the migrations.
    pub runner: Runner,
}

/// The command by which people run an environment, for the advice in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// `alembic`, with the arguments that select this environment (`-c FILE`, `-n SECTION`).
    Alembic(Vec<String>),
    /// `flask db`, with the arguments that select this environment (`-d FOLDER`).
    FlaskMigrate(Vec<String>),
}
