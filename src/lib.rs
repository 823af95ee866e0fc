//! A git hook that refuses the commit or push that would give an Alembic history a second head.
//!
//! Every question is a comparison of two trees, `before` and `after`; a change is judged by what it
//! adds. The modules below are listed in reading order, and data flows the same way:
//!
//! ```text
//! git objects -> Tree -> environments -> migrations -> graph -> rules -> report
//!                                                              \-> fixes
//! ```
//!
//! Everything between [`git`] and [`report`] is pure: values in, values out, no clock, no process
//! environment and no current directory.

pub mod text;
pub mod python;
pub mod path;
pub mod advice;
pub mod tree;
mod leftovers;
mod own_file;
mod sets;
pub mod cache;
pub mod problem;
pub mod config;
pub mod environment;
pub mod migration;
pub mod graph;
pub mod heads;
pub mod rules;
pub mod finding;
pub mod check;
pub mod fix;
pub mod git;
pub mod judge;
pub mod audit;
pub mod hook;
pub mod report;
pub mod cli;
