//! The name that the user calls this program by.
//!
//! The wheel installs it as `alembic-head-guard`, cargo as `alembic-guard`. Commands in the code use the
//! latter and are printed with the name that works.

use std::sync::OnceLock;

use crate::text::shell_word;

/// The name in the code, and the name of the program unless [`set_name`] was called.
pub const PROGRAM: &str = "alembic-guard";

/// The name that the wheel gives this program.
pub const WHEEL_PROGRAM: &str = "alembic-head-guard";

static NAME: OnceLock<String> = OnceLock::new();

/// Returns the name or absolute path that runs this program.
pub fn name() -> &'static str {
    NAME.get().map_or(PROGRAM, String::as_str)
}

/// Returns the same as a shell word.
pub fn word() -> String {
    shell_word(name())
}

/// Returns the name without a path, for lines that run on other machines too.
pub fn file_name() -> &'static str {
    name().rsplit('/').next().unwrap_or(PROGRAM)
}

/// Sets the name for the rest of the run. Only the first call has an effect.
pub fn set_name(name: String) {
    let _ = NAME.set(name);
}
