//! A git hook that blocks commits and pushes that would give an Alembic history a second head.
//!
//! Every command compares two trees, `before` and `after`, and reports what the change adds.
//! `ARCHITECTURE.md` describes the pipeline and lists the modules below. Each module uses only those above
//! it.
//!
//! From [`config`] to [`finding`], no module reads the clock, the environment or the disk, except through
//! [`tree::Tree`] and the facts in [`cache`].

pub mod text;
pub mod python;
mod path;
pub mod advice;
pub mod tree;
mod platform;
mod sets;
pub mod cache;
pub mod problem;
pub mod config;
pub mod alembic;
pub mod heads;
pub mod rules;
pub mod finding;
mod git;
pub mod compare;
mod scope;
pub mod repair;
mod history;
pub mod hook;
pub mod report;
pub mod cli;
