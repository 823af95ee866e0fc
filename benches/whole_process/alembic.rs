//! Python programs that answer similar questions.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that can import Alembic.
pub(crate) struct Alembic {
    pub(crate) python: PathBuf,
    version: String,
    /// The version of `alembic-linear-migrations`, if it is installed too.
    linear: Option<String>,
}

impl Alembic {
    /// Uses the Python in `ALEMBIC_GUARD_PYTHON`, or `python3`; `None` if it has no Alembic.
    pub(crate) fn find() -> Option<Alembic> {
        let named = env::var_os("ALEMBIC_GUARD_PYTHON");
        let python = named.clone().unwrap_or_else(|| "python3".into());
        // It runs in other folders.
        let python = match Path::new(&python).components().count() {
            1 => PathBuf::from(python),
            _ => std::path::absolute(python).expect("it is not empty"),
        };
        let Some(version) = version_of(&python, "alembic") else {
            assert!(named.is_none(), "the Python of ALEMBIC_GUARD_PYTHON has no Alembic");
            return None;
        };
        let linear = version_of(&python, "alembic-linear-migrations");
        Some(Alembic { python, version, linear })
    }

    pub(crate) fn has_linear(&self) -> bool {
        self.linear.is_some()
    }

    /// Returns the names and versions.
    pub(crate) fn describe(&self) -> String {
        let linear = self.linear.as_ref();
        let linear =
            linear.map_or(String::new(), |linear| format!(", alembic-linear-migrations {linear}"));
        format!("Alembic {}{linear}", self.version)
    }
}

fn version_of(python: &Path, package: &str) -> Option<String> {
    let code = format!("import importlib.metadata as m; print(m.version('{package}'))");
    let output = Command::new(python).args(["-c", &code]).output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(version)
}
