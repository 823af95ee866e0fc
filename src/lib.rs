//! A git hook that refuses the commit or push that would give an Alembic history a second head.
//!
//! Every question is a comparison of two trees, `before` and `after`; a change is judged by what it
//! adds. The modules below are listed in reading order, and data flows the same way:
//!
//! ```text
//! git objects -> Tree -> environments -> migrations -> graph -> rules -> report
//! ```
//!
//! Everything between [`git`] and [`report`] is pure: values in, values out, no clock, no process
//! environment and no current directory.

pub mod config;
pub mod environment;
pub mod finding;
pub mod migration;
pub mod text;
pub mod tree;
