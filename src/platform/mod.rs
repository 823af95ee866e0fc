//! Everything that depends on the operating system, so that a port has one place to fill.
//!
//! No other module names `std::os::unix`, `rustix` or `signal_hook`. Each item says what it promises, and
//! under "Port" what another system has to provide if it's not obvious. Logic that any system shares stays
//! with its callers.

pub(crate) mod cleanup;
pub(crate) mod file_system;
pub(crate) mod own_file;
pub(crate) mod path_bytes;
pub(crate) mod process_groups;
pub(crate) mod signals;
