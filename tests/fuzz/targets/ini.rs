//! `alembic.ini`.

use super::environment;

/// Holds an `alembic.ini` to what holds for any.
pub(crate) fn holds(content: &[u8]) {
    environment::holds(&environment::tree("alembic.ini", content));
}
