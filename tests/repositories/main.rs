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

#[path = "../histories/notation.rs"]
mod notation;
#[path = "../histories/outcome.rs"]
#[expect(dead_code, reason = "nothing is pushed here")]
mod outcome;
#[path = "../conformance/prerequisites.rs"]
#[expect(dead_code, reason = "of all that is required elsewhere only some is needed here")]
mod prerequisites;
#[path = "../histories/world.rs"]
#[expect(dead_code, reason = "a world holds more than a repository")]
mod world;
