//! What earlier runs have read: that it is of use, that nothing goes wrong with it, and that it stays
//! where it belongs.

mod broken;
mod filtered;
mod places;
mod storm;
mod world;

#[path = "../conformance/prerequisites.rs"]
#[expect(dead_code, reason = "nothing is needed here but another user")]
mod prerequisites;
#[path = "../histories/notation.rs"]
mod notation;
#[path = "../histories/outcome.rs"]
#[expect(dead_code, reason = "few pushes are made here")]
mod outcome;
#[path = "../histories/world.rs"]
#[expect(dead_code, reason = "a world holds more than is needed here")]
mod histories;
