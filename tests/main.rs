//! All integration tests, in one program: it is linked once.
//!
//! `cargo test rules::` runs those of one folder. Tests share a process, so none of them may change its
//! current directory, its environment or its umask; those that have to start a process for it.

mod support;

mod architecture;
mod audit;
mod cache;
mod command_line;
mod conformance;
mod docs;
mod fix_apply;
mod fuzz;
mod histories;
mod hook_install;
mod hostile;
mod hosts;
mod install_sh;
mod licenses;
mod migration_body;
mod migration_properties;
mod migration_read;
mod nine_cases;
mod replay;
mod report_suite;
mod repositories;
mod rules;
mod servers;
mod team;
mod words;
