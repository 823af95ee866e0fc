//! `pyproject.toml`.

use super::environment;

/// Holds a `pyproject.toml` to what holds for any, alone and beside an `alembic.ini`.
pub(crate) fn holds(content: &[u8]) {
    let tree = environment::tree("pyproject.toml", content);
    environment::holds(&tree);
    environment::holds(&tree.with("alembic.ini", "[alembic]\n"));
}
