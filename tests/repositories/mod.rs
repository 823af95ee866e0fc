//! Every kind of repository that git can open: each is made by real git and judged as its plain twin is.
//!
//! `table` holds the kinds, `story` the history that all of them have, `questions` what is asked of each.

mod ended;
mod hooks;
mod kinds;
mod questions;
mod refused;
mod story;
mod table;
