//! Everything that depends on the operating system, so that a port has one place to fill.
//!
//! No other module names `std::os::unix`, `rustix` or `signal_hook`: compiled for Windows, only this one
//! fails. Each item says what it promises to its callers, and under "Port" what another system has to
//! provide if that isn't obvious. Logic that all systems share stays with the callers.

pub(crate) mod cleanup;
pub(crate) mod file_system;
pub(crate) mod own_file;
pub(crate) mod path_bytes;
pub(crate) mod process_groups;
pub(crate) mod signals;
