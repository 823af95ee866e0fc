//! The results of `hook install`, `hook uninstall` and `hook status`.

pub mod json;
pub mod text;
